//! What follows from the turns of a conversation: who waits for a reply and since when, and how many messages of each kind
//! there are. A turn is an inbound message, a reply or a closing.

use super::{
    derive::{changed_parents, counts},
    table::Entry,
    working::WorkingSet,
};
use crate::store::rows::{
    BOT, CLOSED, ConversationRow, EventRow, INBOUND, MessageRow, REPLY, SurveyRow,
};

/// A turn, in the order in which waits see them: by time; at one instant inbound messages before replies before closings; then by
/// id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    at: i64,
    kind: TurnKind,
    /// The message's id; empty for a closing.
    id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TurnKind {
    Inbound,
    Reply,
    Closing,
}

impl Turn {
    fn message(row: &MessageRow) -> Self {
        let kind = if row.kind == INBOUND {
            TurnKind::Inbound
        } else {
            TurnKind::Reply
        };
        Self {
            at: row.sent_at,
            kind,
            id: row.id.clone(),
        }
    }

    const fn closing(at: i64) -> Self {
        Self {
            at,
            kind: TurnKind::Closing,
            id: String::new(),
        }
    }
}

/// Where the waits of a conversation stand behind its last message or `closed` event. The conversation's `closed_at` counts where it
/// lies before that: many sources send it with the conversation, and messages of earlier instants after it. If it were counted at
/// once, each of these would come before the last turn, and need all turns.
#[derive(Debug, Clone, Copy, Default)]
struct Waits {
    /// The beginning of the wait that is open.
    since: Option<i64>,
    last_turn_at: Option<i64>,
}

impl Waits {
    /// Takes the next turn. Gives the beginning of the wait that it ends with a value.
    fn take(&mut self, turn: &Turn) -> Option<i64> {
        self.last_turn_at = Some(turn.at);
        match turn.kind {
            TurnKind::Inbound => {
                self.since.get_or_insert(turn.at);
                None
            }
            TurnKind::Reply => self.since.take(),
            TurnKind::Closing => {
                self.since = None;
                None
            }
        }
    }
}

/// Messages by kind.
#[derive(Debug, Clone, Copy, Default)]
struct KindCounts {
    inbound: i32,
    replies: i32,
    bots: i32,
}

impl KindCounts {
    fn add(&mut self, row: &MessageRow, count: i32) {
        match row.kind {
            INBOUND => self.inbound += count,
            REPLY => self.replies += count,
            BOT => self.bots += count,
            _ => {}
        }
    }
}

fn is_closing(row: &EventRow) -> bool {
    row.kind == CLOSED
}

impl WorkingSet {
    /// Whether what the batch did to a stored conversation leaves its waits open without all of its turns. New turns behind all
    /// others only continue what is stored.
    pub(super) fn unsettles_waits(&self, entry: &Entry<ConversationRow>) -> bool {
        let Some(stored) = &entry.stored else {
            return false;
        };
        let key = stored.conversation_key;
        let precedes = |at: &i64| stored.last_turn_at.is_some_and(|last| *at < last);
        // A message at the instant of the last turn may come before it: inbound messages precede replies and closings.
        let message =
            self.messages.of(key).any(|entry| {
                let here = |row: &&MessageRow| row.conversation_key == key && counts(row);
                entry.changed()
                    && entry.current.as_ref().filter(here).is_some_and(|row| {
                        stored.last_turn_at.is_some_and(|last| row.sent_at <= last)
                    })
            });
        let event = self.events.of(key).any(|entry| {
            let here = |row: &&EventRow| row.conversation_key == key && is_closing(row);
            entry.changed()
                && (entry.stored.as_ref().is_some_and(|row| here(&row))
                    || entry
                        .current
                        .as_ref()
                        .filter(here)
                        .is_some_and(|row| precedes(&row.at)))
        });
        let closed_at = entry.current.as_ref().and_then(|row| row.closed_at);
        let closing = stored.closed_at != closed_at
            && stored.closed_at.iter().chain(&closed_at).any(precedes);
        message || event || closing
    }

