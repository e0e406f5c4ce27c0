//! The report on the workspace, or on what a filter leaves of it.

use std::sync::Arc;

use async_graphql::{Context, Object};
use caseload_schema::directory;

use super::{
    busy_hours::{BusyHour, busy_hours},
    channels::{ChannelReport, channel_reports},
    context::ContextExt as _,
    figures::Figures,
    inputs::{Comparison, Granularity, resolve_first},
    labels::{LabelReport, top_labels},
    leaderboard::{LeaderboardEntry, leaderboard},
    measure::{Change, Clock, Measure},
    member_report::{MemberReport, member_reports},
    metrics::Metrics,
    periods::Period,
    series::{SeriesPoint, series},
    teams::TeamFigures,
};
use crate::error::ApiError;

/// The figures of many.
#[derive(Debug)]
pub(super) struct TeamReport {
    /// What they are computed from.
    pub(super) figures: Figures,
    /// The teams that have a row.
    pub(super) teams: Arc<[Arc<directory::Team>]>,
}

/// The figures of the whole workspace, or of what the filter leaves of it.
#[Object]
impl TeamReport {
    /// The days that they are of.
    async fn period(&self) -> Period {
        Period(self.figures.period())
    }

    /// All measures.
    async fn metrics(&self) -> Metrics {
        self.figures.metrics()
    }

    /// The same for an earlier period.
    async fn previous(
        &self,
        #[graphql(default_with = "Comparison::Period", desc = "Which one.")] by: Comparison,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            figures: self.figures.previous(by).await?,
            teams: Arc::clone(&self.teams),
        })
    }

    /// A measure against that of an earlier period.
    async fn change(
        &self,
        #[graphql(desc = "Which one.")] measure: Measure,
        #[graphql(default_with = "Comparison::Period", desc = "Which earlier period.")]
        by: Comparison,
        #[graphql(
            default_with = "Clock::Calendar",
            desc = "By which clock, of a duration."
        )]
        clock: Clock,
    ) -> Result<Change, ApiError> {
        self.figures
            .change((measure.into(), clock.into()), by)
            .await
    }

    /// The figures over time: one point for each day, week, month or year that the period touches.
    async fn series(
        &self,
        #[graphql(default_with = "Granularity::Day", desc = "How long a point is.")]
        by: Granularity,
    ) -> Vec<SeriesPoint> {
        series(&self.figures, by)
    }

    /// Members, the best by a measure first. Lower is better for times, LOST, UNANSWERED and OPEN.
    async fn leaderboard(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Measure::Closed", desc = "What they are ordered by.")]
        by: Measure,
        #[graphql(
            default_with = "Clock::Calendar",
            desc = "By which clock, of a duration."
        )]
        clock: Clock,
        #[graphql(desc = "How many, at most 1,000; all where absent.")] first: Option<i32>,
    ) -> Result<Vec<LeaderboardEntry>, ApiError> {
        leaderboard(
            &self.figures,
            (by.into(), clock.into()),
            resolve_first(first, usize::MAX)?,
            ctx.deadline()?,
        )
    }

    /// Members in name order.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<MemberReport>, ApiError> {
        member_reports(&self.figures, ctx.deadline()?)
    }

    /// What is credited to nobody.
    async fn unassigned(&self) -> Metrics {
        self.figures.credited_to(None).metrics()
    }

    /// The labels with the most conversations.
    async fn top_labels(
        &self,
        #[graphql(default_with = "Some(10)", desc = "How many, at most 1,000.")] first: Option<i32>,
    ) -> Result<Vec<LabelReport>, ApiError> {
        Ok(top_labels(&self.figures, resolve_first(first, 10)?))
    }

    /// All channels for which anything counts, the one with the most conversations first.
    async fn channels(&self) -> Vec<ChannelReport> {
        channel_reports(&self.figures)
    }

    /// Each team's figures, in name order: of the teams that the filter's teamIds leave, none where unassigned stands alone.
    async fn teams(&self) -> Vec<TeamFigures> {
        let teams = self.teams.iter();
        teams
            .map(|team| TeamFigures::new(team, &self.figures))
            .collect()
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
        busy_hours(self.figures.view(), measure.into())
    }
}
