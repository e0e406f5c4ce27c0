//! Rows of the fact tables, as they are stored.

use diesel::{Insertable, Queryable};

use super::tables::{
    channels, conversations, customers, events, follow_ups, labels, members, messages, ratings,
    surveys, teams,
};

/// A customer's message, in `messages.kind`.
pub(crate) const INBOUND: i16 = 1;
/// A member's message to the customer.
pub(crate) const REPLY: i16 = 2;
/// An automatic message.
pub(crate) const BOT: i16 = 3;
/// A private message.
pub(crate) const NOTE: i16 = 4;

/// Won, in `conversations.outcome`.
pub(crate) const WON: i16 = 1;
/// Lost.
pub(crate) const LOST: i16 = 2;

/// Closed, in `events.kind`.
pub(crate) const CLOSED: i16 = 1;
/// Reopened.
pub(crate) const REOPENED: i16 = 2;

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = members, treat_none_as_default_value = false)]
pub(crate) struct MemberRow {
    pub(crate) workspace_id: i64,
    pub(crate) member_key: i64,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) role: String,
    pub(crate) active: bool,
    pub(crate) avatar_url: Option<String>,
    pub(crate) known: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = teams, treat_none_as_default_value = false)]
pub(crate) struct TeamRow {
    pub(crate) workspace_id: i64,
    pub(crate) team_key: i64,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) member_keys: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = labels, treat_none_as_default_value = false)]
pub(crate) struct LabelRow {
    pub(crate) workspace_id: i64,
    pub(crate) label_key: i64,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) color: Option<String>,
    pub(crate) known: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = channels, treat_none_as_default_value = false)]
pub(crate) struct ChannelRow {
    pub(crate) workspace_id: i64,
    pub(crate) channel_key: i64,
    pub(crate) name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = customers, treat_none_as_default_value = false)]
pub(crate) struct CustomerRow {
    pub(crate) workspace_id: i64,
    pub(crate) customer_key: i64,
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) known: bool,
    pub(crate) erased: bool,
    pub(crate) opened_finally: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = conversations, treat_none_as_default_value = false)]
pub(crate) struct ConversationRow {
    pub(crate) workspace_id: i64,
    pub(crate) conversation_key: i64,
    pub(crate) id: String,
    pub(crate) customer_key: Option<i64>,
    pub(crate) created_at: Option<i64>,
    pub(crate) channel_key: Option<i64>,
    pub(crate) assignee_key: Option<i64>,
    pub(crate) label_keys: String,
    pub(crate) closed_at: Option<i64>,
    pub(crate) outcome: Option<i16>,
    pub(crate) updated_at: Option<i64>,
    pub(crate) first_inbound_at: Option<i64>,
    pub(crate) first_reply_at: Option<i64>,
    pub(crate) opens_customer: bool,
    pub(crate) url: Option<String>,
    pub(crate) attributes: Option<String>,
    pub(crate) waiting_since: Option<i64>,
    pub(crate) last_turn_at: Option<i64>,
    pub(crate) first_closed_at: Option<i64>,
    pub(crate) inbound_count: i32,
    pub(crate) reply_count: i32,
    pub(crate) bot_count: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
pub(crate) struct MessageRow {
    pub(crate) workspace_id: i64,
    pub(crate) id: String,
    pub(crate) conversation_key: i64,
    pub(crate) sent_at: i64,
    pub(crate) kind: i16,
    pub(crate) author_key: Option<i64>,
    pub(crate) waited_since: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = ratings, treat_none_as_default_value = false)]
pub(crate) struct RatingRow {
    pub(crate) workspace_id: i64,
    pub(crate) rating_key: i64,
    pub(crate) id: String,
    pub(crate) conversation_key: i64,
    pub(crate) rated_at: i64,
    pub(crate) score: i16,
    pub(crate) comment: Option<String>,
    pub(crate) member_key: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = follow_ups, treat_none_as_default_value = false)]
pub(crate) struct FollowUpRow {
    pub(crate) workspace_id: i64,
    pub(crate) id: String,
    pub(crate) conversation_key: i64,
    pub(crate) assignee_key: Option<i64>,
    pub(crate) due_at: Option<i64>,
    pub(crate) completed_at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub(crate) struct EventRow {
    pub(crate) workspace_id: i64,
    pub(crate) id: String,
    pub(crate) conversation_key: i64,
    pub(crate) at: i64,
    pub(crate) kind: i16,
    pub(crate) member_key: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable)]
#[diesel(table_name = surveys, treat_none_as_default_value = false)]
pub(crate) struct SurveyRow {
    pub(crate) workspace_id: i64,
    pub(crate) id: String,
    pub(crate) conversation_key: i64,
    pub(crate) asked_at: i64,
    pub(crate) member_key: Option<i64>,
    pub(crate) answered: bool,
}
