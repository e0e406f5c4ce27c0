//! What follows from the rows that a batch changed: first messages of conversations, first conversations of customers. What
//! follows from waits and surveys is in `turns`.

use rustc_hash::FxHashSet;

use super::{
    table::{Entry, Row, Table},
    working::WorkingSet,
};
use crate::store::rows::{ConversationRow, INBOUND, MessageRow, REPLY};

/// What a conversation's row lends to every day on which the conversation counts.
fn common(row: &ConversationRow) -> impl PartialEq + use<'_> {
    (
        row.customer_key,
        row.created_at,
        row.channel_key,
        row.assignee_key,
        row.label_keys.as_str(),
        row.attributes.as_deref(),
        row.outcome,
    )
}

/// Whether the two states of a conversation differ in what every one of its days holds.
pub(crate) fn differs_everywhere(entry: &Entry<ConversationRow>) -> bool {
    entry.stored.as_ref().map(common) != entry.current.as_ref().map(common)
}

/// The earlier of creation and first inbound message; `None` where the conversation has not come.
pub(crate) fn first_activity_at(row: &ConversationRow) -> Option<i64> {
    let created_at = row.created_at?;
    Some(
        row.first_inbound_at
            .map_or(created_at, |inbound| inbound.min(created_at)),
    )
}

pub(super) fn counts(row: &MessageRow) -> bool {
    row.kind <= REPLY
}

impl WorkingSet {
    /// Conversations whose rows or events the batch changed.
    pub(crate) fn touched_conversations(&self) -> FxHashSet<i64> {
        let rows = self.conversations.entries().filter(|entry| entry.changed());
        let mut touched: FxHashSet<i64> = rows
            .filter_map(|entry| either(entry).map(Row::key))
            .collect();
        // By both states of each: a message that moves to another conversation changes the first messages of the one it leaves.
        touched.extend(changed_parents(self.messages.entries()));
        touched.extend(changed_parents(self.ratings.entries()));
        touched.extend(changed_parents(self.follow_ups.entries()));
        touched.extend(changed_parents(self.events.entries()));
        touched.extend(changed_parents(self.surveys.entries()));
        touched
    }

    /// The stored conversations whose earlier events must be read before anything can be said of the new state.
    pub(crate) fn without_needed_history(&self) -> Vec<i64> {
        let touched = self.touched_conversations();
        let needed = touched
            .into_iter()
            .filter(|key| !self.with_history.contains(key));
        let mut keys: Vec<i64> = needed.filter(|&key| self.needs_history(key)).collect();
        keys.sort_unstable();
        keys
    }

    fn needs_history(&self, key: i64) -> bool {
        let Some(entry) = self.conversations.entry(key) else {
            return false;
        };
        // All events of a new conversation are in this batch.
        let Some(stored) = &entry.stored else {
            return false;
        };
        // A new customer, channel, assignee, label, attribute or outcome counts on every day of the conversation: without all of its events, days
        // that have to be made anew would not be marked.
        differs_everywhere(entry)
            || self
                .messages
                .of(key)
                .any(|message| unsettles(stored, key, message))
            || self.unsettles_waits(entry)
    }

    /// Derives first messages, waits and answered surveys of every conversation that the batch touched.
    pub(crate) fn derive_conversations(&mut self) {
        for key in self.touched_conversations() {
            self.derive_conversation(key);
        }
    }

    /// Derives first messages, waits and answered surveys of one conversation.
    pub(crate) fn derive_conversation(&mut self, key: i64) {
        // All that belongs to a new conversation is in the batch.
        let whole = self.with_history.contains(&key)
            || self
                .conversations
                .entry(key)
                .is_none_or(|entry| entry.stored.is_none());
        self.derive_first_messages(key, whole);
        self.derive_turns(key, whole);
        if whole || self.with_surveys.contains(&key) {
            self.derive_answers(key);
        }
    }

    fn derive_first_messages(&mut self, key: i64, whole: bool) {
        let Some(row) = self.conversations.by_key(key) else {
            return;
        };
        let (first_inbound_at, first_reply_at) = if whole {
            first_messages(&self.messages, key)
        } else {
            // Later messages were added: they can bring the first reply, and change nothing else.
            let reply = first_reply(self.messages.current_of(key), row.first_inbound_at);
            (
                row.first_inbound_at,
                row.first_reply_at.into_iter().chain(reply).min(),
            )
        };
        if (first_inbound_at, first_reply_at) != (row.first_inbound_at, row.first_reply_at) {
            let row = ConversationRow {
                first_inbound_at,
                first_reply_at,
                ..row.clone()
            };
            self.conversations.set(row);
        }
    }

