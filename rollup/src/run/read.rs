//! Reads what the steps of a run need, each step in one snapshot.

use std::collections::{BTreeMap, BTreeSet};

use caseload_schema::{
    day::Day,
    facts::{Facts, OpenConversation},
    hours::Clocks,
    id::{ChangeNumber, HoursKey, Revision, RunId, WorkspaceKey},
    store::{
        Conn, RunDays, StoreError, blocks, business_hours, dirty_days, facts, ledger,
        ledger::LedgerDay,
        statistics,
        summaries::{self, DaySummary},
        tasks::{self, Task},
    },
    time_settings::TimeSettings,
    zone::Zone,
};
use rustc_hash::FxHashMap;
use tokio::sync::mpsc;

use crate::plan::{self, FEW_DAYS, Stretches};

/// What a run is going to do.
#[derive(Debug)]
pub(super) struct Plan {
    /// The zone and the business hours of its figures.
    pub(super) time: TimeSettings,
    /// The days to make.
    pub(super) days: BTreeSet<Day>,
    /// The chunks that many processes may make; none where there is little to do.
    pub(super) chunks: Vec<(Day, Day)>,
}

/// What the last step of a run finds, in this order: what to do, the stretches of days, the open conversations.
#[derive(Debug)]
pub(super) enum Found {
    FinalPlan(FinalPlan),
    Stretch(ChunkInput),
    Open {
        open: Vec<OpenConversation>,
        stored: Option<Vec<u8>>,
    },
}

/// What the last step is going to do, as of its snapshot.
#[derive(Debug, Default)]
pub(super) struct FinalPlan {
    /// How many days it makes.
    pub(super) days: i64,
    /// Those of them that nothing has changed: they should come out as they are stored.
    pub(super) clean: BTreeSet<Day>,
    /// The number of the latest change.
    pub(super) seen: ChangeNumber,
    /// Days that chunks have made and that are as of this snapshot too: those with a new block.
    pub(super) changed: Vec<Day>,
    /// Those of them that have nothing to hold any more.
    pub(super) emptied: Vec<Day>,
}

/// What the last step is asked to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct FinalRequest {
    pub(super) run: RunId,
    pub(super) days: RunDays,
    pub(super) time: TimeSettings,
    /// How many days to compare that nothing has changed.
    pub(super) sample: usize,
}

/// The facts of a stretch of days, and what is stored of them.
#[derive(Debug)]
pub(super) struct ChunkInput {
    pub(super) clocks: Clocks,
    pub(super) first: Day,
    pub(super) last: Day,
    pub(super) facts: Facts,
    pub(super) stored: Stored,
}

/// What is current of some days: block bytes and summary rows.
#[derive(Debug, Default)]
pub(super) struct Stored(FxHashMap<Day, (Option<Vec<u8>>, DaySummary)>);

impl Stored {
    /// Whether the ledger names a block of `day`.
    pub(super) fn is_in_ledger(&self, day: Day) -> bool {
        self.0.contains_key(&day)
    }

    /// Whether exactly this is stored for `day`.
    pub(super) fn is(&self, day: Day, bytes: &[u8], summaries: &DaySummary) -> bool {
        self.0
            .get(&day)
            .is_some_and(|(stored, rows)| stored.as_deref() == Some(bytes) && rows == summaries)
    }
}

/// Nobody listens any more: the step was given up elsewhere.
fn unheard<T>(_: mpsc::error::SendError<T>) -> StoreError {
    StoreError::Unavailable("the step was given up".to_owned())
}

/// What a run of `days` has to do, in chunks of about `chunk` facts; `None` where there is no such workspace.
pub(super) async fn plan(
    conn: &mut Conn,
    ws: WorkspaceKey,
    days: RunDays,
    chunk: u64,
) -> Result<Option<Plan>, StoreError> {
    statistics::plan_for_any_workspace(conn).await?;
    let Some(ledger) = ledger::find(conn, ws).await? else {
        return Ok(None);
    };
    let time = ledger.latest_time();
    let days = target(conn, ws, days, time).await?;
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(Some(Plan {
            time,
            days,
            chunks: Vec::new(),
        }));
    };
    if days.len() <= FEW_DAYS {
        return Ok(Some(Plan {
            time,
            days,
            chunks: Vec::new(),
        }));
    }
    let facts = spread(conn, ws, time.zone, (*first, *last)).await?;
    let chunks = plan::chunks(&days, &facts, chunk);
    Ok(Some(Plan { time, days, chunks }))
}

