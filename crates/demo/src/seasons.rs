//! When people write and when they are answered: the week, the day and the office.

use caseload_schema::{day::Day, instant::Instant, zone::Zone};

use super::chance::Chance;

/// Conversations on a usual weekday.
const USUAL: f64 = 50.0;
/// Monday to Sunday, against a usual weekday.
const WEEK: [f64; 7] = [1.14, 1.06, 1.0, 0.97, 0.86, 0.28, 0.2];
/// Midnight to 23:00, against each other: an early peak, a dip at lunch, a second peak, a tail in the evening.
const HOURS: [f64; 24] = [
    0.6, 0.3, 0.2, 0.2, 0.2, 0.5, 1.2, 3.0, 6.5, 10.0, 11.5, 10.0, 7.0, 7.5, 9.5, 9.8, 8.5, 6.5,
    4.5, 3.5, 3.2, 2.8, 1.9, 1.1,
];
/// How much more there is at the end than at the beginning.
const GROWTH: f64 = 0.18;
/// What an incident does to its day.
const INCIDENT: f64 = 1.7;

/// The calendar of the sample workspace.
#[derive(Debug)]
pub(super) struct Seasons {
    zone: Zone,
    first: Day,
    days: i32,
    incidents: Vec<Day>,
}

impl Seasons {
    /// `days` days from `first` on, a few of them with an incident.
    pub(super) fn new(zone: Zone, first: Day, days: i32, chance: &mut Chance) -> Self {
        let incidents = (0..3).map(|third| {
            let within = chance.between(0, i64::from(days / 3)) as i32;
            let day = first.plus(third * (days / 3) + within);
            if 5 < day.weekday() { day.plus(-2) } else { day }
        });
        Self {
            zone,
            first,
            days,
            incidents: incidents.collect(),
        }
    }

    pub(super) fn is_incident(&self, day: Day) -> bool {
        self.incidents.contains(&day)
    }

    /// The instants at which conversations begin on `day`, in order.
    pub(super) fn arrivals(&self, day: Day, chance: &mut Chance) -> Vec<Instant> {
        let grown = 1.0 - GROWTH / 2.0
            + GROWTH * f64::from(day.number() - self.first.number()) / f64::from(self.days);
        let incident = if self.is_incident(day) { INCIDENT } else { 1.0 };
        let count = chance.poisson(USUAL * WEEK[usize::from(day.weekday() - 1)] * grown * incident);
        let mut arrivals: Vec<Instant> = (0..count)
            .map(|_| {
                let hour = chance.weighted(&HOURS) as u32;
                self.zone
                    .at(day, hour, 0)
                    .plus_seconds(chance.between(0, 3_600))
            })
            .collect();
        arrivals.sort_unstable();
        arrivals
    }

    /// The instant at which `work` seconds of opening hours have gone by since `at`.
    pub(super) fn after_work(&self, at: Instant, work: i64) -> Instant {
        let mut left = work;
        let mut day = self.zone.day_of(at);
        loop {
            if let Some((opens, closes)) = self.opening(day) {
                let start = opens.max(at);
                let available = closes.seconds() - start.seconds();
                if left < available {
                    return start.plus_seconds(left);
                }
                left -= available.max(0);
            }
            day = day.next();
        }
    }

    /// Weekdays 8:00 to 19:00, Saturdays 9:00 to 13:00.
    fn opening(&self, day: Day) -> Option<(Instant, Instant)> {
        match day.weekday() {
            1..=5 => Some((self.zone.at(day, 8, 0), self.zone.at(day, 19, 0))),
            6 => Some((self.zone.at(day, 9, 0), self.zone.at(day, 13, 0))),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use caseload_schema::{day::Day, instant::Instant, zone::Zone};

    use super::{Chance, Seasons};

    #[track_caller]
    fn check(from: &str, work: i64, expected: &str) {
        let zone = Zone::parse("Europe/Rome").unwrap();
        let seasons = Seasons::new(
            zone,
            Day::parse("2026-01-01").unwrap(),
            180,
            &mut Chance::new(1),
        );
        let from = Instant::parse(from).unwrap();
        assert_eq!(
            seasons.after_work(from, work),
            Instant::parse(expected).unwrap()
        );
    }

    #[test]
    fn work_waits_for_the_office_to_open() {
        check(
            "2026-03-02T03:00:00+01:00",
            600,
            "2026-03-02T08:10:00+01:00",
        );
    }

    #[test]
    fn work_goes_on_in_the_office() {
        check(
            "2026-03-02T10:00:00+01:00",
            600,
            "2026-03-02T10:10:00+01:00",
        );
    }

    #[test]
    fn work_that_the_evening_cuts_goes_on_after_the_weekend() {
        check(
            "2026-03-07T12:50:00+01:00",
            1_200,
            "2026-03-09T08:10:00+01:00",
        );
    }
}
