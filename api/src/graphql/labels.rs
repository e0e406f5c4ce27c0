//! Labels and their figures.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use caseload_rollup::cube::{LabelCount, View};
use caseload_schema::directory;

use super::{
    context::ContextExt as _,
    figures::Figures,
    inputs::Comparison,
    measure::{Change, Clock, Measure},
    metrics::Metrics,
};
use crate::error::ApiError;

/// A label.
#[derive(Debug, Clone)]
pub(super) struct Label(pub(super) Arc<directory::Label>);

/// A label that conversations have.
#[Object]
impl Label {
    /// The source system's id.
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// The title; the id where no label record ever came.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// `#rrggbb`.
    async fn color(&self) -> Option<&str> {
        self.0.color.as_deref()
    }
}

/// The figures of one label.
#[derive(Debug)]
pub(super) struct LabelReport {
    label: Arc<directory::Label>,
    count: LabelCount,
    figures: Figures,
}

impl LabelReport {
    fn part(&self, view: &View) -> View {
        view.labeled(self.label.key)
    }
}

/// All labels for which anything counts: most conversations first, then by title, then by id.
pub(super) fn label_reports(figures: &Figures) -> Vec<LabelReport> {
    let directory = figures.snapshot().directory();
    let mut reports: Vec<_> = figures
        .view()
        .labels()
        .into_iter()
        .filter_map(|count| {
            let label = Arc::clone(directory.label(count.label)?);
            Some(LabelReport {
                label,
                count,
                figures: figures.clone(),
            })
        })
        .collect();
    reports.sort_by(|a, b| {
        let order = |report: &LabelReport| std::cmp::Reverse(report.count.conversations);
        order(a)
            .cmp(&order(b))
            .then_with(|| (&a.label.title, &a.label.id).cmp(&(&b.label.title, &b.label.id)))
    });
    reports
}

/// The first `first` labels that have a conversation.
pub(super) fn top_labels(figures: &Figures, first: usize) -> Vec<LabelReport> {
    label_reports(figures)
        .into_iter()
        .filter(|report| 0 < report.count.conversations)
        .take(first)
        .collect()
}

/// The figures of the conversations that have one label now.
#[Object]
impl LabelReport {
    /// The label.
    async fn label(&self) -> Label {
        Label(Arc::clone(&self.label))
    }

    /// Conversations created in the period that have it.
    async fn conversations(&self) -> u64 {
        self.count.conversations
    }

    /// Of the conversations that have a label.
    async fn share(&self) -> f64 {
        self.count.share
    }

    /// All measures of these conversations.
    async fn metrics(&self) -> Metrics {
        Metrics::new(self.part(self.figures.view()))
    }

    /// All measures of an earlier period.
    async fn previous(
        &self,
        #[graphql(default_with = "Comparison::Period", desc = "Which one.")] by: Comparison,
    ) -> Result<Metrics, ApiError> {
        let earlier = self.figures.previous(by).await?;
        Ok(Metrics::new(self.part(earlier.view())))
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
        let part = |view: &View| self.part(view);
        self.figures
            .change_of(part, (measure.into(), clock.into()), by)
            .await
    }
}
