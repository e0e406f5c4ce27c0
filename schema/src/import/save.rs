//! Writing what a batch changed.

use diesel::{
    ExpressionMethods, QueryDsl,
    sql_types::{Array, BigInt, Bool, Nullable, SmallInt, Text},
    upsert::excluded,
};

use super::{
    rows::{ConversationRow, MessageRow},
    table::{Entry, Row, Table},
    working::Working,
};
use crate::{
    id::WorkspaceKey,
    store::{
        Conn, Result,
        conn::{execute, insert_all},
        tables::{
            channels, conversations, counters, customers, follow_ups, labels, ledgers, members, messages, ratings,
            teams,
        },
    },
};

/// Writes one small table: what changed is taken away by key and written anew.
macro_rules! rewrite {
    ($conn:expr, $working:expr, $table:ident.$key:ident, columns = $columns:expr, by = $by:expr) => {{
        let gone: Vec<_> =
            $working.$table.entries().filter(|e| e.changed()).filter_map(|e| e.stored.as_ref()).map($by).collect();
        for gone in gone.chunks($conn.most_keys()) {
            let rows = $table::table.filter($table::workspace_id.eq($working.ws)).filter($table::$key.eq_any(gone));
            execute!($conn, diesel::delete(rows))?;
        }
        let rows = changed_rows(&$working.$table);
        insert_all!($conn, $table::table, rows, columns = $columns)?;
    }};
}

/// Writes all that differs from what was stored.
pub(crate) async fn working(conn: &mut Conn, ws: WorkspaceKey, working: &Working) -> Result<()> {
    rewrite!(conn, working, members.member_key, columns = 9, by = Row::key);
    rewrite!(conn, working, teams.team_key, columns = 5, by = Row::key);
    rewrite!(conn, working, labels.label_key, columns = 6, by = Row::key);
    rewrite!(conn, working, channels.channel_key, columns = 3, by = Row::key);
    rewrite!(conn, working, customers.customer_key, columns = 7, by = Row::key);
    rewrite!(conn, working, ratings.rating_key, columns = 8, by = Row::key);
    rewrite!(conn, working, follow_ups.id, columns = 6, by = Row::id);
    write_conversations(conn, working).await?;
    write_messages(conn, working).await?;
    write_counters(conn, working).await?;
    if is_directory_changed(working) {
        let row = ledgers::table.find(ws.0);
        execute!(conn, diesel::update(row).set(ledgers::directory_version.eq(ledgers::directory_version + 1)))?;
    }
    Ok(())
}

fn is_directory_changed(working: &Working) -> bool {
    working.members.changed() || working.teams.changed() || working.labels.changed() || working.channels.changed()
}

/// The rows that are new or differ, as they are now.
fn changed_rows<R: Row>(table: &Table<R>) -> Vec<R> {
    table.entries().filter(|entry| entry.changed()).filter_map(|entry| entry.current.clone()).collect()
}

fn is_removed<R>(entry: &Entry<R>) -> bool {
    entry.stored.is_some() && entry.current.is_none()
}

async fn write_conversations(conn: &mut Conn, working: &Working) -> Result<()> {
    let gone: Vec<i64> = working
        .conversations
        .entries()
        .filter(|entry| is_removed(entry))
        .filter_map(|entry| entry.stored.as_ref())
        .map(Row::key)
        .collect();
    for gone in gone.chunks(conn.most_keys()) {
        let rows = conversations::table
            .filter(conversations::workspace_id.eq(working.ws))
            .filter(conversations::conversation_key.eq_any(gone));
        execute!(conn, diesel::delete(rows))?;
    }
    let rows = changed_rows(&working.conversations);
    let (new, old): (Vec<ConversationRow>, Vec<ConversationRow>) = rows
        .into_iter()
        .partition(|row| working.conversations.entry(row.conversation_key).is_none_or(|entry| entry.stored.is_none()));
    upsert_conversations(conn, &old).await?;
    match conn {
        Conn::Sqlite(_) => drop(insert_all!(conn, conversations::table, new, columns = 14)?),
        Conn::Postgres(c) => {
            for new in new.chunks(MOST_ROWS) {
                diesel_async::RunQueryDsl::execute(insert_conversations(new), &mut ***c).await?;
            }
        }
    }
    Ok(())
}

/// Rows in one statement of arrays: enough to make the round trip small, few enough to keep the message under 10 MB.
const MOST_ROWS: usize = 20_000;

