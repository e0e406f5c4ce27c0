//! Rollup runs and the lease that lets one of them write.

use diesel::{BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, Queryable};

use super::{
    Conn, Result, Store, StoreError,
    conn::{execute, first, load},
    tables::{ledgers, rollup_runs},
};
use crate::{
    day::Day,
    id::{MemberKey, WorkspaceKey},
    instant::Instant,
};

/// Why a run was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// The nightly job.
    Nightly,
    /// Between the nights, for days with new facts.
    Refresh,
    /// Asked for by somebody.
    Rebuild,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// Waits for its turn.
    Queued,
    /// At work.
    Running,
    /// Done.
    Succeeded,
    /// Ended by an error.
    Failed,
    /// Ended by somebody.
    Cancelled,
}

impl RunKind {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Nightly, "nightly"), (Self::Refresh, "refresh"), (Self::Rebuild, "rebuild")];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
}

impl RunState {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Queued, "queued"),
        (Self::Running, "running"),
        (Self::Succeeded, "succeeded"),
        (Self::Failed, "failed"),
        (Self::Cancelled, "cancelled"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(state, _)| *state)
    }
}

/// A run and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number within the workspace, which is also the revision of what it writes.
    pub id: i64,
    /// Why it was started.
    pub kind: RunKind,
    /// How far it is.
    pub state: RunState,
    /// The days that were asked for; `None` for whatever was marked.
    pub range: Option<(Day, Day)>,
    /// Who asked for it.
    pub requested_by: Option<MemberKey>,
    /// Days to make.
    pub days_total: i64,
    /// Days made.
    pub days_done: i64,
    /// Conversations, messages, ratings and follow-ups read.
    pub facts_read: i64,
    /// When it was asked for.
    pub queued_at: Instant,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// Why it failed.
    pub error: Option<String>,
}

/// What a new run is about.
#[derive(Debug, Clone, Copy)]
pub struct NewRun {
    /// Why it is started.
    pub kind: RunKind,
    /// The days that were asked for.
    pub range: Option<(Day, Day)>,
    /// Who asked for it.
    pub requested_by: Option<MemberKey>,
    /// Now.
    pub at: Instant,
    /// Until when the lease holds where it is not renewed.
    pub lease_until: Instant,
}

/// Figures of a run under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// Days to make.
    pub days_total: i64,
    /// Days made.
    pub days_done: i64,
    /// Facts read.
    pub facts_read: i64,
}

#[derive(Queryable)]
struct RunRow {
    run_id: i64,
    kind: String,
    state: String,
    from_day: Option<i32>,
    to_day: Option<i32>,
    requested_by: Option<i64>,
    days_total: i64,
    days_done: i64,
    facts_read: i64,
    queued_at: i64,
    started_at: Option<i64>,
    finished_at: Option<i64>,
    error: Option<String>,
}

impl Store {
    /// The run that was started last.
    pub async fn last_run(&self, ws: WorkspaceKey) -> Result<Option<Run>> {
        self.read(move |conn| Box::pin(find_last(conn, ws))).await
    }
}

async fn find_last(conn: &mut Conn, ws: WorkspaceKey) -> Result<Option<Run>> {
    let query = rollup_runs::table
        .filter(rollup_runs::workspace_id.eq(ws.0))
        .order(rollup_runs::run_id.desc())
        .limit(1)
        .select((
            rollup_runs::run_id,
            rollup_runs::kind,
            rollup_runs::state,
            rollup_runs::from_day,
            rollup_runs::to_day,
            rollup_runs::requested_by,
            rollup_runs::days_total,
            rollup_runs::days_done,
            rollup_runs::facts_read,
            rollup_runs::queued_at,
            rollup_runs::started_at,
            rollup_runs::finished_at,
            rollup_runs::error,
        ));
    let row: Option<RunRow> = first!(conn, query)?;
    row.map(run).transpose()
}

fn run(row: RunRow) -> Result<Run> {
    let damaged = |column| StoreError::damaged("rollup_runs", column, row.run_id);
    Ok(Run {
        id: row.run_id,
        kind: RunKind::parse(&row.kind).ok_or_else(|| damaged("kind"))?,
        state: RunState::parse(&row.state).ok_or_else(|| damaged("state"))?,
        range: row.from_day.zip(row.to_day).map(|(from, to)| (Day::from_number(from), Day::from_number(to))),
        requested_by: row.requested_by.map(MemberKey),
        days_total: row.days_total,
        days_done: row.days_done,
        facts_read: row.facts_read,
        queued_at: Instant::from_micros(row.queued_at),
        started_at: row.started_at.map(Instant::from_micros),
        finished_at: row.finished_at.map(Instant::from_micros),
        error: row.error,
    })
}

