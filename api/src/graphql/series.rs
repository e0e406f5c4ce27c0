//! Figures over time.

use std::sync::Arc;

use async_graphql::{Context, Object};
use caseload_rollup::cube::View;
use caseload_schema::period::Period;
use tokio::sync::OnceCell;

use super::{
    context::ContextExt as _, figures::Figures, inputs::Granularity, metrics::Metrics,
    scalars::Date,
};
use crate::error::ApiError;

/// One bucket of a series.
#[derive(Debug)]
pub(super) struct SeriesPoint {
    bucket: Period,
    shared: Arc<Shared>,
}

/// What the buckets of one series have in common: the days behind the period, which only the backlog needs, are loaded
/// once and only if it is asked for.
#[derive(Debug)]
struct Shared {
    figures: Figures,
    with_backlog: OnceCell<View>,
}

/// The buckets of the period, in order, empty ones included.
pub(super) fn series(figures: &Figures, by: Granularity) -> Vec<SeriesPoint> {
    let shared = Arc::new(Shared {
        figures: figures.clone(),
        with_backlog: OnceCell::new(),
    });
    let buckets = figures.period().buckets(by.into());
    buckets
        .map(|bucket| SeriesPoint {
            bucket,
            shared: Arc::clone(&shared),
        })
        .collect()
}

/// One day, week, month or year of a series, cut to the period at either end.
#[Object]
impl SeriesPoint {
    /// The first day that it covers.
    async fn from(&self) -> Date {
        Date(self.bucket.from())
    }

    /// The last day that it covers.
    async fn to(&self) -> Date {
        Date(self.bucket.to())
    }

    /// All measures of these days; `open`, a figure of now, is null.
    async fn metrics(&self, ctx: &Context<'_>) -> Result<Metrics, ApiError> {
        ctx.deadline()?.check()?;
        Ok(Metrics::of_the_past(
            self.shared.figures.view().within(self.bucket),
        ))
    }

    /// Conversations created by the end of the last day and not closed by then.
    async fn backlog(&self, ctx: &Context<'_>) -> Result<i64, ApiError> {
        ctx.deadline()?.check()?;
        let load = || self.shared.figures.view_with_backlog();
        let view = self.shared.with_backlog.get_or_try_init(load).await?;
        Ok(view.within(self.bucket).backlog())
    }
}
