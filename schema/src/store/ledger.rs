//! The ledger: which generation is current, and which revision of each day.

use std::collections::BTreeMap;

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable};
use rand::Rng as _;

use super::{
    Access, Conn, Result, Store, StoreError, blocks,
    conn::{execute, first, insert_rows, load},
    leases::{self, Lease},
    summaries,
    tables::{day_blocks, ledger_days, ledgers, open_blocks},
    zone_rules,
};
use crate::{
    day::Day,
    id::{ChangeNumber, Generation, HoursKey, Revision, RunId, WorkspaceKey},
    instant::Instant,
    time_settings::TimeSettings,
    zone::Zone,
};

/// What is current in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    /// Grows by one with each change of the figures.
    pub generation: Generation,
    /// A random mark of this generation: another one of the same number, made after a backup was restored, has another.
    pub head: i64,
    /// Grows with each change of the directory.
    pub directory_version: i64,
    /// When the latest run ended.
    pub rolled_up_at: Option<Instant>,
    /// The zone, with the rules of its clocks, and the business hours by which the current figures were made.
    pub time: TimeSettings,
    /// Those that were asked for, or the same zone with other rules. They take effect when what that changes is rebuilt.
    pub pending_time: Option<TimeSettings>,
    /// The current revision of the open conversations; 0 where there was no run yet.
    pub open_revision: Revision,
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

    /// What was asked for last.
    pub fn latest_time(&self) -> TimeSettings {
        self.pending_time.unwrap_or(self.time)
    }
}

/// The current revision of a day that has a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerDay {
    /// The day.
    pub day: Day,
    /// Its current revision.
    pub revision: Revision,
    /// When that was rolled up.
    pub rolled_up_at: Instant,
    /// The [`seal`](super::blocks::seal) of its block; `None` of one that was made before seals were kept.
    pub seal: Option<i64>,
}

/// A ledger, and what it points to as of the same moment.
#[derive(Debug, Clone)]
pub struct LedgerContents {
    /// The ledger.
    pub ledger: Ledger,
    /// The current revision of each day that has a block, ascending.
    pub days: Vec<LedgerDay>,
    /// The first day on which anything counts; `None` where nothing does.
    pub first_day: Option<Day>,
    /// The open conversations; `None` where they are missing.
    pub open: Option<Vec<u8>>,
}

/// What a run changes when it ends.
#[derive(Debug, Clone)]
pub struct Flip {
    /// The run.
    pub run: RunId,
    /// Days that have a new block, and its revision.
    pub changed: Vec<(Day, Revision)>,
    /// Days that have a block no longer.
    pub emptied: Vec<Day>,
    /// The revision of the open conversations, where they have a new block.
    pub open: Option<Revision>,
    /// What says where the days of the new figures begin and which time is worked.
    pub time: TimeSettings,
    /// The number of the latest change that the run has seen: marks up to it are done.
    pub seen: ChangeNumber,
    /// Now.
    pub at: Instant,
}

#[derive(Queryable)]
struct TimeColumns {
    timezone: String,
    rules: Option<String>,
    version: Option<String>,
    hours: HoursKey,
}

#[derive(Queryable)]
struct PendingColumns {
    timezone: Option<String>,
    rules: Option<String>,
    version: Option<String>,
    hours: HoursKey,
}

#[derive(Queryable)]
struct LedgerRow {
    time: TimeColumns,
    pending: PendingColumns,
    generation: Generation,
    head: i64,
    directory_version: i64,
    open_revision: Revision,
    rolled_up_at: Option<i64>,
    last_night: Option<i32>,
    final_before: Option<i32>,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = ledger_days, treat_none_as_default_value = false)]
struct LedgerDayRow {
    workspace_id: i64,
    day: i32,
    revision: Revision,
    rolled_up_at: i64,
    seal: Option<i64>,
}

impl Store {
    /// What is current; `None` where there is no such workspace.
    pub async fn ledger(&self, ws: WorkspaceKey) -> Result<Option<Ledger>> {
        self.read(move |conn| Box::pin(find(conn, ws))).await
    }

