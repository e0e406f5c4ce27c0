//! What a period was asked for as, and the earlier period that it is compared with.

use super::{Period, Preset};
use crate::day::Day;

/// Which earlier period a period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// The one before: of a preset of the calendar the week, month, quarter or year before, of any other period as many days
    /// that end on the day before it begins.
    Period,
    /// A year earlier: a preset of the calendar moves by 52 weeks or 12 months, any other period to the same dates.
    YearBefore,
}

/// A period, with the preset that it was asked for as if that follows the calendar. The rule by which it is compared depends
/// on that: 1 to 31 March as `LAST_MONTH` is compared with February, as a range of days with the 31 days before it.
///
/// ```
/// use caseload_schema::{day::Day, period::{Comparison, Preset, Timeframe}};
/// let today = Day::parse("2026-03-31").unwrap();
/// let march = Timeframe::preset(Preset::ThisMonth, today);
/// assert_eq!(march.period().to_string(), "2026-03-01..2026-03-31");
/// let february = march.previous(Comparison::Period);
/// assert_eq!(february.period().to_string(), "2026-02-01..2026-02-28"); // it has no 31st
/// let january = february.previous(Comparison::Period); // one month before that, counted from today again
/// assert_eq!(january.period().to_string(), "2026-01-01..2026-01-31");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeframe {
    period: Period,
    calendar: Option<Calendar>,
}

impl Timeframe {
    /// The named period at `today`.
    pub fn preset(preset: Preset, today: Day) -> Self {
        let days = |period: Period| Self::from(period);
        let to_date = |unit| Self::from(Calendar::to_date(unit, today));
        let whole_before = |unit| Self::from(Calendar::whole_before(unit, today));
        match preset {
            Preset::Today => days(Period::day(today)),
            Preset::Yesterday => days(Period::day(today.plus(-1))),
            Preset::Last7Days => days(Period::last(7, today)),
            Preset::Last30Days => days(Period::last(30, today)),
            Preset::Last90Days => days(Period::last(90, today)),
            Preset::ThisWeek => to_date(Unit::Week),
            Preset::LastWeek => whole_before(Unit::Week),
            Preset::ThisMonth => to_date(Unit::Month),
            Preset::LastMonth => whole_before(Unit::Month),
            Preset::ThisQuarter => to_date(Unit::Quarter),
            Preset::LastQuarter => whole_before(Unit::Quarter),
            Preset::ThisYear => to_date(Unit::Year),
            Preset::LastYear => whole_before(Unit::Year),
        }
    }

    /// Its days.
    pub const fn period(self) -> Period {
        self.period
    }

    /// The earlier period that it is compared with. That of an earlier one follows the same rule.
    #[must_use]
    pub fn previous(self, by: Comparison) -> Self {
        match (self.calendar, by) {
            (Some(calendar), by) => calendar.earlier(by).into(),
            (None, Comparison::Period) => self.period.previous().into(),
            (None, Comparison::YearBefore) => self.period.year_before().into(),
        }
    }
}

impl From<Period> for Timeframe {
    /// A range of days, which does not follow the calendar.
    fn from(period: Period) -> Self {
        Self {
            period,
            calendar: None,
        }
    }
}

impl From<Calendar> for Timeframe {
    fn from(calendar: Calendar) -> Self {
        Self {
            period: calendar.period(),
            calendar: Some(calendar),
        }
    }
}

/// A week, month, quarter or year as seen from a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Calendar {
    unit: Unit,
    part: Part,
    today: Day,
    /// How far before today, in weeks or months. The day itself is not kept: moved once more, a day that a short month has
    /// clamped would stay clamped (31 March, 28 February, 28 January).
    back: i32,
}

/// How much of a unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All of it.
    Whole,
    /// From its first day to the day that corresponds to today.
    ToDate,
}

/// What the calendar is divided into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Week,
    Month,
    Quarter,
    Year,
}

impl Calendar {
    /// The unit that holds `today`, up to that day.
    const fn to_date(unit: Unit, today: Day) -> Self {
        Self {
            unit,
            part: Part::ToDate,
            today,
            back: 0,
        }
    }

