//! Day blocks: one compact, immutable, column-wise record of everything that counts on one local day.
//!
//! A [`Block`] has one row for each conversation that was active on its day: created, closed, opened again, with a message, a
//! rating, a survey or a follow-up done. Its bytes are a pure function of the facts. Every figure of any period, filter and grouping is an
//! exact scan over blocks; the sums of each member are prepared when a block is read, so that most queries need not scan.
//!
//! As bytes: a version, a kind, columns of bit-packed distances from their smallest value, a CRC-32 of it all.

mod attributes;
mod bits;
mod business;
mod decode;
mod encode;
mod events;
mod flags;
mod groups;
mod lists;
mod members;
mod messages;
mod open;
mod reply_times;
mod rows;
mod tags;
mod wire;

use caseload_schema::{day::Day, id::CustomerKey};

pub(crate) use self::{
    attributes::Attributes,
    business::BusinessDurations,
    events::{Events, FollowUpEvent, RatingEvent, SurveyEvent},
    flags::Flags,
    groups::{Group, Lengths, Span},
    members::{Members, order},
    messages::{HourOfMessages, Messages},
    reply_times::ReplyTimes,
    rows::{Rows, Seconds, seconds},
    tags::{RowTags, Tags},
};
pub use self::{decode::decode, open::OpenBlock, wire::DamagedBlock};
use crate::counts::Counts;

/// One local day of a workspace. Two blocks are equal where they were made of the same facts.
///
/// ```
/// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
/// // Monday, 4 May 2026: three conversations of two customers.
/// let monday = &days.blocks()[0];
/// assert_eq!((monday.len(), monday.customers()), (3, 2));
/// assert_eq!(monday.counts().first_responses, 2);
/// assert_eq!(monday.counts().backlog_change, 2); // three created, one closed
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    day: Day,
    members: Members,
    groups: Vec<Group>,
    whole: Group,
    rows: Rows,
    customers: u64,
    customer_range: (CustomerKey, CustomerKey),
    events: Events,
}

/// The lists that make a block. Rows and events lie in the order of `members`, and `lengths` says how much
/// of each is whose.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) members: Members,
    pub(crate) lengths: Vec<Lengths>,
    pub(crate) rows: Rows,
    pub(crate) events: Events,
}

impl Block {
    pub(crate) fn new(day: Day, parts: Parts) -> Self {
        let Parts {
            members,
            lengths,
            rows,
            events,
        } = parts;
        let groups = groups::group(&lengths, &rows, &events);
        let whole = Group {
            rows: Span::all(rows.len()),
            ratings: Span::all(events.ratings.len()),
            follow_ups: Span::all(events.follow_ups.len()),
            surveys: Span::all(events.surveys.len()),
            first_responses: Span::all(rows.first_responses.len()),
            closing_times: Span::all(rows.closing_times.len()),
            first_closing_times: Span::all(rows.first_closing_times.len()),
            reply_times: rows.reply_times.span(),
            counts: groups.iter().map(|group| group.counts).sum::<Counts>(),
        };
        let customer_range = rows.customer_range();
        let customers = rows.count_customers(customer_range);
        Self {
            day,
            members,
            groups,
            whole,
            rows,
            customers,
            customer_range,
            events,
        }
    }

    /// The day whose facts these are.
    pub const fn day(&self) -> Day {
        self.day
    }

    /// How many conversations were active on the day.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing happened on the day. No such block is made from facts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The figures of the whole day.
    pub const fn counts(&self) -> &Counts {
        &self.whole.counts
    }

    /// Distinct customers who had a conversation created on the day, or wrote.
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// How many bytes of memory it takes, for a cache's book-keeping.
    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + self.members.weight()
            + size_of_val(&*self.groups)
            + self.rows.weight()
            + self.events.weight()
    }

    /// The block as bytes, which [`decode()`] reads back as an equal block.
    ///
    /// ```
    /// # use caseload_rollup::block::{DamagedBlock, decode};
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let monday = &days.blocks()[0];
    /// let mut bytes = monday.encode();
    /// assert_eq!(decode(&bytes).as_ref(), Ok(&**monday));
    /// bytes[10] ^= 1;
    /// assert_eq!(decode(&bytes), Err(DamagedBlock::Checksum)); // one bit is enough
    /// ```
    pub fn encode(&self) -> Vec<u8> {
        encode::encode(self)
    }

    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The lowest and the highest of all its rows' customers.
    pub(crate) const fn customer_range(&self) -> (CustomerKey, CustomerKey) {
        self.customer_range
    }

    pub(crate) fn tags(&self) -> &Tags {
        &self.rows.tags
    }

    pub(crate) fn ratings(&self) -> &[RatingEvent] {
        &self.events.ratings
    }

    pub(crate) fn follow_ups(&self) -> &[FollowUpEvent] {
        &self.events.follow_ups
    }

    pub(crate) fn surveys(&self) -> &[SurveyEvent] {
        &self.events.surveys
    }

    pub(crate) fn members(&self) -> &Members {
        &self.members
    }

    /// What is credited to each of [`members`](Self::members), in their order.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// What is credited to anyone.
    pub(crate) fn whole(&self) -> &Group {
        &self.whole
    }
}
