//! One step of a workspace's run: which one is to be taken, and what becomes of one that does not come to its end.

use std::{future::Future, time::Duration};

use caseload_schema::{
    id::{RunId, WorkspaceKey},
    store::{
        Conn, Run, RunState, StoreError,
        leases::{self, Lease, ROLLUP},
        queue, runs,
        tasks::{self, Task},
    },
};
use futures::future::BoxFuture;
use tokio::sync::Notify;

use super::{Worker, chunk, fold_chunk::ChunkOutput, leader, read::ChunkInput};

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There is no run.
    Idle,
    /// Others are at the run, or have just taken it over.
    Waiting,
    /// Something was done.
    Worked,
}

/// Why a step did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Interrupted {
    /// The run has ended, or its lease or claim has gone to another.
    #[error("others have taken over")]
    Lost,
    /// The process is about to end.
    #[error("the process is about to end")]
    Stopping,
    /// The store, or the fold, failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is to be done next in a workspace.
enum Next {
    Nothing,
    /// A run, and how many of its chunks are left to make.
    Chunks(Run, i64),
    /// A run to begin, to plan, or to end.
    Lead,
}

/// How often a worker gives a sign of life, whatever it is at.
const SIGN_OF_LIFE: Duration = Duration::from_secs(4);
/// A worker claims this part of the chunks that are left: many at first, so that reading, folding and writing overlap for long,
/// and few in the end, so that all workers end together.
const SHARE: i64 = 4;
/// Some seconds of work at most: whoever asks for a run of another workspace does not wait longer.
const MOST_CHUNKS: i64 = 16;

impl Worker {
    /// Takes one step of the workspace's run, where there is one to take: some seconds of work, or, of a small run, all of it.
    ///
    /// An error leaves the run as it was: the same step can be taken again, by anyone. What can't get better fails the run.
    pub async fn step(&self, ws: WorkspaceKey) -> Result<Step, StoreError> {
        match self
            .store
            .read(move |conn| Box::pin(next(conn, ws)))
            .await?
        {
            Next::Nothing => Ok(Step::Idle),
            Next::Chunks(run, left) => Box::pin(self.make_chunks(ws, &run, left)).await,
            Next::Lead => Box::pin(self.lead(ws)).await,
        }
    }

    async fn make_chunks(
        &self,
        ws: WorkspaceKey,
        run: &Run,
        left: i64,
    ) -> Result<Step, StoreError> {
        let (id, name, now) = (run.id, self.name.clone(), self.clock.now());
        let most = (left / SHARE).clamp(SHARE, MOST_CHUNKS);
        let claim = self.store.write(move |conn| {
            Box::pin(async move { tasks::claim(conn, (ws, id), &name, now, most).await })
        });
        let claimed = claim.await?;
        let Some(first) = claimed.first().copied() else {
            return Ok(Step::Waiting);
        };
        let renew =
            || -> BoxFuture<'_, ()> { Box::pin(self.renew_claims(ws, id, claimed.clone())) };
        let making = Box::pin(chunk::make(self, ws, run, claimed.clone()));
        let halt = match kept_alive(making, renew).await {
            Ok(()) => return Ok(Step::Worked),
            Err(halt) => halt,
        };
        // Those that are done, or have gone to others, stay as they are. This is not started before the `await` below.
        let release = self.store.write(move |conn| {
            Box::pin(async move { tasks::release(conn, ws, id, &claimed).await })
        });
        // Recorded before the claims are released: if another worker claimed the chunk in between, the failure would not be
        // recorded, and one worker after the other would fail at the same chunk.
        let halted = self.halted(ws, id, halt, Claim::Claim(first)).await;
        if let Err(error) = release.await {
            tracing::debug!(%error, "claims could not be given back; they end by themselves");
        }
        halted
    }

    async fn renew_claims(&self, ws: WorkspaceKey, run: RunId, claimed: Vec<Task>) {
        let until = leases::until(self.clock.now());
        let renew = self.store.write(move |conn| {
            Box::pin(async move { tasks::renew(conn, ws, run, &claimed, until).await })
        });
        if let Err(error) = renew.await {
            tracing::debug!(%error, "claims could not be renewed");
        }
    }