async fn upsert_conversations(conn: &mut Conn, rows: &[ConversationRow]) -> Result<()> {
    for rows in rows.chunks(conn.most_binds() / 14) {
        execute!(
            conn,
            diesel::insert_into(conversations::table)
                .values(rows)
                .on_conflict((conversations::workspace_id, conversations::conversation_key))
                .do_update()
                .set((
                    conversations::customer_key.eq(excluded(conversations::customer_key)),
                    conversations::created_at.eq(excluded(conversations::created_at)),
                    conversations::channel_key.eq(excluded(conversations::channel_key)),
                    conversations::assignee_key.eq(excluded(conversations::assignee_key)),
                    conversations::label_keys.eq(excluded(conversations::label_keys)),
                    conversations::closed_at.eq(excluded(conversations::closed_at)),
                    conversations::outcome.eq(excluded(conversations::outcome)),
                    conversations::updated_at.eq(excluded(conversations::updated_at)),
                    conversations::first_inbound_at.eq(excluded(conversations::first_inbound_at)),
                    conversations::first_reply_at.eq(excluded(conversations::first_reply_at)),
                    conversations::opens_customer.eq(excluded(conversations::opens_customer)),
                ))
        )?;
    }
    Ok(())
}

async fn write_messages(conn: &mut Conn, working: &Working) -> Result<()> {
    let gone: Vec<&str> = working
        .messages
        .entries()
        .filter(|entry| entry.changed())
        .filter_map(|entry| entry.stored.as_ref())
        .map(Row::id)
        .collect();
    for gone in gone.chunks(conn.most_keys()) {
        let rows = messages::table.filter(messages::workspace_id.eq(working.ws)).filter(messages::id.eq_any(gone));
        execute!(conn, diesel::delete(rows))?;
    }
    let rows = changed_rows(&working.messages);
    match conn {
        Conn::Sqlite(_) => drop(insert_all!(conn, messages::table, rows, columns = 6)?),
        Conn::Postgres(c) => {
            for rows in rows.chunks(MOST_ROWS) {
                diesel_async::RunQueryDsl::execute(insert_messages(rows), &mut ***c).await?;
            }
        }
    }
    Ok(())
}

/// PostgreSQL's `unnest`: one bound array a column, two and a half times as fast as a list of rows, inside the same
/// transaction as everything else (the asynchronous driver can't `COPY` within one).
fn insert_messages(
    rows: &[MessageRow],
) -> impl diesel_async::methods::ExecuteDsl<diesel_async::AsyncPgConnection> + use<> {
    diesel::sql_query(
        "INSERT INTO messages (workspace_id, id, conversation_key, sent_at, kind, author_key) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6)",
    )
    .bind::<Array<BigInt>, _>(column(rows, |row| row.workspace_id))
    .bind::<Array<Text>, _>(column(rows, |row| row.id.clone()))
    .bind::<Array<BigInt>, _>(column(rows, |row| row.conversation_key))
    .bind::<Array<BigInt>, _>(column(rows, |row| row.sent_at))
    .bind::<Array<SmallInt>, _>(column(rows, |row| row.kind))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |row| row.author_key))
}

fn insert_conversations(
    rows: &[ConversationRow],
) -> impl diesel_async::methods::ExecuteDsl<diesel_async::AsyncPgConnection> + use<> {
    diesel::sql_query(
        "INSERT INTO conversations (workspace_id, conversation_key, id, customer_key, created_at, channel_key, \
         assignee_key, label_keys, closed_at, outcome, updated_at, first_inbound_at, first_reply_at, opens_customer) \
         SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind::<Array<BigInt>, _>(column(rows, |row| row.workspace_id))
    .bind::<Array<BigInt>, _>(column(rows, |row| row.conversation_key))
    .bind::<Array<Text>, _>(column(rows, |row| row.id.clone()))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |row| row.customer_key))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |row| row.created_at))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |row| row.channel_key))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |row| row.assignee_key))
    .bind::<Array<Text>, _>(column(rows, |row| row.label_keys.clone()))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |row| row.closed_at))
    .bind::<Array<Nullable<SmallInt>>, _>(column(rows, |row| row.outcome))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |row| row.updated_at))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |row| row.first_inbound_at))
    .bind::<Array<Nullable<BigInt>>, _>(column(rows, |row| row.first_reply_at))
    .bind::<Array<Bool>, _>(column(rows, |row| row.opens_customer))
}

fn column<R, T>(rows: &[R], value: impl Fn(&R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

async fn write_counters(conn: &mut Conn, working: &Working) -> Result<()> {
    let next = working.counters;
    let values = (
        counters::member.eq(next.member),
        counters::team.eq(next.team),
        counters::label.eq(next.label),
        counters::channel.eq(next.channel),
        counters::customer.eq(next.customer),
        counters::conversation.eq(next.conversation),
        counters::rating.eq(next.rating),
    );
    execute!(conn, diesel::update(counters::table.find(working.ws)).set(values))?;
    Ok(())
}
