//! The ledger: which generation is current, and which revision of each day.

use std::collections::BTreeMap;

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, dsl::sql, sql_types::BigInt};

use super::{
    Conn, Result, Store, StoreError,
    conn::{execute, first, insert_rows, load},
    leases::{self, Lease},
    tables::{day_blocks, ledger_days, ledgers, open_blocks},
};
use crate::{day::Day, id::WorkspaceKey, instant::Instant, zone::Zone};

/// What is current in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    /// Grows by one with each change of the figures.
    pub generation: i64,
    /// A random mark of this generation: another one of the same number, made after a backup was restored, has another.
    pub head: i64,
    /// Grows with each change of the directory.
    pub directory_version: i64,
    /// When the latest run ended.
    pub rolled_up_at: Option<Instant>,
    /// The zone of the current figures.
    pub zone: Zone,
    /// A zone that was asked for and takes effect when everything is rebuilt in it.
    pub pending_zone: Option<Zone>,
    /// The current revision of the open conversations; 0 where there was no run yet.
    pub open_revision: i64,
    /// The latest night, by its local day, that has had its run asked for.
    pub last_night: Option<Day>,
    /// The first day that is not final: the facts of those before were dropped, and their figures stay.
    pub final_before: Option<Day>,
}

impl Ledger {
    /// Whether the facts of `day` were dropped: its figures are what they are.
    pub fn is_final(&self, day: Day) -> bool {
        self.final_before.is_some_and(|before| day < before)
    }
}

/// The current revision of a day that has a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerDay {
    /// The day.
    pub day: Day,
    /// Its current revision.
    pub revision: i64,
    /// When that was rolled up.
    pub rolled_up_at: Instant,
    /// The [`seal`](super::blocks::seal) of its block; `None` of one that was made before seals were kept.
    pub seal: Option<i64>,
}

/// What a run changes when it ends.
#[derive(Debug, Clone)]
pub struct Flip {
    /// The run.
    pub run: i64,
    /// Days that have a new block, and its revision.
    pub changed: Vec<(Day, i64)>,
    /// Days that have a block no longer.
    pub emptied: Vec<Day>,
    /// The revision of the open conversations, where they have a new block.
    pub open: Option<i64>,
    /// The zone of the new figures.
    pub zone: Zone,
    /// The number of the latest change that the run has seen: marks up to it are done.
    pub seen: i64,
    /// Now.
    pub at: Instant,
}

#[derive(Queryable)]
struct LedgerRow {
    timezone: String,
    pending_timezone: Option<String>,
    generation: i64,
    head: i64,
    directory_version: i64,
    open_revision: i64,
    rolled_up_at: Option<i64>,
    last_night: Option<i32>,
    final_before: Option<i32>,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = ledger_days, treat_none_as_default_value = false)]
struct LedgerDayRow {
    workspace_id: i64,
    day: i32,
    revision: i64,
    rolled_up_at: i64,
    seal: Option<i64>,
}

impl Store {
    /// What is current; `None` where there is no such workspace.
    pub async fn ledger(&self, ws: WorkspaceKey) -> Result<Option<Ledger>> {
        self.read(move |conn| Box::pin(find(conn, ws))).await
    }

    /// The generation that is current in each of these workspaces; those that are not there are missing from the answer.
    pub async fn generations(&self, of: &[WorkspaceKey]) -> Result<Vec<(WorkspaceKey, i64)>> {
        let of: Vec<i64> = of.iter().map(|ws| ws.0).collect();
        self.read(move |conn| Box::pin(async move { list_generations(conn, &of).await }))
            .await
    }

    /// The current revision of each day that has a block, ascending.
    pub async fn ledger_days(&self, ws: WorkspaceKey) -> Result<Vec<LedgerDay>> {
        self.read(move |conn| Box::pin(list_days(conn, ws))).await
    }
}

