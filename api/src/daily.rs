//! The rows of each day: one for each member, label or channel where anything counts or the backlog is not 0.
//!
//! What `dailyRollups` and the exports list comes from here. Days are walked one after the other, a month of blocks in
//! memory at a time.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use caseload_rollup::{
    block::Block,
    cube::View,
    summary::{DayFigures, backlog_changes, member_days},
};
use caseload_schema::{
    day::Day,
    directory::{Label, Member},
    id::{ChannelKey, LabelKey, MemberKey},
    instant::Instant,
    period::Period,
};

use crate::{access::Selection, error::ApiError, snapshot::Snapshot};

/// How many days of blocks are read at once: enough for one query to be worth it, few enough to hold.
const CHUNK_DAYS: i32 = 31;

/// What there is a row for on each day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Each member, and nobody.
    Member,
    /// Each label.
    Label,
    /// Each channel.
    Channel,
}

/// Whose row it is.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A member's.
    Member(Arc<Member>),
    /// What is credited to nobody.
    Nobody,
    /// A label's.
    Label(Arc<Label>),
    /// A channel's, with its name.
    Channel(ChannelKey, Arc<str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Member(Option<MemberKey>),
    Label(LabelKey),
    Channel(ChannelKey),
}

impl Subject {
    /// Its member; `None` for nobody's row, and for those of labels and channels.
    pub const fn member(&self) -> Option<&Arc<Member>> {
        match self {
            Self::Member(member) => Some(member),
            _ => None,
        }
    }

    /// The id that the outside knows it by; a channel's name.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Member(member) => Some(&member.id),
            Self::Nobody => None,
            Self::Label(label) => Some(&label.id),
            Self::Channel(_, name) => Some(name),
        }
    }

    /// What people call it.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Member(member) => Some(&member.name),
            Self::Nobody => None,
            Self::Label(label) => Some(&label.title),
            Self::Channel(_, name) => Some(name),
        }
    }

    fn key(&self) -> Key {
        match self {
            Self::Member(member) => Key::Member(Some(member.key)),
            Self::Nobody => Key::Member(None),
            Self::Label(label) => Key::Label(label.key),
            Self::Channel(key, _) => Key::Channel(*key),
        }
    }

    /// How many conversations of it are open now.
    fn open(&self, open: &View) -> i64 {
        let own = match self.key() {
            Key::Member(member) => open.credited_to(member),
            Key::Label(label) => open.labeled(label),
            Key::Channel(channel) => open.on_channel(channel),
        };
        own.open() as i64
    }
}

/// The rows of one day.
#[derive(Debug)]
pub struct DayRows {
    /// The day.
    pub day: Day,
    /// What happened on it, if anything did.
    pub block: Option<Arc<Block>>,
    /// When its figures were made.
    pub rolled_up_at: Instant,
    /// In the order of the walk's subjects.
    pub rows: Vec<DailyRow>,
}

/// What a day comes to for one subject.
#[derive(Debug, Clone, Copy)]
pub struct DailyRow {
    /// The place of its subject among those of the walk.
    pub subject: usize,
    /// What counts on that day, if anything does.
    pub figures: Option<DayFigures>,
    /// The conversations open at the end of that day.
    pub backlog: i64,
}

/// A walk through days, first to last.
#[derive(Debug)]
pub struct Walk {
    snapshot: Arc<Snapshot>,
    selection: Selection,
    by: By,
    subjects: Vec<Subject>,
    places: HashMap<Key, usize>,
    /// The backlog of each subject before `next`.
    backlog: Vec<i64>,
    next: Day,
    last: Day,
    ahead: VecDeque<Arc<Block>>,
    read_to: Day,
}

impl Walk {
    /// A walk through the days of `period` for what `selection` lets pass.
    pub async fn new(
        snapshot: Arc<Snapshot>,
        selection: Selection,
        period: Period,
        by: By,
    ) -> Result<Self, ApiError> {
        let subjects = subjects(&snapshot, &selection, by);
        let open = snapshot.open_only(&selection, period);
        let mut walk = Self {
            by,
            places: subjects
                .iter()
                .enumerate()
                .map(|(place, subject)| (subject.key(), place))
                .collect(),
            backlog: subjects.iter().map(|subject| subject.open(&open)).collect(),
            subjects,
            next: period.from(),
            last: period.to(),
            ahead: VecDeque::new(),
            read_to: period.from().plus(-1),
            snapshot,
            selection,
        };
        let last = walk.snapshot.last_day().unwrap_or(period.to());
        for chunk in chunks(period.from(), last) {
            for block in walk.snapshot.blocks(chunk.from(), chunk.to()).await? {
                walk.take_back(&block);
            }
        }
        Ok(walk)
    }