/// Days that are counted before any of them stands for others.
const COUNTED_DAYS: usize = 64;
/// Where there are more, one of so many is counted: every day of the week has its turn.
const STRIDE: usize = 8;

/// About how many facts each day from `first` to `last` has. To count them all would take as long as to read many of them.
async fn spread(
    conn: &mut Conn,
    ws: WorkspaceKey,
    zone: Zone,
    (first, last): (Day, Day),
) -> Result<BTreeMap<Day, u64>, StoreError> {
    let days: Vec<Day> = first.until(last.next()).collect();
    let stride = if days.len() <= COUNTED_DAYS {
        1
    } else {
        STRIDE
    };
    let mut spread = BTreeMap::new();
    for alike in days.chunks(stride) {
        let (start, end) = zone.span(alike[0]);
        let facts = facts::count_messages(conn, ws, start, end).await?;
        spread.extend(alike.iter().map(|day| (*day, facts)));
    }
    Ok(spread)
}

/// The days to make: those marked, those asked for, and those that another zone, other rules of the same one, or other business
/// hours change.
async fn target(
    conn: &mut Conn,
    ws: WorkspaceKey,
    days: RunDays,
    time: TimeSettings,
) -> Result<BTreeSet<Day>, StoreError> {
    let zone = time.zone;
    let mut target: BTreeSet<Day> = dirty_days::list(conn, ws)
        .await?
        .into_iter()
        .map(|(day, _)| day)
        .collect();
    match days {
        RunDays::Pending => {}
        RunDays::Of(period) => target.extend(period.days()),
        RunDays::All => target.extend(every_day(conn, ws, zone).await?),
    }
    let ledger = ledger::find(conn, ws).await?;
    if let Some(current) = ledger.map(|ledger| ledger.time).filter(|now| *now != time) {
        let mut moved = every_day(conn, ws, zone).await?;
        if current.zone.name() == zone.name() && current.hours == time.hours {
            let unlike = zone.days_unlike(current.zone);
            let first = unlike.iter().map(|days| *days.start()).min();
            moved.retain(|day| {
                if time.hours == HoursKey::NONE {
                    unlike.iter().any(|days| days.contains(day))
                } else {
                    // What ends later may have lasted over the hours of a day that moved.
                    first.is_some_and(|first| first <= *day)
                }
            });
        }
        target.extend(moved);
    }
    // The facts of final days are gone.
    target.retain(|day| !ledger.is_some_and(|ledger| ledger.is_final(*day)));
    Ok(target)
}

/// Every day that has a block, or lies between the first and the last fact.
async fn every_day(
    conn: &mut Conn,
    ws: WorkspaceKey,
    zone: Zone,
) -> Result<BTreeSet<Day>, StoreError> {
    let mut days: BTreeSet<Day> = ledger::list_days(conn, ws)
        .await?
        .into_iter()
        .map(|entry| entry.day)
        .collect();
    if let Some((first, last)) = facts::extent(conn, ws).await? {
        days.extend(zone.day_of(first).until(zone.day_of(last).next()));
    }
    Ok(days)
}

/// Reads the facts of some chunks, all in one snapshot, and sends them on with the number of the latest change that they
/// hold.
pub(super) async fn read_chunks(
    conn: &mut Conn,
    ws: WorkspaceKey,
    time: TimeSettings,
    chunks: Vec<Task>,
    found: mpsc::Sender<(Task, ChangeNumber, ChunkInput)>,
) -> Result<(), StoreError> {
    statistics::plan_for_any_workspace(conn).await?;
    let seen = dirty_days::latest_change(conn, ws).await?;
    let current = current(conn, ws).await?;
    let clocks = business_hours::clocks(conn, ws, time).await?;
    for chunk in chunks {
        let days = (chunk.first, chunk.last);
        let (reading, _) = read_stretch(conn, ws, &clocks, days, &current).await?;
        found.send((chunk, seen, reading)).await.map_err(unheard)?;
    }
    Ok(())
}

