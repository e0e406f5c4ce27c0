//! What becomes of runs: they are asked for, wait, begin, are cut into chunks, and end.
//!
//! In a workspace one run is under way at a time; others wait, in the order in which they were asked for. Rows are locked in
//! this order: counters, lease, run, chunks, ledger.

use diesel::{ExpressionMethods, QueryDsl};

use super::{
    Conn, Result, Store, blocks,
    conn::{execute, first, load},
    leases::{self, Lease},
    runs::{self, Run, RunDays, RunKind, RunState},
    tables::{ledgers, rollup_runs},
    tasks,
};
use crate::{
    day::Day,
    id::{MemberKey, Revision, RunId, WorkspaceKey},
    instant::Instant,
    time_settings::TimeSettings,
};

/// What a new run is about.
#[derive(Debug, Clone, Copy)]
pub struct NewRun {
    /// Why it is started.
    pub kind: RunKind,
    /// Which days to make.
    pub days: RunDays,
    /// Who asked for it.
    pub requested_by: Option<MemberKey>,
    /// Now.
    pub at: Instant,
}

/// A run whose turn it is.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The run.
    pub run: Run,
    /// The revision under which its last step writes: nothing was ever told under it.
    pub revision: Revision,
    /// Whether it was planned before.
    pub planned: bool,
}

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunFigures {
    /// Days to make.
    pub days_total: i64,
    /// Days made.
    pub days_done: i64,
    /// Facts read.
    pub facts_read: i64,
    /// Days whose figures changed.
    pub changed_days: i64,
    /// Days that nothing had changed and that were compared.
    pub checked_days: i64,
    /// Of those, the ones that differed.
    pub differing_days: i64,
}

/// Runs of refreshes so many numbers back are forgotten: a week of one each half a minute.
const KEPT_REFRESHES: i64 = 20_000;

impl Store {
    /// Asks for a run. Where one that does the same waits already, or, of a rebuild, is under way, that one is given. `None`
    /// where there is no such workspace.
    pub async fn enqueue_run(&self, ws: WorkspaceKey, new: NewRun) -> Result<Option<Run>> {
        let asked = self
            .write(move |conn| Box::pin(async move { enqueue(conn, ws, &new).await }))
            .await?;
        Ok(asked.map(|(run, _)| run))
    }
}

/// Asks for a run, and whether it is a new one; see [`Store::enqueue_run`].
pub(crate) async fn enqueue(
    conn: &mut Conn,
    ws: WorkspaceKey,
    new: &NewRun,
) -> Result<Option<(Run, bool)>> {
    // Locks the ledger, so that nobody asks for the same meanwhile.
    let Some(run) = next_number(conn, ws).await? else {
        return Ok(None);
    };
    let active = runs::list_active(conn, ws).await?;
    let ledger = super::ledger::find(conn, ws).await?;
    let pending = ledger.and_then(|ledger| ledger.pending_time);
    if let Some(same) = active
        .into_iter()
        .find(|run| does_the_same(run, new, pending))
    {
        return Ok(Some((same, false)));
    }
    let range = match new.days {
        RunDays::Of(period) => Some((period.from().number(), period.to().number())),
        RunDays::Pending | RunDays::All => None,
    };
    let (from, to) = range.unzip();
    execute!(
        conn,
        diesel::insert_into(rollup_runs::table).values((
            rollup_runs::workspace_id.eq(ws.0),
            rollup_runs::run_id.eq(run),
            rollup_runs::kind.eq(new.kind.name()),
            rollup_runs::state.eq(RunState::Queued.name()),
            rollup_runs::from_day.eq(from),
            rollup_runs::to_day.eq(to),
            rollup_runs::everything.eq(new.days == RunDays::All),
            rollup_runs::requested_by.eq(new.requested_by.map(|member| member.0)),
            rollup_runs::days_total.eq(0_i64),
            rollup_runs::days_done.eq(0_i64),
            rollup_runs::facts_read.eq(0_i64),
            rollup_runs::queued_at.eq(new.at.micros()),
        ))
    )?;
    Ok(runs::find(conn, ws, run).await?.map(|run| (run, true)))
}

/// Whether `run` does all that a new one would. One that waits takes every mark there is when its turn comes. One that is
/// under way may have read already; a rebuild that is under way stands for another one of the same days all the same, unless
/// the new one is for a zone or hours that it may not know of.
fn does_the_same(run: &Run, new: &NewRun, pending: Option<TimeSettings>) -> bool {
    let waits = run.state == RunState::Queued;
    match new.days {
        RunDays::Pending => waits && (new.kind != RunKind::Nightly || run.kind == RunKind::Nightly),
        RunDays::Of(_) | RunDays::All => {
            let knows = pending.is_none() || run.time == pending;
            run.kind == new.kind && run.days() == new.days && (waits || knows)
        }
    }
}

/// The next number of runs and revisions. Locks the ledger.
async fn next_number(conn: &mut Conn, ws: WorkspaceKey) -> Result<Option<RunId>> {
    let row = ledgers::table.find(ws.0);
    execute!(
        conn,
        diesel::update(row).set(ledgers::next_run.eq(ledgers::next_run + 1))
    )?;
    let next: Option<RunId> = first!(conn, row.select(ledgers::next_run))?;
    Ok(next.map(|next| RunId(next.0 - 1)))
}

