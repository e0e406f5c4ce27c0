//! Time zones, and the one place where instants become local days and hours.

use chrono::{Offset, TimeZone};
use chrono_tz::Tz;

use crate::{day::Day, instant::Instant};

/// An IANA time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// No IANA zone has that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no IANA time zone; write one such as \"Europe/Rome\" or \"UTC\"")]
pub struct UnknownZone(pub String);

/// Where an instant falls on the clocks of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// The calendar day there.
    pub day: Day,
    /// The hour there, 0 to 23.
    pub hour: u8,
}

/// No zone has ever been further from UTC than this.
const MAX_OFFSET_SECONDS: i64 = 26 * 3_600;
const DAY_SECONDS: i64 = 86_400;
/// Clocks that were set back over midnight went by an hour; three leave room.
const LONGEST_SET_BACK_SECONDS: i64 = 3 * 3_600;

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone of that IANA name.
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        name.parse()
            .map(Self)
            .map_err(|_| UnknownZone(name.to_owned()))
    }

    /// Its IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The day and hour that the zone's clocks show at `at`.
    pub fn local(self, at: Instant) -> Local {
        let seconds = at.seconds() + self.offset_seconds(at);
        Local {
            day: Day::from_number(seconds.div_euclid(DAY_SECONDS) as i32),
            hour: (seconds.rem_euclid(DAY_SECONDS) / 3_600) as u8,
        }
    }

    /// The calendar day on which `at` falls.
    ///
    /// ```
    /// use caseload_schema::{instant::Instant, zone::Zone};
    /// let nepal = Zone::parse("Asia/Kathmandu").unwrap();
    /// let at = Instant::parse("2026-03-01T18:15:00Z").unwrap();
    /// assert_eq!(nepal.day_of(at).to_string(), "2026-03-02");
    /// assert_eq!(nepal.day_of(at.plus_seconds(-1)).to_string(), "2026-03-01");
    /// ```
    pub fn day_of(self, at: Instant) -> Day {
        self.local(at).day
    }

    /// The first instant of `day`, or, of a day that the zone skipped, of the day after.
    pub fn start_of(self, day: Day) -> Instant {
        self.first_where(day, |shown| day <= shown)
    }

    /// A half-open span of instants that holds all those of `day`. It is the day itself, but where clocks were set back
    /// over midnight: there a day's instants lie in two pieces, and the span holds a few of its neighbours' too.
    pub fn span(self, day: Day) -> (Instant, Instant) {
        let (start, end) = (self.start_of(day), self.start_of(day.next()));
        let before = start.plus_seconds(-LONGEST_SET_BACK_SECONDS);
        let after = end.plus_seconds(LONGEST_SET_BACK_SECONDS);
        (
            if self.any_minute(before, start, |shown| day <= shown) {
                before
            } else {
                start
            },
            if self.any_minute(end, after, |shown| shown <= day) {
                after
            } else {
                end
            },
        )
    }

    /// The instant of the local time `hour:minute` on `day`; where the clocks skip it, the first instant after the gap;
    /// where they show it twice, the first.
    pub fn at(self, day: Day, hour: u32, minute: u32) -> Instant {
        let wanted = i64::from(day.number()) * DAY_SECONDS + i64::from(hour * 3_600 + minute * 60);
        first_second(wanted, |at| {
            wanted <= at.seconds() + self.offset_seconds(at)
        })
    }

    fn offset_seconds(self, at: Instant) -> i64 {
        i64::from(
            self.0
                .offset_from_utc_datetime(&at.to_chrono().naive_utc())
                .fix()
                .local_minus_utc(),
        )
    }

    /// Whether `holds` for the day shown at any minute of `[from, to)`.
    fn any_minute(self, from: Instant, to: Instant, holds: impl Fn(Day) -> bool) -> bool {
        let minutes = (to.seconds() - from.seconds()) / 60;
        (0..minutes).any(|minute| holds(self.day_of(from.plus_seconds(minute * 60))))
    }

    /// The first whole second near the midnight before `day` from which `holds` is true of the day shown.
    fn first_where(self, day: Day, holds: impl Fn(Day) -> bool) -> Instant {
        first_second(i64::from(day.number()) * DAY_SECONDS, |at| {
            holds(self.day_of(at))
        })
    }
}

/// The first whole second from which `holds` is true, as near to `local_seconds` as zones are to UTC.
fn first_second(local_seconds: i64, holds: impl Fn(Instant) -> bool) -> Instant {
    let (mut low, mut high) = (
        local_seconds - MAX_OFFSET_SECONDS,
        local_seconds + MAX_OFFSET_SECONDS,
    );
    while 1 < high - low {
        let middle = i64::midpoint(low, high);
        if holds(Instant::from_seconds(middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Instant::from_seconds(high)
}

#[cfg(test)]
mod tests {
    use super::{Day, Instant, Zone};

    #[track_caller]
    fn check(zone: &str, day: &str, start: &str, end: &str) {
        let zone = Zone::parse(zone).unwrap();
        let (from, to) = zone.span(Day::parse(day).unwrap());
        assert_eq!(
            (from.to_string().as_str(), to.to_string().as_str()),
            (start, end),
            "{day} in {}",
            zone.name()
        );
    }

    #[test]
    fn days_of_clock_changes_are_shorter_or_longer() {
        check(
            "Europe/Rome",
            "2026-03-29",
            "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z",
        );
        check(
            "Europe/Rome",
            "2026-10-25",
            "2026-10-24T22:00:00Z",
            "2026-10-25T23:00:00Z",
        );
        check(
            "Australia/Lord_Howe",
            "2026-04-05",
            "2026-04-04T13:00:00Z",
            "2026-04-05T13:30:00Z",
        );
    }

    #[test]
    fn a_day_may_begin_after_midnight() {
        check(
            "America/Havana",
            "2026-03-08",
            "2026-03-08T05:00:00Z",
            "2026-03-09T04:00:00Z",
        );
    }

    #[test]
    fn a_local_time_that_is_skipped_is_the_end_of_the_gap() {
        let rome = Zone::parse("Europe/Rome").unwrap();
        let check = |day: &str, hour, expected: &str| {
            assert_eq!(
                rome.at(Day::parse(day).unwrap(), hour, 30).to_string(),
                expected
            );
        };
        check("2026-03-29", 1, "2026-03-29T00:30:00Z");
        check("2026-03-29", 2, "2026-03-29T01:00:00Z");
        check("2026-10-25", 2, "2026-10-25T00:30:00Z");
    }

    #[test]
    fn a_skipped_day_is_empty() {
        check(
            "Pacific/Apia",
            "2011-12-30",
            "2011-12-30T10:00:00Z",
            "2011-12-30T10:00:00Z",
        );
    }

    #[test]
    fn the_span_of_a_day_in_two_pieces_holds_both() {
        // At 00:01 on 2010-11-07 clocks in St. John's went back to 23:01 of the day before.
        let zone = Zone::parse("America/St_Johns").unwrap();
        for day in ["2010-11-06", "2010-11-07"] {
            let day = Day::parse(day).unwrap();
            let (start, end) = zone.span(day);
            let around = Instant::parse("2010-11-05T00:00:00Z").unwrap();
            for minute in 0..4 * 24 * 60 {
                let at = around.plus_seconds(minute * 60);
                assert!(
                    zone.day_of(at) != day || (start <= at && at < end),
                    "{at} is outside of {day}"
                );
            }
        }
    }
}
