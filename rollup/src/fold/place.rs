//! Conversations in the order of a block's rows, with the local days and hours of what happened to them.

use caseload_schema::{
    day::Day,
    facts::Conversation,
    id::ConversationKey,
    zone::{Local, Zone},
};
use rustc_hash::FxHashMap;

use crate::block::order;

/// A conversation and where its own events fall.
#[derive(Debug)]
pub(super) struct Placed<'a> {
    pub(super) conversation: &'a Conversation,
    pub(super) created: Local,
    pub(super) closed: Option<Local>,
    pub(super) first_response_day: Option<Day>,
    pub(super) first_closing_day: Option<Day>,
    /// The day of its customer's first activity ever, where this conversation holds it.
    pub(super) opening_day: Option<Day>,
}

impl<'a> Placed<'a> {
    fn of(zone: Zone, conversation: &'a Conversation) -> Self {
        let responded = conversation
            .first_inbound_at
            .and(conversation.first_reply_at);
        Self {
            conversation,
            created: zone.local(conversation.created_at),
            closed: conversation.closed_at.map(|at| zone.local(at)),
            first_response_day: responded.map(|at| zone.day_of(at)),
            first_closing_day: conversation.first_closed_at.map(|at| zone.day_of(at)),
            opening_day: conversation
                .opens_customer
                .then(|| zone.day_of(conversation.first_activity_at())),
        }
    }

    /// The days on which its own events fall; one may come more than once.
    pub(super) fn days(&self) -> impl Iterator<Item = Day> {
        let closed = self.closed.map(|at| at.day);
        [
            Some(self.created.day),
            closed,
            self.first_response_day,
            self.first_closing_day,
            self.opening_day,
        ]
        .into_iter()
        .flatten()
    }
}

/// All conversations, by place: assignee (nobody last), then key.
#[derive(Debug)]
pub(super) struct Places<'a> {
    placed: Vec<Placed<'a>>,
    place_of: FxHashMap<ConversationKey, u32>,
}

impl<'a> Places<'a> {
    pub(super) fn of(zone: Zone, conversations: &'a [Conversation]) -> Self {
        let mut sorted: Vec<&Conversation> = conversations.iter().collect();
        sorted
            .sort_unstable_by_key(|conversation| (order(conversation.assignee), conversation.key));
        Self {
            place_of: sorted
                .iter()
                .zip(0..)
                .map(|(conversation, place)| (conversation.key, place))
                .collect(),
            placed: sorted
                .into_iter()
                .map(|conversation| Placed::of(zone, conversation))
                .collect(),
        }
    }

    pub(super) fn len(&self) -> u32 {
        self.placed.len() as u32
    }

    pub(super) fn at(&self, place: u32) -> &Placed<'a> {
        &self.placed[place as usize]
    }

    pub(super) fn find(&self, key: ConversationKey) -> Option<u32> {
        self.place_of.get(&key).copied()
    }
}