/// Takes the lease and records a run under way; `None` where another run holds it. What a run that died left behind is
/// cleared away.
pub async fn begin(conn: &mut Conn, ws: WorkspaceKey, new: &NewRun) -> Result<Option<i64>> {
    let free = ledgers::lease_run.is_null().or(ledgers::lease_expires_at.lt(new.at.micros()));
    let row = ledgers::table.find(ws.0);
    let taken = diesel::update(row.filter(free)).set((
        ledgers::lease_run.eq(ledgers::next_run.nullable()),
        ledgers::lease_expires_at.eq(new.lease_until.micros()),
        ledgers::next_run.eq(ledgers::next_run + 1),
    ));
    if execute!(conn, taken)? == 0 {
        return Ok(None);
    }
    let lease: Option<(Option<i64>, i64)> =
        first!(conn, ledgers::table.find(ws.0).select((ledgers::lease_run, ledgers::open_revision)))?;
    let Some((Some(run), open_revision)) = lease else { return Ok(None) };
    clear_dead(conn, ws, open_revision, new.at).await?;
    let (from, to) = new.range.unzip();
    execute!(
        conn,
        diesel::insert_into(rollup_runs::table).values((
            rollup_runs::workspace_id.eq(ws.0),
            rollup_runs::run_id.eq(run),
            rollup_runs::kind.eq(new.kind.name()),
            rollup_runs::state.eq(RunState::Running.name()),
            rollup_runs::from_day.eq(from.map(Day::number)),
            rollup_runs::to_day.eq(to.map(Day::number)),
            rollup_runs::requested_by.eq(new.requested_by.map(|member| member.0)),
            rollup_runs::days_total.eq(0_i64),
            rollup_runs::days_done.eq(0_i64),
            rollup_runs::facts_read.eq(0_i64),
            rollup_runs::queued_at.eq(new.at.micros()),
            rollup_runs::started_at.eq(new.at.micros()),
        ))
    )?;
    Ok(Some(run))
}

async fn clear_dead(conn: &mut Conn, ws: WorkspaceKey, open_revision: i64, at: Instant) -> Result<()> {
    for run in list_running(conn, ws).await? {
        execute!(
            conn,
            diesel::update(rollup_runs::table.find((ws.0, run))).set((
                rollup_runs::state.eq(RunState::Failed.name()),
                rollup_runs::finished_at.eq(at.micros()),
                rollup_runs::error.eq("its process ended before it did"),
            ))
        )?;
        super::blocks::delete_abandoned(conn, ws, open_revision).await?;
    }
    Ok(())
}

/// The runs that have begun and not ended: at most one of them is alive.
pub async fn list_running(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<i64>> {
    let running = rollup_runs::table
        .filter(rollup_runs::workspace_id.eq(ws.0))
        .filter(rollup_runs::state.eq(RunState::Running.name()));
    Ok(load!(conn, running.select(rollup_runs::run_id))?)
}

/// Renews the lease of a run; false where it has gone to another run.
pub async fn renew(conn: &mut Conn, ws: WorkspaceKey, run: i64, lease_until: Instant) -> Result<bool> {
    let mine = ledgers::table.find(ws.0).filter(ledgers::lease_run.eq(run));
    let renewed = execute!(conn, diesel::update(mine).set(ledgers::lease_expires_at.eq(lease_until.micros())))?;
    Ok(renewed == 1)
}

/// Records how far a run is and renews its lease; false where the lease has gone to another run.
pub async fn advance(
    conn: &mut Conn,
    ws: WorkspaceKey,
    run: i64,
    progress: RunProgress,
    lease_until: Instant,
) -> Result<bool> {
    if !renew(conn, ws, run, lease_until).await? {
        return Ok(false);
    }
    execute!(
        conn,
        diesel::update(rollup_runs::table.find((ws.0, run))).set((
            rollup_runs::days_total.eq(progress.days_total),
            rollup_runs::days_done.eq(progress.days_done),
            rollup_runs::facts_read.eq(progress.facts_read),
        ))
    )?;
    Ok(true)
}

/// Records the end of a run.
pub async fn finish(conn: &mut Conn, ws: WorkspaceKey, run: i64, at: Instant, error: Option<&str>) -> Result<()> {
    let state = if error.is_some() { RunState::Failed } else { RunState::Succeeded };
    execute!(
        conn,
        diesel::update(rollup_runs::table.find((ws.0, run))).set((
            rollup_runs::state.eq(state.name()),
            rollup_runs::finished_at.eq(at.micros()),
            rollup_runs::error.eq(error),
        ))
    )?;
    let mine = ledgers::table.find(ws.0).filter(ledgers::lease_run.eq(run));
    execute!(conn, diesel::update(mine).set(ledgers::lease_run.eq(None::<i64>)))?;
    Ok(())
}
