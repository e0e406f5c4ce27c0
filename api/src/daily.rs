//! The daily summary rows: one per day and member where anything counts or the backlog is not 0.
//!
//! What `dailyRollups` and the exports list comes from here. Days are walked one after the other, a month of blocks in
//! memory at a time.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use caseload_rollup::{
    block::Block,
    summary::{MemberDay, member_days},
};
use caseload_schema::{day::Day, directory::Member, id::MemberKey, instant::Instant, period::Period};

use crate::{auth::Selection, error::ApiError, snapshot::Snapshot};

/// How many days of blocks are read at once: enough for one query to be worth it, few enough to hold.
const CHUNK_DAYS: i32 = 31;

/// The rows of one day.
#[derive(Debug)]
pub struct DayRows {
    /// The day.
    pub day: Day,
    /// What happened on it, if anything did.
    pub block: Option<Arc<Block>>,
    /// When its figures were made.
    pub rolled_up_at: Instant,
    /// By member id, unassigned last.
    pub rows: Vec<DailyRow>,
}

/// One member's day.
#[derive(Debug, Clone)]
pub struct DailyRow {
    /// Whose it is; `None` for what is credited to nobody.
    pub member: Option<Arc<Member>>,
    /// What counts on that day, if anything does.
    pub figures: Option<MemberDay>,
    /// The conversations open at the end of that day.
    pub backlog: i64,
}

impl DailyRow {
    /// The member's id.
    pub fn member_id(&self) -> Option<&str> {
        self.member.as_ref().map(|member| member.id.as_str())
    }
}

/// A walk through days, first to last.
#[derive(Debug)]
pub struct Walk {
    snapshot: Arc<Snapshot>,
    /// Whose rows are listed, in their order.
    credited: Vec<Option<Arc<Member>>>,
    /// The backlog of each of them before `next`.
    backlog: BTreeMap<Option<MemberKey>, i64>,
    next: Day,
    last: Day,
    ahead: VecDeque<Arc<Block>>,
    read_to: Day,
}

impl Walk {
    /// A walk through the days of `period` for those whom `selection` names.
    pub async fn new(snapshot: Arc<Snapshot>, selection: &Selection, period: Period) -> Result<Self, ApiError> {
        let credited = in_order(&snapshot, selection);
        let mut backlog = open_now(&snapshot, selection, period, &credited);
        let last = snapshot.last_day().unwrap_or(period.to());
        for chunk in chunks(period.from(), last) {
            for block in snapshot.blocks(chunk.from(), chunk.to()).await? {
                for row in member_days(&block) {
                    backlog.entry(row.member).and_modify(|backlog| *backlog -= row.backlog_change);
                }
            }
        }
        let (next, last) = (period.from(), period.to());
        Ok(Self { snapshot, credited, backlog, next, last, ahead: VecDeque::new(), read_to: next.plus(-1) })
    }

    /// The next day's rows; `None` behind the last day.
    pub async fn next_day(&mut self) -> Result<Option<DayRows>, ApiError> {
        let day = self.next;
        if self.last < day {
            return Ok(None);
        }
        if self.read_to < day {
            self.read_to = day.plus(CHUNK_DAYS - 1).min(self.last);
            self.ahead = self.snapshot.blocks(day, self.read_to).await?.into();
        }
        self.next = day.next();
        let block =
            if self.ahead.front().is_some_and(|block| block.day() == day) { self.ahead.pop_front() } else { None };
        let rows = self.rows(block.as_deref());
        Ok(Some(DayRows { day, block, rolled_up_at: self.snapshot.rolled_up_at(day), rows }))
    }

    fn rows(&mut self, block: Option<&Block>) -> Vec<DailyRow> {
        let mut figures: BTreeMap<_, _> =
            block.map(member_days).unwrap_or_default().into_iter().map(|row| (row.member, row)).collect();
        let mut rows = Vec::new();
        for member in &self.credited {
            let key = member.as_ref().map(|member| member.key);
            let figures = figures.remove(&key);
            let backlog = self.backlog.entry(key).or_default();
            *backlog += figures.map_or(0, |figures| figures.backlog_change);
            if figures.is_some() || *backlog != 0 {
                rows.push(DailyRow { member: member.clone(), figures, backlog: *backlog });
            }
        }
        rows
    }
}

/// Everyone whom the selection names, by id, nobody last.
fn in_order(snapshot: &Snapshot, selection: &Selection) -> Vec<Option<Arc<Member>>> {
    let mut members: Vec<_> =
        snapshot.directory().members().iter().filter(|member| selection.names(Some(member.key))).cloned().collect();
    members.sort_by(|a, b| a.id.cmp(&b.id));
    members.into_iter().map(Some).chain(selection.names(None).then_some(None)).collect()
}

fn open_now(
    snapshot: &Snapshot,
    selection: &Selection,
    period: Period,
    credited: &[Option<Arc<Member>>],
) -> BTreeMap<Option<MemberKey>, i64> {
    let open = snapshot.open_only(selection, period);
    let keys = credited.iter().map(|member| member.as_ref().map(|member| member.key));
    keys.map(|key| (key, open.credited_to(key).open() as i64)).collect()
}

/// The days from `from` to `to`, cut into periods of at most [`CHUNK_DAYS`].
fn chunks(from: Day, to: Day) -> impl Iterator<Item = Period> {
    let starts = (from.number()..=to.number()).step_by(CHUNK_DAYS as usize).map(Day::from_number);
    starts.filter_map(move |start| Period::new(start, start.plus(CHUNK_DAYS - 1).min(to)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_each_day_once() {
        let (from, to) = (Day::from_number(100), Day::from_number(170));
        let days: Vec<_> = chunks(from, to).flat_map(Period::days).collect();
        assert_eq!(days, from.until(to.next()).collect::<Vec<_>>());
        assert_eq!(chunks(to, from).count(), 0);
    }
}
