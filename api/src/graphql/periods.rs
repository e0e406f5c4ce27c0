//! Periods, as answers show them.

use async_graphql::{Context, Object, SimpleObject};
use caseload_schema::{day::Day, period};

use super::{context::ContextExt as _, scalars::Date};
use crate::error::ApiError;

/// The days that figures are of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period(pub(super) period::Period);

/// The days that figures are of, both ends included.
#[Object]
impl Period {
    /// The first day.
    async fn from(&self) -> Date {
        Date(self.0.from())
    }

    /// The last day, included.
    async fn to(&self) -> Date {
        Date(self.0.to())
    }

    /// How many days it has.
    async fn days(&self) -> i32 {
        self.0.len()
    }

    /// Days of it whose facts changed since they were rolled up.
    async fn pending_days(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        ctx.snapshot()?.pending_days(self.0).await
    }
}

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(super) struct DayRange {
    /// The first day.
    from: Date,
    /// The last day, included.
    to: Date,
}

impl From<(Day, Day)> for DayRange {
    fn from((from, to): (Day, Day)) -> Self {
        Self {
            from: Date(from),
            to: Date(to),
        }
    }
}
