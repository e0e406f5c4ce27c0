//! Facts of a stretch of time, as the rollup reads them.

use diesel::{BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Conn, Result,
    conn::{first, load},
    conversations::{self as conversation_store, FACT_COLUMNS, FactRow},
    keys, ratings as rating_store,
    tables::{conversations, events, follow_ups, messages, ratings, surveys},
};
use crate::{
    facts::{Conversation, Facts, FollowUp, Message, OpenConversation, Reopening, Survey},
    id::{ChannelKey, ConversationKey, CustomerKey, LabelKey, MemberKey, WorkspaceKey},
    instant::Instant,
    store::rows::{CLOSED, INBOUND, REOPENED, REPLY, RatingRow},
};

/// Everything that happened in `[start, end)` in conversations that have come, with those conversations.
pub async fn read(
    conn: &mut Conn,
    ws: WorkspaceKey,
    start: Instant,
    end: Instant,
) -> Result<Facts> {
    let (start, end) = (start.micros(), end.micros());
    let messages = list_messages(conn, ws, start, end).await?;
    let ratings = list_ratings(conn, ws, start, end).await?;
    let follow_ups = list_follow_ups(conn, ws, start, end).await?;
    let reopenings = list_reopenings(conn, ws, start, end).await?;
    let surveys = list_surveys(conn, ws, start, end).await?;
    let mut rows = list_created_or_closed(conn, ws, start, end).await?;
    let first_closed = list_first_closed(conn, ws, start, end).await?;
    let have: FxHashSet<i64> = rows.iter().map(|row| row.conversation_key).collect();
    let mut missing: Vec<i64> = messages
        .iter()
        .map(|message| message.conversation.0)
        .chain(ratings.iter().map(|rating| rating.conversation.0))
        .chain(follow_ups.iter().map(|follow_up| follow_up.conversation.0))
        .chain(reopenings.iter().map(|reopening| reopening.conversation.0))
        .chain(surveys.iter().map(|survey| survey.conversation.0))
        .chain(first_closed)
        .filter(|key| !have.contains(key))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    rows.extend(list_by_key(conn, ws, &missing).await?);
    let facts = rows
        .iter()
        .filter_map(|row| conversation_store::fact(row).transpose());
    let mut conversations: Vec<Conversation> = facts.collect::<Result<_>>()?;
    conversations.sort_unstable_by_key(|conversation| conversation.key);
    Ok(whole(Facts {
        conversations,
        messages,
        ratings,
        follow_ups,
        reopenings,
        surveys,
    }))
}

/// Leaves out the events of conversations that have not come.
fn whole(mut facts: Facts) -> Facts {
    let come: FxHashSet<ConversationKey> = facts
        .conversations
        .iter()
        .map(|conversation| conversation.key)
        .collect();
    facts
        .messages
        .retain(|message| come.contains(&message.conversation));
    facts
        .ratings
        .retain(|rating| come.contains(&rating.conversation));
    facts
        .follow_ups
        .retain(|follow_up| come.contains(&follow_up.conversation));
    facts
        .reopenings
        .retain(|reopening| come.contains(&reopening.conversation));
    facts
        .surveys
        .retain(|survey| come.contains(&survey.conversation));
    facts
}

async fn list_messages(
    conn: &mut Conn,
    ws: WorkspaceKey,
    start: i64,
    end: i64,
) -> Result<Vec<Message>> {
    let query = messages::table
        .filter(messages::workspace_id.eq(ws.0))
        .filter(messages::sent_at.ge(start).and(messages::sent_at.lt(end)))
        .filter(messages::kind.le(REPLY))
        .select((
            messages::sent_at,
            messages::kind,
            messages::conversation_key,
            messages::waited_since,
        ));
    let rows: Vec<MessageFacts> = load!(conn, query)?;
    Ok(rows.into_iter().map(message).collect())
}

/// Instant, kind, conversation and beginning of the wait.
type MessageFacts = (i64, i16, i64, Option<i64>);