    /// The whole unit before the one that holds `today`.
    const fn whole_before(unit: Unit, today: Day) -> Self {
        Self {
            unit,
            part: Part::Whole,
            today,
            back: unit.steps(Comparison::Period),
        }
    }

    const fn earlier(self, by: Comparison) -> Self {
        Self {
            back: self.back.saturating_add(self.unit.steps(by)),
            ..self
        }
    }

    fn period(self) -> Period {
        let day = self.unit.back(self.today, self.back);
        Period {
            from: self.unit.start(day),
            to: match self.part {
                Part::Whole => self.unit.end(day),
                Part::ToDate => day,
            },
        }
    }
}

impl Unit {
    /// How far back the earlier one lies, in weeks or months.
    const fn steps(self, by: Comparison) -> i32 {
        match (self, by) {
            (Self::Week | Self::Month, Comparison::Period) => 1,
            (Self::Quarter, Comparison::Period) => 3,
            (Self::Week, Comparison::YearBefore) => 52,
            (Self::Year, Comparison::Period)
            | (Self::Month | Self::Quarter | Self::Year, Comparison::YearBefore) => 12,
        }
    }

    /// The day that corresponds to `day` that many weeks or months before.
    fn back(self, day: Day, steps: i32) -> Day {
        match self {
            Self::Week => day.plus(steps.saturating_mul(-7)),
            Self::Month | Self::Quarter | Self::Year => day.plus_months(-steps),
        }
    }

    fn start(self, day: Day) -> Day {
        match self {
            Self::Week => day.week_start(),
            Self::Month => day.month_start(),
            Self::Quarter => day.quarter_start(),
            Self::Year => day.year_start(),
        }
    }

    fn end(self, day: Day) -> Day {
        let one_later = -self.steps(Comparison::Period);
        self.back(self.start(day), one_later).plus(-1)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Comparison::{Period as Before, YearBefore},
        *,
    };

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[track_caller]
    fn check(preset: Preset, today: &str, steps: &[Comparison], expected: &str) {
        let asked = Timeframe::preset(preset, day(today));
        let earlier = steps.iter().fold(asked, |at, by| at.previous(*by));
        assert_eq!(
            earlier.period().to_string(),
            expected,
            "{preset:?} on {today}"
        );
    }

    #[track_caller]
    fn check_range((from, to): (&str, &str), steps: &[Comparison], expected: &str) {
        let asked = Timeframe::from(Period::new(day(from), day(to)).unwrap());
        let earlier = steps.iter().fold(asked, |at, by| at.previous(*by));
        assert_eq!(earlier.period().to_string(), expected, "{from} to {to}");
    }

    #[test]
    fn whole_units_are_compared_with_the_whole_one_before() {
        check(
            Preset::LastWeek,
            "2026-03-31",
            &[Before],
            "2026-03-16..2026-03-22",
        );
        check(
            Preset::LastMonth,
            "2026-03-31",
            &[Before],
            "2026-01-01..2026-01-31",
        );
        check(
            Preset::LastMonth,
            "2024-04-30",
            &[Before],
            "2024-02-01..2024-02-29",
        );
        check(
            Preset::LastQuarter,
            "2026-05-31",
            &[Before],
            "2025-10-01..2025-12-31",
        );
        check(
            Preset::LastYear,
            "2024-02-29",
            &[Before],
            "2022-01-01..2022-12-31",
        );
    }

    #[test]
    fn units_to_date_are_compared_with_the_same_stretch_clamped_to_short_months() {
        check(
            Preset::ThisWeek,
            "2026-03-31",
            &[Before],
            "2026-03-23..2026-03-24",
        );
        check(
            Preset::ThisMonth,
            "2026-03-31",
            &[Before],
            "2026-02-01..2026-02-28",
        );
        check(
            Preset::ThisMonth,
            "2024-03-30",
            &[Before],
            "2024-02-01..2024-02-29",
        );
        check(
            Preset::ThisMonth,
            "2026-01-31",
            &[Before],
            "2025-12-01..2025-12-31",
        );
        // The second month of the quarter before is February.
        check(
            Preset::ThisQuarter,
            "2026-05-31",
            &[Before],
            "2026-01-01..2026-02-28",
        );
        check(
            Preset::ThisQuarter,
            "2026-12-31",
            &[Before],
            "2026-07-01..2026-09-30",
        );
        check(
            Preset::ThisYear,
            "2024-02-29",
            &[Before],
            "2023-01-01..2023-02-28",
        );
        check(
            Preset::ThisYear,
            "2026-12-31",
            &[Before],
            "2025-01-01..2025-12-31",
        );
    }