    /// Everyone and everything that may have rows, in the order of the rows of a day: by id, nobody last.
    pub fn subjects(&self) -> &[Subject] {
        &self.subjects
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
        let block = if self.ahead.front().is_some_and(|block| block.day() == day) {
            self.ahead.pop_front()
        } else {
            None
        };
        let rows = self.rows(block.as_ref());
        Ok(Some(DayRows {
            day,
            block,
            rolled_up_at: self.snapshot.rolled_up_at(day),
            rows,
        }))
    }

    /// Takes a day back: the backlogs are those of now, and become those of before that day.
    fn take_back(&mut self, block: &Arc<Block>) {
        match self.by {
            By::Member if self.selection.is_by_credit_alone() => {
                for (member, change) in backlog_changes(block) {
                    self.change(Key::Member(member), -change);
                }
            }
            By::Member => {
                for (member, change) in self.view(block).backlog_changes_by_member() {
                    self.change(Key::Member(member), -change);
                }
            }
            By::Label => {
                for (label, change) in self.view(block).backlog_changes_by_label() {
                    self.change(Key::Label(label), -change);
                }
            }
            By::Channel => {
                for (channel, change) in self.view(block).backlog_changes_by_channel() {
                    self.change(Key::Channel(channel), -change);
                }
            }
        }
    }

    fn change(&mut self, key: Key, change: i64) {
        if let Some(&place) = self.places.get(&key) {
            self.backlog[place] += change;
        }
    }

    fn rows(&mut self, block: Option<&Arc<Block>>) -> Vec<DailyRow> {
        let mut figures = vec![None; self.subjects.len()];
        for (key, counted) in block.map(|block| self.figures(block)).unwrap_or_default() {
            if let Some(&place) = self.places.get(&key) {
                figures[place] = Some(counted);
                self.backlog[place] += counted.backlog_change;
            }
        }
        let rows = figures.into_iter().zip(&self.backlog).enumerate();
        rows.filter(|(_, (figures, backlog))| figures.is_some() || **backlog != 0)
            .map(|(subject, (figures, &backlog))| DailyRow {
                subject,
                figures,
                backlog,
            })
            .collect()
    }

    fn figures(&self, block: &Arc<Block>) -> Vec<(Key, DayFigures)> {
        match self.by {
            // These are prepared in the block.
            By::Member if self.selection.is_by_credit_alone() => member_days(block)
                .into_iter()
                .map(|row| (Key::Member(row.member), row.figures))
                .collect(),
            By::Member => {
                let members = self.view(block).figures_by_member().into_iter();
                members
                    .map(|(member, figures)| (Key::Member(member), figures))
                    .collect()
            }
            By::Label => {
                let labels = self.view(block).figures_by_label().into_iter();
                labels
                    .map(|(label, figures)| (Key::Label(label), figures))
                    .collect()
            }
            By::Channel => {
                let channels = self.view(block).figures_by_channel().into_iter();
                channels
                    .map(|(channel, figures)| (Key::Channel(channel), figures))
                    .collect()
            }
        }
    }

    /// What of that block the walk counts.
    pub fn view(&self, block: &Arc<Block>) -> View {
        self.snapshot
            .view_of_block(&self.selection, block.day(), Some(Arc::clone(block)))
    }
}

/// Whoever and whatever the selection may have rows for, by id, nobody last.
fn subjects(snapshot: &Snapshot, selection: &Selection, by: By) -> Vec<Subject> {
    let directory = snapshot.directory();
    let mut subjects: Vec<Subject> = match by {
        By::Member => {
            let named = directory
                .members()
                .iter()
                .filter(|member| selection.names(Some(member.key)));
            named.cloned().map(Subject::Member).collect()
        }
        By::Label => directory
            .labels()
            .iter()
            .cloned()
            .map(Subject::Label)
            .collect(),
        By::Channel => directory
            .channels()
            .map(|(key, name)| Subject::Channel(key, Arc::clone(name)))
            .collect(),
    };
    subjects.sort_by(|a, b| a.id().cmp(&b.id()));
    if by == By::Member && selection.names(None) {
        subjects.push(Subject::Nobody);
    }
    subjects
}

/// The days from `from` to `to`, cut into periods of at most [`CHUNK_DAYS`].
pub(crate) fn chunks(from: Day, to: Day) -> impl Iterator<Item = Period> {
    let starts = (from.number()..=to.number())
        .step_by(CHUNK_DAYS as usize)
        .map(Day::from_number);
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
