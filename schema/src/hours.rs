//! Business hours, and how much of a stretch of time lies within them.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use chrono::Datelike as _;
use serde::{Deserialize, Serialize};

use crate::{day::Day, instant::Instant, zone::Zone};

/// Why something is no business hours: what is wrong, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidHours(String);

/// A stretch of a day, in minutes of the local clock; `to` is not worked any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    from: u16,
    to: u16,
}

/// The hours of one date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DateHours {
    /// What people call it, such as a holiday's name.
    pub name: Option<String>,
    /// Its stretches; none: closed.
    pub stretches: Vec<Stretch>,
}

/// When a workspace works: stretches of each weekday, and dates whose own stretches replace their weekday's.
///
/// ```
/// use caseload_schema::{day::Day, hours::{BusinessHours, DateHours, Stretch}};
/// let stretch = |from, to| Stretch::parse(from, to).unwrap();
/// let monday = (1, vec![stretch("13:00", "18:00"), stretch("09:00", "12:30")]);
/// let holiday = (Day::parse("2026-12-28").unwrap(), DateHours::default());
/// let hours = BusinessHours::new([monday], [holiday.clone()]).unwrap();
/// let texts = |day: &str| hours.stretches_on(Day::parse(day).unwrap()).iter().map(ToString::to_string).collect::<Vec<_>>();
/// assert_eq!(texts("2026-12-21"), ["09:00-12:30", "13:00-18:00"]);
/// assert!(texts("2026-12-28").is_empty()); // a Monday, and closed
///
/// let error = BusinessHours::new([(1, vec![stretch("09:00", "12:00"), stretch("11:00", "13:00")])], []).unwrap_err();
/// assert_eq!(error.to_string(), "Monday: 09:00-12:00 and 11:00-13:00 overlap; write one stretch for both");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessHours {
    /// Monday first; those of a day ascending.
    weekdays: [Vec<Stretch>; 7],
    dates: BTreeMap<Day, DateHours>,
}

/// The most dates that hours may name.
pub const MAX_DATES: usize = 1_000;
/// The most stretches of a day.
pub const MAX_STRETCHES: usize = 24;
/// The most characters of a date's name.
pub const MAX_NAME_CHARS: usize = 200;

const DAY_MINUTES: u16 = 24 * 60;

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

impl Stretch {
    /// From two texts such as `09:00` and `17:30`; the second may be `24:00`.
    pub fn parse(from: &str, to: &str) -> Result<Self, InvalidHours> {
        let stretch = Self {
            from: minute(from)?,
            to: minute(to)?,
        };
        if stretch.from < stretch.to {
            return Ok(stretch);
        }
        Err(InvalidHours(format!(
            "{stretch} ends before anything of it is worked; write a later end, and a night shift as two stretches, one on \
             each day"
        )))
    }

    /// Its beginning, as `HH:MM`.
    pub fn from(self) -> String {
        text(self.from)
    }

    /// Its end, as `HH:MM`; `24:00` where it ends with the day.
    pub fn to(self) -> String {
        text(self.to)
    }
}

impl std::fmt::Display for Stretch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", text(self.from), text(self.to))
    }
}

fn text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute(of: &str) -> Result<u16, InvalidHours> {
    let wrong = || InvalidHours(format!("{of:?} is no time; write HH:MM, 00:00 to 24:00"));
    let digits = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u16>().ok())
            .flatten()
    };
    let (hour, minute) = of.split_once(':').ok_or_else(wrong)?;
    let (hour, minute) = (
        digits(hour).ok_or_else(wrong)?,
        digits(minute).ok_or_else(wrong)?,
    );
    let minutes = hour * 60 + minute;
    if 59 < minute || DAY_MINUTES < minutes {
        return Err(wrong());
    }
    Ok(minutes)
}

