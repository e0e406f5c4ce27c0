//! The boundary between days whose facts may still change and final days, whose facts were dropped.

use crate::{day::Day, instant::Instant};

/// Where final days end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RetentionCutoff {
    /// The first day that is not final.
    pub(crate) day: Day,
    /// The instant at which that day begins.
    pub(crate) at: Instant,
    /// Labels with a smaller key may be on conversations whose rows are gone.
    pub(crate) labels: i64,
}

impl RetentionCutoff {
    /// Whether an instant lies on a final day.
    pub(crate) fn is_final(self, at: Instant) -> bool {
        at < self.at
    }

    /// Whether a stored instant, in microseconds, is there and lies on a final day.
    pub(crate) fn is_final_micros(self, micros: Option<i64>) -> bool {
        micros.is_some_and(|micros| micros < self.at.micros())
    }
}
