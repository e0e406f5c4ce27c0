//! The report on one member.

use std::sync::Arc;

use async_graphql::{Context, Object};
use caseload_schema::directory;

use super::{
    context::{ContextExt as _, Deadline},
    figures::Figures,
    inputs::{Comparison, Granularity, resolve_first},
    labels::{LabelReport, top_labels},
    measure::{Change, Clock, Measure},
    members::Member,
    metrics::Metrics,
    periods::Period,
    series::{SeriesPoint, series},
};
use crate::error::ApiError;

/// One member's figures.
#[derive(Debug, Clone)]
pub(super) struct MemberReport {
    member: Arc<directory::Member>,
    figures: Figures,
}

impl MemberReport {
    /// The part of `figures` that is credited to `member`.
    pub(super) fn new(member: Arc<directory::Member>, figures: &Figures) -> Self {
        Self {
            figures: figures.credited_to(Some(member.key)),
            member,
        }
    }

    /// The member's figures.
    pub(super) fn figures(&self) -> &Figures {
        &self.figures
    }

    fn is_listed(&self) -> bool {
        self.member.active
            || 0 < self.figures.view().open()
            || self.figures.view().anything_counts()
    }
}

/// The rows of a list of members, by name, then id: those whom the filter leaves, the active ones all, the others where
/// anything counts or conversations are open in their name.
pub(super) fn member_reports(
    figures: &Figures,
    deadline: Deadline,
) -> Result<Vec<MemberReport>, ApiError> {
    let directory = figures.snapshot().directory();
    let members = directory
        .members()
        .iter()
        .filter(|member| figures.selection().names(Some(member.key)));
    let members: Vec<_> = members.map(Arc::clone).collect();
    let keys: Vec<_> = members.iter().map(|member| member.key).collect();
    let mut reports = Vec::new();
    for (member, figures) in members.into_iter().zip(figures.credited_to_each(&keys)) {
        deadline.check()?;
        let report = MemberReport { member, figures };
        if report.is_listed() {
            reports.push(report);
        }
    }
    Ok(reports)
}

/// One member's figures for a period.
#[Object]
impl MemberReport {
    /// Whose they are.
    async fn member(&self) -> Member {
        Member(Arc::clone(&self.member))
    }

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
            member: Arc::clone(&self.member),
            figures: self.figures.previous(by).await?,
        })
    }

    /// A measure against that of an earlier period.
    async fn change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] measure: Measure,
        #[graphql(default_with = "Comparison::Period", desc = "Which earlier period.")]
        by: Comparison,
        #[graphql(
            default_with = "Clock::Calendar",
            desc = "By which clock, of a duration."
        )]
        clock: Clock,
    ) -> Result<Change, ApiError> {
        ctx.deadline()?.check()?;
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

    /// The labels with the most conversations.
    async fn top_labels(
        &self,
        #[graphql(default_with = "Some(10)", desc = "How many, at most 1,000.")] first: Option<i32>,
    ) -> Result<Vec<LabelReport>, ApiError> {
        Ok(top_labels(&self.figures, resolve_first(first, 10)?))
    }
}