/// Asks for another zone; it takes effect with the next run, which rebuilds everything. Asking for the current one takes the
/// wish back. Whether that is another wish than before.
pub(crate) async fn set_pending_zone(
    conn: &mut Conn,
    ws: WorkspaceKey,
    zone: Zone,
    now: Instant,
) -> Result<bool> {
    // A change: imports that marked no days of the new zone are seen by the run that takes it up.
    super::dirty_days::next_change(conn, ws).await?;
    let Some(ledger) = find(conn, ws).await? else {
        return Ok(false);
    };
    if let Some(before) = ledger.final_before.filter(|_| ledger.zone != zone) {
        let why = format!(
            "the days before {before} are final, and can't be made anew in another time zone"
        );
        return Err(StoreError::Final(why));
    }
    let pending = (ledger.zone != zone).then_some(zone);
    if pending == ledger.pending_zone {
        return Ok(false);
    }
    // What a run has read in a zone that was not asked for meanwhile may be old: imports marked no days of it.
    super::queue::fail_other_zones(conn, ws, ledger.zone, now).await?;
    let row = ledgers::table.find(ws.0);
    execute!(
        conn,
        diesel::update(row).set(ledgers::pending_timezone.eq(pending.map(Zone::name)))
    )?;
    Ok(true)
}

type Columns = (
    ledgers::timezone,
    ledgers::pending_timezone,
    ledgers::generation,
    ledgers::head,
    ledgers::directory_version,
    ledgers::open_revision,
    ledgers::rolled_up_at,
    ledgers::last_night,
    ledgers::final_before,
);

const COLUMNS: Columns = (
    ledgers::timezone,
    ledgers::pending_timezone,
    ledgers::generation,
    ledgers::head,
    ledgers::directory_version,
    ledgers::open_revision,
    ledgers::rolled_up_at,
    ledgers::last_night,
    ledgers::final_before,
);

/// What is current in every workspace.
pub(crate) async fn list(conn: &mut Conn) -> Result<Vec<(WorkspaceKey, Ledger)>> {
    let query = ledgers::table
        .order(ledgers::workspace_id)
        .select((ledgers::workspace_id, COLUMNS));
    let rows: Vec<(i64, LedgerRow)> = load!(conn, query)?;
    rows.into_iter()
        .map(|(ws, row)| Ok((WorkspaceKey(ws), ledger(WorkspaceKey(ws), row)?)))
        .collect()
}

/// What is current in `ws`.
pub async fn find(conn: &mut Conn, ws: WorkspaceKey) -> Result<Option<Ledger>> {
    let query = ledgers::table.find(ws.0).select(COLUMNS);
    let row: Option<LedgerRow> = first!(conn, query)?;
    row.map(|row| ledger(ws, row)).transpose()
}

fn ledger(ws: WorkspaceKey, row: LedgerRow) -> Result<Ledger> {
    let zone = |name: &str, column| {
        Zone::parse(name).map_err(|_| StoreError::damaged("ledgers", column, ws))
    };
    Ok(Ledger {
        generation: row.generation,
        head: row.head,
        directory_version: row.directory_version,
        rolled_up_at: row.rolled_up_at.map(Instant::from_micros),
        zone: zone(&row.timezone, "timezone")?,
        pending_zone: row
            .pending_timezone
            .map(|name| zone(&name, "pending_timezone"))
            .transpose()?,
        open_revision: row.open_revision,
        last_night: row.last_night.map(Day::from_number),
        final_before: row.final_before.map(Day::from_number),
    })
}

async fn list_generations(conn: &mut Conn, of: &[i64]) -> Result<Vec<(WorkspaceKey, i64)>> {
    let mut found = Vec::with_capacity(of.len());
    for of in of.chunks(conn.most_keys()) {
        let query = ledgers::table
            .filter(ledgers::workspace_id.eq_any(of))
            .select((ledgers::workspace_id, ledgers::generation));
        let rows: Vec<(i64, i64)> = load!(conn, query)?;
        found.extend(
            rows.into_iter()
                .map(|(ws, generation)| (WorkspaceKey(ws), generation)),
        );
    }
    Ok(found)
}

