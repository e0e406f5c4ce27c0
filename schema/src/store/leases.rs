//! Leases: what only one process may do at a time.
//!
//! A lease has an epoch, which grows with each change of hands. Whoever relies on one calls [`hold`] in the transaction of
//! each write: it fails where the lease has gone to another, and else locks it until the write is done. So a process that
//! was stopped for a while, and wakes up believing in its lease, writes nothing.

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};

use super::{
    Conn, Result,
    conn::{execute, first},
    tables::leases,
};
use crate::{id::WorkspaceKey, instant::Instant};

/// A lease that is not renewed for so long is anyone's: some missed renewals, and what the clocks of two machines may be
/// apart.
pub const LEASE_SECONDS: i64 = 15;

/// To decide, for the whole installation, what is due.
pub const LEADER: (WorkspaceKey, &str) = (WorkspaceKey(0), "leader");
/// To decide what is due in one workspace, where the lease of [`LEADER`] can't be reached: it lies on one node of a cluster.
pub const LEADER_OF_ONE: &str = "leader";
/// To plan a workspace's run, and to end it.
pub const ROLLUP: &str = "rollup";

/// A lease that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Whose.
    pub ws: WorkspaceKey,
    /// What for.
    pub name: &'static str,
    /// Which taking of it.
    pub epoch: i64,
}

/// Until when something that is taken or renewed at `now` is held.
///
/// ```
/// use caseload_schema::{instant::Instant, store::leases::until};
/// let now = Instant::parse("2026-05-04T09:00:00Z").unwrap();
/// assert_eq!(until(now).to_string(), "2026-05-04T09:00:15Z");
/// ```
pub const fn until(now: Instant) -> Instant {
    now.plus_seconds(LEASE_SECONDS)
}

/// When what ends at a stored instant is free at `now`: before it, that is after its end, or so far before its end that a
/// clock must have been wrong when it was taken.
pub(crate) const fn free_outside(now: Instant) -> (i64, i64) {
    (now.micros(), now.plus_seconds(2 * LEASE_SECONDS).micros())
}

/// Takes a lease that nobody holds; `None` where somebody does. `holder` is for people.
pub async fn take(
    conn: &mut Conn,
    (ws, name): (WorkspaceKey, &'static str),
    holder: &str,
    now: Instant,
) -> Result<Option<Lease>> {
    let (from, to) = free_outside(now);
    // The check is part of the update: with a query before it, two workers could both find the lease free and both take it.
    let free = leases::table
        .filter(leases::workspace_id.eq(ws.0).and(leases::name.eq(name)))
        .filter(leases::expires_at.lt(from).or(leases::expires_at.gt(to)));
    let mine = (
        leases::holder.eq(holder),
        // A new epoch for the same holder too: writes that its earlier lease left under way are refused.
        leases::epoch.eq(leases::epoch + 1),
        leases::expires_at.eq(until(now).micros()),
    );
    if execute!(conn, diesel::update(free).set(mine))? == 0 {
        let new = (
            leases::workspace_id.eq(ws.0),
            leases::name.eq(name),
            leases::holder.eq(holder),
            leases::epoch.eq(1_i64),
            leases::expires_at.eq(until(now).micros()),
        );
        // No row yet, or the lease is held. If two workers insert the first row at once, one of them inserts nothing.
        if execute!(
            conn,
            diesel::insert_into(leases::table)
                .values(new)
                .on_conflict_do_nothing()
        )? == 0
        {
            return Ok(None);
        }
    }
    let epoch: Option<i64> = first!(conn, leases::table.find((ws.0, name)).select(leases::epoch))?;
    Ok(epoch.map(|epoch| Lease { ws, name, epoch }))
}

/// Whether nobody holds a lease: to look costs less than to try.
pub async fn is_free(
    conn: &mut Conn,
    (ws, name): (WorkspaceKey, &'static str),
    now: Instant,
) -> Result<bool> {
    let expires: Option<i64> = first!(
        conn,
        leases::table.find((ws.0, name)).select(leases::expires_at)
    )?;
    let (from, to) = free_outside(now);
    Ok(expires.is_none_or(|expires| expires < from || to < expires))
}

/// Renews a lease and keeps it from being taken until the transaction ends; false where it has gone to another.
pub async fn hold(conn: &mut Conn, lease: Lease, now: Instant) -> Result<bool> {
    let mine = leases::table
        .find((lease.ws.0, lease.name))
        .filter(leases::epoch.eq(lease.epoch));
    Ok(execute!(
        conn,
        diesel::update(mine).set(leases::expires_at.eq(until(now).micros()))
    )? == 1)
}

/// Gives a lease back, where it is still held.
pub async fn release(conn: &mut Conn, lease: Lease) -> Result<()> {
    let mine = leases::table
        .find((lease.ws.0, lease.name))
        .filter(leases::epoch.eq(lease.epoch));
    // The row stays, with its epoch: a new row would begin at 1 again, and a worker with an old lease could have that number.
    execute!(conn, diesel::update(mine).set(leases::expires_at.eq(0_i64)))?;
    Ok(())
}
