//! When the work comes in.

use async_graphql::SimpleObject;
use caseload_rollup::cube::{Measure, View};

use crate::error::ApiError;

/// The events of one hour of the week, over the whole period.
#[derive(Debug, SimpleObject)]
pub(super) struct BusyHour {
    /// 1 is Monday, 7 is Sunday.
    weekday: usize,
    /// 0 to 23, in the workspace's time zone.
    hour: usize,
    /// How many events.
    count: u64,
}

/// All 168 hours, Monday 0:00 first.
pub(super) fn busy_hours(view: &View, measure: Measure) -> Result<Vec<BusyHour>, ApiError> {
    let hours = view.busy_hours(measure).ok_or_else(|| {
        ApiError::bad_input(
            "busyHours: measure is CONVERSATIONS, INBOUND_MESSAGES, REPLIES or CLOSED",
        )
    })?;
    Ok(hours
        .into_iter()
        .enumerate()
        .map(|(at, count)| BusyHour {
            weekday: at / 24 + 1,
            hour: at % 24,
            count,
        })
        .collect())
}
