//! How all workspaces stand, for whoever decides what is due. It goes across workspaces, in a few queries for all of them, or
//! else in some for each.

use diesel::{ExpressionMethods, QueryDsl};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Conn, Result,
    conn::{execute, first, load},
    dirty_days,
    leases::{self, Lease},
    ledger::{self, Ledger},
    queue::{self, NewRun},
    runs::{Run, RunDays, RunKind},
    tables::ledgers,
};
use crate::{day::Day, id::WorkspaceKey, instant::Instant};

/// How a workspace stands.
#[derive(Debug, Clone, Copy)]
pub struct WorkspaceState {
    /// Which one.
    pub ws: WorkspaceKey,
    /// What is current in it.
    pub ledger: Ledger,
    /// When a refresh was last asked for, or a run came to nothing.
    pub tried_at: Option<Instant>,
    /// Whether days wait for a rollup.
    pub has_marks: bool,
    /// Whether a run waits or is under way.
    pub has_run: bool,
}

/// How all workspaces stand.
pub async fn list(conn: &mut Conn) -> Result<Vec<WorkspaceState>> {
    let marked: FxHashSet<WorkspaceKey> = dirty_days::list_workspaces(conn)
        .await?
        .into_iter()
        .collect();
    let running: FxHashSet<WorkspaceKey> =
        queue::list_workspaces(conn).await?.into_iter().collect();
    let tried: Vec<(i64, Option<i64>)> = load!(
        conn,
        ledgers::table.select((ledgers::workspace_id, ledgers::tried_at))
    )?;
    let tried: FxHashMap<i64, Option<i64>> = tried.into_iter().collect();
    let state = |(ws, ledger): (WorkspaceKey, Ledger)| WorkspaceState {
        ws,
        ledger,
        tried_at: tried
            .get(&ws.0)
            .copied()
            .flatten()
            .map(Instant::from_micros),
        has_marks: marked.contains(&ws),
        has_run: running.contains(&ws),
    };
    Ok(ledger::list(conn).await?.into_iter().map(state).collect())
}

/// How `ws` stands; `None` where there is no such workspace.
pub async fn find(conn: &mut Conn, ws: WorkspaceKey) -> Result<Option<WorkspaceState>> {
    let Some(ledger) = ledger::find(conn, ws).await? else {
        return Ok(None);
    };
    let tried: Option<Option<i64>> =
        first!(conn, ledgers::table.find(ws.0).select(ledgers::tried_at))?;
    Ok(Some(WorkspaceState {
        ws,
        ledger,
        tried_at: tried.flatten().map(Instant::from_micros),
        has_marks: !dirty_days::list(conn, ws).await?.is_empty(),
        has_run: queue::find_workspace(conn, ws).await?.is_some(),
    }))
}

/// Remembers a night, and asks for its run where there is `a_run` to be. False where the leader's lease has gone to another: then
/// nothing happens. A night that is remembered already is nobody's any more.
pub async fn begin_night(
    conn: &mut Conn,
    leader: Lease,
    (ws, night): (WorkspaceKey, Day),
    a_run: bool,
    now: Instant,
) -> Result<bool> {
    if !leases::hold(conn, leader, now).await? {
        return Ok(false);
    }
    let row = ledgers::table.find(ws.0);
    let known = ledger::find(conn, ws)
        .await?
        .is_none_or(|ledger| ledger.last_night == Some(night));
    execute!(
        conn,
        diesel::update(row).set(ledgers::last_night.eq(night.number()))
    )?;
    if a_run && !known {
        let new = NewRun {
            kind: RunKind::Nightly,
            days: RunDays::Pending,
            requested_by: None,
            at: now,
        };
        queue::enqueue(conn, ws, &new).await?;
    }
    Ok(true)
}

/// Asks for a refresh. `None` where the leader's lease has gone to another: then nothing happens.
pub async fn begin_refresh(
    conn: &mut Conn,
    leader: Lease,
    ws: WorkspaceKey,
    now: Instant,
) -> Result<Option<Run>> {
    if !leases::hold(conn, leader, now).await? {
        return Ok(None);
    }
    let row = ledgers::table.find(ws.0);
    execute!(
        conn,
        diesel::update(row).set(ledgers::tried_at.eq(now.micros()))
    )?;
    let new = NewRun {
        kind: RunKind::Refresh,
        days: RunDays::Pending,
        requested_by: None,
        at: now,
    };
    Ok(queue::enqueue(conn, ws, &new).await?.map(|(run, _)| run))
}
