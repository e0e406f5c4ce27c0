//! Rollup runs: facts of the due days in, blocks and summary rows out, one flip at the end.
//!
//! A run is a row of the database that waits for its turn. Any [`Hand`] of any process takes the steps of it that are to be
//! taken: first it is planned; where it is large, it is cut into pieces that many hands make at a time; the last step makes
//! what is left, and what has changed since a piece was made, in one snapshot, so that all blocks show the facts as of one
//! moment, and flips. A hand that dies is taken over from: a run goes on where it was.

mod hand;
mod last;
mod make;
mod piece;
mod read;
mod step;

use std::time::Duration;

use caseload_schema::{
    id::{MemberKey, WorkspaceKey},
    store::{
        Run, RunState, StoreError,
        queue::NewRun,
        runs::{RunKind, RunProgress},
    },
};

pub use self::{
    hand::{Hand, Pace, Publish},
    step::Step,
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
    hand: &Hand,
    ws: WorkspaceKey,
    request: RunRequest,
    progress: &(dyn Fn(RunProgress) + Send + Sync),
) -> Result<RunOutcome, RunError> {
    let RunRequest {
        kind,
        days,
        requested_by,
    } = request;
    let new = NewRun {
        kind,
        days,
        requested_by,
        at: hand.clock.now(),
    };
    let Some(run) = hand.store.enqueue_run(ws, new).await? else {
        return Err(gone(ws));
    };
    let over = loop {
        let stepped = {
            let mut step = std::pin::pin!(hand.step(ws));
            loop {
                tokio::select! {
                    stepped = &mut step => break stepped,
                    () = tokio::time::sleep(LOOK) => report(hand, ws, run.id, progress).await?,
                };
            }
        };
        let now = report(hand, ws, run.id, progress).await?;
        if now.finished_at.is_some() {
            break now;
        }
        if hand.pace.is_stopping() {
            return Err(RunError::Stopping);
        }
        if stepped? != Step::Worked {
            tokio::time::sleep(LOOK).await;
        }
    };
    outcome(hand, ws, over).await
}

fn gone(ws: WorkspaceKey) -> RunError {
    StoreError::Invalid(format!("workspace {ws} is gone")).into()
}

async fn report(
    hand: &Hand,
    ws: WorkspaceKey,
    run: i64,
    progress: &(dyn Fn(RunProgress) + Send + Sync),
) -> Result<Run, RunError> {
    let run = hand
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

async fn outcome(hand: &Hand, ws: WorkspaceKey, run: Run) -> Result<RunOutcome, RunError> {
    match run.state {
        RunState::Failed => return Err(RunError::Failed(run.error.unwrap_or_default())),
        RunState::Cancelled => return Err(RunError::Cancelled),
        RunState::Queued | RunState::Running | RunState::Succeeded => {}
    }
    let ledger = hand.store.ledger(ws).await?.ok_or_else(|| gone(ws))?;
    Ok(RunOutcome {
        run: run.id,
        generation: ledger.generation,
        days: run.days_done.unsigned_abs(),
        changed_days: run.changed_days.unsigned_abs(),
        facts_read: run.facts_read.unsigned_abs(),
    })
}