/// The workspaces that have a run that waits or is under way, the one that has waited longest first.
pub async fn list_workspaces(conn: &mut Conn) -> Result<Vec<WorkspaceKey>> {
    let active = rollup_runs::table.filter(rollup_runs::finished_at.is_null());
    let found: Vec<i64> = load!(
        conn,
        active
            .order((rollup_runs::queued_at, rollup_runs::workspace_id))
            .select(rollup_runs::workspace_id)
    )?;
    let mut seen = rustc_hash::FxHashSet::default();
    Ok(found
        .into_iter()
        .filter(|ws| seen.insert(*ws))
        .map(WorkspaceKey)
        .collect())
}

/// The workspace, where it has a run that waits or is under way.
pub async fn find_workspace(conn: &mut Conn, ws: WorkspaceKey) -> Result<Option<WorkspaceKey>> {
    let active = runs::list_active(conn, ws).await?;
    Ok(active.first().map(|_| ws))
}

/// Begins the run whose turn it is, or goes on with it where it has begun. Only the holder of the lease may do so. What runs
/// that came to nothing have left is cleared away.
pub async fn begin(conn: &mut Conn, ws: WorkspaceKey, now: Instant) -> Result<Option<Begun>> {
    let Some(run) = runs::list_active(conn, ws).await?.into_iter().next() else {
        return Ok(None);
    };
    let row = rollup_runs::table
        .find((ws.0, run.id))
        .filter(rollup_runs::finished_at.is_null());
    if run.state == RunState::Queued {
        let begun = (
            rollup_runs::state.eq(RunState::Running.name()),
            rollup_runs::started_at.eq(now.micros()),
            rollup_runs::revision.eq(run.id.revision()),
        );
        if execute!(conn, diesel::update(row).set(begun))? == 0 {
            return Ok(None);
        }
        if !previous_ended_well(conn, ws, run.id).await? {
            blocks::delete_abandoned(conn, ws).await?;
        }
        return Ok(Some(Begun {
            revision: run.id.revision(),
            planned: false,
            run: Run {
                state: RunState::Running,
                ..run
            },
        }));
    }
    if execute!(
        conn,
        diesel::update(row).set(rollup_runs::state.eq(rollup_runs::state))
    )? == 0
    {
        return Ok(None);
    }
    let last: Option<Revision> = first!(conn, row.select(rollup_runs::revision))?;
    let progress = tasks::progress(conn, ws, run.id).await?;
    if progress.left != 0 {
        // Its chunks are to be made first.
        return Ok(None);
    }
    let has_tasks = progress.tasks != 0;
    // A block is never changed: whoever goes on with a last step writes it anew, under a revision of its own.
    let Some(revision) = next_number(conn, ws).await?.map(RunId::revision) else {
        return Ok(None);
    };
    if let Some(last) = last.filter(|last| !has_tasks || *last != run.id.revision()) {
        blocks::delete_revision(conn, ws, last).await?;
    }
    execute!(
        conn,
        diesel::update(row).set(rollup_runs::revision.eq(revision))
    )?;
    Ok(Some(Begun {
        planned: run.time.is_some(),
        run,
        revision,
    }))
}

async fn previous_ended_well(conn: &mut Conn, ws: WorkspaceKey, run: RunId) -> Result<bool> {
    let begun = rollup_runs::table
        .filter(rollup_runs::workspace_id.eq(ws.0))
        .filter(rollup_runs::run_id.lt(run))
        .filter(rollup_runs::started_at.is_not_null());
    let last: Option<String> = first!(
        conn,
        begun
            .order(rollup_runs::run_id.desc())
            .select(rollup_runs::state)
            .limit(1)
    )?;
    Ok(last.is_none_or(|state| state == RunState::Succeeded.name()))
}

/// Records what a run is going to do: by which zone and hours, how many days, and in which chunks, if any. False where it has ended.
pub async fn plan(
    conn: &mut Conn,
    (ws, run): (WorkspaceKey, RunId),
    time: TimeSettings,
    days: i64,
    chunks: &[(Day, Day)],
) -> Result<bool> {
    let row = rollup_runs::table
        .find((ws.0, run))
        .filter(rollup_runs::finished_at.is_null());
    let planned = (
        rollup_runs::timezone.eq(time.zone.name()),
        rollup_runs::rules.eq(time.zone.fingerprint()),
        rollup_runs::hours.eq(time.hours),
        rollup_runs::days_total.eq(days),
    );
    if execute!(conn, diesel::update(row).set(planned))? == 0 {
        return Ok(false);
    }
    tasks::insert(conn, ws, run, chunks).await?;
    Ok(true)
}