    /// Customers whose first activity may have changed, or is not marked any more: a conversation that was deleted and
    /// created again is what it was, but for what is derived.
    pub(crate) fn customers_to_derive(&self) -> Vec<i64> {
        let activity =
            |row: &ConversationRow| (row.customer_key, first_activity_at(row), row.opens_customer);
        let changed = self.conversations.entries().filter(|entry| {
            entry.stored.as_ref().map(activity) != entry.current.as_ref().map(activity)
        });
        // Both states: a conversation that goes to another customer may leave the old one without a first conversation.
        let customers = changed.flat_map(|entry| [&entry.stored, &entry.current]);
        let mut keys: Vec<i64> = customers
            .flatten()
            .filter_map(|row| row.customer_key)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Those of `customers` whose stored opening conversation no longer is what it was: all theirs must be read.
    pub(crate) fn without_opener(&self, customers: &[i64]) -> Vec<i64> {
        let lost = |customer: &i64| {
            self.conversations.of(*customer).any(|entry| {
                let Some(stored) = entry.stored.as_ref().filter(|row| row.opens_customer) else {
                    return false;
                };
                if stored.customer_key != Some(*customer) {
                    return false;
                }
                let current = entry
                    .current
                    .as_ref()
                    .filter(|row| row.customer_key == Some(*customer));
                // If it is not later than before, it still precedes all conversations that are not loaded. If it is later, any
                // of them may be the first now.
                current
                    .and_then(first_activity_at)
                    .is_none_or(|now| first_activity_at(stored) < Some(now))
            })
        };
        customers.iter().copied().filter(lost).collect()
    }

    /// Derives which conversation holds each customer's first activity: the earliest, of two at one instant the one with
    /// the smaller id.
    pub(crate) fn derive_openers(&mut self, customers: &[i64]) {
        for &customer in customers {
            // An awaited conversation has no first activity yet, and `None` would come before every other one.
            let come = self
                .conversations
                .current_of(customer)
                .filter(|row| row.created_at.is_some());
            let rows: Vec<ConversationRow> = come.cloned().collect();
            // By id where two begin at one instant: rows lie in the order in which they were loaded, and the same facts have to
            // give the same first conversation in whatever order they come.
            let opener = rows
                .iter()
                .min_by(|a, b| (first_activity_at(a), &a.id).cmp(&(first_activity_at(b), &b.id)));
            let opener = opener.map(|row| row.conversation_key);
            for row in &rows {
                let opens_customer = Some(row.conversation_key) == opener;
                if row.opens_customer != opens_customer {
                    self.conversations.set(ConversationRow {
                        opens_customer,
                        ..row.clone()
                    });
                }
            }
        }
    }
}

fn either<R>(entry: &Entry<R>) -> Option<&R> {
    entry.current.as_ref().or(entry.stored.as_ref())
}

pub(super) fn changed_parents<'a, R: Row + 'a>(
    entries: impl Iterator<Item = &'a Entry<R>>,
) -> impl Iterator<Item = i64> {
    let changed = entries.filter(|entry| entry.changed());
    changed
        .flat_map(|entry| [&entry.stored, &entry.current])
        .flatten()
        .filter_map(Row::parent)
}

/// Whether a change of this message leaves it open, without the conversation's other messages, which are its first ones.
fn unsettles(stored: &ConversationRow, key: i64, message: &Entry<MessageRow>) -> bool {
    if !message.changed() {
        return false;
    }
    let here = |row: &MessageRow| row.conversation_key == key && counts(row);
    // It may have been the first of its kind: only the others can tell which one is now.
    if message.stored.as_ref().is_some_and(here) {
        return true;
    }
    // An earlier first message may have an earlier reply behind it, which is stored already and not in this batch.
    let new = message.current.as_ref().filter(|row| here(row));
    new.is_some_and(|row| {
        row.kind == INBOUND
            && stored
                .first_inbound_at
                .is_none_or(|first| row.sent_at < first)
    })
}

/// The earliest inbound message, and the earliest reply at or after it.
fn first_messages(messages: &Table<MessageRow>, conversation: i64) -> (Option<i64>, Option<i64>) {
    let inbound = messages
        .current_of(conversation)
        .filter(|row| row.kind == INBOUND)
        .map(|row| row.sent_at)
        .min();
    (
        inbound,
        first_reply(messages.current_of(conversation), inbound),
    )
}

fn first_reply<'a>(
    messages: impl Iterator<Item = &'a MessageRow>,
    inbound: Option<i64>,
) -> Option<i64> {
    let inbound = inbound?;
    messages
        .filter(|row| row.kind == REPLY && inbound <= row.sent_at)
        .map(|row| row.sent_at)
        .min()
}