/// Reads, in one snapshot, what the chunks of a run have left to do, and sends it on.
pub(super) async fn read_rest(
    conn: &mut Conn,
    ws: WorkspaceKey,
    ending: FinalRequest,
    found: mpsc::Sender<Found>,
) -> Result<(), StoreError> {
    statistics::plan_for_any_workspace(conn).await?;
    let Some(ledger) = ledger::find(conn, ws).await? else {
        return Ok(());
    };
    let time = ending.time;
    let clocks = business_hours::clocks(conn, ws, time).await?;
    let mut target = target(conn, ws, ending.days, time).await?;
    let mut outline = FinalPlan {
        seen: dirty_days::latest_change(conn, ws).await?,
        ..FinalPlan::default()
    };
    let made = made_by_chunks(conn, ws, ending.run).await?;
    target.retain(|day| !made.contains_key(day));
    if 0 < ending.sample {
        let mut clean = every_day(conn, ws, time.zone).await?;
        clean.retain(|day| {
            !ledger.is_final(*day) && !target.contains(day) && !made.contains_key(day)
        });
        outline.clean = plan::sample(&clean, ending.sample, ending.run.0.cast_unsigned());
        target.extend(&outline.clean);
    }
    let has_block = blocks::list_days(conn, ws, ending.run.revision()).await?;
    outline.changed = has_block
        .into_iter()
        .filter(|day| made.contains_key(day))
        .collect();
    outline.emptied = made
        .into_iter()
        .filter(|(_, emptied)| *emptied)
        .map(|(day, _)| day)
        .collect();
    outline.days = target.len() as i64;
    found
        .send(Found::FinalPlan(outline))
        .await
        .map_err(unheard)?;
    let current = current(conn, ws).await?;
    let mut stretches = Stretches::new(target);
    while let Some((first, last)) = stretches.take_next() {
        let (reading, facts) = read_stretch(conn, ws, &clocks, (first, last), &current).await?;
        stretches.learn(facts);
        found.send(Found::Stretch(reading)).await.map_err(unheard)?;
    }
    let open = facts::read_open(conn, ws).await?;
    let stored = blocks::find_open(conn, ws, ledger.open_revision).await?;
    found
        .send(Found::Open { open, stored })
        .await
        .map_err(unheard)
}

/// The days that chunks have made and that nothing has changed since, so that they are as of this snapshot; with whether the
/// day has nothing to hold any more.
async fn made_by_chunks(
    conn: &mut Conn,
    ws: WorkspaceKey,
    run: RunId,
) -> Result<BTreeMap<Day, bool>, StoreError> {
    let marks: FxHashMap<Day, ChangeNumber> =
        dirty_days::list(conn, ws).await?.into_iter().collect();
    let mut made = BTreeMap::new();
    for chunk in tasks::list_done(conn, ws, run).await? {
        for day in chunk.first.until(chunk.last.next()) {
            if marks.get(&day).is_none_or(|mark| *mark <= chunk.seen) {
                made.insert(day, chunk.emptied.contains(&day));
            }
        }
    }
    Ok(made)
}

type Current = FxHashMap<Day, LedgerDay>;

async fn current(conn: &mut Conn, ws: WorkspaceKey) -> Result<Current, StoreError> {
    Ok(ledger::list_days(conn, ws)
        .await?
        .into_iter()
        .map(|entry| (entry.day, entry))
        .collect())
}

/// The facts of some days, what is stored of them, and how many facts these are.
async fn read_stretch(
    conn: &mut Conn,
    ws: WorkspaceKey,
    clocks: &Clocks,
    (first, last): (Day, Day),
    current: &Current,
) -> Result<(ChunkInput, u64), StoreError> {
    let zone = clocks.zone;
    let facts = facts::read(conn, ws, zone.span(first).0, zone.span(last).1).await?;
    let stored = stored(conn, ws, current, first, last).await?;
    let held = count(&facts);
    Ok((
        ChunkInput {
            clocks: clocks.clone(),
            first,
            last,
            facts,
            stored,
        },
        held,
    ))
}

/// Conversations, messages, ratings and follow-ups.
pub(super) fn count(facts: &Facts) -> u64 {
    (facts.conversations.len()
        + facts.messages.len()
        + facts.ratings.len()
        + facts.follow_ups.len()) as u64
}

async fn stored(
    conn: &mut Conn,
    ws: WorkspaceKey,
    current: &Current,
    first: Day,
    last: Day,
) -> Result<Stored, StoreError> {
    let wanted: Vec<(Day, Revision)> = first
        .until(last.next())
        .filter_map(|day| current.get(&day))
        .map(|entry| (entry.day, entry.revision))
        .collect();
    if wanted.is_empty() {
        return Ok(Stored::default());
    }
    let found = blocks::list(conn, ws, &wanted).await?;
    let mut bytes: FxHashMap<Day, Vec<u8>> = found
        .into_iter()
        .map(|(day, _, bytes)| (day, bytes))
        .collect();
    let mut rows = summaries::list(conn, ws, first, last).await?;
    let stored = wanted.into_iter().map(|(day, revision)| {
        (
            day,
            (
                bytes.remove(&day),
                rows.remove(&(day, revision)).unwrap_or_default(),
            ),
        )
    });
    Ok(Stored(stored.collect()))
}
