//! A rollup run: facts of the due days in, blocks and summary rows out, one flip at the end.
//!
//! The facts are read in one read-only snapshot, so that all blocks of a run show them as of one moment. Reading, folding
//! and writing overlap: while one stretch of days is folded, the next one is read.

mod hand;
mod make;
mod read;

use std::time::Duration;

use caseload_schema::{
    id::{MemberKey, WorkspaceKey},
    instant::Instant,
    period::Period,
    store::{
        StoreError, blocks, ledger,
        ledger::Flip,
        runs::{self, NewRun, RunKind, RunProgress},
        summaries,
    },
};
use tokio::sync::mpsc;

pub use self::hand::{Hand, Publish};
use self::{
    make::Made,
    read::{Found, Reading},
};

/// What a run is asked to do.
#[derive(Debug, Clone, Copy)]
pub struct RunRequest {
    /// Why it is started.
    pub kind: RunKind,
    /// Which days to make.
    pub days: RunDays,
    /// Who asked for it.
    pub requested_by: Option<MemberKey>,
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

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOutcome {
    /// Its number.
    pub run: i64,
    /// The generation that is current now.
    pub generation: i64,
    /// Days made from their facts.
    pub days: u64,
    /// Of those, the ones whose figures changed.
    pub changed_days: u64,
    /// Conversations, messages, ratings and follow-ups read.
    pub facts_read: u64,
}

/// Why a run came to nothing. What was stored before stands.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Another run of the workspace is under way.
    #[error("another rollup of this workspace is under way; try again when it is done")]
    Busy,
    /// The run took so long without a sign of life that another one has taken its place.
    #[error("the rollup lost its lease to another one")]
    LeaseLost,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A run that gives no sign of life for so long is taken for dead.
const LEASE_SECONDS: i64 = 15;
/// How often a run gives a sign of life, whatever it is at.
const SIGN_OF_LIFE: Duration = Duration::from_secs(4);
/// Superseded blocks are kept for readers who began before the flip; requests end long before that.
const KEEP_SUPERSEDED_SECONDS: i64 = 600;

/// Rolls up what is due in a workspace, and whatever else `request` asks for. A zone that waits for its turn is taken up:
/// then everything is rebuilt in it.
pub async fn run(
    hand: &Hand,
    ws: WorkspaceKey,
    request: RunRequest,
    progress: &(dyn Fn(RunProgress) + Send + Sync),
) -> Result<RunOutcome, RunError> {
    let (store, at) = (&hand.store, hand.clock.now());
    let range = match request.days {
        RunDays::Of(period) => Some((period.from(), period.to())),
        RunDays::Pending | RunDays::All => None,
    };
    let new =
        NewRun { kind: request.kind, range, requested_by: request.requested_by, at, lease_until: lease_until(at) };
    let begun = store.write(move |conn| Box::pin(async move { runs::begin(conn, ws, &new).await })).await?;
    let run = begun.ok_or(RunError::Busy)?;
    let worker = Worker { hand, ws, run, progress };
    let outcome = worker.work(request.days).await;
    if let Err(error) = &outcome {
        let (error, at) = (error.to_string(), hand.clock.now());
        // Where not even that can be written, the next run sees that this one is dead.
        store
            .write(move |conn| Box::pin(async move { runs::finish(conn, ws, run, at, Some(&error)).await }))
            .await
            .ok();
    }
    outcome
}

fn lease_until(at: Instant) -> Instant {
    at.plus_seconds(LEASE_SECONDS)
}

/// One run at work.
struct Worker<'a> {
    hand: &'a Hand,
    ws: WorkspaceKey,
    run: i64,
    progress: &'a (dyn Fn(RunProgress) + Send + Sync),
}

