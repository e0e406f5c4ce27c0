//! The report on the workspace, or on what a filter leaves of it.

use async_graphql::{Context, Object};

use super::{
    busy_hours::{BusyHour, busy_hours},
    channels::{ChannelReport, channel_reports},
    context::ContextExt as _,
    figures::Figures,
    inputs::{Comparison, Granularity, resolve_first},
    labels::{LabelReport, top_labels},
    leaderboard::{LeaderboardEntry, leaderboard},
    measure::{Change, Measure},
    member_report::{MemberReport, member_reports},
    metrics::Metrics,
    periods::Period,
    series::{SeriesPoint, series},
};
use crate::error::ApiError;

/// The figures of many.
#[derive(Debug)]
pub(super) struct TeamReport(pub(super) Figures);

/// The figures of the whole workspace, or of what the filter leaves of it.
#[Object]
impl TeamReport {
    /// The days that they are of.
    async fn period(&self) -> Period {
        Period(self.0.period())
    }

    /// All measures.
    async fn metrics(&self) -> Metrics {
        self.0.metrics()
    }

    /// The same for an earlier period.
    async fn previous(
        &self,
        #[graphql(default_with = "Comparison::Period", desc = "Which one.")] by: Comparison,
    ) -> Result<Self, ApiError> {
        self.0.previous(by).await.map(Self)
    }

    /// A measure against that of an earlier period.
    async fn change(
        &self,
        #[graphql(desc = "Which one.")] measure: Measure,
        #[graphql(default_with = "Comparison::Period", desc = "Which earlier period.")]
        by: Comparison,
    ) -> Result<Change, ApiError> {
        self.0.change(measure.into(), by).await
    }

    /// The figures over time: one point for each day, week, month or year that the period touches.
    async fn series(
        &self,
        #[graphql(default_with = "Granularity::Day", desc = "How long a point is.")]
        by: Granularity,
    ) -> Vec<SeriesPoint> {
        series(&self.0, by)
    }

    /// Members, the best by a measure first. Lower is better for times, LOST, UNANSWERED and OPEN.
    async fn leaderboard(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Measure::Closed", desc = "What they are ordered by.")]
        by: Measure,
        #[graphql(desc = "How many, at most 1,000; all where absent.")] first: Option<i32>,
    ) -> Result<Vec<LeaderboardEntry>, ApiError> {
        leaderboard(
            &self.0,
            by.into(),
            resolve_first(first, usize::MAX)?,
            ctx.deadline()?,
        )
    }

    /// Members in name order.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<MemberReport>, ApiError> {
        member_reports(&self.0, ctx.deadline()?)
    }

    /// What is credited to nobody.
    async fn unassigned(&self) -> Metrics {
        self.0.credited_to(None).metrics()
    }

    /// The labels with the most conversations.
    async fn top_labels(
        &self,
        #[graphql(default_with = "Some(10)", desc = "How many, at most 1,000.")] first: Option<i32>,
    ) -> Result<Vec<LabelReport>, ApiError> {
        Ok(top_labels(&self.0, resolve_first(first, 10)?))
    }

    /// All channels for which anything counts, the one with the most conversations first.
    async fn channels(&self) -> Vec<ChannelReport> {
        channel_reports(&self.0)
    }

    /// All 168 of them, Monday 0:00 first.
    async fn busy_hours(
        &self,
        #[graphql(
            default_with = "Measure::Conversations",
            desc = "CONVERSATIONS, INBOUND_MESSAGES, REPLIES or CLOSED."
        )]
        measure: Measure,
    ) -> Result<Vec<BusyHour>, ApiError> {
        busy_hours(self.0.view(), measure.into())
    }
}
