//! Which local days a batch touches: every day on which the old or the new state of a conversation counts something that
//! the other does not.

use std::collections::BTreeSet;

use super::{
    derive::{differs_everywhere, first_activity_at},
    table::{Entry, Row, Table},
    working::WorkingSet,
};
use crate::{
    day::Day,
    facts::ClosedBy,
    instant::Instant,
    store::rows::{ConversationRow, REPLY},
    zone::Zone,
};

/// Something that counts on a day. Two of the same kind and values count alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Created {
        unanswered: bool,
        closed_earlier: bool,
    },
    Closed {
        at: i64,
        outcome: Option<i16>,
        closed_by: ClosedBy,
    },
    FirstClosing {
        at: i64,
    },
    FirstResponse {
        from: i64,
        to: i64,
    },
    OpensCustomer,
    Message {
        at: i64,
        kind: i16,
        waited_since: Option<i64>,
    },
    Rating {
        key: i64,
        at: i64,
        score: i16,
        member: Option<i64>,
        has_comment: bool,
    },
    FollowUp {
        assignee: Option<i64>,
    },
    ClosedOrReopened {
        at: i64,
        kind: i16,
    },
    Survey {
        at: i64,
        member: Option<i64>,
        answered: bool,
    },
}

/// Which of a row's two states.
#[derive(Debug, Clone, Copy)]
enum Side {
    Stored,
    Current,
}

impl Side {
    fn of<R>(self, entry: &Entry<R>) -> Option<&R> {
        match self {
            Self::Stored => entry.stored.as_ref(),
            Self::Current => entry.current.as_ref(),
        }
    }
}

impl WorkingSet {
    /// The days of `zone` that the batch touches.
    pub(crate) fn touched_days(&self, zone: Zone) -> BTreeSet<Day> {
        let mut days = BTreeSet::new();
        for key in self.touched_conversations() {
            let Some(entry) = self.conversations.entry(key) else {
                continue;
            };
            let old = self.events(entry, Side::Stored, zone);
            let new = self.events(entry, Side::Current, zone);
            if differs_everywhere(entry) {
                days.extend(old.iter().chain(&new).map(|(day, _)| *day));
            } else {
                days.extend(symmetric_difference(old, new));
            }
        }
        days
    }

    /// What a conversation counts, ascending. Events that the batch did not have to read are missing on both sides alike.
    fn events(&self, entry: &Entry<ConversationRow>, side: Side, zone: Zone) -> Vec<(Day, Event)> {
        let Some(row) = side.of(entry) else {
            return Vec::new();
        };
        let Some(created_at) = row.created_at else {
            return Vec::new();
        };
        let day = |at: i64| zone.day_of(Instant::from_micros(at));
        let closed_earlier = row
            .closed_at
            .is_some_and(|closed| day(closed) < day(created_at));
        let unanswered = row.first_inbound_at.is_some() && row.first_reply_at.is_none();
        let mut events = vec![(
            day(created_at),
            Event::Created {
                unanswered,
                closed_earlier,
            },
        )];
        if let Some(at) = row.closed_at {
            events.push((
                day(at),
                Event::Closed {
                    at,
                    outcome: row.outcome,
                    closed_by: ClosedBy::of(row.inbound_count, row.reply_count, row.bot_count),
                },
            ));
        }
        if let Some(at) = row.first_closed_at.or(row.closed_at) {
            events.push((day(at), Event::FirstClosing { at }));
        }
        if let Some((from, to)) = row.first_inbound_at.zip(row.first_reply_at) {
            events.push((day(to), Event::FirstResponse { from, to }));
        }
        if let Some(at) = first_activity_at(row).filter(|_| row.opens_customer) {
            events.push((day(at), Event::OpensCustomer));
        }
        let key = row.conversation_key;
        let messages = children(&self.messages, key, side).filter(|row| row.kind <= REPLY);
        events.extend(messages.map(|row| {
            (
                day(row.sent_at),
                Event::Message {
                    at: row.sent_at,
                    kind: row.kind,
                    waited_since: row.waited_since,
                },
            )
        }));
        events.extend(children(&self.ratings, key, side).map(|row| {
            let rating = Event::Rating {
                key: row.rating_key,
                at: row.rated_at,
                score: row.score,
                member: row.member_key,
                has_comment: row.comment.is_some(),
            };
            (day(row.rated_at), rating)
        }));
        events.extend(children(&self.follow_ups, key, side).filter_map(|row| {
            Some((
                day(row.completed_at?),
                Event::FollowUp {
                    assignee: row.assignee_key,
                },
            ))
        }));
        events.extend(children(&self.events, key, side).map(|row| {
            let event = Event::ClosedOrReopened {
                at: row.at,
                kind: row.kind,
            };
            (day(row.at), event)
        }));
        events.extend(children(&self.surveys, key, side).map(|row| {
            let survey = Event::Survey {
                at: row.asked_at,
                member: row.member_key,
                answered: row.answered,
            };
            (day(row.asked_at), survey)
        }));
        events.sort_unstable();
        events
    }
}

fn children<R: Row>(table: &Table<R>, parent: i64, side: Side) -> impl Iterator<Item = &R> {
    table
        .of(parent)
        .filter_map(move |entry| side.of(entry))
        .filter(move |row| row.parent() == Some(parent))
}

/// The days of what stands in one of two ascending lists more often than in the other.
fn symmetric_difference(old: Vec<(Day, Event)>, new: Vec<(Day, Event)>) -> BTreeSet<Day> {
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    let mut days = BTreeSet::new();
    loop {
        match (old.peek(), new.peek()) {
            (Some(a), Some(b)) if a == b => {
                old.next();
                new.next();
            }
            (Some(a), Some(b)) if b < a => days.extend(new.next().map(|(day, _)| day)),
            (Some(_), _) => days.extend(old.next().map(|(day, _)| day)),
            (None, Some(_)) => days.extend(new.next().map(|(day, _)| day)),
            (None, None) => return days,
        }
    }
}