fn message((sent_at, kind, conversation, waited_since): MessageFacts) -> Message {
    Message {
        conversation: ConversationKey(conversation),
        sent_at: Instant::from_micros(sent_at),
        inbound: kind == INBOUND,
        waited_since: waited_since.map(Instant::from_micros),
    }
}

async fn list_ratings(
    conn: &mut Conn,
    ws: WorkspaceKey,
    start: i64,
    end: i64,
) -> Result<Vec<crate::facts::Rating>> {
    let query = ratings::table
        .filter(ratings::workspace_id.eq(ws.0))
        .filter(ratings::rated_at.ge(start).and(ratings::rated_at.lt(end)));
    let rows: Vec<RatingRow> = load!(conn, query)?;
    rows.iter().map(rating_store::fact).collect()
}

async fn list_follow_ups(
    conn: &mut Conn,
    ws: WorkspaceKey,
    start: i64,
    end: i64,
) -> Result<Vec<FollowUp>> {
    let query = follow_ups::table
        .filter(follow_ups::workspace_id.eq(ws.0))
        .filter(
            follow_ups::completed_at
                .ge(start)
                .and(follow_ups::completed_at.lt(end)),
        )
        .select((
            follow_ups::conversation_key,
            follow_ups::completed_at,
            follow_ups::assignee_key,
        ));
    let rows: Vec<(i64, Option<i64>, Option<i64>)> = load!(conn, query)?;
    Ok(rows
        .into_iter()
        .filter_map(|(conversation, completed_at, assignee)| {
            Some(FollowUp {
                conversation: ConversationKey(conversation),
                completed_at: Instant::from_micros(completed_at?),
                assignee: assignee.map(MemberKey),
            })
        })
        .collect())
}

async fn list_reopenings(
    conn: &mut Conn,
    ws: WorkspaceKey,
    start: i64,
    end: i64,
) -> Result<Vec<Reopening>> {
    let query = events::table
        .filter(events::workspace_id.eq(ws.0))
        .filter(events::at.ge(start).and(events::at.lt(end)))
        .filter(events::kind.eq(REOPENED))
        .select((events::conversation_key, events::at));
    let rows: Vec<(i64, i64)> = load!(conn, query)?;
    let reopening = |(conversation, at)| Reopening {
        conversation: ConversationKey(conversation),
        at: Instant::from_micros(at),
    };
    Ok(rows.into_iter().map(reopening).collect())
}

async fn list_surveys(
    conn: &mut Conn,
    ws: WorkspaceKey,
    start: i64,
    end: i64,
) -> Result<Vec<Survey>> {
    let query = surveys::table
        .filter(surveys::workspace_id.eq(ws.0))
        .filter(surveys::asked_at.ge(start).and(surveys::asked_at.lt(end)))
        .select((
            surveys::conversation_key,
            surveys::asked_at,
            surveys::member_key,
            surveys::answered,
        ));
    let rows: Vec<(i64, i64, Option<i64>, bool)> = load!(conn, query)?;
    let survey =
        |(conversation, asked_at, member, answered): (i64, i64, Option<i64>, bool)| Survey {
            conversation: ConversationKey(conversation),
            asked_at: Instant::from_micros(asked_at),
            member: member.map(MemberKey),
            answered,
        };
    Ok(rows.into_iter().map(survey).collect())
}

/// The conversations with a `closed` event: the earliest one may count.
async fn list_first_closed(
    conn: &mut Conn,
    ws: WorkspaceKey,
    start: i64,
    end: i64,
) -> Result<Vec<i64>> {
    let query = events::table
        .filter(events::workspace_id.eq(ws.0))
        .filter(events::at.ge(start).and(events::at.lt(end)))
        .filter(events::kind.eq(CLOSED))
        .select(events::conversation_key);
    Ok(load!(conn, query)?)
}

