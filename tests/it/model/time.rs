//! Days, periods and buckets.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};

/// Two days, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

impl Span {
    pub(crate) fn holds(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    pub(crate) fn days(self) -> Vec<NaiveDate> {
        let mut days = Vec::new();
        let mut day = self.from;
        while day <= self.to {
            days.push(day);
            day = day + Days::new(1);
        }
        days
    }

    pub(crate) fn previous(self) -> Self {
        let days = Days::new(self.days().len() as u64);
        Self {
            from: self.from - days,
            to: self.from - Days::new(1),
        }
    }

    /// One bucket for each run of days with the same year, month, week or date.
    pub(crate) fn buckets(self, by: &str) -> Vec<Self> {
        let mut buckets: Vec<Self> = Vec::new();
        let mut last = None;
        for day in self.days() {
            let name = match by {
                "YEAR" => day.format("%Y").to_string(),
                "MONTH" => day.format("%Y-%m").to_string(),
                "WEEK" => day.format("%G-W%V").to_string(),
                _ => day.to_string(),
            };
            match buckets.last_mut() {
                Some(bucket) if last.as_ref() == Some(&name) => bucket.to = day,
                _ => buckets.push(Self { from: day, to: day }),
            }
            last = Some(name);
        }
        buckets
    }

    /// As the argument of a query.
    pub(crate) fn input(self) -> Value {
        json!({"between": {"from": self.from.to_string(), "to": self.to.to_string()}})
    }
}

fn first_of(year: i32, month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, 1).expect("a month")
}

/// The named period at `today`.
pub(crate) fn preset(name: &str, today: NaiveDate) -> Span {
    let ago = |days: u64| today - Days::new(days);
    let since_monday = u64::from(today.weekday().num_days_from_monday());
    let month = first_of(today.year(), today.month());
    let quarter = first_of(today.year(), (today.month() - 1) / 3 * 3 + 1);
    let year = first_of(today.year(), 1);
    let eve = |day: NaiveDate| day - Days::new(1);
    let (from, to) = match name {
        "TODAY" => (today, today),
        "YESTERDAY" => (ago(1), ago(1)),
        "LAST_7_DAYS" => (ago(6), today),
        "LAST_30_DAYS" => (ago(29), today),
        "LAST_90_DAYS" => (ago(89), today),
        "THIS_WEEK" => (ago(since_monday), today),
        "LAST_WEEK" => (ago(since_monday + 7), ago(since_monday + 1)),
        "THIS_MONTH" => (month, today),
        "LAST_MONTH" => (first_of(eve(month).year(), eve(month).month()), eve(month)),
        "THIS_QUARTER" => (quarter, today),
        "LAST_QUARTER" => (
            first_of(eve(quarter).year(), eve(quarter).month() - 2),
            eve(quarter),
        ),
        "THIS_YEAR" => (year, today),
        "LAST_YEAR" => (first_of(today.year() - 1, 1), eve(year)),
        other => panic!("no preset {other}"),
    };
    Span { from, to }
}

pub(crate) const PRESETS: [&str; 13] = [
    "TODAY",
    "YESTERDAY",
    "LAST_7_DAYS",
    "LAST_30_DAYS",
    "LAST_90_DAYS",
    "THIS_WEEK",
    "LAST_WEEK",
    "THIS_MONTH",
    "LAST_MONTH",
    "THIS_QUARTER",
    "LAST_QUARTER",
    "THIS_YEAR",
    "LAST_YEAR",
];
