//! The rows of a block: one for each conversation that was active on its day.

use caseload_schema::{
    id::{ConversationKey, CustomerKey},
    instant::Instant,
};

use super::{BusinessDurations, Flags, Messages, ReplyTimes, Tags};
use crate::{counts::Counts, distinct::Distinct};

/// A duration in whole seconds: less than 136 years. The instants of facts lie between 1970 and now.
pub(crate) type Seconds = u32;

/// The longest duration that a block holds.
pub(super) const LONGEST: Seconds = Seconds::MAX - 1;

/// That many seconds, or the longest duration if it is shorter.
pub(crate) fn seconds(of: u64) -> Seconds {
    Seconds::try_from(of).unwrap_or(LONGEST).min(LONGEST)
}

/// Column by column, in the order of (assignee, nobody last; conversation key).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) conversations: Vec<ConversationKey>,
    pub(crate) customers: Vec<CustomerKey>,
    pub(crate) created_at: Vec<Instant>,
    pub(crate) flags: Vec<Flags>,
    /// The local hour of creation; 0 in rows of conversations that were not created on this day.
    pub(crate) created_hours: Vec<u8>,
    /// The local hour of closing; 0 in rows of conversations that were not closed on this day.
    pub(crate) closed_hours: Vec<u8>,
    pub(crate) tags: Tags,
    pub(crate) messages: Messages,
    /// Seconds of each row with a first response on this day.
    pub(crate) first_responses: Vec<Seconds>,
    /// Seconds of each row closed on this day.
    pub(crate) closing_times: Vec<Seconds>,
    /// Seconds of each row closed for the first time on this day.
    pub(crate) first_closing_times: Vec<Seconds>,
    /// Seconds of each reply that ended a wait, row by row.
    pub(crate) reply_times: ReplyTimes,
    /// How often each row was opened again.
    pub(crate) reopened: Vec<u32>,
    /// The durations by business hours; `None` where none were set.
    pub(crate) business: Option<Box<BusinessDurations>>,
}

impl Rows {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.conversations.len()
    }

    /// Whether `row` is that of a customer who had a conversation created or wrote on this day.
    pub(crate) fn has_customer(&self, row: usize) -> bool {
        self.flags[row].any_of(Flags::CREATED) | (self.messages.inbound(row) != 0)
    }

    /// The lowest and the highest of all customers.
    pub(super) fn customer_range(&self) -> (CustomerKey, CustomerKey) {
        let first = self.customers.first().copied().unwrap_or(CustomerKey(0));
        self.customers
            .iter()
            .fold((first, first), |(low, high), &customer| {
                (low.min(customer), high.max(customer))
            })
    }

    /// Distinct customers, all within that range, who had a conversation created or wrote.
    pub(super) fn count_customers(&self, (low, high): (CustomerKey, CustomerKey)) -> u64 {
        let mut seen = Distinct::new(low, high, self.len());
        let rows = 0..self.len();
        match &mut seen {
            Distinct::Bits(bits) => {
                rows.for_each(|row| bits.add(self.customers[row], self.has_customer(row)));
            }
            Distinct::Keys(keys) => {
                keys.extend(
                    rows.filter(|&row| self.has_customer(row))
                        .map(|row| self.customers[row]),
                );
            }
        }
        seen.count()
    }

    /// Whether any measure counts `row` itself.
    pub(crate) fn counts(&self, row: usize) -> bool {
        self.flags[row].counts()
            || self.reopened[row] != 0
            || self.messages.inbound(row) != 0
            || self.messages.replies(row) != 0
    }

    /// Adds what `row` itself counts for; its ratings and follow-ups are counted where they are credited.
    pub(crate) fn count(&self, row: usize, counts: &mut Counts) {
        let flags = self.flags[row];
        let (created, closed) = (flags.count(Flags::CREATED), flags.count(Flags::CLOSED));
        counts.backlog_change += self.backlog_change(row);
        counts.conversations += created;
        counts.labeled_conversations += created & u64::from(self.tags.is_labeled(row));
        counts.inbound_messages += u64::from(self.messages.inbound(row));
        counts.replies += u64::from(self.messages.replies(row));
        counts.new_customers += flags.count(Flags::NEW_CUSTOMER);
        counts.unanswered += flags.count(Flags::UNANSWERED);
        counts.closed += closed;
        counts.won += flags.count(Flags::WON);
        counts.lost += flags.count(Flags::LOST);
        counts.first_responses += flags.count(Flags::FIRST_RESPONSE);
        counts.replies_waited_for += self.reply_times.count(row);
        counts.first_closings += flags.count(Flags::FIRST_CLOSING);
        counts.reopened += u64::from(self.reopened[row]);
        counts.closed_by_one_reply += flags.count(Flags::CLOSED_BY_ONE_REPLY);
        counts.closed_by_bot += flags.count(Flags::CLOSED_BY_BOT);
    }

    /// By how much `row` changes the backlog.
    pub(crate) fn backlog_change(&self, row: usize) -> i64 {
        let count = |flag| self.flags[row].count(flag) as i64;
        (count(Flags::CREATED) - count(Flags::CLOSED)) * (1 - count(Flags::CROSSED))
    }

    pub(super) fn weight(&self) -> usize {
        size_of_val(&*self.conversations)
            + size_of_val(&*self.customers)
            + size_of_val(&*self.created_at)
            + size_of_val(&*self.flags)
            + size_of_val(&*self.created_hours)
            + size_of_val(&*self.closed_hours)
            + self.tags.weight()
            + self.messages.weight()
            + size_of_val(&*self.first_responses)
            + size_of_val(&*self.closing_times)
            + size_of_val(&*self.first_closing_times)
            + self.reply_times.weight()
            + size_of_val(&*self.reopened)
            + self
                .business
                .as_ref()
                .map_or(0, |business| business.weight())
    }
}