impl BusinessHours {
    /// From the stretches of each weekday (1 = Monday; one that is absent is closed) and of each date, in any order.
    ///
    /// # Errors
    /// A weekday or date that is given twice, one that does not exist, stretches that overlap, more than [`MAX_DATES`],
    /// [`MAX_STRETCHES`] or [`MAX_NAME_CHARS`], and hours without any stretch.
    pub fn new(
        weekdays: impl IntoIterator<Item = (u8, Vec<Stretch>)>,
        dates: impl IntoIterator<Item = (Day, DateHours)>,
    ) -> Result<Self, InvalidHours> {
        let mut given: [Option<Vec<Stretch>>; 7] = Default::default();
        for (weekday, stretches) in weekdays {
            let place = usize::from(weekday).checked_sub(1).filter(|&at| at < 7);
            let Some(place) = place else {
                return Err(InvalidHours(format!(
                    "there is no weekday {weekday}; write 1 (Monday) to 7 (Sunday)"
                )));
            };
            let stretches = in_order(stretches, &WEEKDAYS[place])?;
            if given[place].replace(stretches).is_some() {
                return Err(given_twice(&WEEKDAYS[place]));
            }
        }
        let mut hours = Self {
            weekdays: given.map(Option::unwrap_or_default),
            dates: BTreeMap::new(),
        };
        for (date, DateHours { name, stretches }) in dates {
            let stretches = in_order(stretches, &date)?;
            let name = name.filter(|name| !name.is_empty());
            if name
                .as_ref()
                .is_some_and(|name| MAX_NAME_CHARS < name.chars().count())
            {
                return Err(InvalidHours(format!(
                    "the name of {date} is longer than {MAX_NAME_CHARS} characters"
                )));
            }
            if hours
                .dates
                .insert(date, DateHours { name, stretches })
                .is_some()
            {
                return Err(given_twice(&date));
            }
            if MAX_DATES < hours.dates.len() {
                return Err(InvalidHours(format!(
                    "more than {MAX_DATES} dates; leave out those that are long past"
                )));
            }
        }
        let mut all = hours
            .weekdays
            .iter()
            .chain(hours.dates.values().map(|date| &date.stretches));
        if all.all(Vec::is_empty) {
            return Err(InvalidHours(
                "hours without any stretch: nothing would ever be worked; to let all time count, set none"
                    .to_owned(),
            ));
        }
        Ok(hours)
    }

    /// The stretches of each weekday, Monday first, those of a day in order.
    pub const fn weekdays(&self) -> &[Vec<Stretch>; 7] {
        &self.weekdays
    }

    /// The dates that have hours of their own, in order.
    pub fn dates(&self) -> impl Iterator<Item = (Day, &DateHours)> {
        self.dates.iter().map(|(day, date)| (*day, date))
    }

    /// The stretches of a day, in order.
    pub fn stretches_on(&self, day: Day) -> &[Stretch] {
        match self.dates.get(&day) {
            Some(date) => &date.stretches,
            None => &self.weekdays[usize::from(day.weekday()) - 1],
        }
    }

    /// Whether all days before `day` have the same stretches as in `other`.
    pub fn agrees_before(&self, other: &Self, day: Day) -> bool {
        let dates = self.dates.keys().chain(other.dates.keys());
        self.weekdays == other.weekdays
            && dates
                .filter(|&&date| date < day)
                .all(|&date| self.stretches_on(date) == other.stretches_on(date))
    }

    /// As the database keeps it.
    pub(crate) fn to_json(&self) -> String {
        let minutes = |stretches: &[Stretch]| stretches.iter().map(|it| (it.from, it.to)).collect();
        let stored = Stored {
            weekdays: self
                .weekdays
                .iter()
                .map(|stretches| minutes(stretches))
                .collect(),
            dates: self
                .dates()
                .map(|(day, date)| StoredDate {
                    day: day.number(),
                    name: date.name.clone(),
                    stretches: minutes(&date.stretches),
                })
                .collect(),
        };
        serde_json::to_string(&stored).expect("numbers and texts can be written")
    }

    /// What [`to_json`](Self::to_json) wrote; `None` for anything else.
    pub(crate) fn from_json(text: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        let stretches = |of: Vec<(u16, u16)>| {
            let stretch =
                |(from, to): (u16, u16)| Stretch::parse(&text_of(from)?, &text_of(to)?).ok();
            of.into_iter().map(stretch).collect::<Option<Vec<_>>>()
        };
        let mut weekdays = Vec::new();
        for (of, weekday) in stored.weekdays.into_iter().zip(1..) {
            weekdays.push((weekday, stretches(of)?));
        }
        let mut dates = Vec::new();
        for StoredDate {
            day,
            name,
            stretches: of,
        } in stored.dates
        {
            let stretches = stretches(of)?;
            dates.push((Day::from_number(day), DateHours { name, stretches }));
        }
        Self::new(weekdays, dates).ok()
    }
}

fn text_of(minute: u16) -> Option<String> {
    (minute <= DAY_MINUTES).then(|| text(minute))
}

