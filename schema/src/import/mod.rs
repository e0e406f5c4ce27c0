//! How facts come in: newline-delimited JSON, one record a line, in any order.
//!
//! A reading thread decompresses, cuts and checks lines; batches of records are then applied, each in one transaction (in
//! strict mode all in one) with the days that it touches. What a record does is decided in memory, by pure functions over the rows that the batch has to
//! do with ([`working`], [`apply`](mod@apply), [`derive`](mod@derive), [`dirty_days`]); only [`load`] and [`save`] talk to the store.

mod apply;
mod attributes;
mod audit_trail;
mod batch;
mod change;
mod children;
mod derive;
mod dirty_days;
mod field;
mod final_days;
mod lines;
mod load;
mod probe;
mod record;
mod repair;
mod report;
mod save;
mod table;
mod turns;
mod working;

use std::{borrow::Cow, collections::BTreeSet, io::Read, sync::Arc};

use tokio::sync::mpsc;

use self::{
    audit_trail::Journal,
    batch::{BatchOptions, BatchOutcome, ParsedLine},
    field::MaxTimestamp,
    lines::{Line, Lines},
    load::Messages,
    record::Record,
};
pub use self::{
    probe::probe,
    repair::{Repaired, find_wrong_waits, repair},
    report::{LineError, MAX_LISTED_ERRORS, Report},
};
use crate::{
    clock::Clock,
    day::Day,
    id::WorkspaceKey,
    store::{Store, StoreError},
};

/// Who sends the records, which decides what they may do to roles. The operator may do anything; a member makes and unmakes
/// no owners; an API token changes no role and makes agents and viewers only.
pub use crate::audit::Actor as Sender;

/// How a source is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// gzip, of one or more members.
    Gzip,
    /// Zstandard, of one or more frames with a window of at most 8 MiB, as RFC 9659 wants it over HTTP.
    Zstd,
    /// Zstandard with a window of at most 128 MiB, which is also what its reader takes in memory.
    ZstdLong,
}

/// One file, or one body of a request.
pub struct Source {
    /// The file's name as errors give it; `None` over HTTP.
    pub name: Option<String>,
    /// How it is compressed.
    pub encoding: Encoding,
    /// Its bytes, read on a blocking thread.
    pub reader: Box<dyn Read + Send>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}

/// How to import.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// Who sends the records.
    pub sender: Sender,
    /// All or nothing: one refused line refuses the lot.
    pub strict: bool,
    /// Where "a day ahead" is measured from.
    pub clock: Clock,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records that are dealt with, refused ones among them: what was taken is durable, or, in strict mode, applied.
    pub records: u64,
    /// Those of them that stay whatever comes: all but refused ones; in strict mode none before the end.
    pub kept: u64,
}

/// Records in one transaction, with the entries of their lists: enough that the round trips weigh little, few enough to keep a batch under 10 MB.
const BATCH_RECORDS: usize = 6_000;
/// Batches of long records end earlier.
const BATCH_BYTES: usize = 8 << 20;
const SECONDS_AHEAD: i64 = 86_400;

/// Imports all records of `sources` into a workspace. Each batch is durable before the next is begun; in strict mode all
/// of them are, or none.
///
/// An error is a store's; what was applied before stays. Refused lines are no error, the report has them.
///
/// ```
/// # use caseload_schema::{clock::Clock, import::*, instant::Instant, store::Store, zone::Zone};
/// # let folder = tempfile::tempdir().unwrap();
/// # let url = format!("sqlite://{}", folder.path().join("caseload.db").display());
/// # let clock = Clock::manual(Instant::parse("2026-05-05T00:00:00Z").unwrap());
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let store = Store::connect(&url).await.unwrap();
/// # store.migrate().await.unwrap();
/// # let ws = store.create_workspace("acme", "Acme", Zone::UTC, clock.now()).await.unwrap();
/// let lines = br#"{"type": "conversation", "id": "c", "customer_id": "k", "created_at": "2026-05-04T09:00:00Z"}
/// {"type": "message", "id": "m", "conversation_id": "c", "sent_at": "2026-05-04T09:05:00Z", "kind": "inbound"}"#;
/// let source = Source { name: None, encoding: Encoding::Identity, reader: Box::new(&lines[..]) };
/// let options = ImportOptions { sender: Sender::Operator, strict: false, clock };
/// let report = import(&store, ws, options, vec![source], |_| ()).await.unwrap();
/// assert_eq!((report.accepted, report.days_touched), (2, 1)); // two records of one local day
/// assert_eq!(store.count_pending_days(ws, None).await.unwrap(), 1); // which waits for a rollup
/// # });
/// ```
pub async fn import(
    store: &Store,
    ws: WorkspaceKey,
    options: ImportOptions,
    sources: Vec<Source>,
    mut progress: impl FnMut(Progress) + Send + 'static,
) -> Result<Report, StoreError> {
    let (sender, mut batches) = mpsc::channel(1);
    let latest = MaxTimestamp(options.clock.now().plus_seconds(SECONDS_AHEAD));
    let reading = tokio::task::spawn_blocking(move || read_all(sources, latest, &sender));
    let outcome = if options.strict {
        all_or_nothing(store, ws, options, batches, progress).await
    } else {
        let outcome = batch_by_batch(store, ws, &options, &mut batches, &mut progress).await;
        drop(batches);
        outcome
    };
    // A store that fails is told of at once: the reader may wait for its source for as long as that is open.
    let tally = outcome?;
    let first_failure = reading
        .await
        .map_err(|error| StoreError::Database(format!("the reader panicked: {error}")))?;
    let mut report = tally.into_report();
    report.unreadable =
        first_failure.filter(|_| report.records() == report.rejected && report.rejected == 1);
    Ok(report)
}

