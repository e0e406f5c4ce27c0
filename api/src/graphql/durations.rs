//! Durations: mean, median, any quantile, and how they are spread.

use async_graphql::{Object, SimpleObject};
use caseload_rollup::cube::Durations;

use super::authorization::Nullable;
use crate::error::ApiError;

/// All single values of a duration.
#[derive(Debug)]
pub(super) struct DurationStats(pub(super) Durations);

/// Seconds. Exact over all single values of the period.
#[Object]
impl DurationStats {
    /// How many values there are.
    async fn count(&self) -> u64 {
        self.0.count()
    }

    /// The mean; null with no value.
    async fn mean(&self) -> Option<f64> {
        self.0.mean()
    }

    /// The quantile at 0.5; null with no value.
    async fn median(&self) -> Option<f64> {
        self.0.median()
    }

    /// The quantile at 0.9; null with no value.
    async fn p90(&self) -> Option<f64> {
        self.0.p90()
    }

    /// The value at place q·(n−1) of the n sorted values, interpolated linearly; null with no value.
    async fn quantile(&self, #[graphql(desc = "0 to 1.")] q: f64) -> Nullable<f64> {
        let valid = (0.0..=1.0).contains(&q);
        if valid { self.0.quantile(q).map(Ok) } else { Some(Err(ApiError::bad_input(format!("q is 0 to 1, was {q}")))) }
    }

    /// How many values lie in each of seven ranges.
    async fn distribution(&self) -> Vec<DurationRange> {
        let ranges = self.0.distribution().into_iter();
        ranges
            .map(|range| DurationRange { from_seconds: range.from, to_seconds: range.to, count: range.count })
            .collect()
    }
}

/// From included, to excluded; no `to` in the last.
#[derive(Debug, SimpleObject)]
pub(super) struct DurationRange {
    /// Where the range starts; a value here belongs to it.
    from_seconds: u64,
    /// Where it ends; a value here belongs to the next one.
    to_seconds: Option<u64>,
    /// How many values lie in it.
    count: u64,
}
