//! The one predicate: what of a block passes a filter.
//!
//! A row passes by its conversation's assignee, labels, attributes and channel; a rating, follow-up or survey by whom it is itself
//! credited to, and by its conversation's labels, attributes and channel. Blocks lie in groups by credit, so that only those
//! are left to be tested row by row, and where neither is asked for the sums of the groups are there already.

use super::{
    Clock,
    filter::{Passing, Predicate},
    row_filter::RowFilter,
};
use crate::{
    block::{Block, Flags, FollowUpEvent, Group, RatingEvent, Seconds, Span, SurveyEvent},
    counts::Counts,
};

/// What passes of one block.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    block: &'a Block,
    groups: Groups<'a>,
    test: RowFilter<'a>,
}

#[derive(Debug)]
enum Groups<'a> {
    One(Option<&'a Group>),
    Some(Vec<&'a Group>),
}

/// One of the durations that rows have: of each row one or none, but for reply times, of which a row may have many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timed {
    FirstResponse,
    Closing,
    FirstClosing,
    Reply,
}

impl Timed {
    /// Rows with a value have this flag; `None` where a row may have many.
    const fn flag(self) -> Option<Flags> {
        match self {
            Self::FirstResponse => Some(Flags::FIRST_RESPONSE),
            Self::Closing => Some(Flags::CLOSED),
            Self::FirstClosing => Some(Flags::FIRST_CLOSING),
            Self::Reply => None,
        }
    }

    const fn span(self, group: &Group) -> Span {
        match self {
            Self::FirstResponse => group.first_responses,
            Self::Closing => group.closing_times,
            Self::FirstClosing => group.first_closing_times,
            Self::Reply => group.reply_times,
        }
    }

    /// How many values there are.
    pub(super) const fn count(self, counts: &Counts) -> u64 {
        match self {
            Self::FirstResponse => counts.first_responses,
            Self::Closing => counts.closed,
            Self::FirstClosing => counts.first_closings,
            Self::Reply => counts.replies_waited_for,
        }
    }

    /// The seconds of all rows of a group.
    pub(super) fn values_of<'a>(
        self,
        clock: Clock,
        group: &Group,
        block: &'a Block,
    ) -> &'a [Seconds] {
        &self.values(clock, block)[self.span(group).range()]
    }

    /// The seconds of all rows. By either clock there are as many, in the same order.
    fn values(self, clock: Clock, block: &Block) -> &[Seconds] {
        let rows = block.rows();
        match rows.business.as_ref().filter(|_| clock == Clock::Business) {
            None => match self {
                Self::FirstResponse => &rows.first_responses,
                Self::Closing => &rows.closing_times,
                Self::FirstClosing => &rows.first_closing_times,
                Self::Reply => rows.reply_times.all(),
            },
            Some(business) => match self {
                Self::FirstResponse => &business.first_responses,
                Self::Closing => &business.closing_times,
                Self::FirstClosing => &business.first_closing_times,
                Self::Reply => &business.reply_times,
            },
        }
    }
}

impl<'a> Groups<'a> {
    fn as_slice(&self) -> &[&'a Group] {
        match self {
            Self::One(group) => group.as_slice(),
            Self::Some(groups) => groups,
        }
    }

    fn count_rows(&self) -> usize {
        self.as_slice().iter().map(|group| group.rows.len()).sum()
    }
}

impl<'a> Selection<'a> {
    pub(super) fn of(block: &'a Block, predicate: &'a Predicate) -> Self {
        let groups = match predicate.groups(block.members()) {
            Passing::All => Groups::One(Some(block.whole())),
            Passing::One(place) => Groups::One(place.map(|place| &block.groups()[place])),
            Passing::Some(places) => {
                Groups::Some(places.map(|place| &block.groups()[place]).collect())
            }
        };
        Self::over(block, groups, predicate)
    }

    /// The same where the one group that passes is known.
    pub(super) fn of_group(block: &'a Block, place: usize, predicate: &'a Predicate) -> Self {
        Self::over(block, Groups::One(Some(&block.groups()[place])), predicate)
    }

    fn over(block: &'a Block, groups: Groups<'a>, predicate: &'a Predicate) -> Self {
        Self {
            block,
            test: RowFilter::new(predicate, block.tags(), groups.count_rows()),
            groups,
        }
    }