    /// Derives the waits of one conversation, and its counts of messages; `whole` where all that belongs to it is here.
    pub(super) fn derive_turns(&mut self, key: i64, whole: bool) {
        let Some(row) = self.conversations.by_key(key).cloned() else {
            return;
        };
        let stored = self
            .conversations
            .entry(key)
            .and_then(|entry| entry.stored.as_ref())
            .filter(|_| !whole);
        let (mut waits, mut kinds, mut first_closed_at) = stored.map_or_else(
            || (Waits::default(), KindCounts::default(), None),
            |stored| {
                let waits = Waits {
                    since: stored.waiting_since,
                    last_turn_at: stored.last_turn_at,
                };
                let kinds = KindCounts {
                    inbound: stored.inbound_count,
                    replies: stored.reply_count,
                    bots: stored.bot_count,
                };
                (waits, kinds, stored.first_closed_at)
            },
        );
        let counted_until = stored.and_then(|stored| stored.last_turn_at);
        let mut turns = Vec::new();
        for entry in self
            .messages
            .of(key)
            .filter(|entry| whole || entry.changed())
        {
            let here = |row: &&MessageRow| row.conversation_key == key;
            if let Some(row) = entry.stored.as_ref().filter(here).filter(|_| !whole) {
                kinds.add(row, -1);
            }
            if let Some(row) = entry.current.as_ref().filter(here) {
                kinds.add(row, 1);
                turns.extend(counts(row).then(|| Turn::message(row)));
            }
        }
        for entry in self.events.of(key).filter(|entry| whole || entry.changed()) {
            let here = |row: &&EventRow| row.conversation_key == key && is_closing(row);
            if let Some(row) = entry.current.as_ref().filter(here) {
                turns.push(Turn::closing(row.at));
                first_closed_at =
                    Some(first_closed_at.map_or(row.at, |first: i64| first.min(row.at)));
            }
        }
        turns.sort_unstable();
        let last = turns.last().map(|turn| turn.at);
        let is_between = |at: &i64| {
            counted_until.is_none_or(|until| until <= *at) && last.is_some_and(|last| *at < last)
        };
        if let Some(at) = row.closed_at.filter(is_between) {
            turns.push(Turn::closing(at));
            turns.sort_unstable();
        }
        let mut ended = Vec::new();
        for turn in turns {
            let since = waits.take(&turn);
            if turn.kind != TurnKind::Closing {
                ended.push((turn.id, since));
            }
        }
        for (id, since) in ended {
            self.set_waited_since(&id, since);
        }
        if whole {
            self.clear_waits_of_others(key);
        }
        let derived = ConversationRow {
            waiting_since: waits.since,
            last_turn_at: waits.last_turn_at,
            first_closed_at,
            inbound_count: kinds.inbound,
            reply_count: kinds.replies,
            bot_count: kinds.bots,
            ..row
        };
        if self.conversations.by_key(key) != Some(&derived) {
            self.conversations.set(derived);
        }
    }

    fn set_waited_since(&mut self, id: &str, waited_since: Option<i64>) {
        let differs = self
            .messages
            .get(id)
            .filter(|row| row.waited_since != waited_since);
        if let Some(row) = differs.cloned() {
            self.messages.set(MessageRow {
                waited_since,
                ..row
            });
        }
    }

    /// A reply that became a note, say, ended no wait.
    fn clear_waits_of_others(&mut self, key: i64) {
        let others = self.messages.current_of(key).filter(|row| !counts(row));
        let wrong: Vec<String> = others
            .filter(|row| row.waited_since.is_some())
            .map(|row| row.id.clone())
            .collect();
        for id in wrong {
            self.set_waited_since(&id, None);
        }
    }

    /// The stored conversations whose other ratings and surveys must be read, because one of theirs changed.
    pub(super) fn without_needed_surveys(&self) -> Vec<i64> {
        let mut keys: Vec<i64> = changed_parents(self.ratings.entries())
            .chain(changed_parents(self.surveys.entries()))
            .filter(|key| {
                let entry = self.conversations.entry(*key);
                !self.with_history.contains(key)
                    && entry.is_some_and(|entry| entry.stored.is_some())
            })
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Derives which of a conversation's surveys are answered: a rating answers the latest one asked at or before it, of two at
    /// one instant the one with the greater id. All its ratings and surveys are here.
    pub(super) fn derive_answers(&mut self, key: i64) {
        let mut asked: Vec<(i64, String, bool)> = self
            .surveys
            .current_of(key)
            .map(|row| (row.asked_at, row.id.clone(), false))
            .collect();
        asked.sort_unstable();
        for rating in self.ratings.current_of(key) {
            let before = asked.partition_point(|(at, ..)| *at <= rating.rated_at);
            if let Some((.., answered)) = before.checked_sub(1).map(|last| &mut asked[last]) {
                *answered = true;
            }
        }
        for (_, id, answered) in asked {
            let differs = self.surveys.get(&id).filter(|row| row.answered != answered);
            if let Some(row) = differs.cloned() {
                self.surveys.set(SurveyRow { answered, ..row });
            }
        }
    }
}
