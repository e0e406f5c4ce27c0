//! The stretches of a block that belong to one member each, with their figures added up.

use std::ops::Range;

use super::{Events, Rows};
use crate::counts::Counts;

/// A stretch of one list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// All of a list.
    pub(crate) fn all(len: usize) -> Self {
        Self {
            start: 0,
            end: len as u32,
        }
    }

    /// The places in the list.
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// How many places it has.
    pub(crate) fn len(self) -> usize {
        self.range().len()
    }

    /// The stretch of `len` places behind this one.
    pub(crate) fn next(self, len: u32) -> Self {
        Self {
            start: self.end,
            end: self.end + len,
        }
    }
}

/// How much belongs to one member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub(crate) rows: u32,
    pub(crate) ratings: u32,
    pub(crate) follow_ups: u32,
    pub(crate) surveys: u32,
}

/// What is credited to one member (or, as a whole, to anyone).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) rows: Span,
    pub(crate) ratings: Span,
    pub(crate) follow_ups: Span,
    pub(crate) surveys: Span,
    /// Where the values of its rows lie among the first responses.
    pub(crate) first_responses: Span,
    /// Where the values of its rows lie among the closing times.
    pub(crate) closing_times: Span,
    /// Where the values of its rows lie among the first closing times.
    pub(crate) first_closing_times: Span,
    /// Where the values of its rows lie among the reply times.
    pub(crate) reply_times: Span,
    /// The sums over all of it.
    pub(crate) counts: Counts,
}

impl Group {
    pub(super) fn lengths(&self) -> Lengths {
        Lengths {
            rows: self.rows.len() as u32,
            ratings: self.ratings.len() as u32,
            follow_ups: self.follow_ups.len() as u32,
            surveys: self.surveys.len() as u32,
        }
    }

    fn behind(previous: &Self, lengths: Lengths) -> Self {
        Self {
            rows: previous.rows.next(lengths.rows),
            ratings: previous.ratings.next(lengths.ratings),
            follow_ups: previous.follow_ups.next(lengths.follow_ups),
            surveys: previous.surveys.next(lengths.surveys),
            ..Self::default()
        }
    }
}

/// Cuts the lists into one group after the other, and adds up each.
pub(super) fn group(lengths: &[Lengths], rows: &Rows, events: &Events) -> Vec<Group> {
    let mut previous = Group::default();
    let next = |&lengths: &Lengths| {
        let mut group = Group::behind(&previous, lengths);
        let counts = &mut group.counts;
        for row in group.rows.range() {
            rows.count(row, counts);
        }
        for rating in &events.ratings[group.ratings.range()] {
            rating.count(counts);
        }
        for event in &events.follow_ups[group.follow_ups.range()] {
            event.count(counts);
        }
        for event in &events.surveys[group.surveys.range()] {
            event.count(counts);
        }
        group.first_responses = previous.first_responses.next(counts.first_responses as u32);
        group.closing_times = previous.closing_times.next(counts.closed as u32);
        group.first_closing_times = previous
            .first_closing_times
            .next(counts.first_closings as u32);
        group.reply_times = previous.reply_times.next(counts.replies_waited_for as u32);
        previous = group;
        group
    };
    lengths.iter().map(next).collect()
}