/// Hours as JSON: minutes of a day, days since 1970-01-01.
#[derive(Serialize, Deserialize)]
struct Stored {
    weekdays: Vec<Vec<(u16, u16)>>,
    dates: Vec<StoredDate>,
}

#[derive(Serialize, Deserialize)]
struct StoredDate {
    day: i32,
    name: Option<String>,
    stretches: Vec<(u16, u16)>,
}

fn given_twice(what: &dyn std::fmt::Display) -> InvalidHours {
    InvalidHours(format!(
        "{what} is given twice; write all its stretches in one place"
    ))
}

/// The stretches ascending, where none overlap.
fn in_order(
    mut stretches: Vec<Stretch>,
    of: &dyn std::fmt::Display,
) -> Result<Vec<Stretch>, InvalidHours> {
    if MAX_STRETCHES < stretches.len() {
        return Err(InvalidHours(format!(
            "{of}: more than {MAX_STRETCHES} stretches; write fewer, longer ones"
        )));
    }
    stretches.sort_unstable();
    match stretches.windows(2).find(|pair| pair[1].from < pair[0].to) {
        Some(pair) => Err(InvalidHours(format!(
            "{of}: {} and {} overlap; write one stretch for both",
            pair[0], pair[1]
        ))),
        None => Ok(stretches),
    }
}

/// The time that is worked in a zone by some business hours.
///
/// ```
/// use caseload_schema::{hours::{BusinessHours, Stretch, WorkingTime}, instant::Instant, zone::Zone};
/// let nine_to_five = vec![Stretch::parse("09:00", "17:00").unwrap()];
/// let hours = BusinessHours::new((1..=5).map(|day| (day, nine_to_five.clone())), []).unwrap();
/// let rome = WorkingTime::new(Zone::parse("Europe/Rome").unwrap(), hours);
/// let at = |text| Instant::parse(text).unwrap();
/// // From Friday, 16:30, to Monday, 09:15.
/// assert_eq!(rome.seconds_between(at("2026-05-01T16:30:00+02:00"), at("2026-05-04T09:15:00+02:00")), 45 * 60);
/// ```
#[derive(Debug)]
pub struct WorkingTime {
    zone: Zone,
    hours: BusinessHours,
    /// Of each year from [`FIRST_YEAR`] on, once it is asked for.
    years: Vec<OnceLock<WorkedYear>>,
}

/// The two clocks of a workspace: all time in its zone, and what of it is worked.
#[derive(Debug, Clone)]
pub struct Clocks {
    /// Its zone.
    pub zone: Zone,
    /// Its business hours; `None` where none are set, and all time is worked.
    pub working: Option<Arc<WorkingTime>>,
}

impl Clocks {
    /// Of a zone and the hours set in it, if any.
    pub fn new(zone: Zone, hours: Option<BusinessHours>) -> Self {
        let working = hours.map(|hours| Arc::new(WorkingTime::new(zone, hours)));
        Self { zone, working }
    }
}

impl From<Zone> for Clocks {
    /// Without business hours.
    fn from(zone: Zone) -> Self {
        Self::new(zone, None)
    }
}

/// The local year of 1970-01-01T00:00:00Z in America, before which there are no facts.
const FIRST_YEAR: i32 = 1_969;
const KEPT_YEARS: usize = 256;

const MICROS: i64 = 1_000_000;

impl WorkingTime {
    /// By these hours in that zone.
    pub fn new(zone: Zone, hours: BusinessHours) -> Self {
        Self {
            zone,
            hours,
            years: std::iter::repeat_with(OnceLock::new)
                .take(KEPT_YEARS)
                .collect(),
        }
    }

    /// The hours.
    pub const fn hours(&self) -> &BusinessHours {
        &self.hours
    }

    /// Whole seconds of the time from `from` to `to` that are worked, summed in microseconds and then cut; 0 where `to` comes first.
    pub fn seconds_between(&self, from: Instant, to: Instant) -> u64 {
        if to <= from {
            return 0;
        }
        // A day more on either side: where clocks are set back over New Year, a stretch of the new year has begun before.
        let first = self.zone.day_of(from).plus(-1).date().year();
        let last = self.zone.day_of(to).next().date().year();
        let worked: i64 = (first..=last)
            .map(|year| {
                self.with_year(year, |year| {
                    year.until(to.micros()) - year.until(from.micros())
                })
            })
            .sum();
        worked.cast_unsigned() / MICROS.cast_unsigned()
    }