impl Worker<'_> {
    async fn work(&self, days: RunDays) -> Result<RunOutcome, RunError> {
        let (sender, mut found) = mpsc::channel(1);
        let ws = self.ws;
        let reading = self.hand.store.snapshot(move |conn| Box::pin(read::read(conn, ws, days, sender)));
        let writing = async move {
            let mut flip = None;
            let mut done = RunProgress::default();
            let mut changed = Vec::new();
            let mut emptied = Vec::new();
            while let Some(found) = found.recv().await {
                match found {
                    Found::Plan(plan) => {
                        done.days_total = plan.days;
                        flip = Some(plan);
                    }
                    Found::Stretch(reading) => {
                        let made = self.make(reading).await?;
                        done.days_done += made.days;
                        done.facts_read += made.facts_read;
                        changed.extend(made.blocks.iter().map(|(day, _)| *day));
                        emptied.extend_from_slice(&made.emptied);
                        self.write(made, done).await?;
                    }
                    Found::Open { open, stored } => {
                        let open_changed = self.write_open(open, stored).await?;
                        if let Some(plan) = &mut flip {
                            plan.open_changed = open_changed;
                        }
                    }
                }
                (self.progress)(done);
            }
            Ok::<_, RunError>((flip, done, changed, emptied))
        };
        let (read, written) = tokio::select! {
            done = async { tokio::join!(reading, writing) } => done,
            error = self.keep_alive() => return Err(error),
        };
        // Where writing failed, reading fails too, because nobody listens: the first cause is the one to tell.
        let (plan, done, changed, emptied) = written?;
        read?;
        let Some(plan) = plan else { return Err(StoreError::Invalid(format!("workspace {ws} is gone")).into()) };
        let changed_days = (changed.len() + emptied.len()) as u64;
        let at = self.hand.clock.now();
        let flip = Flip {
            run: self.run,
            changed,
            emptied,
            open_changed: plan.open_changed,
            zone: plan.zone,
            seen: plan.seen,
            at,
        };
        Ok(RunOutcome {
            run: self.run,
            generation: self.flip(flip).await?,
            days: done.days_done.unsigned_abs(),
            changed_days,
            facts_read: done.facts_read.unsigned_abs(),
        })
    }

    /// Renews the lease for as long as it can be renewed; then says why not.
    async fn keep_alive(&self) -> RunError {
        loop {
            tokio::time::sleep(SIGN_OF_LIFE).await;
            let (ws, run, until) = (self.ws, self.run, lease_until(self.hand.clock.now()));
            match self.hand.store.write(move |conn| Box::pin(runs::renew(conn, ws, run, until))).await {
                Ok(true) => {}
                Ok(false) => return RunError::LeaseLost,
                Err(error) => return error.into(),
            }
        }
    }

    async fn make(&self, reading: Reading) -> Result<Made, RunError> {
        let made = tokio::task::spawn_blocking(move || make::make(reading)).await;
        made.map_err(|error| StoreError::Database(format!("the fold panicked: {error}")).into())
    }

    async fn write(&self, made: Made, done: RunProgress) -> Result<(), RunError> {
        let (ws, run, until) = (self.ws, self.run, lease_until(self.hand.clock.now()));
        let held = self.hand.store.write(move |conn| {
            Box::pin(async move {
                if !runs::advance(conn, ws, run, done, until).await? {
                    return Ok(None);
                }
                blocks::insert(conn, ws, run, &made.blocks).await?;
                summaries::insert(conn, ws, run, &made.summaries).await?;
                Ok(Some(made.blocks))
            })
        });
        let blocks = held.await?.ok_or(RunError::LeaseLost)?;
        self.hand.publish.blocks(self.ws, self.run, &blocks).await;
        Ok(())
    }

    async fn write_open(
        &self,
        open: Vec<caseload_schema::facts::OpenConversation>,
        stored: Option<Vec<u8>>,
    ) -> Result<bool, RunError> {
        let bytes = crate::fold::fold_open(&open).encode();
        if stored.as_ref() == Some(&bytes) {
            return Ok(false);
        }
        let (ws, run) = (self.ws, self.run);
        let written = self.hand.store.write(move |conn| {
            Box::pin(async move {
                blocks::insert_open(conn, ws, run, &bytes).await?;
                Ok(bytes)
            })
        });
        self.hand.publish.open(ws, run, &written.await?).await;
        Ok(true)
    }

    async fn flip(&self, flip: Flip) -> Result<i64, RunError> {
        let ws = self.ws;
        let sweep_before = flip.at.plus_seconds(-KEEP_SUPERSEDED_SECONDS);
        let flipped = self.hand.store.write(move |conn| {
            Box::pin(async move {
                let Some(generation) = ledger::flip(conn, ws, &flip).await? else { return Ok(None) };
                blocks::sweep(conn, ws, sweep_before).await?;
                runs::finish(conn, ws, flip.run, flip.at, None).await?;
                Ok(Some(generation))
            })
        });
        let generation = flipped.await?.ok_or(RunError::LeaseLost)?;
        self.hand.publish.flipped(ws, generation).await;
        Ok(generation)
    }
}
