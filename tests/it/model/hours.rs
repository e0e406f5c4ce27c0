//! Business hours: stretches of local wall-clock time, and what of a duration lies within them.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, Duration, LocalResult, NaiveDate, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::world::At;

/// Minutes of a day, half open.
pub(crate) type Stretch = (u32, u32);

/// Stretches of each weekday (1 = Monday), and of the dates whose own replace them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Hours {
    pub(crate) weekdays: BTreeMap<u32, Vec<Stretch>>,
    pub(crate) dates: BTreeMap<NaiveDate, Vec<Stretch>>,
}

impl Hours {
    /// As `HoursInput`.
    pub(crate) fn input(&self) -> Value {
        let weekdays = self.weekdays.iter().map(
            |(weekday, of)| json!({"weekday": weekday, "stretches": stretches(of.iter().rev())}),
        );
        let dates =
            self.dates.iter().rev().map(
                |(date, of)| json!({"date": date.to_string(), "stretches": stretches(of.iter())}),
            );
        json!({"weekdays": weekdays.collect::<Vec<_>>(), "dates": dates.collect::<Vec<_>>()})
    }

    /// As `Hours`.
    pub(crate) fn json(&self) -> Value {
        let weekdays = (1..=7).map(|weekday| {
            let of = self.weekdays.get(&weekday).into_iter().flatten();
            json!({"weekday": weekday, "stretches": stretches(of)})
        });
        let dates = self.dates.iter().map(
            |(date, of)| json!({"date": date.to_string(), "name": null, "stretches": stretches(of.iter())}),
        );
        json!({"weekdays": weekdays.collect::<Vec<_>>(), "dates": dates.collect::<Vec<_>>()})
    }

    fn on(&self, date: NaiveDate) -> &[Stretch] {
        let weekday = date.weekday().number_from_monday();
        let own = self
            .dates
            .get(&date)
            .or_else(|| self.weekdays.get(&weekday));
        own.map_or(&[], Vec::as_slice)
    }

    /// The stretches of all days from that of `from` to that of `to`, as instants.
    pub(crate) fn instants(&self, zone: Tz, from: At, to: At) -> Vec<(At, At)> {
        let date = |at: At| at.with_timezone(&zone).date_naive();
        let (mut day, last) = (date(from) - Days::new(2), date(to) + Days::new(2));
        let mut all = Vec::new();
        while day <= last {
            for (from, to) in self.on(day) {
                all.push((first_at(zone, day, *from), first_at(zone, day, *to)));
            }
            day = day + Days::new(1);
        }
        all
    }
}

fn stretches<'a>(of: impl Iterator<Item = &'a Stretch>) -> Vec<Value> {
    let text = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
    of.map(|(from, to)| json!({"from": text(*from), "to": text(*to)}))
        .collect()
}

/// The first instant whose local date and time is that minute of `date`, or past it: where clocks skip it, where the gap ends;
/// where they show it twice, the first.
fn first_at(zone: Tz, date: NaiveDate, minute: u32) -> At {
    let midnight = date.and_hms_opt(0, 0, 0).expect("a day has a midnight");
    let mut local: NaiveDateTime = midnight + Duration::minutes(minute.into());
    loop {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) => return at.with_timezone(&Utc),
            LocalResult::Ambiguous(first, _) => return first.with_timezone(&Utc),
            LocalResult::None => local += Duration::minutes(1),
        }
    }
}

/// The microseconds of a span that lie in any of these stretches, cut to whole seconds.
pub(crate) fn worked_seconds(stretches: &[(At, At)], from: At, to: At) -> i64 {
    let mut micros = 0;
    for (begins, ends) in stretches {
        let (begins, ends) = (*begins.max(&from), *ends.min(&to));
        if begins < ends {
            micros += (ends - begins)
                .num_microseconds()
                .expect("less than 292,000 years");
        }
    }
    micros / 1_000_000
}
