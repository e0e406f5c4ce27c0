//! What stands behind the `?`.

use caseload_schema::{
    day::Day,
    period::{Period, Preset},
};

use super::super::limits::MAX_EXPORT_VALUES;
use crate::{error::ApiError, export::Restriction};

/// The parameters of an export.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    from: Option<Day>,
    to: Option<Day>,
    /// Which rows are asked for.
    pub(super) restriction: Restriction,
}

/// Those that may be given more than once.
const REPEATABLE: [&str; 4] = ["member", "label", "channel", "attribute"];

impl Parameters {
    /// Reads them. What is not understood is refused by name.
    pub(super) fn read(query: &str) -> Result<Self, ApiError> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(|_| {
            ApiError::bad_input("what stands behind the ? is not name=value&name=value")
        })?;
        let mut read = Self::default();
        let mut once = Vec::new();
        let rows = &mut read.restriction;
        for (name, value) in pairs {
            if !REPEATABLE.contains(&&*name) && once.contains(&name) {
                return Err(ApiError::bad_input(format!("{name}: give it once")));
            }
            match name.as_str() {
                "from" => read.from = Some(day(&name, &value)?),
                "to" => read.to = Some(day(&name, &value)?),
                "member" if value.is_empty() => {
                    return Err(ApiError::bad_input("member: give a member's id"));
                }
                "member" => rows.members.push(value),
                "label" => rows.labels.push(value),
                "channel" => rows.channels.push(value),
                "attribute" if value.is_empty() => {
                    return Err(ApiError::bad_input(
                        "attribute: give a key and a value, such as plan:pro, or a key alone",
                    ));
                }
                "attribute" => rows.attributes.push(value),
                "unassigned" => {
                    rows.unassigned = value
                        .parse()
                        .map_err(|_| ApiError::bad_input("unassigned: it is true or false"))?;
                }
                _ => {
                    let known = "from, to, member, unassigned, label, channel and attribute";
                    return Err(ApiError::bad_input(format!(
                        "{name:?} is no parameter; there are {known}"
                    )));
                }
            }
            once.push(name);
        }
        check_lengths(&read.restriction)?;
        Ok(read)
    }

    /// The days asked for; the last 30 where none are.
    pub(super) fn period(&self, today: Day) -> Result<Period, ApiError> {
        match (self.from, self.to) {
            (None, None) => Ok(Period::preset(Preset::Last30Days, today)),
            (Some(from), Some(to)) => Period::new(from, to)
                .map_err(|error| ApiError::bad_input(format!("from, to: {error}"))),
            (Some(_), None) => Err(ApiError::bad_input("to: give the last day too, or neither")),
            (None, Some(_)) => Err(ApiError::bad_input(
                "from: give the first day too, or neither",
            )),
        }
    }
}

fn check_lengths(rows: &Restriction) -> Result<(), ApiError> {
    let lists = [
        &rows.members,
        &rows.labels,
        &rows.channels,
        &rows.attributes,
    ];
    let mut named = REPEATABLE.iter().zip(lists);
    match named.find(|(_, list)| MAX_EXPORT_VALUES < list.len()) {
        Some((name, _)) => Err(ApiError::bad_input(format!(
            "{name}: give it at most {MAX_EXPORT_VALUES} times"
        ))),
        None => Ok(()),
    }
}

fn day(name: &str, value: &str) -> Result<Day, ApiError> {
    Day::parse(value).ok_or_else(|| {
        ApiError::bad_input(format!("{name}: {value:?} is no day such as 2026-03-01"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Day {
        Day::parse("2026-05-14").unwrap()
    }

    fn check(query: &str, expected: &str) {
        let read =
            Parameters::read(query).and_then(|read| Ok((read.period(today())?, read.restriction)));
        let text = match read {
            Ok((period, rows)) => format!(
                "{period} {:?} {} {:?}",
                rows.members,
                rows.unassigned,
                [rows.labels, rows.channels, rows.attributes].concat()
            ),
            Err(error) => format!("{}: {error}", error.code.name()),
        };
        assert_eq!(text, expected, "{query}");
    }

    #[test]
    fn the_last_thirty_days_are_meant_where_none_are_named() {
        check("", "2026-04-15..2026-05-14 [] false []");
        check(
            "from=2026-01-01&to=2026-01-31",
            "2026-01-01..2026-01-31 [] false []",
        );
        check(
            "member=a&member=b%26c&unassigned=true",
            "2026-04-15..2026-05-14 [\"a\", \"b&c\"] true []",
        );
        check(
            "label=bug&channel=chat&attribute=plan%3Apro&attribute=plan&label=billing",
            "2026-04-15..2026-05-14 [] false [\"bug\", \"billing\", \"chat\", \"plan:pro\", \"plan\"]",
        );
    }

    #[test]
    fn what_is_wrong_is_refused_by_name() {
        check(
            "from=2026-01-01",
            "BAD_USER_INPUT: to: give the last day too, or neither",
        );
        check(
            "to=2026-01-01",
            "BAD_USER_INPUT: from: give the first day too, or neither",
        );
        check(
            "from=2026-1-1&to=2026-01-01",
            "BAD_USER_INPUT: from: \"2026-1-1\" is no day such as 2026-03-01",
        );
        check(
            "from=&to=2026-01-01",
            "BAD_USER_INPUT: from: \"\" is no day such as 2026-03-01",
        );
        check(
            "from=2026-02-01&to=2026-01-01",
            "BAD_USER_INPUT: from, to: from (2026-02-01) lies after to (2026-01-01)",
        );
        check(
            "from=2010-01-01&to=2026-01-01",
            "BAD_USER_INPUT: from, to: a period has at most 3660 days, 2010-01-01 to 2026-01-01 has 5845",
        );
        check(
            "to=2026-01-01&to=2026-01-02",
            "BAD_USER_INPUT: to: give it once",
        );
        check(
            "attribute=",
            "BAD_USER_INPUT: attribute: give a key and a value, such as plan:pro, or a key alone",
        );
        check("member=", "BAD_USER_INPUT: member: give a member's id");
        check(
            "unassigned=1",
            "BAD_USER_INPUT: unassigned: it is true or false",
        );
        check(
            "form=1",
            "BAD_USER_INPUT: \"form\" is no parameter; there are from, to, member, unassigned, label, channel and attribute",
        );
    }
}