    #[test]
    fn a_year_before_moves_weeks_by_52_and_all_else_of_the_calendar_by_12_months() {
        // Thursday of week 53 of 2026 meets Thursday of week 1 of the same year.
        check(
            Preset::ThisWeek,
            "2026-12-31",
            &[YearBefore],
            "2025-12-29..2026-01-01",
        );
        check(
            Preset::LastWeek,
            "2027-01-04",
            &[YearBefore],
            "2025-12-29..2026-01-04",
        );
        check(
            Preset::ThisMonth,
            "2024-02-29",
            &[YearBefore],
            "2023-02-01..2023-02-28",
        );
        check(
            Preset::LastMonth,
            "2025-03-01",
            &[YearBefore],
            "2024-02-01..2024-02-29",
        );
        check(
            Preset::ThisQuarter,
            "2026-05-14",
            &[YearBefore],
            "2025-04-01..2025-05-14",
        );
        check(
            Preset::LastQuarter,
            "2026-05-14",
            &[YearBefore],
            "2025-01-01..2025-03-31",
        );
        check(
            Preset::ThisYear,
            "2024-02-29",
            &[YearBefore],
            "2023-01-01..2023-02-28",
        );
        check(
            Preset::LastYear,
            "2024-02-29",
            &[YearBefore],
            "2022-01-01..2022-12-31",
        );
    }

    #[test]
    fn steps_back_count_from_today_again() {
        check(
            Preset::ThisMonth,
            "2026-03-31",
            &[Before, Before],
            "2026-01-01..2026-01-31",
        );
        check(
            Preset::ThisMonth,
            "2024-03-31",
            &[YearBefore, Before],
            "2023-02-01..2023-02-28",
        );
        check(
            Preset::ThisMonth,
            "2024-03-31",
            &[Before, YearBefore],
            "2023-02-01..2023-02-28",
        );
        // 29 February of a leap year, four years back.
        check(
            Preset::ThisYear,
            "2024-02-29",
            &[YearBefore, Before, Before, YearBefore],
            "2020-01-01..2020-02-29",
        );
        check(
            Preset::ThisWeek,
            "2026-12-31",
            &[Before, YearBefore],
            "2025-12-22..2025-12-25",
        );
        check(
            Preset::LastQuarter,
            "2026-05-31",
            &[Before, Before],
            "2025-07-01..2025-09-30",
        );
    }

    #[test]
    fn days_are_compared_with_as_many_before_or_with_the_same_dates_a_year_earlier() {
        check(
            Preset::Today,
            "2026-03-01",
            &[Before],
            "2026-02-28..2026-02-28",
        );
        check(
            Preset::Yesterday,
            "2026-03-01",
            &[Before],
            "2026-02-27..2026-02-27",
        );
        check(
            Preset::Last7Days,
            "2026-03-04",
            &[Before, Before],
            "2026-02-12..2026-02-18",
        );
        check(
            Preset::Today,
            "2024-02-29",
            &[YearBefore],
            "2023-02-28..2023-02-28",
        );
        // Six days: the seventh is 29 February.
        check(
            Preset::Last7Days,
            "2024-03-01",
            &[YearBefore],
            "2023-02-24..2023-03-01",
        );
        // A range counts from the one at hand: what 29 February has become stays.
        check_range(
            ("2024-02-29", "2024-02-29"),
            &[YearBefore; 4],
            "2020-02-28..2020-02-28",
        );
        check_range(
            ("2026-03-01", "2026-03-31"),
            &[Before],
            "2026-01-29..2026-02-28",
        );
        check_range(
            ("2026-03-01", "2026-03-31"),
            &[YearBefore],
            "2025-03-01..2025-03-31",
        );
        check_range(
            ("2026-03-02", "2026-03-04"),
            &[YearBefore, Before],
            "2025-02-27..2025-03-01",
        );
    }
}
