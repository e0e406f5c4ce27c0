//! The days of a large run in chunks, which any process may claim.

use diesel::{BoolExpressionMethods, ExpressionMethods, Insertable, QueryDsl, Queryable, dsl::sum};

use super::{
    Conn, Result,
    conn::{execute, first, insert_rows, load},
    keys, leases,
    tables::rollup_tasks,
};
use crate::{
    day::Day,
    id::{ChangeNumber, RunId, WorkspaceKey},
    instant::Instant,
};

/// A chunk of a run that was claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    /// Its number within the run.
    pub id: i64,
    /// Its first day.
    pub first: Day,
    /// Its last day, included.
    pub last: Day,
    /// Which claim of it: whoever holds an older one writes nothing.
    pub claim: i64,
}

/// A chunk of a run that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneTask {
    /// Its first day.
    pub first: Day,
    /// Its last day, included.
    pub last: Day,
    /// The number of the latest change that its facts held.
    pub seen: ChangeNumber,
    /// Its days that had a block and have nothing to hold any more.
    pub emptied: Vec<Day>,
}

/// What came of a chunk.
#[derive(Debug, Clone, Default)]
pub struct TaskOutcome {
    /// The number of the latest change that its facts held.
    pub seen: ChangeNumber,
    /// Its days that had a block and have nothing to hold any more.
    pub emptied: Vec<Day>,
    /// Facts read.
    pub facts_read: i64,
}

/// How far the chunks of a run are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskProgress {
    /// Chunks.
    pub tasks: i64,
    /// Chunks not done yet.
    pub left: i64,
    /// Days of all chunks.
    pub days: i64,
    /// Days of those done.
    pub days_done: i64,
    /// Facts read for those done.
    pub facts_read: i64,
}

#[derive(Clone, Insertable)]
#[diesel(table_name = rollup_tasks, treat_none_as_default_value = false)]
struct TaskRow {
    workspace_id: i64,
    run_id: RunId,
    task_id: i64,
    from_day: i32,
    to_day: i32,
    claim: i64,
    claimed_until: i64,
    done: bool,
    seen: ChangeNumber,
    emptied: String,
    facts_read: i64,
}

#[derive(Queryable)]
struct DoneRow {
    from_day: i32,
    to_day: i32,
    seen: ChangeNumber,
    emptied: String,
}

/// Cuts a run into these chunks, each from its first to its last day.
pub async fn insert(
    conn: &mut Conn,
    ws: WorkspaceKey,
    run: RunId,
    chunks: &[(Day, Day)],
) -> Result<()> {
    let row = |(at, (first, last)): (usize, &(Day, Day))| TaskRow {
        workspace_id: ws.0,
        run_id: run,
        task_id: at as i64 + 1,
        from_day: first.number(),
        to_day: last.number(),
        claim: 0,
        claimed_until: 0,
        done: false,
        seen: ChangeNumber::default(),
        emptied: String::new(),
        facts_read: 0,
    };
    let rows: Vec<TaskRow> = chunks.iter().enumerate().map(row).collect();
    let rows: Vec<&TaskRow> = rows.iter().collect();
    insert_rows!(
        conn,
        rollup_tasks,
        rows,
        [
            workspace_id,
            run_id,
            task_id,
            from_day,
            to_day,
            claim,
            claimed_until,
            done,
            seen,
            emptied,
            facts_read
        ]
    )?;
    Ok(())
}

/// Claims up to `most` chunks that nobody is at, the earliest first. `by` is for people.
pub async fn claim(
    conn: &mut Conn,
    (ws, run): (WorkspaceKey, RunId),
    by: &str,
    now: Instant,
    most: i64,
) -> Result<Vec<Task>> {
    let free = lock_free(conn, ws, run, now, most).await?;
    let ids: Vec<i64> = free.iter().map(|row| row.0).collect();
    let mine = of_run(ws, run).filter(rollup_tasks::task_id.eq_any(ids));
    let claimed = (
        rollup_tasks::claim.eq(rollup_tasks::claim + 1),
        rollup_tasks::claimed_by.eq(by),
        rollup_tasks::claimed_until.eq(leases::until(now).micros()),
    );
    execute!(conn, diesel::update(mine).set(claimed))?;
    let task = |(id, first, last, claim)| Task {
        id,
        first: Day::from_number(first),
        last: Day::from_number(last),
        claim: claim + 1,
    };
    Ok(free.into_iter().map(task).collect())
}

/// Finds chunks that nobody is at, and keeps others from claiming them. PostgreSQL: those that others are just claiming are
/// skipped. SQLite: nobody else writes.
async fn lock_free(
    conn: &mut Conn,
    ws: WorkspaceKey,
    run: RunId,
    now: Instant,
    most: i64,
) -> Result<Vec<(i64, i32, i32, i64)>> {
    let (from, to) = leases::free_outside(now);
    let free = of_run(ws, run)
        .filter(rollup_tasks::done.eq(false))
        .filter(
            rollup_tasks::claimed_until
                .lt(from)
                .or(rollup_tasks::claimed_until.gt(to)),
        )
        .order(rollup_tasks::task_id)
        .limit(most)
        .select((
            rollup_tasks::task_id,
            rollup_tasks::from_day,
            rollup_tasks::to_day,
            rollup_tasks::claim,
        ));
    Ok(match conn {
        Conn::Sqlite(c) => diesel::RunQueryDsl::load(free, &mut **c)?,
        Conn::Postgres(c) => {
            diesel_async::RunQueryDsl::load(free.for_update().skip_locked(), &mut ***c).await?
        }
    })
}

