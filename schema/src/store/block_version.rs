//! Days whose blocks are of an earlier version than this one writes.

use diesel::{ExpressionMethods, QueryDsl};

use super::{
    Conn, Result, Store,
    conn::{execute, load},
    dirty_days, ledger,
    tables::workspaces,
};
use crate::{day::Day, id::WorkspaceKey, instant::Instant};

/// The version of the blocks that this program writes.
pub(super) const BLOCK_VERSION: i16 = 3;

impl Store {
    /// Marks all days of the workspaces that may have blocks of an earlier version, so that the next rollup makes them anew. A
    /// workspace is noted as done after its days are marked: interrupted in between, its days are marked once more.
    pub(super) async fn mark_outdated_days(&self, now: Instant) -> Result<()> {
        let outdated = self.read(|conn| Box::pin(list_outdated(conn))).await?;
        for ws in outdated {
            let days = self.read(move |conn| Box::pin(list_days(conn, ws))).await?;
            self.mark_days(ws, &days, now).await?;
            self.write(move |conn| Box::pin(set_current(conn, ws)))
                .await?;
        }
        Ok(())
    }

    /// Whether days of some workspace may have blocks of an earlier version that are not marked yet.
    pub async fn has_outdated_days(&self) -> Result<bool> {
        let outdated = self.read(|conn| Box::pin(list_outdated(conn))).await?;
        Ok(!outdated.is_empty())
    }
}

async fn list_outdated(conn: &mut Conn) -> Result<Vec<WorkspaceKey>> {
    let query = workspaces::table
        .filter(workspaces::block_version.lt(BLOCK_VERSION))
        .select(workspaces::workspace_id);
    let found: Vec<i64> = load!(conn, query)?;
    Ok(found.into_iter().map(WorkspaceKey).collect())
}

/// Days with a block, and those that are marked: a run that is under way may have made these in the earlier version.
async fn list_days(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<Day>> {
    let marked = dirty_days::list(conn, ws).await?;
    let mut days: Vec<Day> = marked.into_iter().map(|(day, _)| day).collect();
    days.extend(
        ledger::list_days(conn, ws)
            .await?
            .into_iter()
            .map(|entry| entry.day),
    );
    days.sort_unstable();
    days.dedup();
    Ok(days)
}

async fn set_current(conn: &mut Conn, ws: WorkspaceKey) -> Result<()> {
    let set = workspaces::block_version.eq(BLOCK_VERSION);
    execute!(conn, diesel::update(workspaces::table.find(ws.0)).set(set))?;
    Ok(())
}
