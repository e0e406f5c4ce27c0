//! Conversations: their details by key.

use diesel::{ExpressionMethods, QueryDsl, Queryable};

use super::{Conn, Result, Store, StoreError, conn::load, keys, tables::conversations};
use crate::{
    facts::{ClosedBy, Conversation, Outcome},
    id::{ChannelKey, ConversationKey, CustomerKey, LabelKey, MemberKey, WorkspaceKey},
    instant::Instant,
};

/// A conversation with the id that the outside knows it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationDetail {
    /// The source system's id.
    pub id: String,
    /// What it is now.
    pub fact: Conversation,
}

impl Store {
    /// The ids of these conversations, in no order; those that were deleted are missing.
    pub async fn list_conversation_ids(
        &self,
        ws: WorkspaceKey,
        keys: &[ConversationKey],
    ) -> Result<Vec<(ConversationKey, String)>> {
        let keys: Vec<i64> = keys.iter().map(|key| key.0).collect();
        self.read(move |conn| Box::pin(async move { list_ids(conn, ws, &keys).await }))
            .await
    }

    /// These conversations as they are now, in no order; those that were deleted are missing.
    pub async fn find_conversations(
        &self,
        ws: WorkspaceKey,
        keys: &[ConversationKey],
    ) -> Result<Vec<ConversationDetail>> {
        let keys: Vec<i64> = keys.iter().map(|key| key.0).collect();
        self.read(move |conn| Box::pin(async move { list_details(conn, ws, &keys).await }))
            .await
    }
}

async fn list_ids(
    conn: &mut Conn,
    ws: WorkspaceKey,
    keys: &[i64],
) -> Result<Vec<(ConversationKey, String)>> {
    let mut found = Vec::with_capacity(keys.len());
    for keys in keys.chunks(conn.most_keys()) {
        let query = conversations::table
            .filter(conversations::workspace_id.eq(ws.0))
            .filter(conversations::conversation_key.eq_any(keys))
            .select((conversations::conversation_key, conversations::id));
        let rows: Vec<(i64, String)> = load!(conn, query)?;
        found.extend(rows.into_iter().map(|(key, id)| (ConversationKey(key), id)));
    }
    Ok(found)
}

/// What the rollup reads of a conversation: the columns of [`FACT_COLUMNS`].
#[derive(Queryable)]
pub(crate) struct FactRow {
    pub(crate) conversation_key: i64,
    customer_key: Option<i64>,
    created_at: Option<i64>,
    channel_key: Option<i64>,
    assignee_key: Option<i64>,
    label_keys: String,
    closed_at: Option<i64>,
    outcome: Option<i16>,
    first_inbound_at: Option<i64>,
    first_reply_at: Option<i64>,
    opens_customer: bool,
    first_closed_at: Option<i64>,
    inbound_count: i32,
    reply_count: i32,
    bot_count: i32,
}

type FactColumns = (
    conversations::conversation_key,
    conversations::customer_key,
    conversations::created_at,
    conversations::channel_key,
    conversations::assignee_key,
    conversations::label_keys,
    conversations::closed_at,
    conversations::outcome,
    conversations::first_inbound_at,
    conversations::first_reply_at,
    conversations::opens_customer,
    conversations::first_closed_at,
    conversations::inbound_count,
    conversations::reply_count,
    conversations::bot_count,
);

/// The columns of a [`FactRow`].
pub(crate) const FACT_COLUMNS: FactColumns = (
    conversations::conversation_key,
    conversations::customer_key,
    conversations::created_at,
    conversations::channel_key,
    conversations::assignee_key,
    conversations::label_keys,
    conversations::closed_at,
    conversations::outcome,
    conversations::first_inbound_at,
    conversations::first_reply_at,
    conversations::opens_customer,
    conversations::first_closed_at,
    conversations::inbound_count,
    conversations::reply_count,
    conversations::bot_count,
);

/// The rows of these keys, in no order.
pub(crate) async fn list_facts(
    conn: &mut Conn,
    ws: WorkspaceKey,
    keys: &[i64],
) -> Result<Vec<FactRow>> {
    let mut found: Vec<FactRow> = Vec::with_capacity(keys.len());
    for keys in keys.chunks(conn.most_keys()) {
        let query = conversations::table
            .filter(conversations::workspace_id.eq(ws.0))
            .filter(conversations::conversation_key.eq_any(keys))
            .select(FACT_COLUMNS);
        let rows: Vec<FactRow> = load!(conn, query)?;
        found.extend(rows);
    }
    Ok(found)
}

async fn list_details(
    conn: &mut Conn,
    ws: WorkspaceKey,
    keys: &[i64],
) -> Result<Vec<ConversationDetail>> {
    let mut found = Vec::with_capacity(keys.len());
    for keys in keys.chunks(conn.most_keys()) {
        let query = conversations::table
            .filter(conversations::workspace_id.eq(ws.0))
            .filter(conversations::conversation_key.eq_any(keys))
            .select((conversations::id, FACT_COLUMNS));
        let rows: Vec<(String, FactRow)> = load!(conn, query)?;
        for (id, row) in rows {
            found.extend(fact(&row)?.map(|fact| ConversationDetail { id, fact }));
        }
    }
    Ok(found)
}

/// The row as a fact; `None` where the conversation has not come yet.
pub(crate) fn fact(row: &FactRow) -> Result<Option<Conversation>> {
    let key = row.conversation_key;
    let (Some(customer), Some(created_at), Some(channel)) =
        (row.customer_key, row.created_at, row.channel_key)
    else {
        return Ok(None);
    };
    let outcome = match row.outcome {
        None => None,
        Some(1) => Some(Outcome::Won),
        Some(2) => Some(Outcome::Lost),
        Some(_) => return Err(StoreError::damaged("conversations", "outcome", key)),
    };
    let labels = keys::split(&row.label_keys, "conversations", "label_keys")?;
    Ok(Some(Conversation {
        key: ConversationKey(key),
        customer: CustomerKey(customer),
        created_at: Instant::from_micros(created_at),
        closed_at: row.closed_at.map(Instant::from_micros),
        outcome,
        assignee: row.assignee_key.map(MemberKey),
        channel: ChannelKey(channel),
        labels: labels.into_iter().map(LabelKey).collect(),
        first_inbound_at: row.first_inbound_at.map(Instant::from_micros),
        first_reply_at: row.first_reply_at.map(Instant::from_micros),
        opens_customer: row.opens_customer,
        first_closed_at: row
            .first_closed_at
            .or(row.closed_at)
            .map(Instant::from_micros),
        closed_by: ClosedBy::of(row.inbound_count, row.reply_count, row.bot_count),
    }))
}
