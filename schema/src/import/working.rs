//! The state that a batch is applied to: the rows that it has to do with, and the next free keys.

use rustc_hash::FxHashSet;

use super::{Sender, table::Table};
use crate::{
    id::WorkspaceKey,
    retention::RetentionCutoff,
    role::Role,
    store::rows::{
        ChannelRow, ConversationRow, CustomerRow, EventRow, FollowUpRow, LabelRow, MemberRow,
        MessageRow, RatingRow, SurveyRow, TeamRow,
    },
};

/// The next free key of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, diesel::Queryable)]
pub(crate) struct Counters {
    pub(crate) member: i64,
    pub(crate) team: i64,
    pub(crate) label: i64,
    pub(crate) channel: i64,
    pub(crate) customer: i64,
    pub(crate) conversation: i64,
    pub(crate) rating: i64,
}

/// The rows that a batch has to do with.
#[derive(Debug)]
pub(crate) struct WorkingSet {
    pub(crate) ws: i64,
    pub(crate) sender: Sender,
    /// Where final days end, where there are any.
    pub(crate) cutoff: Option<RetentionCutoff>,
    pub(crate) counters: Counters,
    pub(crate) members: Table<MemberRow>,
    pub(crate) teams: Table<TeamRow>,
    pub(crate) labels: Table<LabelRow>,
    pub(crate) channels: Table<ChannelRow>,
    pub(crate) customers: Table<CustomerRow>,
    pub(crate) conversations: Table<ConversationRow>,
    pub(crate) messages: Table<MessageRow>,
    pub(crate) ratings: Table<RatingRow>,
    pub(crate) follow_ups: Table<FollowUpRow>,
    pub(crate) events: Table<EventRow>,
    pub(crate) surveys: Table<SurveyRow>,
    /// Conversations of which all that belongs to them is here.
    pub(crate) with_history: FxHashSet<i64>,
    /// Conversations of which all ratings and surveys are here.
    pub(crate) with_surveys: FxHashSet<i64>,
}

/// A free key, counted up.
fn take(next: &mut i64) -> i64 {
    let key = *next;
    *next += 1;
    key
}

impl WorkingSet {
    pub(crate) fn new(ws: WorkspaceKey, sender: Sender, counters: Counters) -> Self {
        Self {
            ws: ws.0,
            sender,
            cutoff: None,
            counters,
            members: Table::default(),
            teams: Table::default(),
            labels: Table::default(),
            channels: Table::default(),
            customers: Table::default(),
            conversations: Table::default(),
            messages: Table::default(),
            ratings: Table::default(),
            follow_ups: Table::default(),
            events: Table::default(),
            surveys: Table::default(),
            with_history: FxHashSet::default(),
            with_surveys: FxHashSet::default(),
        }
    }

    /// The key of a member; one that is not there is from now on known by its id.
    pub(crate) fn member_key(&mut self, id: &str) -> i64 {
        if let Some(row) = self.members.get(id) {
            return row.member_key;
        }
        let row = MemberRow {
            workspace_id: self.ws,
            member_key: self.free_member_key(id),
            id: id.to_owned(),
            name: id.to_owned(),
            email: None,
            role: Role::Agent.name().to_owned(),
            active: false,
            avatar_url: None,
            known: false,
        };
        let key = row.member_key;
        self.members.set(row);
        key
    }

    /// The key of a label; one that is not there is from now on known by its id.
    pub(crate) fn label_key(&mut self, id: &str) -> i64 {
        if let Some(row) = self.labels.get(id) {
            return row.label_key;
        }
        let label_key = self.free_label_key(id);
        let (id, title) = (id.to_owned(), id.to_owned());
        self.labels.set(LabelRow {
            workspace_id: self.ws,
            label_key,
            id,
            title,
            color: None,
            known: false,
        });
        label_key
    }

    /// The key of a channel.
    pub(crate) fn channel_key(&mut self, name: &str) -> i64 {
        if let Some(row) = self.channels.get(name) {
            return row.channel_key;
        }
        let channel_key = take(&mut self.counters.channel);
        self.channels.set(ChannelRow {
            workspace_id: self.ws,
            channel_key,
            name: name.to_owned(),
        });
        channel_key
    }

    /// The key of a customer; one that is not there is from now on known by its id.
    pub(crate) fn customer_key(&mut self, id: &str) -> i64 {
        if let Some(row) = self.customers.get(id) {
            return row.customer_key;
        }
        let row = CustomerRow {
            workspace_id: self.ws,
            customer_key: self.free_customer_key(id),
            id: id.to_owned(),
            name: None,
            email: None,
            known: false,
            erased: false,
            opened_finally: false,
        };
        let key = row.customer_key;
        self.customers.set(row);
        key
    }

    /// The key of a conversation; one that is not there is from now on awaited.
    pub(crate) fn conversation_key(&mut self, id: &str) -> i64 {
        if let Some(row) = self.conversations.get(id) {
            return row.conversation_key;
        }
        let conversation_key = self.free_conversation_key(id);
        self.conversations.set(ConversationRow {
            workspace_id: self.ws,
            conversation_key,
            id: id.to_owned(),
            customer_key: None,
            created_at: None,
            channel_key: None,
            assignee_key: None,
            label_keys: String::new(),
            closed_at: None,
            outcome: None,
            updated_at: None,
            first_inbound_at: None,
            first_reply_at: None,
            opens_customer: false,
            url: None,
            attributes: None,
            waiting_since: None,
            last_turn_at: None,
            first_closed_at: None,
            inbound_count: 0,
            reply_count: 0,
            bot_count: 0,
        });
        conversation_key
    }

    pub(crate) fn free_member_key(&mut self, id: &str) -> i64 {
        self.members
            .key_of(id)
            .unwrap_or_else(|| take(&mut self.counters.member))
    }

    pub(crate) fn free_team_key(&mut self, id: &str) -> i64 {
        self.teams
            .key_of(id)
            .unwrap_or_else(|| take(&mut self.counters.team))
    }

    pub(crate) fn free_label_key(&mut self, id: &str) -> i64 {
        self.labels
            .key_of(id)
            .unwrap_or_else(|| take(&mut self.counters.label))
    }

    pub(crate) fn free_customer_key(&mut self, id: &str) -> i64 {
        self.customers
            .key_of(id)
            .unwrap_or_else(|| take(&mut self.counters.customer))
    }

    pub(crate) fn free_conversation_key(&mut self, id: &str) -> i64 {
        self.conversations
            .key_of(id)
            .unwrap_or_else(|| take(&mut self.counters.conversation))
    }

    pub(crate) fn free_rating_key(&mut self, id: &str) -> i64 {
        self.ratings
            .key_of(id)
            .unwrap_or_else(|| take(&mut self.counters.rating))
    }

    /// Whether the comments of that customer's ratings must go.
    pub(crate) fn is_erased(&self, customer: Option<i64>) -> bool {
        customer
            .and_then(|key| self.customers.by_key(key))
            .is_some_and(|row| row.erased)
    }
}
