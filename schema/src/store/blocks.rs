//! Stored blocks, as bytes: what is in them is the rollup's affair.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};

use super::{
    Conn, Result, Store,
    conn::{execute, first, load},
    tables::{day_blocks, ledger_days, ledgers, open_blocks},
};
use crate::{
    day::Day,
    id::{Revision, WorkspaceKey},
    instant::Instant,
};

impl Store {
    /// The stored blocks of these days at these revisions; those that are not there are missing from the answer.
    pub async fn blocks(
        &self,
        ws: WorkspaceKey,
        wanted: &[(Day, Revision)],
    ) -> Result<Vec<(Day, Revision, Vec<u8>)>> {
        let wanted = wanted.to_vec();
        self.read(move |conn| Box::pin(async move { list(conn, ws, &wanted).await }))
            .await
    }

    /// The open conversations at that revision.
    pub async fn open_block(
        &self,
        ws: WorkspaceKey,
        revision: Revision,
    ) -> Result<Option<Vec<u8>>> {
        self.read(move |conn| Box::pin(find_open(conn, ws, revision)))
            .await
    }
}

/// The stored blocks of these days at these revisions.
pub async fn list(
    conn: &mut Conn,
    ws: WorkspaceKey,
    wanted: &[(Day, Revision)],
) -> Result<Vec<(Day, Revision, Vec<u8>)>> {
    let mut found = Vec::with_capacity(wanted.len());
    for wanted in wanted.chunks(conn.most_keys() / 2) {
        let days: Vec<i32> = wanted.iter().map(|(day, _)| day.number()).collect();
        let mut revisions: Vec<Revision> = wanted.iter().map(|(_, revision)| *revision).collect();
        revisions.sort_unstable();
        revisions.dedup();
        let query = day_blocks::table
            .filter(day_blocks::workspace_id.eq(ws.0))
            .filter(
                day_blocks::day
                    .eq_any(days)
                    .and(day_blocks::revision.eq_any(revisions)),
            )
            .select((day_blocks::day, day_blocks::revision, day_blocks::block));
        let rows: Vec<(i32, Revision, Vec<u8>)> = load!(conn, query)?;
        let asked: rustc_hash::FxHashSet<(Day, Revision)> = wanted.iter().copied().collect();
        found.extend(
            rows.into_iter()
                .map(|(day, revision, bytes)| (Day::from_number(day), revision, bytes))
                .filter(|(day, revision, _)| asked.contains(&(*day, *revision))),
        );
    }
    Ok(found)
}

/// The open conversations at that revision.
pub async fn find_open(
    conn: &mut Conn,
    ws: WorkspaceKey,
    revision: Revision,
) -> Result<Option<Vec<u8>>> {
    let query = open_blocks::table
        .find((ws.0, revision))
        .select(open_blocks::block);
    Ok(first!(conn, query)?)
}

/// What tells a block from others that are kept under its name somewhere else: the checksum with which it ends.
pub fn seal(block: &[u8]) -> Option<i64> {
    block
        .last_chunk()
        .map(|checksum| i64::from(u32::from_le_bytes(*checksum)))
}

/// Writes new blocks of one revision.
pub async fn insert(
    conn: &mut Conn,
    ws: WorkspaceKey,
    revision: Revision,
    blocks: &[(Day, Vec<u8>)],
) -> Result<()> {
    // Some blocks at a time: one may be large.
    for blocks in blocks.chunks(16) {
        let rows: Vec<_> = blocks
            .iter()
            .map(|(day, bytes)| {
                (
                    day_blocks::workspace_id.eq(ws.0),
                    day_blocks::day.eq(day.number()),
                    day_blocks::revision.eq(revision),
                    day_blocks::block.eq(bytes),
                    day_blocks::seal.eq(seal(bytes)),
                )
            })
            .collect();
        execute!(conn, diesel::insert_into(day_blocks::table).values(&rows))?;
    }
    Ok(())
}

/// Writes the open conversations of one revision.
pub async fn insert_open(
    conn: &mut Conn,
    ws: WorkspaceKey,
    revision: Revision,
    bytes: &[u8],
) -> Result<()> {
    let row = (
        open_blocks::workspace_id.eq(ws.0),
        open_blocks::revision.eq(revision),
        open_blocks::block.eq(bytes),
    );
    execute!(conn, diesel::insert_into(open_blocks::table).values(row))?;
    Ok(())
}

/// Removes what was superseded before `before`. Readers who began earlier may still hold such a revision.
pub async fn sweep(conn: &mut Conn, ws: WorkspaceKey, before: Instant) -> Result<usize> {
    let days = day_blocks::table
        .filter(day_blocks::workspace_id.eq(ws.0))
        .filter(day_blocks::superseded_at.lt(before.micros()));
    let open = open_blocks::table
        .filter(open_blocks::workspace_id.eq(ws.0))
        .filter(open_blocks::superseded_at.lt(before.micros()));
    Ok(execute!(conn, diesel::delete(days))? + execute!(conn, diesel::delete(open))?)
}

/// The days that have a block of that revision.
pub async fn list_days(conn: &mut Conn, ws: WorkspaceKey, revision: Revision) -> Result<Vec<Day>> {
    let query = day_blocks::table
        .filter(day_blocks::workspace_id.eq(ws.0))
        .filter(day_blocks::revision.eq(revision))
        .order(day_blocks::day)
        .select(day_blocks::day);
    let days: Vec<i32> = load!(conn, query)?;
    Ok(days.into_iter().map(Day::from_number).collect())
}

/// Removes everything that was written under a revision that no ledger names.
pub(crate) async fn delete_revision(
    conn: &mut Conn,
    ws: WorkspaceKey,
    revision: Revision,
) -> Result<()> {
    for day in list_days(conn, ws, revision).await? {
        execute!(
            conn,
            diesel::delete(day_blocks::table.find((ws.0, day.number(), revision)))
        )?;
        super::summaries::delete(conn, ws, day.number(), revision).await?;
    }
    execute!(
        conn,
        diesel::delete(open_blocks::table.find((ws.0, revision)))
    )?;
    Ok(())
}

/// Removes what runs wrote that never became current: blocks that no ledger names and that nothing superseded.
/// Only the holder of the lease may call this, before it writes or after its flip.
pub async fn delete_abandoned(conn: &mut Conn, ws: WorkspaceKey) -> Result<()> {
    let current: Vec<(i32, Revision)> = load!(
        conn,
        ledger_days::table
            .filter(ledger_days::workspace_id.eq(ws.0))
            .select((ledger_days::day, ledger_days::revision))
    )?;
    let current: rustc_hash::FxHashSet<(i32, Revision)> = current.into_iter().collect();
    let live: Vec<(i32, Revision)> = load!(
        conn,
        day_blocks::table
            .filter(day_blocks::workspace_id.eq(ws.0))
            .filter(day_blocks::superseded_at.is_null())
            .select((day_blocks::day, day_blocks::revision))
    )?;
    for (day, revision) in live.into_iter().filter(|block| !current.contains(block)) {
        execute!(
            conn,
            diesel::delete(day_blocks::table.find((ws.0, day, revision)))
        )?;
        super::summaries::delete(conn, ws, day, revision).await?;
    }
    let open: Option<Revision> = first!(
        conn,
        ledgers::table.find(ws.0).select(ledgers::open_revision)
    )?;
    let other = open_blocks::table
        .filter(open_blocks::workspace_id.eq(ws.0))
        .filter(open_blocks::superseded_at.is_null())
        .filter(open_blocks::revision.ne(open.unwrap_or_default()));
    execute!(conn, diesel::delete(other))?;
    Ok(())
}