    fn with_year<T>(&self, year: i32, read: impl FnOnce(&WorkedYear) -> T) -> T {
        let make = || WorkedYear::of(self.zone, &self.hours, year);
        let kept = usize::try_from(year - FIRST_YEAR)
            .ok()
            .and_then(|at| self.years.get(at));
        match kept {
            Some(kept) => read(kept.get_or_init(make)),
            None => read(&make()),
        }
    }
}

/// The stretches of the days of one local year, as instants.
#[derive(Debug)]
struct WorkedYear(Vec<Worked>);

/// Microseconds since 1970-01-01T00:00:00Z, half open.
#[derive(Debug)]
struct Worked {
    from: i64,
    to: i64,
    /// How much of the year was worked before.
    before: i64,
}

impl WorkedYear {
    fn of(zone: Zone, hours: &BusinessHours, year: i32) -> Self {
        let new_year = |year| {
            chrono::NaiveDate::from_ymd_opt(year, 1, 1).map_or(Day::from_number(0), Day::from_date)
        };
        let mut stretches = Vec::new();
        let mut before = 0;
        for day in new_year(year).until(new_year(year + 1)) {
            for stretch in hours.stretches_on(day) {
                let edge = |minute: u16| zone.first_at_or_past(day, minute.into()).micros();
                let (from, to) = (edge(stretch.from), edge(stretch.to));
                if from < to {
                    stretches.push(Worked { from, to, before });
                    before += to - from;
                }
            }
        }
        Self(stretches)
    }

