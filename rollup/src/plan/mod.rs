//! What is due, and in which pieces it is done. Pure: from what is recorded and what time it is.

mod night;
mod sample;
mod stretches;

use std::time::Duration;

use caseload_schema::{day::Day, instant::Instant, store::survey::Standing};

pub use self::{
    night::{TimeOfDay, latest_night, next_night},
    sample::sample,
    stretches::{FACTS_AT_A_TIME, FEW_DAYS, Stretches, pieces},
};

/// When a workspace is rolled up by itself.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// When the nightly run is due, on each workspace's own clocks.
    pub nightly_at: TimeOfDay,
    /// How often days with new facts are rolled up in between; `None`: never.
    pub refresh_interval: Option<Duration>,
}

/// What is due in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The run of that night.
    Night(Day),
    /// Nothing, but that night is the first one to remember: those before it were before anyone looked.
    FirstNight(Day),
    /// A run of the days whose facts changed.
    Refresh,
}

/// What is due in a workspace at `now`. What has been asked for already is not due again: a clock that ticks twice, or stands
/// still, or comes back after days, makes no difference.
pub fn due(standing: &Standing, rhythm: &Rhythm, now: Instant) -> Option<Due> {
    let night = latest_night(standing.ledger.zone, rhythm.nightly_at, now);
    match standing.ledger.last_night {
        None => return Some(Due::FirstNight(night)),
        Some(last) if last < night => return Some(Due::Night(night)),
        // A night that no zone has reached yet: the clock was wrong when it was written.
        Some(last) if night.plus(2) < last => return Some(Due::FirstNight(night)),
        Some(_) => {}
    }
    let interval = rhythm.refresh_interval?;
    let ledger = &standing.ledger;
    let is_wanted =
        standing.has_marks || ledger.pending_zone.is_some() || ledger.rolled_up_at.is_none();
    let latest = ledger.rolled_up_at.max(standing.tried_at);
    let is_time =
        latest.is_none_or(|latest| now < latest || interval <= now.duration_since(latest));
    (is_wanted && !standing.has_run && is_time).then_some(Due::Refresh)
}

#[cfg(test)]
mod tests;
