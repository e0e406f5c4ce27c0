//! Writing what a batch changed.

use diesel::{ExpressionMethods, QueryDsl, upsert::excluded};

use super::{
    table::{Entry, Row, Table},
    working::WorkingSet,
};
use crate::{
    id::WorkspaceKey,
    store::{
        Conn, Result,
        conn::{execute, insert_rows},
        ledger,
        rows::{ConversationRow, MemberRow},
        sessions,
        tables::{
            channels, conversations, counters, customers, events, follow_ups, labels, members,
            messages, ratings, surveys, teams,
        },
    },
};

/// Writes one table: what changed is taken away by its key and written anew.
macro_rules! rewrite {
    ($conn:expr, $working:expr, $table:ident by $key:ident = $by:expr, $columns:tt) => {{
        let changed = $working.$table.entries().filter(|entry| entry.changed());
        let gone: Vec<_> = changed
            .filter_map(|entry| entry.stored.as_ref())
            .map($by)
            .collect();
        for gone in gone.chunks($conn.most_keys()) {
            let rows = $table::table
                .filter($table::workspace_id.eq($working.ws))
                .filter($table::$key.eq_any(gone));
            execute!($conn, diesel::delete(rows))?;
        }
        let rows = changed_rows(&$working.$table);
        insert_rows!($conn, $table, rows, $columns)?;
    }};
}

/// Writes all that differs from what was stored.
pub(crate) async fn working(conn: &mut Conn, ws: WorkspaceKey, working: &WorkingSet) -> Result<()> {
    write_directory(conn, working).await?;
    write_conversations(conn, working).await?;
    write_events(conn, working).await?;
    write_counters(conn, working).await?;
    sessions::end_of(conn, ws, &deactivated(working)).await?;
    if is_directory_changed(working) {
        ledger::bump_directory(conn, ws).await?;
    }
    Ok(())
}

async fn write_directory(conn: &mut Conn, working: &WorkingSet) -> Result<()> {
    rewrite!(conn, working, members by member_key = Row::key, [
        workspace_id, member_key, id, name, email, role, active, avatar_url, known,
    ]);
    rewrite!(conn, working, teams by team_key = Row::key, [workspace_id, team_key, id, name, member_keys]);
    rewrite!(conn, working, labels by label_key = Row::key, [workspace_id, label_key, id, title, color, known]);
    rewrite!(conn, working, channels by channel_key = Row::key, [workspace_id, channel_key, name]);
    rewrite!(conn, working, customers by customer_key = Row::key, [
        workspace_id, customer_key, id, name, email, known, erased, opened_finally,
    ]);
    Ok(())
}

async fn write_events(conn: &mut Conn, working: &WorkingSet) -> Result<()> {
    rewrite!(conn, working, messages by id = Row::id, [workspace_id, id, conversation_key, sent_at, kind, author_key, waited_since]);
    rewrite!(conn, working, ratings by rating_key = Row::key, [
        workspace_id, rating_key, id, conversation_key, rated_at, score, comment, member_key,
    ]);
    rewrite!(conn, working, follow_ups by id = Row::id, [
        workspace_id, id, conversation_key, assignee_key, due_at, completed_at,
    ]);
    rewrite!(conn, working, events by id = Row::id, [workspace_id, id, conversation_key, at, kind, member_key]);
    rewrite!(conn, working, surveys by id = Row::id, [workspace_id, id, conversation_key, asked_at, member_key, answered]);
    Ok(())
}

/// The members who were active and are not any more.
fn deactivated(working: &WorkingSet) -> Vec<i64> {
    let is_active = |row: &Option<MemberRow>| row.as_ref().is_some_and(|row| row.active);
    let ended = working
        .members
        .entries()
        .filter(|entry| is_active(&entry.stored) && !is_active(&entry.current));
    ended
        .filter_map(|entry| entry.stored.as_ref())
        .map(Row::key)
        .collect()
}

fn is_directory_changed(working: &WorkingSet) -> bool {
    working.members.changed()
        || working.teams.changed()
        || working.labels.changed()
        || working.channels.changed()
}

/// The rows that are new or differ, as they are now.
fn changed_rows<R: Row>(table: &Table<R>) -> Vec<&R> {
    table
        .entries()
        .filter(|entry| entry.changed())
        .filter_map(|entry| entry.current.as_ref())
        .collect()
}

fn is_removed<R>(entry: &Entry<R>) -> bool {
    entry.stored.is_some() && entry.current.is_none()
}

async fn write_conversations(conn: &mut Conn, working: &WorkingSet) -> Result<()> {
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
    let (new, old): (Vec<&ConversationRow>, Vec<&ConversationRow>) =
        rows.into_iter().partition(|row| {
            working
                .conversations
                .entry(row.conversation_key)
                .is_none_or(|entry| entry.stored.is_none())
        });
    upsert_conversations(conn, &old).await?;
    insert_rows!(
        conn,
        conversations,
        new,
        [
            workspace_id,
            conversation_key,
            id,
            customer_key,
            created_at,
            channel_key,
            assignee_key,
            label_keys,
            closed_at,
            outcome,
            updated_at,
            first_inbound_at,
            first_reply_at,
            opens_customer,
            url,
            attributes,
            waiting_since,
            last_turn_at,
            first_closed_at,
            inbound_count,
            reply_count,
            bot_count,
        ]
    )?;
    Ok(())
}

async fn upsert_conversations(conn: &mut Conn, rows: &[&ConversationRow]) -> Result<()> {
    for rows in rows.chunks(conn.most_binds() / 22) {
        let rows: Vec<ConversationRow> = rows.iter().map(|row| (*row).clone()).collect();
        execute!(
            conn,
            diesel::insert_into(conversations::table)
                .values(&rows)
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
                    conversations::url.eq(excluded(conversations::url)),
                    conversations::attributes.eq(excluded(conversations::attributes)),
                    conversations::waiting_since.eq(excluded(conversations::waiting_since)),
                    conversations::last_turn_at.eq(excluded(conversations::last_turn_at)),
                    conversations::first_closed_at.eq(excluded(conversations::first_closed_at)),
                    conversations::inbound_count.eq(excluded(conversations::inbound_count)),
                    conversations::reply_count.eq(excluded(conversations::reply_count)),
                    conversations::bot_count.eq(excluded(conversations::bot_count)),
                ))
        )?;
    }
    Ok(())
}

async fn write_counters(conn: &mut Conn, working: &WorkingSet) -> Result<()> {
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
    execute!(
        conn,
        diesel::update(counters::table.find(working.ws)).set(values)
    )?;
    Ok(())
}
