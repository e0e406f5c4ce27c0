//! By which clocks a workspace's figures are made.

use crate::{id::HoursKey, zone::Zone};

/// What says where days begin and which time is worked. Figures of one generation all follow the same.
///
/// ```
/// use caseload_schema::{id::HoursKey, time_settings::TimeSettings, zone::Zone};
/// let always = TimeSettings { zone: Zone::UTC, hours: HoursKey::NONE };
/// let weekdays = TimeSettings { hours: HoursKey(7), ..always };
/// assert_ne!(always, weekdays); // all days have to be made anew
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSettings {
    /// The zone of its days.
    pub zone: Zone,
    /// Its business hours.
    pub hours: HoursKey,
}

impl TimeSettings {
    /// A zone without business hours.
    pub const fn without_hours(zone: Zone) -> Self {
        Self {
            zone,
            hours: HoursKey::NONE,
        }
    }
}
