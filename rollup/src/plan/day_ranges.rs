//! In which chunks days are made.

use std::collections::{BTreeMap, BTreeSet};

use caseload_schema::day::Day;

/// So few days are not cut into chunks: one process makes them sooner than others would notice.
pub const FEW_DAYS: usize = 32;

/// Facts that are read at a time: some megabytes, of which three stretches are under way at once.
pub const FACTS_AT_A_TIME: u64 = 50_000;
/// The most days that are read at a time, however little happened.
const MOST_DAYS: usize = 366;

/// Cuts days into stretches without gaps, each about as long as [`FACTS_AT_A_TIME`] allow.
#[derive(Debug)]
pub struct Stretches {
    days: std::collections::VecDeque<Day>,
    longest: usize,
}

impl Stretches {
    /// Stretches of `days`.
    pub fn new(days: BTreeSet<Day>) -> Self {
        Self {
            days: days.into_iter().collect(),
            longest: 1,
        }
    }

    /// The next stretch, as first and last day, both included.
    pub fn take_next(&mut self) -> Option<(Day, Day)> {
        let first = self.days.pop_front()?;
        let mut last = first;
        for _ in 1..self.longest {
            let Some(next) = self.days.pop_front_if(|next| *next == last.next()) else {
                break;
            };
            last = next;
        }
        Some((first, last))
    }

    /// Learns how many facts the latest stretch held, so that the next one is longer or shorter.
    pub fn learn(&mut self, facts: u64) {
        self.longest = if FACTS_AT_A_TIME < facts {
            (self.longest / 2).max(1)
        } else if facts < FACTS_AT_A_TIME / 2 {
            (self.longest * 2).min(MOST_DAYS)
        } else {
            self.longest
        };
    }
}

/// Cuts days into chunks without gaps that different processes can make: each of at most about `most` facts, of which `facts`
/// tells how many a day has. None where there is too little to share.
///
/// ```
/// use caseload_rollup::plan::chunks;
/// use caseload_schema::day::Day;
/// let day = Day::from_number;
/// let facts = (1..=6).map(|number| (day(number), 50)).collect(); // 50 facts a day
/// let days = (1..=6).map(day).collect();
/// assert_eq!(chunks(&days, &facts, 100), [(day(1), day(2)), (day(3), day(4)), (day(5), day(6))]);
/// assert_eq!(chunks(&days, &facts, 1_000), []); // one process does it alone
/// ```
pub fn chunks(days: &BTreeSet<Day>, facts: &BTreeMap<Day, u64>, most: u64) -> Vec<(Day, Day)> {
    let mut chunks: Vec<(Day, Day)> = Vec::new();
    let mut held = 0;
    for &day in days {
        let here = facts.get(&day).copied().unwrap_or(0);
        held += here;
        match chunks.last_mut() {
            Some((first, last))
                if last.next() == day
                    && held <= most
                    && day.number() - first.number() < MOST_DAYS as i32 =>
            {
                *last = day;
            }
            _ => {
                chunks.push((day, day));
                held = here;
            }
        }
    }
    let all: u64 = days.iter().filter_map(|day| facts.get(day)).sum();
    if chunks.len() <= 2 || all <= most.saturating_mul(2) {
        Vec::new()
    } else {
        chunks
    }
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, Day, FACTS_AT_A_TIME, Stretches, chunks};

    fn cut(days: &[(i32, u64)]) -> Vec<(i32, i32)> {
        let facts: BTreeMap<Day, u64> = days
            .iter()
            .map(|(day, facts)| (Day::from_number(*day), *facts))
            .collect();
        let cut = chunks(&facts.keys().copied().collect(), &facts, FACTS_AT_A_TIME);
        cut.into_iter()
            .map(|(first, last)| (first.number(), last.number()))
            .collect()
    }

    #[test]
    fn chunks_hold_about_as_many_facts_each_and_have_no_gaps() {
        let half = FACTS_AT_A_TIME / 2;
        let days = [
            (1, half),
            (2, half),
            (3, half),
            (5, half),
            (6, 3 * half),
            (7, 0),
        ];
        assert_eq!(cut(&days), [(1, 2), (3, 3), (5, 5), (6, 6), (7, 7)]);
    }

    #[test]
    fn little_is_not_cut() {
        assert_eq!(cut(&[(1, 10), (3, 10), (5, 10), (7, 10)]), []);
        assert_eq!(
            cut(&[(1, 9 * FACTS_AT_A_TIME), (2, 9 * FACTS_AT_A_TIME)]),
            []
        );
    }

    fn stretches(days: &[i32], facts: u64) -> Vec<(i32, i32)> {
        let mut stretches = Stretches::new(days.iter().copied().map(Day::from_number).collect());
        std::iter::from_fn(|| {
            let (first, last) = stretches.take_next()?;
            stretches.learn(facts);
            Some((first.number(), last.number()))
        })
        .collect()
    }

    #[test]
    fn quiet_days_are_read_in_ever_longer_stretches() {
        assert_eq!(
            stretches(&[1, 2, 3, 4, 5, 6, 7, 8], 0),
            [(1, 1), (2, 3), (4, 7), (8, 8)]
        );
    }

    #[test]
    fn busy_days_are_read_one_by_one() {
        assert_eq!(
            stretches(&[1, 2, 3], FACTS_AT_A_TIME + 1),
            [(1, 1), (2, 2), (3, 3)]
        );
    }

    #[test]
    fn a_stretch_has_no_gaps() {
        assert_eq!(stretches(&[1, 3, 4, 9], 0), [(1, 1), (3, 4), (9, 9)]);
    }
}
