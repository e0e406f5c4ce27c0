//! Nights: one for each local day, at the same time of its clocks.

use caseload_schema::{day::Day, instant::Instant, zone::Zone};

/// A time on a clock, such as `00:15`.
///
/// ```
/// use caseload_rollup::plan::TimeOfDay;
/// assert_eq!("00:15".parse(), Ok(TimeOfDay::AFTER_MIDNIGHT));
/// assert!("0:15".parse::<TimeOfDay>().is_err()); // two digits each
/// assert!("24:00".parse::<TimeOfDay>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay {
    hour: u32,
    minute: u32,
}

impl TimeOfDay {
    /// That time; `None` where no clock shows it.
    pub const fn new(hour: u32, minute: u32) -> Option<Self> {
        if hour < 24 && minute < 60 {
            Some(Self { hour, minute })
        } else {
            None
        }
    }

    /// A quarter past midnight: the day is over, and late events of it have come.
    pub const AFTER_MIDNIGHT: Self = Self {
        hour: 0,
        minute: 15,
    };
}

impl std::str::FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_number =
            |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let digits = |part: &str| {
            if is_number(part) {
                part.parse().ok()
            } else {
                None
            }
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Self::new(digits(hour)?, digits(minute)?))
            .ok_or_else(|| format!("{text:?} is no time of day; write one such as \"00:15\""))
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// When the night of `day` is due. Where the clocks skip that time, the first instant after the gap; where they show it twice,
/// the first.
fn instant(zone: Zone, at: TimeOfDay, day: Day) -> Instant {
    zone.at(day, at.hour, at.minute)
}

/// Whether the zone has that day: one that crossed the date line has skipped a day.
fn has_day(zone: Zone, day: Day) -> bool {
    zone.day_of(zone.start_of(day)) == day
}

/// The latest night that has come by `now`.
///
/// ```
/// use caseload_rollup::plan::{TimeOfDay, latest_night, next_night};
/// use caseload_schema::{instant::Instant, zone::Zone};
/// let zone = Zone::parse("Asia/Tokyo").unwrap();
/// let at = TimeOfDay::AFTER_MIDNIGHT; // 00:15
/// let now = Instant::parse("2026-05-04T15:14:00Z").unwrap(); // 00:14 on 5 May in Tokyo
/// assert_eq!(latest_night(zone, at, now).to_string(), "2026-05-04");
/// assert_eq!(latest_night(zone, at, now.plus_seconds(60)).to_string(), "2026-05-05");
/// let last = Some(latest_night(zone, at, now));
/// assert_eq!(next_night(zone, at, last, now).to_string(), "2026-05-04T15:15:00Z");
/// ```
pub fn latest_night(zone: Zone, at: TimeOfDay, now: Instant) -> Day {
    let mut day = zone.day_of(now).next();
    while now < instant(zone, at, day) || !has_day(zone, day) {
        day = day.plus(-1);
    }
    day
}

/// When the next night is due whose run has not been asked for. It lies in the past where that is overdue.
pub fn next_night(zone: Zone, at: TimeOfDay, last: Option<Day>, now: Instant) -> Instant {
    let latest = latest_night(zone, at, now);
    if last.is_some_and(|last| last < latest) {
        return instant(zone, at, latest);
    }
    // A night that was asked for ahead of this zone's clocks, in another zone, does not come again.
    let ahead = last
        .filter(|last| *last <= latest.plus(2))
        .unwrap_or(latest);
    let mut day = ahead.max(latest).next();
    while !has_day(zone, day) {
        day = day.next();
    }
    instant(zone, at, day)
}