    async fn lead(&self, ws: WorkspaceKey) -> Result<Step, StoreError> {
        let (name, now) = (self.name.clone(), self.clock.now());
        let begun = self.store.write(move |conn| {
            Box::pin(async move {
                let Some(lease) = leases::take(conn, (ws, ROLLUP), &name, now).await? else {
                    return Ok(None);
                };
                let begun = queue::begin(conn, ws, now).await?;
                // In the same transaction: a lease without a run would block the other workers until it expires.
                if begun.is_none() {
                    leases::release(conn, lease).await?;
                }
                Ok(begun.map(|begun| (lease, begun)))
            })
        });
        let Some((lease, begun)) = begun.await? else {
            return Ok(Step::Waiting);
        };
        let id = begun.run.id;
        let renew = || -> BoxFuture<'_, ()> { Box::pin(self.renew_lease(lease)) };
        match kept_alive(Box::pin(leader::lead(self, lease, begun)), renew).await {
            Ok(()) => Ok(Step::Worked),
            Err(halt) => {
                // Recorded before the lease is released, for the reason given in `make_chunks`.
                let halted = self.halted(ws, id, halt, Claim::Lease(lease)).await;
                let release = self
                    .store
                    .write(move |conn| Box::pin(leases::release(conn, lease)));
                if let Err(error) = release.await {
                    tracing::debug!(%error, "a lease could not be given back; it ends by itself");
                }
                halted
            }
        }
    }

    async fn renew_lease(&self, lease: Lease) {
        let now = self.clock.now();
        match self
            .store
            .write(move |conn| Box::pin(leases::hold(conn, lease, now)))
            .await
        {
            // Whether it is lost, the next write finds out.
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, "a lease could not be renewed"),
        }
    }

    /// What becomes of a run whose step did not come to its end.
    async fn halted(
        &self,
        ws: WorkspaceKey,
        run: RunId,
        halt: Interrupted,
        held: Claim,
    ) -> Result<Step, StoreError> {
        let error = match halt {
            Interrupted::Lost | Interrupted::Stopping => return Ok(Step::Waiting),
            // The run is not at fault: it goes on once the database does.
            Interrupted::Store(error @ StoreError::ReadOnly(_)) => return Err(error),
            Interrupted::Store(error) if error.is_unavailable() => return Err(error),
            Interrupted::Store(error) => error,
        };
        let (text, now) = (error.to_string(), self.clock.now());
        let fail = self.store.write(move |conn| {
            Box::pin(async move {
                let is_mine = match held {
                    Claim::Lease(lease) => leases::hold(conn, lease, now).await?,
                    Claim::Claim(task) => tasks::is_held(conn, ws, run, task).await?,
                };
                // Otherwise a worker that was replaced could fail a run that its successor is about to finish.
                if !is_mine || !queue::fail(conn, ws, run, now, &text).await? {
                    return Ok(None);
                }
                runs::find(conn, ws, run).await
            })
        });
        if let Some(failed) = fail.await? {
            tracing::error!(workspace = ws.0, run = run.0, %error, "a rollup failed");
            self.publish.ended(ws, &failed).await;
        }
        Ok(Step::Worked)
    }

    /// Folds a stretch on a thread of its own.
    pub(super) async fn make(&self, reading: ChunkInput) -> Result<ChunkOutput, Interrupted> {
        let made =
            tokio::task::spawn_blocking(move || super::fold_chunk::fold_chunk(reading)).await;
        made.map_err(|error| StoreError::Database(format!("the fold panicked: {error}")).into())
    }
}

/// By what right a worker is at a run.
#[derive(Debug, Clone, Copy)]
enum Claim {
    Lease(Lease),
    Claim(Task),
}

async fn next(conn: &mut Conn, ws: WorkspaceKey) -> Result<Next, StoreError> {
    let Some(run) = runs::list_active(conn, ws).await?.into_iter().next() else {
        return Ok(Next::Nothing);
    };
    let may_have_chunks = run.state == RunState::Running && run.time.is_some();
    if may_have_chunks {
        let left = tasks::progress(conn, ws, run.id).await?.left;
        // Chunks before the last step: that step makes, alone, every day that no chunk has made.
        if 0 < left {
            return Ok(Next::Chunks(run, left));
        }
    }
    Ok(Next::Lead)
}

/// Does `work`, and renews what it holds until it is done. Neither is given up in the middle of a query.
async fn kept_alive<'a, T>(
    work: impl Future<Output = T>,
    renew: impl Fn() -> BoxFuture<'a, ()>,
) -> T {
    let done = Notify::new();
    let working = async {
        let outcome = work.await;
        // `notify_one` is remembered: during a renewal nobody waits for it, so `notify_waiters` would be lost, and this would
        // never return.
        done.notify_one();
        outcome
    };
    let renewing = async {
        loop {
            tokio::select! {
                () = done.notified() => return,
                () = tokio::time::sleep(SIGN_OF_LIFE) => renew().await,
            }
        }
    };
    // Joined and not selected: a renewal that was dropped half-way would leave its transaction open.
    tokio::join!(working, renewing).0
}
