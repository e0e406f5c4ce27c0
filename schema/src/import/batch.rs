//! One batch of records in one transaction.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Sender,
    apply::Outcome,
    field::Refusal,
    journal,
    load::{self, Messages},
    record::Record,
    save,
    table::Entry,
};
use crate::{
    day::Day,
    id::WorkspaceKey,
    instant::Instant,
    store::{Conn, Result, StoreError, dirty_days, ledger, statistics},
};

/// A line that was read: a record, or why it is none.
#[derive(Debug)]
pub(crate) struct Numbered {
    pub(crate) file: Option<Arc<str>>,
    pub(crate) line: u64,
    pub(crate) record: Result<Record, Refusal>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct BatchOutcome {
    pub(crate) accepted: u64,
    pub(crate) unchanged: u64,
    pub(crate) stale: u64,
    pub(crate) refused: Vec<(Option<Arc<str>>, u64, Refusal)>,
    pub(crate) days: BTreeSet<Day>,
}

/// How a batch is applied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) sender: Sender,
    pub(crate) messages: Messages,
    pub(crate) now: Instant,
}

/// Applies a batch and marks the days that it touches. [`StoreError::Exists`] where messages that were taken for new are
/// not: then it can be applied again in the other manner.
pub(crate) async fn apply(
    conn: &mut Conn,
    ws: WorkspaceKey,
    batch: &[Numbered],
    manner: Manner,
) -> Result<BatchOutcome> {
    statistics::plan_for_any_workspace(conn).await?;
    let change = dirty_days::next_change(conn, ws).await?;
    let ledger = ledger::find(conn, ws).await?;
    let ledger = ledger.ok_or_else(|| StoreError::Invalid(format!("workspace {ws} is gone")))?;
    let records = batch.iter().filter_map(|line| line.record.as_ref().ok());
    let mut working = load::working(conn, ws, manner.sender, manner.messages, records).await?;
    let mut outcome = BatchOutcome::default();
    for Numbered { file, line, record } in batch {
        match record.clone().and_then(|record| working.apply(record)) {
            Ok(Outcome::Accepted) => outcome.accepted += 1,
            Ok(Outcome::Unchanged) => outcome.unchanged += 1,
            Ok(Outcome::Stale) => outcome.stale += 1,
            Err(refusal) => outcome.refused.push((file.clone(), *line, refusal)),
        }
    }
    if manner.messages == Messages::AreNew && working.messages.entries().any(Entry::is_nothing) {
        // A message came and went: whether it was stored before matters now, and no insertion will tell.
        return Err(StoreError::Exists("a message that was taken for new is gone".to_owned()));
    }
    let needed = working.without_needed_history();
    load::history(conn, &mut working, &needed).await?;
    working.derive_first_messages();
    let customers = working.customers_to_derive();
    load::openers(conn, &mut working, &customers).await?;
    let lost = working.without_opener(&customers);
    load::all_of_customers(conn, &mut working, &lost).await?;
    working.derive_openers(&customers);
    save::working(conn, ws, &working).await?;
    outcome.days = working.touched_days(ledger.zone);
    let mut marked = outcome.days.clone();
    if let Some(zone) = ledger.pending_zone {
        // Whichever zone is the current one when these marks are read, its days are among them.
        marked.extend(working.touched_days(zone));
    }
    let marked: Vec<Day> = marked.into_iter().collect();
    dirty_days::upsert(conn, ws, &marked, change, manner.now).await?;
    journal::roles(conn, ws, manner, &working).await?;
    Ok(outcome)
}
