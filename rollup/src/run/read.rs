//! Reading what a run needs, in one snapshot.

use std::collections::BTreeSet;

use caseload_schema::{
    day::Day,
    facts::{Facts, OpenConversation},
    id::WorkspaceKey,
    store::{
        Conn, StoreError, blocks, dirty_days, facts, ledger,
        ledger::{Ledger, LedgerDay},
        summaries::{self, MemberDay},
    },
    zone::Zone,
};
use rustc_hash::FxHashMap;
use tokio::sync::mpsc;

use super::RunDays;
use crate::plan::Stretches;

/// What reading finds, in this order: the plan, the stretches of days, the open conversations.
#[derive(Debug)]
pub(super) enum Found {
    Plan(Plan),
    Stretch(Reading),
    Open { open: Vec<OpenConversation>, stored: Option<Vec<u8>> },
}

/// What a run is going to do, as of its snapshot.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) days: i64,
    pub(super) zone: Zone,
    pub(super) seen: i64,
    pub(super) open_changed: bool,
}

/// The facts of a stretch of days, and what is stored of them.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) zone: Zone,
    pub(super) first: Day,
    pub(super) last: Day,
    pub(super) facts: Facts,
    pub(super) stored: Stored,
}

/// What is current of some days: block bytes and summary rows.
#[derive(Debug, Default)]
pub(super) struct Stored(FxHashMap<Day, (Option<Vec<u8>>, Vec<MemberDay>)>);

impl Stored {
    /// Whether the ledger names a block of `day`.
    pub(super) fn is_in_ledger(&self, day: Day) -> bool {
        self.0.contains_key(&day)
    }

    /// Whether exactly this is stored for `day`.
    pub(super) fn is(&self, day: Day, bytes: &[u8], summaries: &[MemberDay]) -> bool {
        self.0.get(&day).is_some_and(|(stored, rows)| stored.as_deref() == Some(bytes) && rows == summaries)
    }
}

/// Nobody listens any more: the run has failed elsewhere.
fn unheard<T>(_: mpsc::error::SendError<T>) -> StoreError {
    StoreError::Unavailable("the run was given up".to_owned())
}

/// Reads everything and sends it on.
pub(super) async fn read(
    conn: &mut Conn,
    ws: WorkspaceKey,
    days: RunDays,
    found: mpsc::Sender<Found>,
) -> Result<(), StoreError> {
    let Some(ledger) = ledger::find(conn, ws).await? else { return Ok(()) };
    let zone = ledger.pending_zone.unwrap_or(ledger.zone);
    let seen = dirty_days::latest_change(conn, ws).await?;
    let current = ledger::list_days(conn, ws).await?;
    let target = target(conn, ws, days, &ledger, &current).await?;
    let current: FxHashMap<Day, LedgerDay> = current.into_iter().map(|entry| (entry.day, entry)).collect();
    let plan = Plan { days: target.len() as i64, zone, seen, open_changed: false };
    found.send(Found::Plan(plan)).await.map_err(unheard)?;
    let mut stretches = Stretches::new(target);
    while let Some((first, last)) = stretches.take_next() {
        let facts = facts::read(conn, ws, zone.span(first).0, zone.span(last).1).await?;
        stretches.learn(count(&facts));
        let stored = stored(conn, ws, &current, first, last).await?;
        found.send(Found::Stretch(Reading { zone, first, last, facts, stored })).await.map_err(unheard)?;
    }
    let open = facts::read_open(conn, ws).await?;
    let stored = blocks::find_open(conn, ws, ledger.open_revision).await?;
    found.send(Found::Open { open, stored }).await.map_err(unheard)
}

/// The days to make.
async fn target(
    conn: &mut Conn,
    ws: WorkspaceKey,
    days: RunDays,
    ledger: &Ledger,
    current: &[LedgerDay],
) -> Result<BTreeSet<Day>, StoreError> {
    let mut target: BTreeSet<Day> = dirty_days::list(conn, ws).await?.into_iter().collect();
    if let RunDays::Of(period) = days {
        target.extend(period.days());
    }
    if days == RunDays::All || ledger.pending_zone.is_some() {
        let zone = ledger.pending_zone.unwrap_or(ledger.zone);
        target.extend(current.iter().map(|entry| entry.day));
        if let Some((first, last)) = facts::extent(conn, ws).await? {
            target.extend(zone.day_of(first).until(zone.day_of(last).next()));
        }
    }
    Ok(target)
}

/// Conversations, messages, ratings and follow-ups.
pub(super) fn count(facts: &Facts) -> u64 {
    (facts.conversations.len() + facts.messages.len() + facts.ratings.len() + facts.follow_ups.len()) as u64
}

async fn stored(
    conn: &mut Conn,
    ws: WorkspaceKey,
    current: &FxHashMap<Day, LedgerDay>,
    first: Day,
    last: Day,
) -> Result<Stored, StoreError> {
    let wanted: Vec<(Day, i64)> =
        first.until(last.next()).filter_map(|day| current.get(&day)).map(|entry| (entry.day, entry.revision)).collect();
    if wanted.is_empty() {
        return Ok(Stored::default());
    }
    let found = blocks::list(conn, ws, &wanted).await?;
    let mut bytes: FxHashMap<Day, Vec<u8>> = found.into_iter().map(|(day, _, bytes)| (day, bytes)).collect();
    let mut rows = summaries::list(conn, ws, first, last).await?;
    let stored = wanted
        .into_iter()
        .map(|(day, revision)| (day, (bytes.remove(&day), rows.remove(&(day, revision)).unwrap_or_default())));
    Ok(Stored(stored.collect()))
}
