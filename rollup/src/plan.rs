//! What is due, and in which pieces it is done. Pure.

use std::collections::BTreeSet;

use caseload_schema::{day::Day, store::ledger::Ledger};

/// Whether a workspace has something to roll up: days whose facts changed, a zone to change to, or nothing rolled up yet.
pub fn is_due(ledger: &Ledger, pending_days: u64) -> bool {
    pending_days != 0 || ledger.pending_zone.is_some() || ledger.rolled_up_at.is_none()
}

/// Facts that are read at a time: some megabytes, of which three stretches are under way at once.
const FACTS_AT_A_TIME: u64 = 50_000;
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
        Self { days: days.into_iter().collect(), longest: 1 }
    }

    /// The next stretch, as first and last day, both included.
    pub fn take_next(&mut self) -> Option<(Day, Day)> {
        let first = self.days.pop_front()?;
        let mut last = first;
        for _ in 1..self.longest {
            let Some(next) = self.days.pop_front_if(|next| *next == last.next()) else { break };
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

#[cfg(test)]
mod tests {
    use super::{Day, FACTS_AT_A_TIME, Stretches};

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
        assert_eq!(stretches(&[1, 2, 3, 4, 5, 6, 7, 8], 0), [(1, 1), (2, 3), (4, 7), (8, 8)]);
    }

    #[test]
    fn busy_days_are_read_one_by_one() {
        assert_eq!(stretches(&[1, 2, 3], FACTS_AT_A_TIME + 1), [(1, 1), (2, 2), (3, 3)]);
    }

    #[test]
    fn a_stretch_has_no_gaps() {
        assert_eq!(stretches(&[1, 3, 4, 9], 0), [(1, 1), (3, 4), (9, 9)]);
    }
}
