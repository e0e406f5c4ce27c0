//! Periods as they are asked for, and the earlier ones that they are compared with.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};

use super::time::{Span, preset};

/// What a query asks for, so many comparisons back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A range of days, which a preset of days is too.
    Days(Span),
    /// A preset of weeks, months, quarters or years at a day, so many weeks or months before.
    Calendar {
        name: &'static str,
        today: NaiveDate,
        back: u32,
    },
}

/// The names of the comparisons.
pub(crate) const COMPARISONS: [&str; 2] = ["PERIOD", "YEAR_BEFORE"];

impl From<Span> for Asked {
    fn from(span: Span) -> Self {
        Self::Days(span)
    }
}

impl Asked {
    /// A preset, as it is taken at `today`.
    pub(crate) fn preset(name: &'static str, today: NaiveDate) -> Self {
        match months_of(name) {
            None if !name.ends_with("WEEK") => Self::Days(preset(name, today)),
            _ => Self::Calendar {
                name,
                today,
                back: 0,
            },
        }
    }

    pub(crate) fn span(self) -> Span {
        let (name, today, back) = match self {
            Self::Days(span) => return span,
            Self::Calendar { name, today, back } => (name, today, back),
        };
        let now = preset(name, today);
        let Some(months) = months_of(name) else {
            let days = Days::new(7 * u64::from(back));
            return Span {
                from: now.from - days,
                to: now.to - days,
            };
        };
        let from = same_day(now.from, back);
        let to = if name.starts_with("LAST") {
            // Months later by number, since what lies between can't be counted in days.
            first_after(from, months) - Days::new(1)
        } else {
            same_day(today, back)
        };
        Span { from, to }
    }

    pub(crate) fn previous(self, by: &str) -> Self {
        let year = by == "YEAR_BEFORE";
        match self {
            Self::Calendar { name, today, back } => {
                let one = match months_of(name) {
                    None if year => 52,
                    None => 1,
                    Some(_) if year => 12,
                    Some(months) => months,
                };
                Self::Calendar {
                    name,
                    today,
                    back: back + one,
                }
            }
            Self::Days(span) if year => Self::Days(Span {
                from: same_day(span.from, 12),
                to: same_day(span.to, 12),
            }),
            Self::Days(span) => Self::Days(span.previous()),
        }
    }
}

/// How many months a preset of the calendar has; `None` of weeks and days.
fn months_of(name: &str) -> Option<u32> {
    match name.split_once('_') {
        Some((_, "MONTH")) => Some(1),
        Some((_, "QUARTER")) => Some(3),
        Some((_, "YEAR")) => Some(12),
        _ => None,
    }
}

/// The day with the same number, so many months before; the last one that the month has where it has no such day.
fn same_day(day: NaiveDate, months: u32) -> NaiveDate {
    let number = day.year() * 12 + day.month() as i32 - 1 - months as i32;
    let (year, month) = (number.div_euclid(12), number.rem_euclid(12) as u32 + 1);
    let mut days = (1..=day.day()).rev();
    days.find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
        .expect("every month has a first")
}

/// The first of the month that comes so many months after that of `first`.
fn first_after(first: NaiveDate, months: u32) -> NaiveDate {
    let number = first.month() - 1 + months;
    let year = first.year() + (number / 12) as i32;
    NaiveDate::from_ymd_opt(year, number % 12 + 1, 1).expect("a month")
}

/// A period as an answer names it.
pub(crate) fn days_json(asked: Asked) -> Value {
    let span = asked.span();
    json!({
        "from": span.from.to_string(), "to": span.to.to_string(), "days": span.days().len(),
    })
}