    /// How much of the year was worked until `at`.
    fn until(&self, at: i64) -> i64 {
        let begun = self.0.partition_point(|stretch| stretch.from < at);
        begun.checked_sub(1).map_or(0, |last| {
            let Worked { from, to, before } = self.0[last];
            before + at.min(to) - from
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(of: &[(&str, &str)]) -> Vec<Stretch> {
        of.iter()
            .map(|(from, to)| Stretch::parse(from, to).unwrap())
            .collect()
    }

    fn day(of: &str) -> Day {
        Day::parse(of).unwrap()
    }

    fn every_day(of: &[(&str, &str)]) -> BusinessHours {
        BusinessHours::new((1..=7).map(|weekday| (weekday, stretches(of))), []).unwrap()
    }

    fn check(zone: &str, hours: BusinessHours, (from, to): (&str, &str), minutes: u64) {
        let time = WorkingTime::new(Zone::parse(zone).unwrap(), hours);
        let at = |text: &str| Instant::parse(text).unwrap();
        assert_eq!(time.seconds_between(at(from), at(to)), minutes * 60);
    }

    #[test]
    fn what_is_no_time_is_refused_by_name() {
        for (from, to) in [
            ("9:00", "17:00"),
            ("09:60", "17:00"),
            ("09:00", "24:01"),
            ("09:00", "25:00"),
            ("", "17:00"),
            ("+9:00", "17:00"),
            ("09:00:00", "17:00"),
        ] {
            let error = Stretch::parse(from, to).unwrap_err().to_string();
            assert!(error.contains("is no time; write HH:MM"), "{error}");
        }
        for (from, to) in [("17:00", "09:00"), ("09:00", "09:00"), ("24:00", "24:00")] {
            let error = Stretch::parse(from, to).unwrap_err().to_string();
            assert!(error.contains("two stretches, one on each day"), "{error}");
        }
    }

    #[test]
    fn days_have_their_hours_once_and_without_overlaps() {
        let nine = stretches(&[("09:00", "12:00")]);
        let error = |weekdays: Vec<(u8, Vec<Stretch>)>, dates: Vec<(Day, DateHours)>| {
            BusinessHours::new(weekdays, dates).unwrap_err().to_string()
        };
        let closed = || (day("2026-12-25"), DateHours::default());
        assert!(
            error(vec![(2, nine.clone()), (2, vec![])], vec![])
                .starts_with("Tuesday is given twice")
        );
        assert!(error(vec![(8, nine.clone())], vec![]).contains("no weekday 8"));
        assert!(error(vec![(0, nine.clone())], vec![]).contains("no weekday 0"));
        assert!(
            error(vec![(1, nine)], vec![closed(), closed()])
                .starts_with("2026-12-25 is given twice")
        );
        assert!(error(vec![(1, vec![])], vec![closed()]).starts_with("hours without any stretch"));
        let touching = stretches(&[("12:00", "13:00"), ("09:00", "12:00")]);
        let hours = BusinessHours::new([(1, touching)], []).unwrap();
        assert_eq!(hours.weekdays()[0][0].to_string(), "09:00-12:00");
    }

    #[test]
    fn hours_are_read_back_as_they_were_written() {
        let closed = DateHours {
            name: Some("Christmas".to_owned()),
            stretches: vec![],
        };
        let short = DateHours {
            name: None,
            stretches: stretches(&[("00:00", "00:01"), ("23:00", "24:00")]),
        };
        let dates = [(day("2026-12-25"), closed), (day("2026-12-31"), short)];
        let hours = BusinessHours::new([(7, stretches(&[("10:00", "11:00")]))], dates).unwrap();
        assert_eq!(BusinessHours::from_json(&hours.to_json()), Some(hours));
        assert_eq!(BusinessHours::from_json("{}"), None);
    }

    #[test]
    fn a_date_replaces_its_weekday() {
        let short = DateHours {
            name: None,
            stretches: stretches(&[("09:00", "10:00")]),
        };
        let hours = BusinessHours::new(
            (1..=7).map(|weekday| (weekday, stretches(&[("09:00", "17:00")]))),
            [
                (day("2026-05-05"), short),
                (day("2026-05-06"), DateHours::default()),
            ],
        );
        let days = ("2026-05-04T00:00:00Z", "2026-05-08T00:00:00Z");
        check("UTC", hours.unwrap(), days, 8 * 60 + 60 + 8 * 60);
    }

    #[test]
    fn a_skipped_hour_is_not_worked_and_a_repeated_one_is_worked_twice() {
        let night = every_day(&[("00:00", "06:00")]);
        let spring = ("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
        let autumn = ("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z");
        check("Europe/Berlin", night.clone(), spring, 5 * 60);
        check("Europe/Berlin", night, autumn, 7 * 60);
        let within_the_gap = every_day(&[("02:10", "02:50")]);
        check("Europe/Berlin", within_the_gap.clone(), spring, 0);
        // Shown twice; the stretch is over when its end is first passed.
        check("Europe/Berlin", within_the_gap, autumn, 40);
        let over_the_fold = every_day(&[("02:30", "03:10")]);
        check("Europe/Berlin", over_the_fold, autumn, 40 + 60);
    }

    #[test]
    fn a_day_that_a_zone_skipped_has_no_hours() {
        let hours = every_day(&[("09:00", "17:00")]);
        let over_the_date_line = ("2011-12-29T10:00:00Z", "2012-01-01T09:59:00Z");
        // From the midnight that begins 29 December to 23:59 on 1 January: 29 and 31 December, and 1 January.
        check("Pacific/Apia", hours, over_the_date_line, 3 * 8 * 60);
    }

    #[test]
    fn years_add_up() {
        let hours = every_day(&[("00:00", "24:00")]);
        let years = ("2019-06-01T12:00:00Z", "2024-06-01T12:00:00Z");
        check("Asia/Tokyo", hours, years, (5 * 365 + 2) * 24 * 60);
    }

    #[test]
    fn a_fraction_of_a_second_is_cut_at_the_end() {
        let hours = every_day(&[("09:00", "10:00"), ("11:00", "12:00")]);
        let time = WorkingTime::new(Zone::UTC, hours);
        let at = |text: &str| Instant::parse(text).unwrap();
        let (from, to) = (at("2026-05-04T09:59:59.4Z"), at("2026-05-04T11:00:00.5Z"));
        assert_eq!(time.seconds_between(from, to), 1);
        assert_eq!(time.seconds_between(to, from), 0);
    }

    #[test]
    fn hours_agree_before_a_day_where_only_later_dates_differ() {
        let all = every_day(&[("09:00", "17:00")]);
        let with = |date: &str| {
            let weekdays = (1..=7).map(|weekday| (weekday, stretches(&[("09:00", "17:00")])));
            BusinessHours::new(weekdays, [(day(date), DateHours::default())]).unwrap()
        };
        assert!(all.agrees_before(&with("2026-05-04"), day("2026-05-04")));
        assert!(!all.agrees_before(&with("2026-05-04"), day("2026-05-05")));
        assert!(!all.agrees_before(&every_day(&[("09:00", "18:00")]), day("1970-01-01")));
    }
}
