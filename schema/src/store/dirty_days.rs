//! Days whose facts changed since they were rolled up.

use diesel::{ExpressionMethods, QueryDsl, upsert::excluded};

use super::{
    Conn, Result, Store,
    conn::{execute, first, load},
    tables::{counters, dirty_days},
};
use crate::{
    day::Day,
    id::{ChangeNumber, WorkspaceKey},
    instant::Instant,
    period::Period,
};

impl Store {
    /// How many days wait for a rollup, of all or of `within`.
    pub async fn count_pending_days(
        &self,
        ws: WorkspaceKey,
        within: Option<Period>,
    ) -> Result<u64> {
        self.read(move |conn| Box::pin(count(conn, ws, within)))
            .await
    }

    /// What waits for a rollup, in all workspaces together: for whoever watches the installation.
    pub async fn waiting_days(&self) -> Result<Waiting> {
        self.read(|conn| Box::pin(count_all(conn))).await
    }

    /// The number of the latest change of facts.
    pub async fn latest_change(&self, ws: WorkspaceKey) -> Result<ChangeNumber> {
        self.read(move |conn| Box::pin(latest_change(conn, ws)))
            .await
    }

    /// Marks days as if their facts had changed, so that the next run makes them anew; but for final ones, which can't be.
    pub async fn mark_days(&self, ws: WorkspaceKey, days: &[Day], now: Instant) -> Result<()> {
        let days = days.to_vec();
        self.write(move |conn| {
            Box::pin(async move {
                // The lock first: a ledger that was read before it could miss days that become final meanwhile, and a final day
                // would be marked, which no run can make anew.
                let change = next_change(conn, ws).await?;
                let ledger = super::ledger::find(conn, ws).await?;
                let made: Vec<Day> = days
                    .into_iter()
                    .filter(|day| !ledger.is_some_and(|ledger| ledger.is_final(*day)))
                    .collect();
                upsert(conn, ws, &made, change, now).await
            })
        })
        .await
    }
}

/// What waits for a rollup, in all workspaces together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How many days.
    pub days: u64,
    /// Since when the one waits that waits the longest.
    pub oldest: Option<Instant>,
}

async fn count_all(conn: &mut Conn) -> Result<Waiting> {
    let all = dirty_days::table.select((
        diesel::dsl::count_star(),
        diesel::dsl::min(dirty_days::marked_at),
    ));
    let found: Option<(i64, Option<i64>)> = first!(conn, all)?;
    let (days, oldest) = found.unwrap_or_default();
    Ok(Waiting {
        days: days.unsigned_abs(),
        oldest: oldest.map(Instant::from_micros),
    })
}

async fn count(conn: &mut Conn, ws: WorkspaceKey, within: Option<Period>) -> Result<u64> {
    let mine = dirty_days::table.filter(dirty_days::workspace_id.eq(ws.0));
    let (from, to) = within.map_or((i32::MIN, i32::MAX), |period| {
        (period.from().number(), period.to().number())
    });
    let counted: Option<i64> = first!(
        conn,
        mine.filter(dirty_days::day.between(from, to))
            .select(diesel::dsl::count_star())
    )?;
    Ok(counted.unwrap_or(0).unsigned_abs())
}

/// Every marked day, ascending, and the number of the latest change of it.
pub async fn list(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<(Day, ChangeNumber)>> {
    let query = dirty_days::table
        .filter(dirty_days::workspace_id.eq(ws.0))
        .select((dirty_days::day, dirty_days::mark))
        .order(dirty_days::day);
    let days: Vec<(i32, ChangeNumber)> = load!(conn, query)?;
    Ok(days
        .into_iter()
        .map(|(day, mark)| (Day::from_number(day), mark))
        .collect())
}

/// The workspaces that have marked days.
pub async fn list_workspaces(conn: &mut Conn) -> Result<Vec<WorkspaceKey>> {
    let found: Vec<i64> = load!(
        conn,
        dirty_days::table
            .select(dirty_days::workspace_id)
            .distinct()
    )?;
    Ok(found.into_iter().map(WorkspaceKey).collect())
}

/// The number of the latest change.
pub async fn latest_change(conn: &mut Conn, ws: WorkspaceKey) -> Result<ChangeNumber> {
    let change: Option<ChangeNumber> =
        first!(conn, counters::table.find(ws.0).select(counters::change))?;
    Ok(change.unwrap_or_default())
}

/// Waits until no change of the workspace is under way, and keeps others waiting until the transaction ends. Whoever locks
/// more than one of a workspace's rows takes this lock first.
pub(crate) async fn lock(conn: &mut Conn, ws: WorkspaceKey) -> Result<()> {
    let row = counters::table.find(ws.0);
    // An update that changes nothing, because SQLite has no `FOR UPDATE`: both databases lock what they write.
    execute!(
        conn,
        diesel::update(row).set(counters::change.eq(counters::change))
    )?;
    Ok(())
}

/// Counts one more change. This locks the workspace for changes until the transaction ends, so that whoever sees a change's
/// number sees all changes before it too.
pub async fn next_change(conn: &mut Conn, ws: WorkspaceKey) -> Result<ChangeNumber> {
    let row = counters::table.find(ws.0);
    execute!(
        conn,
        diesel::update(row).set(counters::change.eq(counters::change + 1))
    )?;
    // Its own number: nobody else counts before this transaction ends.
    latest_change(conn, ws).await
}

/// Marks `days` with the number of a change.
pub async fn upsert(
    conn: &mut Conn,
    ws: WorkspaceKey,
    days: &[Day],
    change: ChangeNumber,
    now: Instant,
) -> Result<()> {
    // Each row binds four values.
    for days in days.chunks(conn.most_binds() / 4) {
        let rows: Vec<_> = days
            .iter()
            .map(|day| {
                (
                    dirty_days::workspace_id.eq(ws.0),
                    dirty_days::day.eq(day.number()),
                    dirty_days::mark.eq(change),
                    dirty_days::marked_at.eq(now.micros()),
                )
            })
            .collect();
        execute!(
            conn,
            diesel::insert_into(dirty_days::table)
                .values(&rows)
                .on_conflict((dirty_days::workspace_id, dirty_days::day))
                .do_update()
                // The mark alone: `marked_at` keeps the time of the first mark, because monitoring reports how long a day has
                // waited.
                .set(dirty_days::mark.eq(excluded(dirty_days::mark)))
        )?;
    }
    Ok(())
}

/// Takes away the marks of changes up to `seen`; a day that was marked again since keeps its mark.
pub async fn remove(conn: &mut Conn, ws: WorkspaceKey, seen: ChangeNumber) -> Result<()> {
    let done = dirty_days::table
        .filter(dirty_days::workspace_id.eq(ws.0))
        .filter(dirty_days::mark.le(seen));
    execute!(conn, diesel::delete(done))?;
    Ok(())
}
