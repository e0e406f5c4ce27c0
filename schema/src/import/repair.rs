//! Deriving anew what the import keeps beside the facts, for all conversations: first messages, and which conversation
//! opens its customer. An import does so for what it changes; this puts right what something else has damaged.

use std::collections::BTreeSet;

use diesel::{ExpressionMethods, QueryDsl};

use super::{Sender, change::Change, load, working::WorkingSet};
use crate::{
    clock::Clock,
    day::Day,
    id::WorkspaceKey,
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
    /// How often something was put right: first messages and opening count one each for a conversation.
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
    let wrong = working
        .conversations
        .entries()
        .filter(|entry| entry.changed())
        .count();
    let days = change.write(conn, &working, clock.now()).await?;
    Ok((
        keys.last().copied(),
        Repaired {
            corrections: wrong as u64,
            days,
        },
    ))
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
        working.derive_first_messages_of(*key);
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
