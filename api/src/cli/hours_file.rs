//! Business hours as an operator writes them: a TOML file.

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, anyhow};
use caseload_schema::{
    day::Day,
    hours::{BusinessHours, DateHours, Stretch},
};
use figment::{
    Figment,
    providers::{Format as _, Toml},
};
use serde::Deserialize;

/// The stretches of a day, each as `09:00-12:30`.
type Stretches = Vec<String>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursFile {
    #[serde(default)]
    monday: Stretches,
    #[serde(default)]
    tuesday: Stretches,
    #[serde(default)]
    wednesday: Stretches,
    #[serde(default)]
    thursday: Stretches,
    #[serde(default)]
    friday: Stretches,
    #[serde(default)]
    saturday: Stretches,
    #[serde(default)]
    sunday: Stretches,
    #[serde(default)]
    dates: BTreeMap<String, Stretches>,
}

/// The hours that a file holds.
pub(super) fn read(path: &Path) -> anyhow::Result<BusinessHours> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    parse(&text).with_context(|| format!("{} holds no business hours", path.display()))
}

fn parse(text: &str) -> anyhow::Result<BusinessHours> {
    let file: HoursFile = Figment::from(Toml::string(text)).extract()?;
    let weekdays = [
        ("monday", file.monday),
        ("tuesday", file.tuesday),
        ("wednesday", file.wednesday),
        ("thursday", file.thursday),
        ("friday", file.friday),
        ("saturday", file.saturday),
        ("sunday", file.sunday),
    ];
    let mut of_weekdays = Vec::new();
    for ((name, of), weekday) in weekdays.into_iter().zip(1..) {
        of_weekdays.push((weekday, stretches(name, &of)?));
    }
    let mut of_dates = Vec::new();
    for (date, of) in file.dates {
        let day = Day::parse(&date)
            .ok_or_else(|| anyhow!("dates: {date:?} is no date; write YYYY-MM-DD"))?;
        let stretches = stretches(&date, &of)?;
        of_dates.push((
            day,
            DateHours {
                name: None,
                stretches,
            },
        ));
    }
    Ok(BusinessHours::new(of_weekdays, of_dates)?)
}

fn stretches(of: &str, texts: &[String]) -> anyhow::Result<Vec<Stretch>> {
    let stretch = |text: &String| {
        let (from, to) = text.split_once('-').ok_or_else(|| {
            anyhow!("{of}: {text:?} is no stretch of time; write one such as \"09:00-12:30\"")
        })?;
        Stretch::parse(from.trim(), to.trim()).with_context(|| format!("{of}: {text:?}"))
    };
    texts.iter().map(stretch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: &str =
        "monday = [\"13:00-18:00\", \"09:00 - 12:30\"]\nsunday = [\"00:00-24:00\"]\n";

    #[track_caller]
    fn check_refused(text: &str, expected: &str) {
        let error = format!("{:#}", parse(text).unwrap_err());
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_file_has_weekdays_and_dates() {
        let text = format!("{WEEK}[dates]\n2026-12-24 = [\"09:00-12:00\"]\n2026-12-25 = []\n");
        let hours = parse(&text).unwrap();
        let on = |day: &str| {
            let stretches = hours.stretches_on(Day::parse(day).unwrap()).iter();
            stretches.map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(on("2026-12-21"), ["09:00-12:30", "13:00-18:00"]); // a Monday
        assert_eq!(on("2026-12-20"), ["00:00-24:00"]);
        assert!(on("2026-12-22").is_empty());
        assert_eq!(on("2026-12-24"), ["09:00-12:00"]);
        assert!(on("2026-12-25").is_empty());
    }

    #[test]
    fn what_is_wrong_is_named() {
        check_refused("", "without any stretch");
        check_refused("mondy = []", "mondy");
        check_refused("monday = \"09:00-12:00\"", "monday");
        check_refused("monday = [\"9-12\"]", "\"9\" is no time");
        check_refused("monday = [\"morning\"]", "\"morning\" is no stretch");
        check_refused("monday = []\nmonday = []", "duplicate key");
        check_refused(
            &format!("{WEEK}[dates]\nchristmas = []"),
            "\"christmas\" is no date",
        );
        check_refused(
            &format!("{WEEK}[dates]\n2026-02-30 = []"),
            "\"2026-02-30\" is no date",
        );
        check_refused("monday = [\"09:00-12:00\", \"11:00-13:00\"]", "overlap");
    }
}
