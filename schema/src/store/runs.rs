//! Rollup runs, as they are recorded. What becomes of them is in [`queue`](super::queue).

use diesel::{ExpressionMethods, QueryDsl, Queryable};

use super::{
    Conn, Result, Store, StoreError,
    conn::{first, load},
    tables::rollup_runs,
    tasks, zone_rules,
};
use crate::{
    day::Day,
    id::{HoursKey, MemberKey, Revision, RunId, WorkspaceKey},
    instant::Instant,
    period::Period,
    time_settings::TimeSettings,
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
    const ALL: [(Self, &'static str); 3] = [
        (Self::Nightly, "nightly"),
        (Self::Refresh, "refresh"),
        (Self::Rebuild, "rebuild"),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, name)| name)
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(kind, _)| *kind)
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

    pub(crate) fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(state, _)| *state == self)
            .map_or("", |(_, name)| name)
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(state, _)| *state)
    }
}

/// A run and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its number within the workspace, which is also the revision of what it writes.
    pub id: RunId,
    /// Why it was started.
    pub kind: RunKind,
    /// How far it is.
    pub state: RunState,
    /// The days that were asked for; `None` for whatever was marked.
    pub range: Option<(Day, Day)>,
    /// Whether all days were asked for.
    pub everything: bool,
    /// The zone and the business hours of its figures, once it is planned.
    pub time: Option<TimeSettings>,
    /// Who asked for it.
    pub requested_by: Option<MemberKey>,
    /// Days to make.
    pub days_total: i64,
    /// Days made.
    pub days_done: i64,
    /// Conversations, messages, ratings and follow-ups read.
    pub facts_read: i64,
    /// Of the days made, those whose figures changed.
    pub changed_days: i64,
    /// Days that nothing had changed, made anew all the same and compared.
    pub checked_days: i64,
    /// Of those, the ones that were not what their facts say.
    pub differing_days: i64,
    /// When it was asked for.
    pub queued_at: Instant,
    /// When it began.
    pub started_at: Option<Instant>,
    /// When it ended.
    pub finished_at: Option<Instant>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Run {
    /// The days that were asked for.
    pub fn days(&self) -> RunDays {
        match self.range.and_then(|(from, to)| Period::new(from, to).ok()) {
            Some(period) => RunDays::Of(period),
            None if self.everything => RunDays::All,
            None => RunDays::Pending,
        }
    }
}

/// Which days a run makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunDays {
    /// Those whose facts changed since they were rolled up.
    Pending,
    /// These, changed or not, and those whose facts changed.
    Of(Period),
    /// All days with facts.
    All,
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

type Columns = (
    (
        rollup_runs::run_id,
        rollup_runs::kind,
        rollup_runs::state,
        rollup_runs::from_day,
        rollup_runs::to_day,
        rollup_runs::everything,
        rollup_runs::timezone,
        rollup_runs::rules,
        rollup_runs::hours,
        rollup_runs::requested_by,
    ),
    (
        rollup_runs::days_total,
        rollup_runs::days_done,
        rollup_runs::facts_read,
        rollup_runs::changed_days,
        rollup_runs::checked_days,
        rollup_runs::differing_days,
    ),
    (
        rollup_runs::queued_at,
        rollup_runs::started_at,
        rollup_runs::finished_at,
        rollup_runs::error,
    ),
);

const COLUMNS: Columns = (
    (
        rollup_runs::run_id,
        rollup_runs::kind,
        rollup_runs::state,
        rollup_runs::from_day,
        rollup_runs::to_day,
        rollup_runs::everything,
        rollup_runs::timezone,
        rollup_runs::rules,
        rollup_runs::hours,
        rollup_runs::requested_by,
    ),
    (
        rollup_runs::days_total,
        rollup_runs::days_done,
        rollup_runs::facts_read,
        rollup_runs::changed_days,
        rollup_runs::checked_days,
        rollup_runs::differing_days,
    ),
    (
        rollup_runs::queued_at,
        rollup_runs::started_at,
        rollup_runs::finished_at,
        rollup_runs::error,
    ),
);

#[derive(Queryable)]
struct RunRow {
    about: About,
    figures: (i64, i64, i64, i64, i64, i64),
    times: (i64, Option<i64>, Option<i64>, Option<String>),
}

#[derive(Queryable)]
struct About {
    run_id: RunId,
    kind: String,
    state: String,
    from_day: Option<i32>,
    to_day: Option<i32>,
    everything: bool,
    timezone: Option<String>,
    rules: Option<String>,
    hours: HoursKey,
    requested_by: Option<i64>,
}

impl Store {
    /// The run that was asked for last.
    pub async fn last_run(&self, ws: WorkspaceKey) -> Result<Option<Run>> {
        let last = self
            .read(move |conn| Box::pin(list(conn, ws, None, 1)))
            .await?;
        Ok(last.into_iter().next())
    }

    /// The run of that number.
    pub async fn find_run(&self, ws: WorkspaceKey, run: RunId) -> Result<Option<Run>> {
        self.read(move |conn| Box::pin(find(conn, ws, run))).await
    }

    /// Up to `most` runs, the latest first; those before the run `before` where that is given.
    pub async fn list_runs(
        &self,
        ws: WorkspaceKey,
        before: Option<RunId>,
        most: i64,
    ) -> Result<Vec<Run>> {
        self.read(move |conn| Box::pin(list(conn, ws, before, most)))
            .await
    }

