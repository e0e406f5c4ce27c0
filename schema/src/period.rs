//! Periods of days, their presets, and the buckets of a series.

mod timeframe;

pub use timeframe::{Comparison, Timeframe};

use crate::day::Day;

/// The most days that can be asked for: ten years.
pub const MAX_PERIOD_DAYS: i32 = 3_660;

/// The days from `from` to `to`, both included. Never empty, and of those that can be asked for none is longer than
/// [`MAX_PERIOD_DAYS`] (the same dates a year earlier may be a day more).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    from: Day,
    to: Day,
}

/// Why two days make no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// `from` lies after `to`.
    #[error("from ({from}) lies after to ({to})")]
    Reversed {
        /// First day asked for.
        from: Day,
        /// Last day asked for.
        to: Day,
    },
    /// More than [`MAX_PERIOD_DAYS`].
    #[error("a period has at most {MAX_PERIOD_DAYS} days, {from} to {to} has {days}")]
    TooLong {
        /// First day asked for.
        from: Day,
        /// Last day asked for.
        to: Day,
        /// Days from the one to the other, both included.
        days: i32,
    },
}

/// The named periods, each taken at a "today".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// The day itself.
    Today,
    /// The day before.
    Yesterday,
    /// Seven days that end today.
    Last7Days,
    /// Thirty days that end today.
    Last30Days,
    /// Ninety days that end today.
    Last90Days,
    /// Monday to today.
    ThisWeek,
    /// The whole ISO week before.
    LastWeek,
    /// The first of the month to today.
    ThisMonth,
    /// The whole month before.
    LastMonth,
    /// The first day of the quarter to today.
    ThisQuarter,
    /// The whole quarter before.
    LastQuarter,
    /// The first of January to today.
    ThisYear,
    /// The whole year before.
    LastYear,
}

/// How a series is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Granularity {
    /// Calendar days.
    Day,
    /// ISO weeks, Monday first.
    Week,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

impl Granularity {
    /// The first day of the bucket that holds `day`.
    #[must_use]
    pub fn start(self, day: Day) -> Day {
        match self {
            Self::Day => day,
            Self::Week => day.week_start(),
            Self::Month => day.month_start(),
            Self::Year => day.year_start(),
        }
    }

    /// The first day of the bucket after the one that holds `day`.
    ///
    /// ```
    /// use caseload_schema::{day::Day, period::Granularity};
    /// let day = Day::parse("2024-02-10").unwrap();
    /// assert_eq!(Granularity::Month.next_start(day).to_string(), "2024-03-01");
    /// assert_eq!(Granularity::Year.next_start(day).to_string(), "2025-01-01");
    /// ```
    #[must_use]
    pub fn next_start(self, day: Day) -> Day {
        let start = self.start(day);
        match self {
            Self::Day => start.next(),
            Self::Week => start.plus(7),
            Self::Month => start.plus(31).month_start(),
            Self::Year => start.plus(366).year_start(),
        }
    }
}

impl Period {
    /// The days from `from` to `to`, both included.
    ///
    /// ```
    /// use caseload_schema::{day::Day, period::{Period, PeriodError}};
    /// let (first, last) = (Day::parse("2026-05-01").unwrap(), Day::parse("2026-05-31").unwrap());
    /// assert_eq!(Period::new(first, last).unwrap().len(), 31); // days, both ends among them
    /// assert_eq!(Period::new(last, first), Err(PeriodError::Reversed { from: last, to: first }));
    /// assert!(Period::new(first, first.plus(3_660)).is_err()); // 3,661 days are more than ten years
    /// ```
    pub fn new(from: Day, to: Day) -> Result<Self, PeriodError> {
        let days = to.number().saturating_sub(from.number()).saturating_add(1);
        if days < 1 {
            return Err(PeriodError::Reversed { from, to });
        }
        if days > MAX_PERIOD_DAYS {
            return Err(PeriodError::TooLong { from, to, days });
        }
        Ok(Self { from, to })
    }

    /// One day.
    pub const fn day(day: Day) -> Self {
        Self { from: day, to: day }
    }

    /// The named period at `today`.
    ///
    /// ```
    /// use caseload_schema::{day::Day, period::{Period, Preset}};
    /// let today = Day::parse("2026-05-14").unwrap();
    /// assert_eq!(Period::preset(Preset::LastQuarter, today).to_string(), "2026-01-01..2026-03-31");
    /// assert_eq!(Period::preset(Preset::ThisWeek, today).to_string(), "2026-05-11..2026-05-14");
    /// ```
    pub fn preset(preset: Preset, today: Day) -> Self {
        Timeframe::preset(preset, today).period()
    }

    fn last(days: i32, today: Day) -> Self {
        Self {
            from: today.plus(1 - days),
            to: today,
        }
    }

    /// The first day.
    pub const fn from(self) -> Day {
        self.from
    }

    /// The last day, included.
    pub const fn to(self) -> Day {
        self.to
    }

    /// How many days it has.
    pub const fn len(self) -> i32 {
        self.to.number() - self.from.number() + 1
    }

    /// Never: a period has at least one day.
    pub const fn is_empty(self) -> bool {
        false
    }

    /// Whether `day` lies in it.
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    /// Its days, in order.
    pub fn days(self) -> impl DoubleEndedIterator<Item = Day> {
        self.from.until(self.to.next())
    }

    /// The period of as many days that ends on the day before this one begins.
    ///
    /// ```
    /// use caseload_schema::{day::Day, period::Period};
    /// let march = Period::new(Day::parse("2026-03-01").unwrap(), Day::parse("2026-03-31").unwrap()).unwrap();
    /// // 31 days, and so not the month of February.
    /// assert_eq!(march.previous().to_string(), "2026-01-29..2026-02-28");
    /// ```
    #[must_use]
    pub const fn previous(self) -> Self {
        let to = self.from.plus(-1);
        Self {
            from: to.plus(1 - self.len()),
            to,
        }
    }

    /// The same dates a year earlier; 28 February where that year has no 29th.
    ///
    /// ```
    /// use caseload_schema::{day::Day, period::Period};
    /// let leap = Period::new(Day::parse("2024-02-29").unwrap(), Day::parse("2024-03-31").unwrap()).unwrap();
    /// assert_eq!(leap.year_before().to_string(), "2023-02-28..2023-03-31");
    /// ```
    #[must_use]
    pub fn year_before(self) -> Self {
        Self {
            from: self.from.plus_months(-12),
            to: self.to.plus_months(-12),
        }
    }

    /// One bucket for each day, week, month or year that the period touches, in order; those at the ends are cut to the
    /// period.
    ///
    /// ```
    /// use caseload_schema::{day::Day, period::{Granularity, Period}};
    /// let period = Period::new(Day::parse("2026-01-30").unwrap(), Day::parse("2026-03-02").unwrap()).unwrap();
    /// let months: Vec<_> = period.buckets(Granularity::Month).map(|month| month.to_string()).collect();
    /// assert_eq!(months, ["2026-01-30..2026-01-31", "2026-02-01..2026-02-28", "2026-03-01..2026-03-02"]);
    /// ```
    pub fn buckets(self, by: Granularity) -> impl Iterator<Item = Self> {
        let mut from = self.from;
        std::iter::from_fn(move || {
            if self.to < from {
                return None;
            }
            let next = by.next_start(from);
            let bucket = Self {
                from,
                to: next.plus(-1).min(self.to),
            };
            from = next;
            Some(bucket)
        })
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}
