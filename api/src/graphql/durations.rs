//! Durations: mean, median, any quantile, and how they are spread.

use async_graphql::{Context, Object, SimpleObject};
use caseload_rollup::cube::{self, Durations};

use super::{
    authorization::Nullable,
    context::{ContextExt as _, Deadline},
};
use crate::error::ApiError;

/// All single values of a duration.
#[derive(Debug)]
pub(super) struct DurationStats(pub(super) Durations);

/// Seconds. Exact over all single values of the period.
#[Object]
impl DurationStats {
    /// How many values there are.
    async fn count(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        ctx.deadline()?.check()?;
        Ok(self.0.count())
    }

    /// The mean; null with no value.
    async fn mean(&self, ctx: &Context<'_>) -> Result<Option<f64>, ApiError> {
        ctx.deadline()?.check()?;
        Ok(self.0.mean())
    }

    /// The quantile at 0.5; null with no value.
    async fn median(&self, ctx: &Context<'_>) -> Result<Option<f64>, ApiError> {
        ctx.deadline()?.check()?;
        Ok(self.0.median())
    }

    /// The quantile at 0.9; null with no value.
    async fn p90(&self, ctx: &Context<'_>) -> Result<Option<f64>, ApiError> {
        ctx.deadline()?.check()?;
        Ok(self.0.p90())
    }

    /// The value at place q·(n−1) of the n sorted values, interpolated linearly; null with no value.
    async fn quantile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "0 to 1.")] q: f64,
    ) -> Nullable<f64> {
        if let Err(late) = ctx.deadline().and_then(Deadline::check) {
            return Some(Err(late));
        }
        let valid = (0.0..=1.0).contains(&q);
        if valid {
            self.0.quantile(q).map(Ok)
        } else {
            Some(Err(ApiError::bad_input(format!("q is 0 to 1, was {q}"))))
        }
    }

    /// The values that are not above so many seconds.
    async fn within(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "0 or more.")] seconds: i32,
    ) -> Result<Within, ApiError> {
        ctx.deadline()?.check()?;
        let target = u32::try_from(seconds)
            .map_err(|_| ApiError::bad_input(format!("seconds is 0 or more, was {seconds}")))?;
        let cube::Within { count, share } = self.0.within(target);
        Ok(Within { count, share })
    }

    /// How many values lie in each of seven ranges.
    async fn distribution(&self, ctx: &Context<'_>) -> Result<Vec<DurationRange>, ApiError> {
        ctx.deadline()?.check()?;
        let ranges = self.0.distribution().into_iter();
        let range = |range: cube::DurationRange| DurationRange {
            from_seconds: range.from,
            to_seconds: range.to,
            count: range.count,
        };
        Ok(ranges.map(range).collect())
    }
}

/// The values that met a target.
#[derive(Debug, SimpleObject)]
pub(super) struct Within {
    /// How many values are not above it.
    count: u64,
    /// Their share of all values; null with no value.
    share: Option<f64>,
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
