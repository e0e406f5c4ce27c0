//! What is due, and in which chunks it is done. Pure: from what is recorded and what time it is.

mod day_ranges;
mod night;
mod sample;

use std::time::Duration;

use caseload_schema::{day::Day, instant::Instant, store::workspace_states::WorkspaceState};

pub use self::{
    day_ranges::{FACTS_AT_A_TIME, FEW_DAYS, Stretches, chunks},
    night::{TimeOfDay, latest_night, next_night},
    sample::sample,
};

/// When a workspace is rolled up by itself.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
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
///
/// ```
/// # use std::time::Duration;
/// # use caseload_rollup::plan::{Due, Schedule, TimeOfDay, due};
/// # use caseload_schema::{id::{Generation, Revision, WorkspaceKey}, instant::Instant, time_settings::TimeSettings, zone::Zone};
/// # use caseload_schema::store::{Ledger, workspace_states::WorkspaceState};
/// # let rolled_up_at = Instant::parse("2026-05-04T09:00:00Z");
/// # let last_night = caseload_schema::day::Day::parse("2026-05-04");
/// # let (generation, head, directory_version, open_revision) = (Generation(1), 0, 0, Revision(1));
/// # let ledger = Ledger {
/// #     generation, head, directory_version, open_revision, rolled_up_at, last_night,
/// #     time: TimeSettings::without_hours(Zone::UTC), pending_time: None, final_before: None,
/// # };
/// # let ws = WorkspaceKey(1);
/// # let state = WorkspaceState { ws, ledger, tried_at: None, has_marks: true, has_run: false };
/// // Facts have changed since the latest run, which was on 4 May at 09:00.
/// let refresh_interval = Some(Duration::from_secs(30));
/// let schedule = Schedule { nightly_at: TimeOfDay::AFTER_MIDNIGHT, refresh_interval };
/// let at = |text: &str| due(&state, &schedule, Instant::parse(text).unwrap());
/// assert_eq!(at("2026-05-04T09:00:29Z"), None);
/// assert_eq!(at("2026-05-04T09:00:30Z"), Some(Due::Refresh));
/// assert!(matches!(at("2026-05-05T00:15:00Z"), Some(Due::Night(_)))); // comes before any refresh
/// ```
pub fn due(state: &WorkspaceState, schedule: &Schedule, now: Instant) -> Option<Due> {
    let night = latest_night(state.ledger.time.zone, schedule.nightly_at, now);
    match state.ledger.last_night {
        None => return Some(Due::FirstNight(night)),
        Some(last) if last < night => return Some(Due::Night(night)),
        // A night that no zone has reached yet: the clock was wrong when it was written.
        Some(last) if night.plus(2) < last => return Some(Due::FirstNight(night)),
        Some(_) => {}
    }
    let interval = schedule.refresh_interval?;
    let ledger = &state.ledger;
    let is_wanted =
        state.has_marks || ledger.pending_time.is_some() || ledger.rolled_up_at.is_none();
    let latest = ledger.rolled_up_at.max(state.tried_at);
    let is_time =
        latest.is_none_or(|latest| now < latest || interval <= now.duration_since(latest));
    (is_wanted && !state.has_run && is_time).then_some(Due::Refresh)
}

#[cfg(test)]
mod tests;
