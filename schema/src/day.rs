//! Calendar days.

use chrono::{Datelike, Months, NaiveDate};

/// A calendar day of the proleptic Gregorian calendar, without a zone.
///
/// ```
/// use caseload_schema::day::Day;
/// let leap = Day::parse("2024-02-29").unwrap();
/// assert_eq!(leap.next().to_string(), "2024-03-01");
/// assert_eq!(leap.plus(-60).to_string(), "2023-12-31");
/// assert_eq!(leap.number(), 19_782); // days since 1970-01-01
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// From days since 1970-01-01.
    pub const fn from_number(days: i32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// From chrono's type.
    pub fn from_date(date: NaiveDate) -> Self {
        Self(date.to_epoch_days())
    }

    /// As chrono's type.
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.0).unwrap_or(if self.0 < 0 {
            NaiveDate::MIN
        } else {
            NaiveDate::MAX
        })
    }

    /// Reads `YYYY-MM-DD`, exactly so.
    ///
    /// ```
    /// use caseload_schema::day::Day;
    /// assert_eq!(Day::parse("2024-02-29").unwrap().to_string(), "2024-02-29");
    /// assert!(Day::parse("2023-02-29").is_none());
    /// assert!(Day::parse("2023-2-9").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|_| shaped)
            .map(Self::from_date)
    }

    /// The day `count` days later (earlier where negative).
    #[must_use]
    pub const fn plus(self, count: i32) -> Self {
        Self(self.0.saturating_add(count))
    }

    /// The day after.
    #[must_use]
    pub const fn next(self) -> Self {
        self.plus(1)
    }

    /// The same day of the month `count` months later (earlier where negative); the last day where that month is shorter.
    ///
    /// ```
    /// use caseload_schema::day::Day;
    /// let last_of_march = Day::parse("2026-03-31").unwrap();
    /// assert_eq!(last_of_march.plus_months(-1).to_string(), "2026-02-28");
    /// assert_eq!(last_of_march.plus_months(12).to_string(), "2027-03-31");
    /// ```
    #[must_use]
    pub fn plus_months(self, count: i32) -> Self {
        let months = Months::new(count.unsigned_abs());
        let moved = if count < 0 {
            self.date().checked_sub_months(months)
        } else {
            self.date().checked_add_months(months)
        };
        moved.map_or(self, Self::from_date)
    }

    /// ISO weekday: 1 is Monday, 7 is Sunday.
    ///
    /// ```
    /// use caseload_schema::day::Day;
    /// assert_eq!(Day::parse("1970-01-01").unwrap().weekday(), 4);
    /// ```
    pub const fn weekday(self) -> u8 {
        ((self.0 as i64 + 3).rem_euclid(7) + 1) as u8
    }

    /// The Monday of this day's ISO week.
    ///
    /// ```
    /// use caseload_schema::day::Day;
    /// let new_year = Day::parse("2026-01-01").unwrap(); // a Thursday
    /// assert_eq!(new_year.week_start().to_string(), "2025-12-29");
    /// ```
    #[must_use]
    pub const fn week_start(self) -> Self {
        self.plus(1 - self.weekday() as i32)
    }

    /// The first day of this day's month.
    #[must_use]
    pub fn month_start(self) -> Self {
        Self::from_date(self.date().with_day(1).unwrap_or_else(|| self.date()))
    }

    /// The first day of this day's calendar quarter.
    ///
    /// ```
    /// use caseload_schema::day::Day;
    /// let day = Day::parse("2026-05-14").unwrap();
    /// assert_eq!(day.quarter_start().to_string(), "2026-04-01");
    /// assert_eq!(day.year_start().to_string(), "2026-01-01");
    /// ```
    #[must_use]
    pub fn quarter_start(self) -> Self {
        let date = self.date();
        Self::from_date(
            NaiveDate::from_ymd_opt(date.year(), date.month0() / 3 * 3 + 1, 1).unwrap_or(date),
        )
    }

    /// The first of January of this day's year.
    #[must_use]
    pub fn year_start(self) -> Self {
        let date = self.date();
        Self::from_date(NaiveDate::from_ymd_opt(date.year(), 1, 1).unwrap_or(date))
    }

    /// Every day of `[self, end)`.
    ///
    /// ```
    /// use caseload_schema::day::Day;
    /// let (from, end) = (Day::parse("2026-02-27").unwrap(), Day::parse("2026-03-01").unwrap());
    /// let days: Vec<_> = from.until(end).map(|day| day.to_string()).collect();
    /// assert_eq!(days, ["2026-02-27", "2026-02-28"]); // the end is not among them
    /// ```
    pub fn until(self, end: Self) -> impl DoubleEndedIterator<Item = Self> {
        (self.0..end.0).map(Self)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.date().format("%Y-%m-%d"))
    }
}

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.date()
    }
}