    /// How many days of the latest nightly run that compared any were not what their facts say.
    pub async fn differing_days(&self, ws: WorkspaceKey) -> Result<i64> {
        self.read(move |conn| Box::pin(differing_days(conn, ws)))
            .await
    }
}

/// The run of that number, with what all its chunks have come to.
pub async fn find(conn: &mut Conn, ws: WorkspaceKey, run: RunId) -> Result<Option<Run>> {
    let row: Option<RunRow> = first!(conn, rollup_runs::table.find((ws.0, run)).select(COLUMNS))?;
    match row {
        Some(row) => {
            let run = domain(conn, row).await?;
            with_tasks(conn, ws, run).await.map(Some)
        }
        None => Ok(None),
    }
}

/// Up to `most` runs, the latest first.
async fn list(
    conn: &mut Conn,
    ws: WorkspaceKey,
    before: Option<RunId>,
    most: i64,
) -> Result<Vec<Run>> {
    let query = rollup_runs::table
        .filter(rollup_runs::workspace_id.eq(ws.0))
        .filter(rollup_runs::run_id.lt(before.unwrap_or(RunId(i64::MAX))))
        .order(rollup_runs::run_id.desc())
        .limit(most)
        .select(COLUMNS);
    let rows: Vec<RunRow> = load!(conn, query)?;
    let mut runs = Vec::with_capacity(rows.len());
    for row in rows {
        let run = domain(conn, row).await?;
        runs.push(with_tasks(conn, ws, run).await?);
    }
    Ok(runs)
}

/// The runs that wait for their turn or are under way, in the order of their turns.
pub async fn list_active(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<Run>> {
    let query = rollup_runs::table
        .filter(rollup_runs::workspace_id.eq(ws.0))
        .filter(rollup_runs::finished_at.is_null())
        .order((rollup_runs::started_at.is_null(), rollup_runs::run_id))
        .select(COLUMNS);
    let rows: Vec<RunRow> = load!(conn, query)?;
    let mut runs = Vec::with_capacity(rows.len());
    for row in rows {
        runs.push(domain(conn, row).await?);
    }
    Ok(runs)
}

async fn differing_days(conn: &mut Conn, ws: WorkspaceKey) -> Result<i64> {
    let query = rollup_runs::table
        .filter(rollup_runs::workspace_id.eq(ws.0))
        .filter(rollup_runs::kind.eq(RunKind::Nightly.name()))
        .filter(rollup_runs::checked_days.gt(0))
        .order(rollup_runs::run_id.desc())
        .select(rollup_runs::differing_days);
    let found: Option<i64> = first!(conn, query.limit(1))?;
    Ok(found.unwrap_or(0))
}

/// A run under way counts what its chunks have come to; one that has ended has it in its own row.
async fn with_tasks(conn: &mut Conn, ws: WorkspaceKey, mut run: Run) -> Result<Run> {
    if run.state == RunState::Running {
        let tasks = tasks::progress(conn, ws, run.id).await?;
        run.days_done += tasks.days_done;
        run.facts_read += tasks.facts_read;
    }
    Ok(run)
}

/// The revisions of runs that have begun and not come to a good end since the latest one that has: what was written under
/// them is nobody's.
pub async fn list_unfinished_revisions(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<Revision>> {
    let mine = || rollup_runs::table.filter(rollup_runs::workspace_id.eq(ws.0));
    let ended_well = mine().filter(rollup_runs::state.eq(RunState::Succeeded.name()));
    let last: Option<RunId> = first!(
        conn,
        ended_well
            .order(rollup_runs::run_id.desc())
            .select(rollup_runs::run_id)
            .limit(1)
    )?;
    let begun = mine().filter(rollup_runs::started_at.is_not_null());
    let since = begun.filter(rollup_runs::run_id.gt(last.unwrap_or_default()));
    let revisions: Vec<(RunId, Revision)> = load!(
        conn,
        since.select((rollup_runs::run_id, rollup_runs::revision))
    )?;
    Ok(revisions
        .into_iter()
        .flat_map(|(run, revision)| [run.revision(), revision])
        .collect())
}

async fn domain(conn: &mut Conn, row: RunRow) -> Result<Run> {
    let RunRow {
        about,
        figures,
        times,
    } = row;
    let damaged = |column| StoreError::damaged("rollup_runs", column, about.run_id);
    let (days_total, days_done, facts_read, changed_days, checked_days, differing_days) = figures;
    let (queued_at, started_at, finished_at, error) = times;
    let range = about.from_day.zip(about.to_day);
    let time = match &about.timezone {
        Some(name) => {
            let zone = zone_rules::find(conn, name, about.rules.as_deref(), "").await?;
            Some(TimeSettings {
                zone: zone.ok_or_else(|| damaged("timezone"))?,
                hours: about.hours,
            })
        }
        None => None,
    };
    Ok(Run {
        id: about.run_id,
        kind: RunKind::parse(&about.kind).ok_or_else(|| damaged("kind"))?,
        state: RunState::parse(&about.state).ok_or_else(|| damaged("state"))?,
        range: range.map(|(from, to)| (Day::from_number(from), Day::from_number(to))),
        everything: about.everything,
        time,
        requested_by: about.requested_by.map(MemberKey),
        days_total,
        days_done,
        facts_read,
        changed_days,
        checked_days,
        differing_days,
        queued_at: Instant::from_micros(queued_at),
        started_at: started_at.map(Instant::from_micros),
        finished_at: finished_at.map(Instant::from_micros),
        error,
    })
}
