//! Conversations: their details by key.

use diesel::{ExpressionMethods, QueryDsl};

use super::{Conn, Result, Store, StoreError, conn::load, keys, tables::conversations};
use crate::{
    facts::{Conversation, Outcome},
    id::{ChannelKey, ConversationKey, CustomerKey, LabelKey, MemberKey, WorkspaceKey},
    import::rows::ConversationRow,
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
        self.read(move |conn| Box::pin(async move { list_ids(conn, ws, &keys).await })).await
    }

    /// These conversations as they are now, in no order; those that were deleted are missing.
    pub async fn find_conversations(
        &self,
        ws: WorkspaceKey,
        keys: &[ConversationKey],
    ) -> Result<Vec<ConversationDetail>> {
        let keys: Vec<i64> = keys.iter().map(|key| key.0).collect();
        self.read(move |conn| {
            Box::pin(async move {
                let rows = list(conn, ws, &keys).await?;
                rows.into_iter().filter_map(|row| detail(row).transpose()).collect()
            })
        })
        .await
    }
}

async fn list_ids(conn: &mut Conn, ws: WorkspaceKey, keys: &[i64]) -> Result<Vec<(ConversationKey, String)>> {
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

/// The rows of these keys, in no order.
pub(crate) async fn list(conn: &mut Conn, ws: WorkspaceKey, keys: &[i64]) -> Result<Vec<ConversationRow>> {
    let mut found: Vec<ConversationRow> = Vec::with_capacity(keys.len());
    for keys in keys.chunks(conn.most_keys()) {
        let query = conversations::table
            .filter(conversations::workspace_id.eq(ws.0))
            .filter(conversations::conversation_key.eq_any(keys));
        let rows: Vec<ConversationRow> = load!(conn, query)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The row as what it means; `None` where the conversation has not come yet.
fn detail(row: ConversationRow) -> Result<Option<ConversationDetail>> {
    let fact = fact(&row)?;
    let id = row.id;
    Ok(fact.map(|fact| ConversationDetail { id, fact }))
}

/// The row as a fact; `None` where the conversation has not come yet.
pub(crate) fn fact(row: &ConversationRow) -> Result<Option<Conversation>> {
    let key = row.conversation_key;
    let (Some(customer), Some(created_at), Some(channel)) = (row.customer_key, row.created_at, row.channel_key) else {
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
    }))
}