/// Whether a run is under way; it can't be ended until the transaction ends. PostgreSQL: others may do the same meanwhile.
/// SQLite: nobody else writes.
pub async fn hold(conn: &mut Conn, ws: WorkspaceKey, run: RunId) -> Result<bool> {
    let row = rollup_runs::table
        .find((ws.0, run))
        .filter(rollup_runs::finished_at.is_null())
        .select(rollup_runs::run_id);
    let found: Vec<i64> = match conn {
        Conn::Sqlite(c) => diesel::RunQueryDsl::load(row, &mut **c)?,
        Conn::Postgres(c) => diesel_async::RunQueryDsl::load(row.for_share(), &mut ***c).await?,
    };
    Ok(!found.is_empty())
}

/// Whether a run is under way; nobody else can look until the transaction ends.
pub(crate) async fn lock(conn: &mut Conn, ws: WorkspaceKey, run: RunId) -> Result<bool> {
    let row = rollup_runs::table
        .find((ws.0, run))
        .filter(rollup_runs::finished_at.is_null());
    Ok(execute!(
        conn,
        diesel::update(row).set(rollup_runs::state.eq(rollup_runs::state))
    )? == 1)
}

/// Records how far the last step of a run is; false where the run has ended or the lease has gone to another.
pub async fn advance(
    conn: &mut Conn,
    lease: Lease,
    run: RunId,
    figures: &RunFigures,
    now: Instant,
) -> Result<bool> {
    if !leases::hold(conn, lease, now).await? {
        return Ok(false);
    }
    let row = rollup_runs::table
        .find((lease.ws.0, run))
        .filter(rollup_runs::finished_at.is_null());
    let at = (
        rollup_runs::days_total.eq(figures.days_total),
        rollup_runs::days_done.eq(figures.days_done),
        rollup_runs::facts_read.eq(figures.facts_read),
    );
    Ok(execute!(conn, diesel::update(row).set(at))? == 1)
}

/// Records the good end of a run and forgets old refreshes. Whoever calls this holds the lease.
pub async fn succeed(
    conn: &mut Conn,
    ws: WorkspaceKey,
    run: RunId,
    figures: &RunFigures,
    at: Instant,
) -> Result<bool> {
    if !end(conn, ws, run, at, (RunState::Succeeded, None)).await? {
        return Ok(false);
    }
    let row = rollup_runs::table.find((ws.0, run));
    let made = (
        rollup_runs::days_total.eq(figures.days_total),
        rollup_runs::days_done.eq(figures.days_done),
        rollup_runs::facts_read.eq(figures.facts_read),
        rollup_runs::changed_days.eq(figures.changed_days),
        rollup_runs::checked_days.eq(figures.checked_days),
        rollup_runs::differing_days.eq(figures.differing_days),
    );
    execute!(conn, diesel::update(row).set(made))?;
    let old = rollup_runs::table
        .filter(rollup_runs::workspace_id.eq(ws.0))
        .filter(rollup_runs::run_id.lt(RunId(run.0 - KEPT_REFRESHES)))
        .filter(rollup_runs::kind.eq(RunKind::Refresh.name()));
    execute!(conn, diesel::delete(old))?;
    Ok(true)
}

/// Records why a run came to nothing; false where it had ended before.
pub async fn fail(
    conn: &mut Conn,
    ws: WorkspaceKey,
    run: RunId,
    at: Instant,
    error: &str,
) -> Result<bool> {
    end(conn, ws, run, at, (RunState::Failed, Some(error))).await
}

/// Records the end of a run; false where it had ended before.
pub(crate) async fn end(
    conn: &mut Conn,
    ws: WorkspaceKey,
    run: RunId,
    at: Instant,
    (state, error): (RunState, Option<&str>),
) -> Result<bool> {
    let row = rollup_runs::table
        .find((ws.0, run))
        .filter(rollup_runs::finished_at.is_null());
    let ended = (
        rollup_runs::state.eq(state.name()),
        rollup_runs::finished_at.eq(at.micros()),
        rollup_runs::error.eq(error),
    );
    if execute!(conn, diesel::update(row).set(ended))? == 0 {
        return Ok(false);
    }
    let tasks = tasks::progress(conn, ws, run).await?;
    let row = rollup_runs::table.find((ws.0, run));
    let made = (
        rollup_runs::days_done.eq(rollup_runs::days_done + tasks.days_done),
        rollup_runs::facts_read.eq(rollup_runs::facts_read + tasks.facts_read),
    );
    execute!(conn, diesel::update(row).set(made))?;
    tasks::delete(conn, ws, run).await?;
    if state != RunState::Succeeded {
        execute!(
            conn,
            diesel::update(ledgers::table.find(ws.0)).set(ledgers::tried_at.eq(at.micros()))
        )?;
    }
    Ok(true)
}

/// Ends the runs under way that are not for the current zone and hours: what was asked for changed.
pub(crate) async fn fail_others(
    conn: &mut Conn,
    ws: WorkspaceKey,
    time: TimeSettings,
    at: Instant,
) -> Result<()> {
    for run in runs::list_active(conn, ws).await? {
        if run.state == RunState::Running && run.time != Some(time) {
            fail(
                conn,
                ws,
                run.id,
                at,
                "the time zone, its rules or the business hours changed while it was under way",
            )
            .await?;
        }
    }
    Ok(())
}
