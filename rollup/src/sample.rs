//! Facts in few words, for the unit tests of this crate.

use std::sync::Arc;

use caseload_schema::{
    day::Day,
    facts::{ClosedBy, Conversation, Facts, FollowUp, Message, OpenConversation, Rating},
    id::{ChannelKey, ConversationKey, CustomerKey, MemberKey, RatingKey},
    instant::Instant,
    period::Period,
    zone::Zone,
};

use crate::{
    block::{Block, OpenBlock},
    cube::{Days, Filter, View},
    fold::{fold, fold_open},
};

/// The day of that number in May 2026, as an instant of its `hour:minute` in UTC.
pub(crate) fn at(day: i32, hour: i64, minute: i64) -> Instant {
    Instant::from_seconds(i64::from(may(day).number()) * 86_400 + hour * 3_600 + minute * 60)
}

/// The day of that number in May 2026. The fourth is a Monday.
pub(crate) fn may(day: i32) -> Day {
    Day::parse("2026-05-01").unwrap().plus(day - 1)
}

/// From one day in May 2026 to another.
pub(crate) fn days(from: i32, to: i32) -> Period {
    Period::new(may(from), may(to)).unwrap()
}

/// Facts that are being put together.
#[derive(Debug, Default)]
pub(crate) struct Sample(pub(crate) Facts);

impl Sample {
    /// Adds a conversation of customer 1 on channel 1, with no label, assigned to nobody.
    pub(crate) fn conversation(&mut self, key: i64, created_at: Instant) -> &mut Conversation {
        self.0.conversations.push(Conversation {
            key: ConversationKey(key),
            customer: CustomerKey(1),
            created_at,
            closed_at: None,
            outcome: None,
            assignee: None,
            channel: ChannelKey(1),
            labels: Vec::new(),
            attributes: Vec::new(),
            first_inbound_at: None,
            first_reply_at: None,
            opens_customer: false,
            first_closed_at: None,
            closed_by: ClosedBy::Other,
        });
        self.0.conversations.last_mut().unwrap()
    }

    pub(crate) fn message(&mut self, conversation: i64, sent_at: Instant, inbound: bool) {
        self.0.messages.push(Message {
            conversation: ConversationKey(conversation),
            sent_at,
            inbound,
            waited_since: None,
        });
    }

    pub(crate) fn rating(
        &mut self,
        conversation: i64,
        key: i64,
        rated_at: Instant,
        score: u8,
    ) -> &mut Rating {
        self.0.ratings.push(Rating {
            key: RatingKey(key),
            conversation: ConversationKey(conversation),
            rated_at,
            score,
            member: None,
            has_comment: false,
        });
        self.0.ratings.last_mut().unwrap()
    }

    pub(crate) fn follow_up(
        &mut self,
        conversation: i64,
        completed_at: Instant,
        assignee: Option<i64>,
    ) {
        self.0.follow_ups.push(FollowUp {
            conversation: ConversationKey(conversation),
            completed_at,
            assignee: assignee.map(MemberKey),
        });
    }

    /// All blocks, in UTC.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        fold(&Zone::UTC.into(), &self.0, &|_| true)
    }

    /// What passes `filter` within `period`.
    pub(crate) fn view(&self, period: Period, filter: Filter) -> View {
        let blocks = self.blocks().into_iter().map(Arc::new).collect();
        View::new(Days::new(blocks), Arc::new(self.open()), period, filter)
    }

    /// What is open.
    pub(crate) fn open(&self) -> OpenBlock {
        let open = self
            .0
            .conversations
            .iter()
            .filter(|conversation| conversation.closed_at.is_none());
        let open = open.map(|conversation| OpenConversation {
            key: conversation.key,
            customer: conversation.customer,
            assignee: conversation.assignee,
            channel: conversation.channel,
            labels: conversation.labels.clone(),
            attributes: conversation.attributes.clone(),
            created_at: conversation.created_at,
            waiting_since: None,
        });
        fold_open(&open.collect::<Vec<_>>())
    }
}
