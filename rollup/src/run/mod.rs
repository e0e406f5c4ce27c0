//! Rollup runs: facts of the due days in, blocks and summary rows out, one flip at the end.
//!
//! A run is a row of the database that waits for its turn. Any [`Worker`] of any process takes the steps of it that are to be
//! taken: first it is planned; where it is large, it is cut into chunks that many workers make at a time; the last step makes
//! what is left, and what has changed since a chunk was made, in one snapshot, so that all blocks show the facts as of one
//! moment, and flips. A worker that dies is taken over from: a run goes on where it was.

mod chunk;
mod fold_chunk;
mod leader;
mod read;
mod step;
mod worker;

use std::time::Duration;

use caseload_schema::{
    id::{Generation, MemberKey, RunId, WorkspaceKey},
    store::{
        Run, RunState, StoreError,
        queue::NewRun,
        runs::{RunKind, RunProgress},
    },
};

pub use self::{
    step::Step,
    worker::{Publish, Throttle, Worker},
};
pub use caseload_schema::store::RunDays;

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

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOutcome {
    /// Its number.
    pub run: RunId,
    /// The generation that is current now.
    pub generation: Generation,
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
    /// It failed.
    #[error("the rollup failed: {0}")]
    Failed(String),
    /// Somebody ended it.
    #[error("the rollup was cancelled")]
    Cancelled,
    /// The process is about to end; others go on with the run.
    #[error("the rollup goes on in another process")]
    Stopping,
    /// The store failed. The run may go on elsewhere.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often whoever waits for a run looks how far it is.
const LOOK: Duration = Duration::from_millis(200);

/// Rolls up what is due in a workspace, and whatever else `request` asks for; runs that were asked for earlier come first. A zone that waits
/// for its turn is taken up: then everything is rebuilt in it.
pub async fn run(
    worker: &Worker,
    ws: WorkspaceKey,
    request: RunRequest,
    progress: &(dyn Fn(RunProgress) + Send + Sync),
) -> Result<RunOutcome, RunError> {
    if let Some(error) = take_up_zone_rules(worker).await? {
        // Days are made by the rules that are kept; the scheduler tries again.
        tracing::warn!(%error, "later rules of time zones can't be taken up in some workspaces");
    }
    let RunRequest {
        kind,
        days,
        requested_by,
    } = request;
    let new = NewRun {
        kind,
        days,
        requested_by,
        at: worker.clock.now(),
    };
    let Some(run) = worker.store.enqueue_run(ws, new).await? else {
        return Err(gone(ws));
    };
    let over = loop {
        let stepped = {
            let mut step = std::pin::pin!(worker.step(ws));
            loop {
                tokio::select! {
                    stepped = &mut step => break stepped,
                    () = tokio::time::sleep(LOOK) => report(worker, ws, run.id, progress).await?,
                };
            }
        };
        let now = report(worker, ws, run.id, progress).await?;
        if now.finished_at.is_some() {
            break now;
        }
        if worker.throttle.is_stopping() {
            return Err(RunError::Stopping);
        }
        if stepped? != Step::Worked {
            tokio::time::sleep(LOOK).await;
        }
    };
    outcome(worker, ws, over).await
}

/// Has rollups make anew what the rules of this process's zone data change, where they are of a later release.
/// Takes later rules of time zones up; gives why some workspaces could not be asked.
pub(crate) async fn take_up_zone_rules(worker: &Worker) -> Result<Option<StoreError>, StoreError> {
    let taken = worker.store.take_up_zone_rules(worker.clock.now()).await?;
    for (ws, zone) in taken.found {
        tracing::info!(
            workspace = ws.0,
            zone = zone.name(),
            version = zone.version(),
            "the rules of its time zone have changed; the days that they move are made anew"
        );
    }
    Ok(taken.failed)
}

fn gone(ws: WorkspaceKey) -> RunError {
    StoreError::Invalid(format!("workspace {ws} is gone")).into()
}

async fn report(
    worker: &Worker,
    ws: WorkspaceKey,
    run: RunId,
    progress: &(dyn Fn(RunProgress) + Send + Sync),
) -> Result<Run, RunError> {
    let run = worker
        .store
        .find_run(ws, run)
        .await?
        .ok_or_else(|| gone(ws))?;
    progress(RunProgress {
        days_total: run.days_total,
        days_done: run.days_done,
        facts_read: run.facts_read,
    });
    Ok(run)
}

async fn outcome(worker: &Worker, ws: WorkspaceKey, run: Run) -> Result<RunOutcome, RunError> {
    match run.state {
        RunState::Failed => return Err(RunError::Failed(run.error.unwrap_or_default())),
        RunState::Cancelled => return Err(RunError::Cancelled),
        RunState::Queued | RunState::Running | RunState::Succeeded => {}
    }
    let ledger = worker.store.ledger(ws).await?.ok_or_else(|| gone(ws))?;
    Ok(RunOutcome {
        run: run.id,
        generation: ledger.generation,
        days: run.days_done.unsigned_abs(),
        changed_days: run.changed_days.unsigned_abs(),
        facts_read: run.facts_read.unsigned_abs(),
    })
}