/// Keeps others from writing the ledger's row until the transaction ends.
pub(crate) async fn lock(conn: &mut Conn, ws: WorkspaceKey) -> Result<()> {
    let row = ledgers::table.find(ws.0);
    execute!(
        conn,
        diesel::update(row).set(ledgers::directory_version.eq(ledgers::directory_version))
    )?;
    Ok(())
}

/// Tells who reads the directory that it has changed, and locks the ledger's row until the transaction ends. Its number
/// grows by a random step: those that follow a restored backup are not those that followed it the first time, under which
/// caches may still hold other names and roles.
pub(crate) async fn bump_directory(conn: &mut Conn, ws: WorkspaceKey) -> Result<()> {
    let step = sql::<BigInt>(match conn {
        Conn::Sqlite(_) => "1 + abs(random() % 1000000000)",
        Conn::Postgres(_) => "1 + floor(random() * 1000000000)::bigint",
    });
    let next = ledgers::directory_version.eq(ledgers::directory_version + step);
    execute!(conn, diesel::update(ledgers::table.find(ws.0)).set(next))?;
    Ok(())
}

/// The current revision of each day that has a block, ascending.
pub async fn list_days(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<LedgerDay>> {
    let query = ledger_days::table
        .filter(ledger_days::workspace_id.eq(ws.0))
        .order(ledger_days::day);
    let rows: Vec<LedgerDayRow> = load!(conn, query)?;
    Ok(rows
        .into_iter()
        .map(|row| LedgerDay {
            day: Day::from_number(row.day),
            revision: row.revision,
            rolled_up_at: Instant::from_micros(row.rolled_up_at),
            seal: row.seal,
        })
        .collect())
}

/// Makes what the run wrote current, all at once, and gives the generation, which grows by one where the figures changed.
/// `None` where the lease has gone to another, the run has ended, or its zone is not wanted any more: then nothing happens.
pub async fn flip(conn: &mut Conn, lease: Lease, flip: &Flip) -> Result<Option<i64>> {
    let ws = lease.ws;
    super::dirty_days::lock(conn, ws).await?;
    if !leases::hold(conn, lease, flip.at).await? || !super::queue::lock(conn, ws, flip.run).await?
    {
        return Ok(None);
    }
    let ledger = find(conn, ws).await?;
    if ledger
        .is_none_or(|ledger| flip.zone != ledger.zone && Some(flip.zone) != ledger.pending_zone)
    {
        // The zone that the run was made for is not wanted any more; imports since have marked no days of it.
        return Ok(None);
    }
    let is_final = |day: &Day| ledger.is_some_and(|ledger| ledger.is_final(*day));
    if flip
        .changed
        .iter()
        .map(|(day, _)| day)
        .chain(&flip.emptied)
        .any(is_final)
    {
        // Days were made final since the run was planned, and the facts that it read of them may be gone.
        return Ok(None);
    }
    let row = ledgers::table.find(ws.0);
    let ended = (
        ledgers::rolled_up_at.eq(flip.at.micros()),
        ledgers::timezone.eq(flip.zone.name()),
    );
    execute!(conn, diesel::update(row).set(ended))?;
    let zone_done = row.filter(ledgers::pending_timezone.eq(flip.zone.name()));
    execute!(
        conn,
        diesel::update(zone_done).set(ledgers::pending_timezone.eq(None::<String>))
    )?;
    if let Some(revision) = flip.open {
        execute!(
            conn,
            diesel::update(row).set(ledgers::open_revision.eq(revision))
        )?;
        supersede_open(conn, ws, revision, flip.at).await?;
    }
    if flip.open.is_some() || !flip.changed.is_empty() || !flip.emptied.is_empty() {
        let mark = sql::<BigInt>(match conn {
            Conn::Sqlite(_) => "random()",
            Conn::Postgres(_) => {
                "('x' || substr(md5(random()::text || clock_timestamp()::text), 1, 16))::bit(64)::bigint"
            }
        });
        let next = (
            ledgers::generation.eq(ledgers::generation + 1),
            ledgers::head.eq(mark),
        );
        execute!(conn, diesel::update(row).set(next))?;
    }
    let emptied = flip.emptied.iter().map(|day| (*day, NO_REVISION));
    let mut by_revision: BTreeMap<i64, Vec<i32>> = BTreeMap::new();
    for (day, revision) in flip.changed.iter().copied().chain(emptied) {
        by_revision.entry(revision).or_default().push(day.number());
    }
    for (revision, days) in by_revision {
        for days in days.chunks(conn.most_keys()) {
            switch_days(conn, (ws, revision), flip.at, days).await?;
        }
    }
    insert_days(conn, ws, flip).await?;
    super::dirty_days::remove(conn, ws, flip.seen).await?;
    Ok(find(conn, ws).await?.map(|ledger| ledger.generation))
}

/// What nothing is written under.
const NO_REVISION: i64 = -1;

async fn supersede_open(
    conn: &mut Conn,
    ws: WorkspaceKey,
    revision: i64,
    at: Instant,
) -> Result<()> {
    let old = open_blocks::table
        .filter(open_blocks::workspace_id.eq(ws.0))
        .filter(open_blocks::revision.ne(revision))
        .filter(open_blocks::superseded_at.is_null());
    execute!(
        conn,
        diesel::update(old).set(open_blocks::superseded_at.eq(at.micros()))
    )?;
    Ok(())
}

/// Points nowhere for these days, and lets go of all but one revision of them.
async fn switch_days(
    conn: &mut Conn,
    (ws, revision): (WorkspaceKey, i64),
    at: Instant,
    days: &[i32],
) -> Result<()> {
    let current = ledger_days::table
        .filter(ledger_days::workspace_id.eq(ws.0))
        .filter(ledger_days::day.eq_any(days));
    execute!(conn, diesel::delete(current))?;
    let old = day_blocks::table
        .filter(day_blocks::workspace_id.eq(ws.0))
        .filter(day_blocks::day.eq_any(days))
        .filter(day_blocks::revision.ne(revision))
        .filter(day_blocks::superseded_at.is_null());
    execute!(
        conn,
        diesel::update(old).set(day_blocks::superseded_at.eq(at.micros()))
    )?;
    super::summaries::delete_others(conn, ws, days, revision).await
}

async fn insert_days(conn: &mut Conn, ws: WorkspaceKey, flip: &Flip) -> Result<()> {
    let new = |(day, revision): &(Day, i64)| LedgerDayRow {
        workspace_id: ws.0,
        day: day.number(),
        revision: *revision,
        rolled_up_at: flip.at.micros(),
        seal: None,
    };
    let rows: Vec<LedgerDayRow> = flip.changed.iter().map(new).collect();
    let rows: Vec<&LedgerDayRow> = rows.iter().collect();
    insert_rows!(
        conn,
        ledger_days,
        rows,
        [workspace_id, day, revision, rolled_up_at]
    )?;
    seal_days(conn, ws).await
}

/// Copies the seals of new days' blocks.
async fn seal_days(conn: &mut Conn, ws: WorkspaceKey) -> Result<()> {
    let ws = ws.0;
    let seal = diesel::sql_query(format!(
        "UPDATE ledger_days SET seal = (SELECT b.seal FROM day_blocks b WHERE b.workspace_id = {ws} \
         AND b.day = ledger_days.day AND b.revision = ledger_days.revision) \
         WHERE seal IS NULL AND workspace_id = {ws}"
    ));
    execute!(conn, seal)?;
    Ok(())
}
