//! Deriving anew what the import keeps beside the facts, for all conversations: first messages, waits, answered surveys, and
//! which conversation opens its customer. An import does so for what it changes; this puts right what something else has damaged.

use std::collections::BTreeSet;

use diesel::{ExpressionMethods, QueryDsl};

use super::{
    Sender,
    change::Change,
    derive::changed_parents,
    load,
    table::{Row, Table},
    working::WorkingSet,
};
use crate::{
    clock::Clock,
    day::Day,
    id::{ConversationKey, WorkspaceKey},
    store::{
        Conn, Result, Store,
        conn::load,
        rows::ConversationRow,
        tables::{conversations, customers},
    },
};

/// What was wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repaired {
    /// How often something was put right: in a conversation its first messages and waits together, and its opening; in a
    /// message its wait; in a survey its answer.
    pub corrections: u64,
    /// The days that this touches; they wait for a rollup now.
    pub days: BTreeSet<Day>,
}

impl Repaired {
    fn add(&mut self, batch: Self) {
        self.corrections += batch.corrections;
        self.days.extend(batch.days);
    }
}

/// Those of `conversations` whose stored waits, counts of messages or answered surveys are not those of their facts.
pub async fn find_wrong_waits(
    conn: &mut Conn,
    ws: WorkspaceKey,
    conversations: &[ConversationKey],
) -> Result<Vec<ConversationKey>> {
    let keys: Vec<i64> = conversations.iter().map(|key| key.0).collect();
    let mut working = WorkingSet::new(ws, Sender::Operator, load::read_counters(conn, ws).await?);
    load::conversations(conn, &mut working, &keys).await?;
    load::history(conn, &mut working, &keys).await?;
    for key in &keys {
        working.derive_turns(*key, true);
        working.derive_answers(*key);
    }
    let mut wrong: Vec<i64> = changed_parents(working.messages.entries())
        .chain(changed_parents(working.surveys.entries()))
        .collect();
    let rows = working.conversations.entries();
    wrong.extend(
        rows.filter(|entry| entry.changed())
            .filter_map(|entry| entry.stored.as_ref().map(Row::key)),
    );
    wrong.sort_unstable();
    wrong.dedup();
    Ok(wrong.into_iter().map(ConversationKey).collect())
}

/// Conversations, or customers, in one transaction: with their messages they take a few megabytes.
const BATCH: i64 = 2_000;

/// Derives everything anew, in batches: each is durable before the next is begun, and imports get their turn in between.
pub async fn repair(store: &Store, ws: WorkspaceKey, clock: &Clock) -> Result<Repaired> {
    let mut repaired = Repaired::default();
    // Which conversation opens its customer depends on first messages.
    for what in [What::FirstMessages, What::Openers] {
        let mut after = Some(i64::MIN);
        while let Some(key) = after {
            let clock = clock.clone();
            let (next, batch) = store
                .write(move |conn| Box::pin(async move { some(conn, ws, what, key, &clock).await }))
                .await?;
            repaired.add(batch);
            after = next;
        }
    }
    Ok(repaired)
}

/// What is derived.
#[derive(Debug, Clone, Copy)]
enum What {
    FirstMessages,
    Openers,
}

/// Derives what belongs to the conversations or customers behind `after`. Gives the last of them; `None` after the last of
/// all.
async fn some(
    conn: &mut Conn,
    ws: WorkspaceKey,
    what: What,
    after: i64,
    clock: &Clock,
) -> Result<(Option<i64>, Repaired)> {
    let change = Change::begin(conn, ws).await?;
    let mut working = WorkingSet::new(ws, Sender::Operator, load::read_counters(conn, ws).await?);
    let keys = match what {
        What::FirstMessages => first_messages(conn, &mut working, after).await?,
        What::Openers => openers(conn, &mut working, after).await?,
    };
    let wrong = count_changed(&working.conversations)
        + count_changed(&working.messages)
        + count_changed(&working.surveys);
    let days = change.write(conn, &working, clock.now()).await?;
    Ok((
        keys.last().copied(),
        Repaired {
            corrections: wrong as u64,
            days,
        },
    ))
}

fn count_changed<R: Row>(table: &Table<R>) -> usize {
    table.entries().filter(|entry| entry.changed()).count()
}

async fn first_messages(conn: &mut Conn, working: &mut WorkingSet, after: i64) -> Result<Vec<i64>> {
    let query = conversations::table
        .filter(conversations::workspace_id.eq(working.ws))
        .filter(conversations::conversation_key.gt(after))
        .order(conversations::conversation_key)
        .limit(BATCH);
    let rows: Vec<ConversationRow> = load!(conn, query)?;
    let keys: Vec<i64> = rows.iter().map(|row| row.conversation_key).collect();
    for row in rows {
        working.conversations.load(row);
    }
    load::history(conn, working, &keys).await?;
    for key in &keys {
        working.derive_conversation(*key);
    }
    Ok(keys)
}

async fn openers(conn: &mut Conn, working: &mut WorkingSet, after: i64) -> Result<Vec<i64>> {
    let query = customers::table
        .filter(customers::workspace_id.eq(working.ws))
        .filter(customers::customer_key.gt(after))
        // Of the others the first activity may be gone with the facts of its day.
        .filter(customers::opened_finally.eq(false))
        .order(customers::customer_key)
        .select(customers::customer_key)
        .limit(BATCH);
    let keys: Vec<i64> = load!(conn, query)?;
    load::all_of_customers(conn, working, &keys).await?;
    working.derive_openers(&keys);
    Ok(keys)
}