/// One transaction a batch. Most imports bring new messages, so that they are taken for new until one is not.
async fn batch_by_batch(
    store: &Store,
    ws: WorkspaceKey,
    options: &ImportOptions,
    batches: &mut mpsc::Receiver<Vec<ParsedLine>>,
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<Tally, StoreError> {
    let (mut tally, mut journal) = (Tally::default(), Journal::new(ws, options.sender));
    let mut messages = Messages::AreNew;
    let mut next_look = BATCH_RECORDS as u64;
    while let Some(batch) = batches.recv().await {
        let batch = Arc::new(batch);
        let applied = match apply(store, &journal, options, messages, &batch).await {
            // Whatever the database says of it: a COPY that another node of a cluster refuses comes back without the code
            // of a key that is there already. With look-ups, what it says counts.
            Err(
                StoreError::Exists(_) | StoreError::Database(_) | StoreError::NodeUnavailable(_),
            ) if messages == Messages::AreNew => {
                messages = Messages::MayBeStored;
                apply(store, &journal, options, messages, &batch).await
            }
            applied => applied,
        };
        let outcome;
        (outcome, journal) = applied?;
        tally.add(outcome);
        let records = tally.report.records();
        progress(Progress {
            records,
            kept: records - tally.report.rejected,
        });
        if next_look <= records {
            // Without them the import is slower, and as right.
            store.refresh_statistics().await.ok();
            next_look = records * 2;
        }
    }
    Ok(tally)
}

async fn apply(
    store: &Store,
    journal: &Journal,
    options: &ImportOptions,
    messages: Messages,
    batch: &Arc<Vec<ParsedLine>>,
) -> Result<(BatchOutcome, Journal), StoreError> {
    let manner = BatchOptions {
        sender: options.sender,
        messages,
        now: options.clock.now(),
    };
    let (batch, mut journal) = (Arc::clone(batch), journal.clone());
    store
        .write(move |conn| {
            Box::pin(async move {
                let outcome = batch::apply(conn, journal.workspace(), &batch, manner).await?;
                journal.add(&outcome);
                journal.write(conn, manner.now).await?;
                Ok((outcome, journal))
            })
        })
        .await
}

/// One transaction around all batches, rolled back where a line is refused.
async fn all_or_nothing(
    store: &Store,
    ws: WorkspaceKey,
    options: ImportOptions,
    mut batches: mpsc::Receiver<Vec<ParsedLine>>,
    mut progress: impl FnMut(Progress) + Send + 'static,
) -> Result<Tally, StoreError> {
    let (send_tally, mut receive_tally) = mpsc::channel(1);
    let mut journal = Journal::new(ws, options.sender);
    let (nothing, clock) = (journal.clone(), options.clock.clone());
    let written = store
        .write_once(move |conn| {
            Box::pin(async move {
                let mut tally = Tally::default();
                while let Some(batch) = batches.recv().await {
                    let now = options.clock.now();
                    let manner = BatchOptions {
                        sender: options.sender,
                        messages: Messages::MayBeStored,
                        now,
                    };
                    let outcome = batch::apply(conn, ws, &batch, manner).await?;
                    journal.add(&outcome);
                    tally.add(outcome);
                    progress(Progress {
                        records: tally.report.records(),
                        kept: 0,
                    });
                }
                let refused = tally.report.rejected != 0;
                if !refused && tally.report.records() != 0 {
                    journal.write(conn, options.clock.now()).await?;
                }
                // The channel holds one message and its receiver waits outside: this can't fail.
                send_tally.send(tally).await.ok();
                if refused {
                    Err(StoreError::Invalid("refused".to_owned()))
                } else {
                    Ok(())
                }
            })
        })
        .await;
    match (receive_tally.try_recv(), written) {
        (Ok(tally), Ok(())) => Ok(tally),
        (Ok(tally), Err(_)) if tally.report.rejected != 0 => {
            let tally = tally.refused();
            nothing
                .write_refusal(store, tally.report.rejected, clock.now())
                .await?;
            Ok(tally)
        }
        (_, written) => written.map(|()| Tally::default()),
    }
}

/// The figures of the batches so far.
#[derive(Debug, Default)]
struct Tally {
    report: Report,
    days: BTreeSet<Day>,
}

impl Tally {
    fn add(&mut self, batch: BatchOutcome) {
        self.report.accepted += batch.accepted;
        self.report.unchanged += batch.unchanged;
        self.report.stale += batch.stale;
        self.days.extend(batch.days);
        for (file, line, refusal) in batch.refused {
            self.report.refuse(LineError {
                file: file.map(|name| name.to_string()),
                line,
                field: refusal.field.map(Cow::into_owned),
                reason: refusal.reason,
            });
        }
    }

    /// What a strict import reports that took nothing: every record counts as refused, those at fault are listed.
    fn refused(self) -> Self {
        let report = Report {
            rejected: self.report.records(),
            errors: self.report.errors,
            ..Report::default()
        };
        Self {
            report,
            days: BTreeSet::new(),
        }
    }

    fn into_report(self) -> Report {
        Report {
            days_touched: self.days.len() as u64,
            ..self.report
        }
    }
}

/// Reads all sources and sends what they hold in batches. Gives why the first line of all could not be read, if so.
fn read_all(
    sources: Vec<Source>,
    latest: MaxTimestamp,
    batches: &mpsc::Sender<Vec<ParsedLine>>,
) -> Option<String> {
    let mut reader = Reader {
        latest,
        batches,
        batch: Vec::new(),
        things: 0,
        bytes: 0,
    };
    let mut first_failure = None;
    for source in sources {
        let file: Option<Arc<str>> = source.name.as_deref().map(Arc::from);
        match Lines::new(source) {
            Ok(mut lines) => {
                while let Some((number, line)) = lines.next() {
                    if let Line::BrokenOff(reason) = &line {
                        first_failure.get_or_insert_with(|| reason.clone());
                    }
                    if reader.take(file.clone(), number, line).is_err() {
                        return first_failure;
                    }
                }
            }
            Err(error) => {
                let reason = format!("can't be decompressed: {error}");
                first_failure.get_or_insert_with(|| reason.clone());
                if reader.take(file, 1, Line::BrokenOff(reason)).is_err() {
                    return first_failure;
                }
            }
        }
    }
    reader.send().ok();
    first_failure
}

/// Collects lines into batches.
struct Reader<'b> {
    latest: MaxTimestamp,
    batches: &'b mpsc::Sender<Vec<ParsedLine>>,
    batch: Vec<ParsedLine>,
    /// The records of the batch, with the entries of their lists.
    things: usize,
    bytes: usize,
}

/// Nobody takes batches any more: the import has failed.
struct Abandoned;

impl Reader<'_> {
    fn take(&mut self, file: Option<Arc<str>>, line: u64, text: Line) -> Result<(), Abandoned> {
        let bytes = text.len();
        let record = record::read(text, self.latest);
        let things = record.as_ref().map_or(1, Record::things);
        // A long line is a batch of its own: with the records before it, the batch could be twice as large.
        if BATCH_RECORDS < self.things + things || BATCH_BYTES < self.bytes + bytes {
            self.send()?;
        }
        self.things += things;
        self.bytes += bytes;
        self.batch.push(ParsedLine { file, line, record });
        if self.things < BATCH_RECORDS && self.bytes < BATCH_BYTES {
            Ok(())
        } else {
            self.send()
        }
    }

    fn send(&mut self) -> Result<(), Abandoned> {
        self.things = 0;
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            Ok(())
        } else {
            self.batches.blocking_send(batch).map_err(|_| Abandoned)
        }
    }
}
