//! By which clock durations are measured.

/// A clock.
///
/// ```
/// use caseload_rollup::cube::Clock;
/// assert_eq!(Clock::default(), Clock::Calendar);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Clock {
    /// All time that passes.
    #[default]
    Calendar,
    /// The part of it within business hours; all of it where none are set.
    Business,
}