/// Two index scans: one on creation, one on closing.
async fn list_created_or_closed(
    conn: &mut Conn,
    ws: WorkspaceKey,
    start: i64,
    end: i64,
) -> Result<Vec<FactRow>> {
    let mine = || conversations::table.filter(conversations::workspace_id.eq(ws.0));
    let created = mine().filter(
        conversations::created_at
            .ge(start)
            .and(conversations::created_at.lt(end)),
    );
    let closed = mine()
        .filter(
            conversations::closed_at
                .ge(start)
                .and(conversations::closed_at.lt(end)),
        )
        .filter(
            conversations::created_at
                .lt(start)
                .or(conversations::created_at.ge(end)),
        );
    let mut rows: Vec<FactRow> = load!(conn, created.select(FACT_COLUMNS))?;
    let closed: Vec<FactRow> = load!(conn, closed.select(FACT_COLUMNS))?;
    rows.extend(closed);
    Ok(rows)
}

/// Keys this close together are read as one range: a scan reads four rows in the time of one look-up.
const DENSE: i64 = 4;

async fn list_by_key(conn: &mut Conn, ws: WorkspaceKey, wanted: &[i64]) -> Result<Vec<FactRow>> {
    let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else {
        return Ok(Vec::new());
    };
    if DENSE * (wanted.len() as i64) < last - first {
        return conversation_store::list_facts(conn, ws, wanted).await;
    }
    let range = conversations::table
        .filter(conversations::workspace_id.eq(ws.0))
        .filter(conversations::conversation_key.between(*first, *last))
        .select(FACT_COLUMNS);
    let rows: Vec<FactRow> = load!(conn, range)?;
    Ok(rows
        .into_iter()
        .filter(|row| wanted.binary_search(&row.conversation_key).is_ok())
        .collect())
}

/// Key, customer, assignee, channel, labels, creation, beginning of the wait, and attributes.
type OpenRow = (
    i64,
    i64,
    Option<i64>,
    i64,
    String,
    i64,
    Option<i64>,
    Option<String>,
);

