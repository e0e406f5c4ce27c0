//! What is credited to each of some members, read in one pass over the days.
//!
//! Member after member, a report on all of them would come back to each day as often, for a few rows somewhere in it.

use std::sync::{Arc, OnceLock};

use caseload_schema::{id::MemberKey, period::Period};

use super::{Clock, Days, selection::Timed};
use crate::{
    block::{Block, Group, Seconds},
    counts::Counts,
};

/// The shares of some members in what happened within a period, whatever its labels and channel. Each list is made when
/// something of it is first asked for.
#[derive(Debug)]
pub(super) struct Shares {
    days: Days,
    period: Period,
    /// Ascending, each once.
    members: Vec<MemberKey>,
    counts: OnceLock<Vec<Counts>>,
    /// Of each clock and kind.
    durations: [[OnceLock<Apart>; 4]; 2],
}

/// One member's share.
#[derive(Debug, Clone)]
pub(super) struct Share {
    of: Arc<Shares>,
    place: usize,
}

/// Durations of one member behind those of the other.
#[derive(Debug)]
struct Apart {
    starts: Vec<usize>,
    seconds: Vec<Seconds>,
}

impl Shares {
    pub(super) fn new(days: Days, period: Period, members: &[MemberKey]) -> Self {
        let mut members = members.to_vec();
        members.sort_unstable();
        members.dedup();
        Self {
            days,
            period,
            members,
            counts: OnceLock::new(),
            durations: Default::default(),
        }
    }

    /// The share of `member`; `None` where it is nobody's of these.
    pub(super) fn of(self: &Arc<Self>, member: MemberKey) -> Option<Share> {
        let place = self.members.binary_search(&member).ok()?;
        Some(Share {
            of: Arc::clone(self),
            place,
        })
    }

    /// Calls `visit` with each part of each day that is credited to one of the members, by place.
    fn each_group(&self, mut visit: impl FnMut(usize, &Block, &Group)) {
        for block in self.days.within(self.period) {
            // Both are ascending, and nobody is the last.
            let mut wanted = self.members.iter().enumerate().peekable();
            for (member, group) in block.members().iter().zip(block.groups()) {
                while wanted
                    .next_if(|&(_, &wanted)| Some(wanted) < member)
                    .is_some()
                {}
                if let Some((place, _)) = wanted.next_if(|&(_, &wanted)| Some(wanted) == member) {
                    visit(place, block, group);
                }
            }
        }
    }

    fn counts(&self) -> &[Counts] {
        self.counts.get_or_init(|| {
            let mut sums = vec![Counts::default(); self.members.len()];
            self.each_group(|place, _, group| sums[place] += &group.counts);
            sums
        })
    }

    fn durations(&self, timed: Timed, clock: Clock) -> &Apart {
        self.durations[clock as usize][timed as usize]
            .get_or_init(|| self.read_durations(timed, clock))
    }

    fn read_durations(&self, timed: Timed, clock: Clock) -> Apart {
        let mut starts = vec![0];
        for counts in self.counts() {
            starts.push(starts[starts.len() - 1] + timed.count(counts) as usize);
        }
        let mut ends = starts.clone();
        let mut seconds = vec![0; starts[self.members.len()]];
        self.each_group(|place, block, group| {
            let values = timed.values_of(clock, group, block);
            let start = ends[place];
            ends[place] += values.len();
            seconds[start..ends[place]].copy_from_slice(values);
        });
        Apart { starts, seconds }
    }
}

impl Share {
    /// The figures that add up.
    pub(super) fn counts(&self) -> Counts {
        self.of.counts()[self.place]
    }

    /// The seconds of all its rows, in the order of days.
    pub(super) fn durations(&self, timed: Timed, clock: Clock) -> &[Seconds] {
        let Apart { starts, seconds } = self.of.durations(timed, clock);
        &seconds[starts[self.place]..starts[self.place + 1]]
    }
}