#[diesel::dsl::auto_type]
fn of_run(ws: WorkspaceKey, run: RunId) -> _ {
    let ws: i64 = ws.0;
    rollup_tasks::table
        .filter(rollup_tasks::workspace_id.eq(ws))
        .filter(rollup_tasks::run_id.eq(run))
}

/// Renews claims; those that have gone to others stay theirs.
pub async fn renew(
    conn: &mut Conn,
    ws: WorkspaceKey,
    run: RunId,
    claimed: &[Task],
    until: Instant,
) -> Result<()> {
    for task in claimed {
        execute!(
            conn,
            diesel::update(
                rollup_tasks::table
                    .find((ws.0, run, task.id))
                    .filter(rollup_tasks::claim.eq(task.claim))
                    .filter(rollup_tasks::done.eq(false))
            )
            .set(rollup_tasks::claimed_until.eq(until.micros()))
        )?;
    }
    Ok(())
}

/// Gives claims back, where they are still held and not done.
pub async fn release(
    conn: &mut Conn,
    ws: WorkspaceKey,
    run: RunId,
    claimed: &[Task],
) -> Result<()> {
    renew(conn, ws, run, claimed, Instant::from_micros(0)).await
}

/// Whether a claim still holds.
pub async fn is_held(conn: &mut Conn, ws: WorkspaceKey, run: RunId, task: Task) -> Result<bool> {
    let claim = rollup_tasks::table
        .find((ws.0, run, task.id))
        .select(rollup_tasks::claim);
    let claim: Option<i64> = first!(conn, claim)?;
    Ok(claim == Some(task.claim))
}

/// Records that a chunk is done; false where its claim has gone to another.
pub async fn finish(
    conn: &mut Conn,
    ws: WorkspaceKey,
    run: RunId,
    task: Task,
    outcome: &TaskOutcome,
) -> Result<bool> {
    let mine = rollup_tasks::table
        .find((ws.0, run, task.id))
        .filter(rollup_tasks::claim.eq(task.claim))
        .filter(rollup_tasks::done.eq(false));
    let done = (
        rollup_tasks::done.eq(true),
        rollup_tasks::seen.eq(outcome.seen),
        rollup_tasks::emptied.eq(keys::join(
            outcome.emptied.iter().map(|day| i64::from(day.number())),
        )),
        rollup_tasks::facts_read.eq(outcome.facts_read),
    );
    Ok(execute!(conn, diesel::update(mine).set(done))? == 1)
}

/// How far the chunks of a run are; nothing where it has none.
pub async fn progress(conn: &mut Conn, ws: WorkspaceKey, run: RunId) -> Result<TaskProgress> {
    let days = || sum(rollup_tasks::to_day - rollup_tasks::from_day + 1);
    let query = of_run(ws, run).group_by(rollup_tasks::done).select((
        rollup_tasks::done,
        diesel::dsl::count_star(),
        days(),
        diesel::dsl::sql::<diesel::sql_types::BigInt>("CAST(SUM(facts_read) AS BIGINT)"),
    ));
    let rows: Vec<(bool, i64, Option<i64>, i64)> = load!(conn, query)?;
    let mut progress = TaskProgress::default();
    for (done, tasks, days, facts_read) in rows {
        let days = days.unwrap_or(0);
        progress.tasks += tasks;
        progress.days += days;
        if done {
            progress.days_done += days;
            progress.facts_read += facts_read;
        } else {
            progress.left += tasks;
        }
    }
    Ok(progress)
}

/// The chunks of a run that are done, in order.
pub async fn list_done(conn: &mut Conn, ws: WorkspaceKey, run: RunId) -> Result<Vec<DoneTask>> {
    let query = of_run(ws, run)
        .filter(rollup_tasks::done.eq(true))
        .order(rollup_tasks::task_id)
        .select((
            rollup_tasks::from_day,
            rollup_tasks::to_day,
            rollup_tasks::seen,
            rollup_tasks::emptied,
        ));
    let rows: Vec<DoneRow> = load!(conn, query)?;
    rows.iter().map(done).collect()
}

fn done(row: &DoneRow) -> Result<DoneTask> {
    let emptied = keys::split(&row.emptied, "rollup_tasks", "emptied")?;
    Ok(DoneTask {
        first: Day::from_number(row.from_day),
        last: Day::from_number(row.to_day),
        seen: row.seen,
        emptied: emptied
            .into_iter()
            .map(|day| Day::from_number(day as i32))
            .collect(),
    })
}

/// Removes the chunks of a run.
pub async fn delete(conn: &mut Conn, ws: WorkspaceKey, run: RunId) -> Result<()> {
    execute!(conn, diesel::delete(of_run(ws, run)))?;
    Ok(())
}
