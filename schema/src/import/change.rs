//! A change of a workspace's facts, with the days that it touches.

use std::collections::BTreeSet;

use super::{save, working::WorkingSet};
use crate::{
    day::Day,
    id::{ChangeNumber, WorkspaceKey},
    instant::Instant,
    store::{Conn, Ledger, Result, StoreError, dirty_days, ledger, statistics},
};

/// A change that is under way: no other one of the workspace is, until its transaction ends.
#[derive(Debug)]
pub(crate) struct Change {
    number: ChangeNumber,
    ledger: Ledger,
}

impl Change {
    /// Begins a change. It waits until those before it are through.
    pub(crate) async fn begin(conn: &mut Conn, ws: WorkspaceKey) -> Result<Self> {
        statistics::plan_for_any_workspace(conn).await?;
        let number = dirty_days::next_change(conn, ws).await?;
        let ledger = ledger::find(conn, ws).await?;
        let ledger =
            ledger.ok_or_else(|| StoreError::Invalid(format!("workspace {ws} is gone")))?;
        Ok(Self { number, ledger })
    }

    /// Whether there are days that can't change any more.
    pub(crate) fn has_final_days(&self) -> bool {
        self.ledger.final_before.is_some()
    }

    /// Writes what `working` changes, and marks the days that it touches; gives those of the workspace's zone.
    pub(crate) async fn write(
        &self,
        conn: &mut Conn,
        working: &WorkingSet,
        now: Instant,
    ) -> Result<BTreeSet<Day>> {
        let ws = WorkspaceKey(working.ws);
        // The days are found while the database is busy with the rows.
        let days = async { working.touched_days(self.ledger.time.zone) };
        let (saved, mut days) = futures::join!(save::working(conn, ws, working), days);
        saved?;
        // What comes later to an old conversation does not reach days that are final.
        days.retain(|day| !self.ledger.is_final(*day));
        let mut marked = days.clone();
        if let Some(pending) = self.ledger.pending_time {
            // Whichever zone is the current one when these marks are read, its days are among them.
            marked.extend(working.touched_days(pending.zone));
        }
        let marked: Vec<Day> = marked.into_iter().collect();
        dirty_days::upsert(conn, ws, &marked, self.number, now).await?;
        Ok(days)
    }
}
