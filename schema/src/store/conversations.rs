//! Conversations: their details by key.

use std::collections::{BTreeMap, HashMap};

use diesel::{ExpressionMethods, QueryDsl, Queryable};

use super::{
    Conn, Result, Store, StoreError,
    conn::load,
    keys,
    rows::REOPENED,
    tables::{conversations, events},
    workspaces,
};
use crate::{
    facts::{Attribute, ClosedBy, Conversation, Outcome},
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
    /// Where it can be opened, where its record or the workspace says so.
    pub url: Option<String>,
    /// Since when its customer has been waiting for a reply; `None` where nobody waits, and where it is closed.
    pub waiting_since: Option<Instant>,
    /// Messages by its customer.
    pub inbound_messages: u64,
    /// Messages by members to its customer.
    pub replies: u64,
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

    /// How often each of these conversations was opened again; those that never were are missing.
    pub async fn count_reopenings(
        &self,
        ws: WorkspaceKey,
        keys: &[ConversationKey],
    ) -> Result<HashMap<ConversationKey, u64>> {
        let keys: Vec<i64> = keys.iter().map(|key| key.0).collect();
        self.read(move |conn| Box::pin(async move { count_reopenings(conn, ws, &keys).await }))
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

async fn count_reopenings(
    conn: &mut Conn,
    ws: WorkspaceKey,
    keys: &[i64],
) -> Result<HashMap<ConversationKey, u64>> {
    let mut counts = HashMap::new();
    for keys in keys.chunks(conn.most_keys()) {
        let query = events::table
            .filter(events::workspace_id.eq(ws.0))
            .filter(events::conversation_key.eq_any(keys))
            .filter(events::kind.eq(REOPENED))
            .select(events::conversation_key);
        let reopened: Vec<i64> = load!(conn, query)?;
        for key in reopened {
            *counts.entry(ConversationKey(key)).or_default() += 1;
        }
    }
    Ok(counts)
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
    attributes: Option<String>,
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
    conversations::attributes,
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
    conversations::attributes,
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
            .select((
                conversations::id,
                FACT_COLUMNS,
                conversations::url,
                conversations::waiting_since,
            ));
        let rows: Vec<DetailRow> = load!(conn, query)?;
        for row in rows {
            found.extend(detail(row)?);
        }
    }
    if found.iter().any(|detail| detail.url.is_none())
        && let Some(template) = workspaces::find_url_template(conn, ws).await?
    {
        for detail in found.iter_mut().filter(|detail| detail.url.is_none()) {
            detail.url = Some(template.url(&detail.id));
        }
    }
    Ok(found)
}

/// Id, what the rollup reads, URL, and the beginning of the wait.
type DetailRow = (String, FactRow, Option<String>, Option<i64>);

/// The row with all that is shown of it; `None` where the conversation has not come yet.
fn detail((id, row, url, waiting_since): DetailRow) -> Result<Option<ConversationDetail>> {
    let Some(fact) = fact(&row)? else {
        return Ok(None);
    };
    Ok(Some(ConversationDetail {
        id,
        fact,
        url,
        waiting_since: waiting_since
            .filter(|_| row.closed_at.is_none())
            .map(Instant::from_micros),
        inbound_messages: u64::try_from(row.inbound_count).unwrap_or(0),
        replies: u64::try_from(row.reply_count).unwrap_or(0),
    }))
}

/// The attributes that a conversation's row holds, as the import wrote them: an object of lists of texts, all ascending.
pub(super) fn attributes(stored: Option<&str>, key: i64) -> Result<Vec<Attribute>> {
    let Some(stored) = stored else {
        return Ok(Vec::new());
    };
    let read: BTreeMap<Box<str>, Vec<Box<str>>> = serde_json::from_str(stored)
        .map_err(|_| StoreError::damaged("conversations", "attributes", key))?;
    let attributes = read.into_iter().flat_map(|(key, values)| {
        values.into_iter().map(move |value| Attribute {
            key: key.clone(),
            value,
        })
    });
    Ok(attributes.collect())
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
        attributes: attributes(row.attributes.as_deref(), key)?,
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
