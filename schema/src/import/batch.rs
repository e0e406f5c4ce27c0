//! One batch of records in one transaction.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Sender,
    apply::Outcome,
    audit_trail,
    change::Change,
    field::RecordError,
    final_days::is_of_final_day,
    load::{self, Messages},
    record::Record,
    table::Entry,
};
use crate::{
    day::Day,
    id::WorkspaceKey,
    instant::Instant,
    store::{Conn, Result, StoreError, retention},
};

/// A line that was read: a record, or why it is none.
#[derive(Debug)]
pub(crate) struct ParsedLine {
    pub(crate) file: Option<Arc<str>>,
    pub(crate) line: u64,
    pub(crate) record: Result<Record, RecordError>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct BatchOutcome {
    pub(crate) accepted: u64,
    pub(crate) unchanged: u64,
    pub(crate) stale: u64,
    pub(crate) refused: Vec<(Option<Arc<str>>, u64, RecordError)>,
    pub(crate) days: BTreeSet<Day>,
}

/// How a batch is applied.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchOptions {
    pub(crate) sender: Sender,
    pub(crate) messages: Messages,
    pub(crate) now: Instant,
}

/// Applies a batch and marks the days that it touches. [`StoreError::Exists`] where messages that were taken for new are
/// not: then it can be applied again in the other manner.
pub(crate) async fn apply(
    conn: &mut Conn,
    ws: WorkspaceKey,
    batch: &[ParsedLine],
    manner: BatchOptions,
) -> Result<BatchOutcome> {
    // First of all: it takes the lock of the workspace's changes. What is read below can't be changed by anybody else until this
    // transaction ends.
    let change = Change::begin(conn, ws).await?;
    let records = || batch.iter().filter_map(|line| line.record.as_ref().ok());
    // Under that lock too: `make_final` takes it, so that no day becomes final between this look and the end.
    let cutoff = if change.has_final_days() {
        retention::find_cutoff(conn, ws).await?
    } else {
        None
    };
    // Before anything is loaded: `AreNew` loads no stored messages, and a repeated message of a final day, which changes nothing,
    // would be refused as a new one.
    if manner.messages == Messages::AreNew
        && cutoff.is_some_and(|cutoff| records().any(|record| is_of_final_day(cutoff, record)))
    {
        return Err(StoreError::Exists(
            "a message of a final day is new only if it is not stored".to_owned(),
        ));
    }
    // Only rows that the records name are loaded here. What follows from them is loaded further below, once the records are
    // applied and it is known which conversations and customers changed.
    let mut working = load::working(conn, ws, manner.sender, manner.messages, records()).await?;
    working.cutoff = cutoff;
    let mut outcome = BatchOutcome::default();
    // In the order of the lines: a later record of the same id replaces an earlier one.
    for ParsedLine { file, line, record } in batch {
        match record
            .as_ref()
            .map_err(RecordError::clone)
            .and_then(|record| working.apply(record))
        {
            Ok(Outcome::Accepted) => outcome.accepted += 1,
            Ok(Outcome::Unchanged) => outcome.unchanged += 1,
            Ok(Outcome::Stale) => outcome.stale += 1,
            Err(refusal) => outcome.refused.push((file.clone(), *line, refusal)),
        }
    }
    if manner.messages == Messages::AreNew && working.messages.entries().any(Entry::is_nothing) {
        // A message came and went: whether it was stored before matters now, and no insertion will tell.
        return Err(StoreError::Exists(
            "a message that was taken for new is gone".to_owned(),
        ));
    }
    // Messages before customers: a conversation's first inbound message can be its customer's first activity, so that openers
    // derived earlier would be those of the old messages. History before messages: in a conversation that is loaded in part,
    // the first message found may not be its first.
    let needed = working.without_needed_history();
    load::history(conn, &mut working, &needed).await?;
    // Of a conversation with a new rating the survey that it answers may be stored.
    let needed = working.without_needed_surveys();
    load::ratings_and_surveys(conn, &mut working, &needed).await?;
    working.derive_conversations();
    let mut customers = working.customers_to_derive();
    // Before the openers: a customer's first conversation may have been dropped with its final day. Derived from what is left, a
    // later conversation would become the first, and the customer would count as new a second time.
    if cutoff.is_some() {
        load::customers(conn, &mut working, &customers).await?;
        customers = working.keep_final_openers(customers);
    }
    // The conversations that open these customers now are enough in most cases. Only a customer whose opener moved to later,
    // or away, needs all of theirs: any of them may be the first now.
    load::openers(conn, &mut working, &customers).await?;
    let lost = working.without_opener(&customers);
    load::all_of_customers(conn, &mut working, &lost).await?;
    working.derive_openers(&customers);
    // After all derivations: rows are written, and days marked, from the difference between stored and current rows. What is
    // derived later would not be stored, and its days would keep their old figures.
    outcome.days = change.write(conn, &working, manner.now).await?;
    // In the same transaction: a role that changed is never without its event, nor an event without its change.
    audit_trail::roles(conn, ws, manner, &working).await?;
    Ok(outcome)
}
