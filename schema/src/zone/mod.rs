//! Time zones, and the one place where instants become local days and hours.

mod data;
mod rules;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use self::rules::Rules;
pub use self::{
    data::{UnreadableZoneData, ZoneData},
    rules::Offset,
};
use crate::{day::Day, instant::Instant};

/// An IANA time zone, with the rules of its clocks. Two are equal that have the same name and the same rules.
#[derive(Clone, Copy)]
pub struct Zone(&'static Rules);

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

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.0.fingerprint == other.0.fingerprint && self.0.name == other.0.name
    }
}

impl Eq for Zone {}

impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Rules {
            name,
            version,
            fingerprint,
            ..
        } = self.0;
        write!(f, "Zone({name}, {version:?}, {fingerprint})")
    }
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(&rules::UTC);

    /// The zone of that IANA name, with the rules of the zone data that this process reads. Old names lead to the zone of
    /// today's name: `Asia/Calcutta` to `Asia/Kolkata`.
    ///
    /// ```
    /// use caseload_schema::zone::Zone;
    /// assert_eq!(Zone::parse("Asia/Calcutta").unwrap().name(), "Asia/Kolkata");
    /// assert_eq!(Zone::parse("Asia/Calcutta"), Zone::parse("Asia/Kolkata"));
    /// let error = Zone::parse("Mars/Olympus").unwrap_err();
    /// assert!(error.to_string().starts_with("\"Mars/Olympus\" is no IANA time zone"));
    /// ```
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        data::find(name).ok_or_else(|| UnknownZone(name.to_owned()))
    }

    /// The zone of that name with the rules that were stored: `None` where this process has not met them.
    pub(crate) fn find(name: &str, version: &str, fingerprint: &str) -> Option<Self> {
        if (name, fingerprint) == (rules::UTC.name, rules::UTC.fingerprint) {
            return Some(Self::UTC);
        }
        Rules::find(name, version, fingerprint).map(Self)
    }

    /// The zone of that name whose clocks are set as `offsets` say, ascending; `None` where there are none.
    pub fn with_offsets(name: &str, version: &str, offsets: Vec<Offset>) -> Option<Self> {
        (!offsets.is_empty()).then(|| Self(Rules::of(name, version, offsets)))
    }

    /// This zone from `until` on, and `past` before.
    ///
    /// ```
    /// use caseload_schema::{instant::Instant, zone::{Offset, Zone}};
    /// let ahead = vec![Offset { begins_at: Instant::from_micros(0), seconds: 3_600 }];
    /// let new_rules = Zone::with_offsets("UTC", "2026b", ahead).unwrap();
    /// let march = Instant::parse("2026-03-01T00:00:00Z").unwrap();
    /// let zone = new_rules.after(Zone::UTC, march);
    /// assert_eq!(zone.local(march.plus_seconds(-1)).hour, 23); // by the rules of before
    /// assert_eq!(zone.local(march).hour, 1); // an hour ahead from then on
    /// let moved = zone.days_unlike(Zone::UTC);
    /// assert_eq!(moved[0].start().to_string(), "2026-03-01"); // no earlier day has to be made anew
    /// ```
    #[must_use]
    pub fn after(self, past: Self, until: Instant) -> Self {
        let mut offsets: Vec<Offset> = past.0.offsets.to_vec();
        offsets.retain(|offset| offset.begins_at < until);
        let at_cut = Offset {
            begins_at: until,
            seconds: self.0.seconds_at(until) as i32,
        };
        let later = self.0.offsets.iter().copied();
        offsets.push(at_cut);
        offsets.extend(later.filter(|offset| until < offset.begins_at));
        offsets.dedup_by_key(|offset| offset.seconds);
        Self(Rules::of(self.0.name, self.0.version, offsets))
    }

    /// Its IANA name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The IANA release that its rules are of, such as `2026a`; empty where that is not known.
    pub fn version(self) -> &'static str {
        self.0.version
    }

    /// The same for zones with the same rules, and no others.
    pub fn fingerprint(self) -> &'static str {
        self.0.fingerprint
    }

    /// How far its clocks are from UTC, and since when: ascending. The first one holds for all that was before 1970.
    pub fn offsets(self) -> &'static [Offset] {
        self.0.offsets
    }

    /// The days, of either zone, whose instants or hours are others than in `other`.
    pub fn days_unlike(self, other: Self) -> Vec<RangeInclusive<Day>> {
        let mut edges: Vec<Instant> = [self, other]
            .iter()
            .flat_map(|zone| zone.0.offsets.iter().map(|offset| offset.begins_at))
            .collect();
        edges.sort_unstable();
        edges.dedup();
        let ends = edges.iter().skip(1).copied().map(Some).chain([None]);
        let stretches = edges.iter().copied().zip(ends);
        stretches
            .filter(|(from, _)| self.0.seconds_at(*from) != other.0.seconds_at(*from))
            .map(|(from, to)| {
                let last = |zone: Self| {
                    to.map_or(Day::from_number(i32::MAX), |to| {
                        zone.day_of(to.plus_seconds(-1))
                    })
                };
                let first = self.day_of(from).min(other.day_of(from));
                first..=last(self).max(last(other))
            })
            .collect()
    }

    /// The day and hour that the zone's clocks show at `at`.
    ///
    /// ```
    /// use caseload_schema::{instant::Instant, zone::Zone};
    /// let berlin = Zone::parse("Europe/Berlin").unwrap();
    /// // On 29 March 2026 the clocks there go from 01:59 to 03:00.
    /// let at = Instant::parse("2026-03-29T01:00:00Z").unwrap();
    /// assert_eq!(berlin.local(at).hour, 3);
    /// assert_eq!(berlin.local(at.plus_seconds(-1)).hour, 1);
    /// ```
    pub fn local(self, at: Instant) -> Local {
        let seconds = at.seconds() + self.0.seconds_at(at);
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

    /// The first instant of `day`, or, of a day that the zone skipped, of what comes after.
    ///
    /// ```
    /// use caseload_schema::{day::Day, zone::Zone};
    /// let samoa = Zone::parse("Pacific/Apia").unwrap();
    /// let skipped = Day::parse("2011-12-30").unwrap(); // Samoa crossed the date line and had no such day
    /// assert_eq!(samoa.start_of(skipped), samoa.start_of(skipped.next()));
    /// ```
    pub fn start_of(self, day: Day) -> Instant {
        self.span(day).0
    }

    /// The half-open span from the first instant of `day` to its last one. Where clocks were set back over midnight a day
    /// comes in two pieces, and the span holds what is between them too. That of a day that the zone skipped is empty.
    ///
    /// ```
    /// use caseload_schema::{day::Day, zone::Zone};
    /// let berlin = Zone::parse("Europe/Berlin").unwrap();
    /// let hours = |day: &str| {
    ///     let (start, end) = berlin.span(Day::parse(day).unwrap());
    ///     end.seconds_since(start) / 3_600
    /// };
    /// assert_eq!(hours("2026-03-28"), 24);
    /// assert_eq!(hours("2026-03-29"), 23); // the clocks skip an hour
    /// assert_eq!(hours("2026-10-25"), 25); // and show one twice
    /// ```
    pub fn span(self, day: Day) -> (Instant, Instant) {
        let first = i64::from(day.number()) * DAY_SECONDS;
        let pieces = self.stretches(first).filter_map(|stretch| {
            let from = stretch.from.max(first - stretch.ahead);
            let to = stretch.to.min(first + DAY_SECONDS - stretch.ahead);
            (from < to).then_some((from, to))
        });
        let whole = pieces.reduce(|(from, _), (_, to)| (from, to));
        let (from, to) = whole.unwrap_or_else(|| {
            let after = self.first_beyond(first);
            (after, after)
        });
        (Instant::from_seconds(from), Instant::from_seconds(to))
    }

    /// The instant of the local time `hour:minute` on `day`; where the clocks skip it, the first instant after the gap;
    /// where they show it twice, the first.
    ///
    /// ```
    /// use caseload_schema::{day::Day, zone::Zone};
    /// let berlin = Zone::parse("Europe/Berlin").unwrap();
    /// let at = |day: &str| berlin.at(Day::parse(day).unwrap(), 2, 30).to_string();
    /// assert_eq!(at("2026-03-28"), "2026-03-28T01:30:00Z");
    /// assert_eq!(at("2026-03-29"), "2026-03-29T01:00:00Z"); // no clock shows 02:30: as the gap ends
    /// assert_eq!(at("2026-10-25"), "2026-10-25T00:30:00Z"); // shown twice: the first
    /// ```
    pub fn at(self, day: Day, hour: u32, minute: u32) -> Instant {
        let wanted = i64::from(day.number()) * DAY_SECONDS + i64::from(hour * 3_600 + minute * 60);
        let shown = self.stretches(wanted).find_map(|stretch| {
            let at = wanted - stretch.ahead;
            (stretch.from <= at && at < stretch.to).then_some(at)
        });
        Instant::from_seconds(shown.unwrap_or_else(|| self.first_beyond(wanted)))
    }

    /// The first instant at which the clocks show that minute of `day`, or what is past it; 1,440 is the end of the day.
    ///
    /// ```
    /// use caseload_schema::{day::Day, zone::Zone};
    /// let berlin = Zone::parse("Europe/Berlin").unwrap();
    /// let night = Day::parse("2026-10-25").unwrap(); // at three the clocks go back to two
    /// let hours = |from: u32, to: u32| {
    ///     let (from, to) = (berlin.first_at_or_past(night, from * 60), berlin.first_at_or_past(night, to * 60));
    ///     to.seconds_since(from) / 3_600
    /// };
    /// assert_eq!((hours(1, 2), hours(1, 3), hours(0, 24)), (1, 3, 25));
    /// ```
    pub fn first_at_or_past(self, day: Day, minute: u32) -> Instant {
        let wanted = i64::from(day.number()) * DAY_SECONDS + i64::from(minute) * 60;
        let mut found = self.stretches(wanted).filter_map(|stretch| {
            let at = stretch.from.max(wanted - stretch.ahead);
            (at < stretch.to).then_some(at)
        });
        Instant::from_seconds(found.next().unwrap_or(wanted))
    }

    /// The first second at which clocks have jumped over the local second `wanted`, which they never show.
    fn first_beyond(self, wanted: i64) -> i64 {
        let mut beyond = self
            .stretches(wanted)
            .filter(|stretch| wanted < stretch.from + stretch.ahead)
            .map(|stretch| stretch.from);
        beyond.next().unwrap_or(wanted)
    }

    /// The stretches between changes of the clocks in which the local second `wanted`, or the day after it, can lie.
    fn stretches(self, wanted: i64) -> impl Iterator<Item = Stretch> {
        let offsets = self.0.offsets;
        let ends = offsets.iter().skip(1).map(|next| next.begins_at.seconds());
        let from = Instant::from_seconds(wanted - MAX_OFFSET_SECONDS);
        let to = wanted + DAY_SECONDS + MAX_OFFSET_SECONDS;
        let begun = offsets.partition_point(|offset| offset.begins_at <= from);
        let first = begun.saturating_sub(1);
        offsets
            .iter()
            .zip(ends.chain([i64::MAX]))
            .skip(first)
            .map(|(offset, to)| Stretch {
                from: offset.begins_at.seconds(),
                to,
                ahead: i64::from(offset.seconds),
            })
            .take_while(move |stretch| stretch.from <= to)
    }
}

/// Seconds between two changes of the clocks, half open.
struct Stretch {
    from: i64,
    to: i64,
    /// How far the clocks are ahead of UTC.
    ahead: i64,
}