    /// The generation that is current in each of these workspaces; those that are not there, and those of a node that is
    /// away, are missing from the answer.
    pub async fn generations(
        &self,
        of: &[WorkspaceKey],
    ) -> Result<Vec<(WorkspaceKey, Generation)>> {
        let keys: Vec<i64> = of.iter().map(|ws| ws.0).collect();
        let at_once =
            self.read(move |conn| Box::pin(async move { list_generations(conn, &keys).await }));
        match at_once.await {
            Err(StoreError::NodeUnavailable(_)) if 1 < of.len() => {
                let each = self.in_each("generations", of, |conn, ws| {
                    Box::pin(async move {
                        let found = list_generations(conn, &[ws.0]).await?;
                        Ok(found.into_iter().next())
                    })
                });
                Ok(each.await?.found)
            }
            at_once => at_once,
        }
    }

    /// What is current and what it points to, all of one generation; `None` where there is no such workspace.
    pub async fn ledger_contents(&self, ws: WorkspaceKey) -> Result<Option<LedgerContents>> {
        self.run_again(Access::Snapshot, move |conn| {
            Box::pin(async move {
                let Some(ledger) = find(conn, ws).await? else {
                    return Ok(None);
                };
                let days = list_days(conn, ws).await?;
                let first_day = summaries::find_first_day(conn, ws).await?;
                let open = blocks::find_open(conn, ws, ledger.open_revision).await?;
                Ok(Some(LedgerContents {
                    ledger,
                    days,
                    first_day,
                    open,
                }))
            })
        })
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
    let is_current = ledger.time.zone.name() == zone.name();
    if let Some(before) = ledger.final_before.filter(|_| !is_current) {
        let why = format!(
            "the days before {before} are final, and can't be made anew in another time zone"
        );
        return Err(StoreError::Final(why));
    }
    let wanted = TimeSettings {
        zone: if is_current { ledger.time.zone } else { zone },
        ..ledger.latest_time()
    };
    await_time(conn, ws, &ledger, wanted, now).await
}

/// Has the next run make what another zone, the same one by other rules, or other business hours change. The current ones: nothing
/// is to change any more. Whether that is another wish than before. Whoever calls this has counted a change.
pub(crate) async fn await_time(
    conn: &mut Conn,
    ws: WorkspaceKey,
    ledger: &Ledger,
    wanted: TimeSettings,
    now: Instant,
) -> Result<bool> {
    let pending = (wanted != ledger.time).then_some(wanted);
    if pending == ledger.pending_time {
        return Ok(false);
    }
    if let Some(time) = pending {
        zone_rules::keep(conn, time.zone).await?;
    }
    // What a run has read in a zone that was not asked for meanwhile may be old: imports marked no days of it. Runs before the
    // ledger's row, as `queue::begin` locks them: in the other order, the two could wait for each other.
    super::queue::fail_others(conn, ws, ledger.time, now).await?;
    let zone = pending.map(|time| time.zone);
    let columns = (
        ledgers::pending_timezone.eq(zone.map(Zone::name)),
        ledgers::pending_rules.eq(zone.map(Zone::fingerprint)),
        ledgers::pending_rules_version.eq(zone.map(Zone::version)),
        ledgers::pending_hours.eq(pending.map_or(HoursKey::NONE, |time| time.hours)),
    );
    let row = ledgers::table.find(ws.0);
    execute!(conn, diesel::update(row).set(columns))?;
    Ok(true)
}

type Columns = (
    (
        ledgers::timezone,
        ledgers::rules,
        ledgers::rules_version,
        ledgers::hours,
    ),
    (
        ledgers::pending_timezone,
        ledgers::pending_rules,
        ledgers::pending_rules_version,
        ledgers::pending_hours,
    ),
    ledgers::generation,
    ledgers::head,
    ledgers::directory_version,
    ledgers::open_revision,
    ledgers::rolled_up_at,
    ledgers::last_night,
    ledgers::final_before,
);

const COLUMNS: Columns = (
    (
        ledgers::timezone,
        ledgers::rules,
        ledgers::rules_version,
        ledgers::hours,
    ),
    (
        ledgers::pending_timezone,
        ledgers::pending_rules,
        ledgers::pending_rules_version,
        ledgers::pending_hours,
    ),
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
    let mut all = Vec::with_capacity(rows.len());
    for (ws, row) in rows {
        let ws = WorkspaceKey(ws);
        all.push((ws, ledger(conn, ws, row).await?));
    }
    Ok(all)
}

/// What is current in `ws`.
pub async fn find(conn: &mut Conn, ws: WorkspaceKey) -> Result<Option<Ledger>> {
    let query = ledgers::table.find(ws.0).select(COLUMNS);
    let row: Option<LedgerRow> = first!(conn, query)?;
    match row {
        Some(row) => ledger(conn, ws, row).await.map(Some),
        None => Ok(None),
    }
}

async fn ledger(conn: &mut Conn, ws: WorkspaceKey, row: LedgerRow) -> Result<Ledger> {
    let damaged = |column| StoreError::damaged("ledgers", column, ws);
    let TimeColumns {
        timezone,
        rules,
        version,
        hours,
    } = row.time;
    let version = version.unwrap_or_default();
    let zone = zone_rules::find(conn, &timezone, rules.as_deref(), &version).await?;
    let pending_time = match row.pending.timezone {
        Some(name) => {
            let (rules, version) = (row.pending.rules, row.pending.version.unwrap_or_default());
            let zone = zone_rules::find(conn, &name, rules.as_deref(), &version).await?;
            Some(TimeSettings {
                zone: zone.ok_or_else(|| damaged("pending_timezone"))?,
                hours: row.pending.hours,
            })
        }
        None => None,
    };
    Ok(Ledger {
        generation: row.generation,
        head: row.head,
        directory_version: row.directory_version,
        rolled_up_at: row.rolled_up_at.map(Instant::from_micros),
        time: TimeSettings {
            zone: zone.ok_or_else(|| damaged("timezone"))?,
            hours,
        },
        pending_time,
        open_revision: row.open_revision,
        last_night: row.last_night.map(Day::from_number),
        final_before: row.final_before.map(Day::from_number),
    })
}

async fn list_generations(conn: &mut Conn, of: &[i64]) -> Result<Vec<(WorkspaceKey, Generation)>> {
    let mut found = Vec::with_capacity(of.len());
    for of in of.chunks(conn.most_keys()) {
        let query = ledgers::table
            .filter(ledgers::workspace_id.eq_any(of))
            .select((ledgers::workspace_id, ledgers::generation));
        let rows: Vec<(i64, Generation)> = load!(conn, query)?;
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
    // An update that changes nothing, as in `dirty_days::lock`.
    execute!(
        conn,
        diesel::update(row).set(ledgers::directory_version.eq(ledgers::directory_version))
    )?;
    Ok(())
}

/// The longest step of a directory's number: a billion of them fit into 64 bits.
const MAX_DIRECTORY_STEP: i64 = 1_000_000_000;

/// Tells who reads the directory that it has changed, and locks the ledger's row until the transaction ends. Its number
/// grows by a random step: those that follow a restored backup are not those that followed it the first time, under which
/// caches may still hold other names and roles. The step is drawn here: a distributed UPDATE may call no volatile function.
pub(crate) async fn bump_directory(conn: &mut Conn, ws: WorkspaceKey) -> Result<()> {
    let step = rand::rng().random_range(1..=MAX_DIRECTORY_STEP);
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
/// `None` where the lease has gone to another, the run has ended, or its zone or hours are not wanted any more: then nothing
/// happens.
pub async fn flip(conn: &mut Conn, lease: Lease, flip: &Flip) -> Result<Option<Generation>> {
    let ws = lease.ws;
    // Counters, lease, run, and the ledger last, in the order of everyone who locks several of these rows: in another one, this
    // and an import that changes names could each hold what the other waits for.
    super::dirty_days::lock(conn, ws).await?;
    if !leases::hold(conn, lease, flip.at).await? || !super::queue::lock(conn, ws, flip.run).await?
    {
        return Ok(None);
    }
    // Read under the locks: whoever asks for a zone or makes days final takes the first of them too.
    let ledger = find(conn, ws).await?;
    if ledger
        .is_none_or(|ledger| flip.time != ledger.time && Some(flip.time) != ledger.pending_time)
    {
        // What the run was made for is not wanted any more; imports since have marked no days of its zone.
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
    let rolled_up_at = ledgers::rolled_up_at.eq(flip.at.micros());
    execute!(conn, diesel::update(row).set(rolled_up_at))?;
    let pending = ledger.and_then(|ledger| ledger.pending_time);
    let taken_up = pending.filter(|pending| *pending == flip.time);
    if let Some(time) = taken_up {
        take_up(conn, ws, time).await?;
    }
    if let Some(revision) = flip.open {
        execute!(
            conn,
            diesel::update(row).set(ledgers::open_revision.eq(revision))
        )?;
        supersede_open(conn, ws, revision, flip.at).await?;
    }
    // Only if a figure changed: clients fetch everything again with each generation.
    if flip.open.is_some() || !flip.changed.is_empty() || !flip.emptied.is_empty() {
        // Drawn here, as the step of `bump_directory` is.
        let mark: i64 = rand::rng().random();
        let next = (
            ledgers::generation.eq(ledgers::generation + 1),
            ledgers::head.eq(mark),
        );
        execute!(conn, diesel::update(row).set(next))?;
    }
    let emptied = flip.emptied.iter().map(|day| (*day, NO_REVISION));
    let mut by_revision: BTreeMap<Revision, Vec<i32>> = BTreeMap::new();
    for (day, revision) in flip.changed.iter().copied().chain(emptied) {
        by_revision.entry(revision).or_default().push(day.number());
    }
    // Old rows before new ones: a workspace's day has one row in the ledger.
    for (revision, days) in by_revision {
        for days in days.chunks(conn.most_keys()) {
            switch_days(conn, (ws, revision), flip.at, days).await?;
        }
    }
    insert_days(conn, ws, flip).await?;
    // In the transaction of the new figures: if the process died after removing marks in an earlier one, their days would stay
    // old.
    super::dirty_days::remove(conn, ws, flip.seen).await?;
    Ok(find(conn, ws).await?.map(|ledger| ledger.generation))
}

/// The zone and hours that were waited for are the current ones.
async fn take_up(conn: &mut Conn, ws: WorkspaceKey, time: TimeSettings) -> Result<()> {
    let nothing = None::<String>;
    let columns = (
        ledgers::timezone.eq(time.zone.name()),
        ledgers::rules.eq(time.zone.fingerprint()),
        ledgers::rules_version.eq(time.zone.version()),
        ledgers::hours.eq(time.hours),
        ledgers::pending_timezone.eq(&nothing),
        ledgers::pending_rules.eq(&nothing),
        ledgers::pending_rules_version.eq(&nothing),
        ledgers::pending_hours.eq(HoursKey::NONE),
    );
    execute!(conn, diesel::update(ledgers::table.find(ws.0)).set(columns))?;
    Ok(())
}

/// What nothing is written under.
const NO_REVISION: Revision = Revision(-1);

async fn supersede_open(
    conn: &mut Conn,
    ws: WorkspaceKey,
    revision: Revision,
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
    (ws, revision): (WorkspaceKey, Revision),
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
    summaries::delete_others(conn, ws, days, revision).await
}

async fn insert_days(conn: &mut Conn, ws: WorkspaceKey, flip: &Flip) -> Result<()> {
    let new = |(day, revision): &(Day, Revision)| LedgerDayRow {
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