    pub(super) const fn block(&self) -> &'a Block {
        self.block
    }

    fn groups(&self) -> &[&'a Group] {
        self.groups.as_slice()
    }

    /// Whether it is all of the block.
    pub(super) fn is_whole(&self) -> bool {
        self.test.is_open()
            && self
                .groups()
                .first()
                .is_some_and(|&group| std::ptr::eq(group, self.block.whole()))
    }

    /// How many rows are looked at to find those that pass.
    pub(super) fn count_looked_at(&self) -> usize {
        self.groups.count_rows()
    }

    /// The rows that pass, by place.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> {
        self.groups().iter().flat_map(|group| self.rows_of(group))
    }

    /// Calls `visit` with each row that passes: quicker than the iterator.
    pub(super) fn each_row(&self, mut visit: impl FnMut(usize)) {
        for group in self.groups() {
            self.test.each(group.rows.range(), &mut visit);
        }
    }

    fn rows_of(&self, group: &Group) -> impl Iterator<Item = usize> {
        group.rows.range().filter(|&row| self.test.passes(row))
    }

    /// The ratings that pass.
    pub(super) fn ratings(&self) -> impl Iterator<Item = &'a RatingEvent> {
        self.groups()
            .iter()
            .flat_map(|group| self.ratings_of(group))
    }

    fn ratings_of(&self, group: &Group) -> impl Iterator<Item = &'a RatingEvent> {
        self.block.ratings()[group.ratings.range()]
            .iter()
            .filter(|rating| self.test.passes(rating.row as usize))
    }

    /// The follow-ups that pass.
    pub(super) fn follow_ups(&self) -> impl Iterator<Item = &'a FollowUpEvent> {
        self.groups()
            .iter()
            .flat_map(|group| self.follow_ups_of(group))
    }

    fn follow_ups_of(&self, group: &Group) -> impl Iterator<Item = &'a FollowUpEvent> {
        self.block.follow_ups()[group.follow_ups.range()]
            .iter()
            .filter(|event| self.test.passes(event.row as usize))
    }

    /// The surveys that pass, those of a conversation and credit together.
    pub(super) fn surveys(&self) -> impl Iterator<Item = &'a SurveyEvent> {
        self.groups()
            .iter()
            .flat_map(|group| self.surveys_of(group))
    }

    fn surveys_of(&self, group: &Group) -> impl Iterator<Item = &'a SurveyEvent> {
        self.block.surveys()[group.surveys.range()]
            .iter()
            .filter(|event| self.test.passes(event.row as usize))
    }

    /// The rows of the ratings, follow-ups and surveys that pass, by place.
    pub(super) fn event_rows(&self) -> impl Iterator<Item = usize> {
        let rated = self.ratings().map(|rating| rating.row as usize);
        rated
            .chain(self.follow_ups().map(|event| event.row as usize))
            .chain(self.surveys().map(|event| event.row as usize))
    }

    /// Adds what passes to `sums`.
    pub(super) fn count(&self, sums: &mut Counts) {
        for group in self.groups() {
            if self.test.is_open() {
                *sums += &group.counts;
            } else {
                self.count_tested(group, sums);
            }
        }
    }

    fn count_tested(&self, group: &Group, sums: &mut Counts) {
        self.test
            .each(group.rows.range(), |row| self.block.rows().count(row, sums));
        self.ratings_of(group).for_each(|rating| rating.count(sums));
        self.follow_ups_of(group)
            .for_each(|event| event.count(sums));
        self.surveys_of(group).for_each(|event| event.count(sums));
    }

    /// How much what passes adds to the backlog.
    pub(super) fn backlog_change(&self) -> i64 {
        if self.test.is_open() {
            self.groups()
                .iter()
                .map(|group| group.counts.backlog_change)
                .sum()
        } else {
            let mut sums = Counts::default();
            self.count(&mut sums);
            sums.backlog_change
        }
    }

    /// Appends the seconds of all rows that pass.
    pub(super) fn append_durations(&self, timed: Timed, clock: Clock, to: &mut Vec<Seconds>) {
        for group in self.groups() {
            if self.test.is_open() {
                to.extend_from_slice(timed.values_of(clock, group, self.block));
            } else {
                self.each_duration_of(group, (timed, clock), &mut |_, seconds| to.push(seconds));
            }
        }
    }

    /// Calls `visit` with each duration of the rows that pass: the row and the seconds.
    pub(super) fn each_duration(
        &self,
        timed: Timed,
        clock: Clock,
        mut visit: impl FnMut(usize, Seconds),
    ) {
        for group in self.groups() {
            self.each_duration_of(group, (timed, clock), &mut visit);
        }
    }

    fn each_duration_of(
        &self,
        group: &Group,
        (timed, clock): (Timed, Clock),
        visit: &mut impl FnMut(usize, Seconds),
    ) {
        let rows = self.block.rows();
        let Some(flag) = timed.flag() else {
            let values = timed.values(clock, self.block);
            self.test.each(group.rows.range(), |row| {
                for &seconds in &values[rows.reply_times.range(row)] {
                    visit(row, seconds);
                }
            });
            return;
        };
        let timed_rows = group
            .rows
            .range()
            .filter(|&row| rows.flags[row].any_of(flag));
        let values = timed.values_of(clock, group, self.block);
        for (row, &seconds) in timed_rows.zip(values) {
            if self.test.passes(row) {
                visit(row, seconds);
            }
        }
    }
}