/// All conversations that are open now, by key.
pub async fn read_open(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<OpenConversation>> {
    let query = conversations::table
        .filter(conversations::workspace_id.eq(ws.0))
        .filter(conversations::closed_at.is_null())
        .filter(conversations::created_at.is_not_null())
        .select((
            conversations::conversation_key,
            conversations::customer_key.assume_not_null(),
            conversations::assignee_key,
            conversations::channel_key.assume_not_null(),
            conversations::label_keys,
            conversations::created_at.assume_not_null(),
            conversations::waiting_since,
            conversations::attributes,
        ));
    let rows: Vec<OpenRow> = load!(conn, query)?;
    let mut open: Vec<OpenConversation> = rows
        .into_iter()
        .map(
            |(key, customer, assignee, channel, labels, created_at, waiting_since, attributes)| {
                Ok(OpenConversation {
                    key: ConversationKey(key),
                    customer: CustomerKey(customer),
                    assignee: assignee.map(MemberKey),
                    channel: ChannelKey(channel),
                    labels: keys::split(&labels, "conversations", "label_keys")?
                        .into_iter()
                        .map(LabelKey)
                        .collect(),
                    attributes: conversation_store::attributes(attributes.as_deref(), key)?,
                    created_at: Instant::from_micros(created_at),
                    waiting_since: waiting_since.map(Instant::from_micros),
                })
            },
        )
        .collect::<Result<_>>()?;
    open.sort_unstable_by_key(|conversation| conversation.key);
    Ok(open)
}

/// The instants of the first and the last fact of the workspace, those that no measure counts among them; `None` where
/// there is none.
pub async fn extent(conn: &mut Conn, ws: WorkspaceKey) -> Result<Option<(Instant, Instant)>> {
    use diesel::dsl::{max, min};
    macro_rules! ends {
        ($table:ident, $column:ident) => {{
            let mine = || $table::table.filter($table::workspace_id.eq(ws.0));
            let low: Option<Option<i64>> = first!(conn, mine().select(min($table::$column)))?;
            let high: Option<Option<i64>> = first!(conn, mine().select(max($table::$column)))?;
            low.flatten().zip(high.flatten())
        }};
    }
    let ends = [
        ends!(conversations, created_at),
        ends!(conversations, closed_at),
        ends!(messages, sent_at),
        ends!(ratings, rated_at),
        ends!(follow_ups, completed_at),
        ends!(events, at),
        ends!(surveys, asked_at),
    ];
    let low = ends.iter().flatten().map(|(low, _)| *low).min();
    let high = ends.iter().flatten().map(|(_, high)| *high).max();
    Ok(low
        .zip(high)
        .map(|(low, high)| (Instant::from_micros(low), Instant::from_micros(high))))
}

/// How many messages `[start, end)` has: most of the work of a rollup is theirs.
pub async fn count_messages(
    conn: &mut Conn,
    ws: WorkspaceKey,
    start: Instant,
    end: Instant,
) -> Result<u64> {
    let query = messages::table
        .filter(messages::workspace_id.eq(ws.0))
        .filter(
            messages::sent_at
                .ge(start.micros())
                .and(messages::sent_at.lt(end.micros())),
        )
        .count();
    let count: Option<i64> = first!(conn, query)?;
    Ok(count.unwrap_or(0).unsigned_abs())
}

/// The messages that count of these conversations, whenever they were sent.
pub async fn read_messages_of(
    conn: &mut Conn,
    ws: WorkspaceKey,
    conversations: &[ConversationKey],
) -> Result<FxHashMap<ConversationKey, Vec<Message>>> {
    let wanted: Vec<i64> = conversations.iter().map(|key| key.0).collect();
    let mut found: FxHashMap<ConversationKey, Vec<Message>> = FxHashMap::default();
    for wanted in wanted.chunks(conn.most_keys()) {
        let query = messages::table
            .filter(messages::workspace_id.eq(ws.0))
            .filter(messages::conversation_key.eq_any(wanted))
            .filter(messages::kind.le(REPLY))
            .select((
                messages::sent_at,
                messages::kind,
                messages::conversation_key,
                messages::waited_since,
            ));
        let rows: Vec<MessageFacts> = load!(conn, query)?;
        for message in rows.into_iter().map(message) {
            found.entry(message.conversation).or_default().push(message);
        }
    }
    Ok(found)
}

/// Where a customer's first activity could be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstActivity {
    /// The conversation.
    pub conversation: ConversationKey,
    /// Its id, which decides between two at the same instant.
    pub id: String,
    /// Whose it is.
    pub customer: CustomerKey,
    /// The earlier of creation and first inbound message.
    pub at: Instant,
    /// Whether it is stored as the one that opens its customer.
    pub opens_customer: bool,
}

/// Rows of [`read_first_activities`] at a time.
const ACTIVITIES: i64 = 50_000;

/// The first activity of the conversations behind the key `after`, by key, some at a time; none when there are no more.
pub async fn read_first_activities(
    conn: &mut Conn,
    ws: WorkspaceKey,
    after: ConversationKey,
) -> Result<Vec<FirstActivity>> {
    let query = conversations::table
        .filter(conversations::workspace_id.eq(ws.0))
        .filter(conversations::conversation_key.gt(after.0))
        .filter(conversations::created_at.is_not_null())
        .order(conversations::conversation_key)
        .limit(ACTIVITIES)
        .select((conversations::id, FACT_COLUMNS));
    let rows: Vec<(String, FactRow)> = load!(conn, query)?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, row) in rows {
        found.extend(conversation_store::fact(&row)?.map(|fact| FirstActivity {
            conversation: fact.key,
            id,
            customer: fact.customer,
            at: fact.first_activity_at(),
            opens_customer: fact.opens_customer,
        }));
    }
    Ok(found)
}
