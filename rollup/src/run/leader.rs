//! What one worker does at a time: planning a run, and its last step, which makes everything current.

use std::{collections::BTreeSet, sync::Arc};

use caseload_schema::{
    day::Day,
    facts::OpenConversation,
    id::{Generation, Revision, RunId, WorkspaceKey},
    instant::Instant,
    store::{
        Run, StoreError, blocks,
        leases::{self, Lease},
        ledger::{self, Flip},
        queue::{self, Begun, RunFigures},
        runs::{self, RunKind},
        summaries,
        tasks::{self, TaskProgress},
    },
    time_settings::TimeSettings,
};
use tokio::sync::mpsc;

use super::{
    Worker,
    fold_chunk::ChunkOutput,
    read::{self, FinalPlan, FinalRequest, Found},
    step::Interrupted,
};

/// Superseded blocks are kept for readers who began before the flip; requests end long before that.
const KEEP_SUPERSEDED_SECONDS: i64 = 600;

/// Plans a run, or ends one: that too where it turns out to be small.
pub(super) async fn lead(worker: &Worker, lease: Lease, begun: Begun) -> Result<(), Interrupted> {
    let Begun {
        run,
        revision,
        planned,
    } = begun;
    let leader = Leader {
        worker,
        ws: lease.ws,
        lease,
        run: run.id,
        revision,
    };
    let time = match run.time.filter(|_| planned) {
        Some(time) => time,
        None => match leader.plan(&run).await? {
            Planned::Whole(time) => time,
            // Otherwise the last step would have to wait until the lease expires, because any worker may take that step.
            Planned::Chunks => return leader.give_back().await,
        },
    };
    leader.finish(&run, time).await
}

/// What planning a run comes to.
enum Planned {
    /// One worker does all of it.
    Whole(TimeSettings),
    /// Many workers make its chunks.
    Chunks,
}

/// Whoever plans a run and ends it.
struct Leader<'a> {
    worker: &'a Worker,
    ws: WorkspaceKey,
    lease: Lease,
    run: RunId,
    /// What is written under. No block of it was ever told to anyone.
    revision: Revision,
}

/// What the last step has come to.
#[derive(Default)]
struct FinalOutput {
    outline: FinalPlan,
    own: RunFigures,
    changed: BTreeSet<Day>,
    emptied: BTreeSet<Day>,
    open_changed: bool,
}

impl Leader<'_> {
    async fn plan(&self, run: &Run) -> Result<Planned, Interrupted> {
        let (ws, id, days, lease, chunk) =
            (self.ws, self.run, run.days(), self.lease, self.worker.chunk);
        let plan = self
            .worker
            .store
            .snapshot(move |conn| Box::pin(read::plan(conn, ws, days, chunk)))
            .await?;
        let Some(read::Plan { time, days, chunks }) = plan else {
            return Err(StoreError::Invalid(format!("workspace {ws} is gone")).into());
        };
        let (now, is_whole) = (self.worker.clock.now(), chunks.is_empty());
        let planned = self.worker.store.write(move |conn| {
            Box::pin(async move {
                // In the transaction of the plan: a worker that was replaced while it read would cut into chunks a run that its
                // successor has cut already.
                Ok(leases::hold(conn, lease, now).await?
                    && queue::plan(conn, (ws, id), time, days.len() as i64, &chunks).await?)
            })
        });
        if !planned.await? {
            return Err(Interrupted::Lost);
        }
        Ok(if is_whole {
            Planned::Whole(time)
        } else {
            Planned::Chunks
        })
    }

    async fn give_back(&self) -> Result<(), Interrupted> {
        let lease = self.lease;
        Ok(self
            .worker
            .store
            .write(move |conn| Box::pin(leases::release(conn, lease)))
            .await?)
    }

    /// Makes what is left to make, as of one moment, and makes all of the run current. Reading, folding and writing overlap.
    async fn finish(&self, run: &Run, time: TimeSettings) -> Result<(), Interrupted> {
        let (ws, id) = (self.ws, self.run);
        let chunks = self
            .worker
            .store
            .read(move |conn| Box::pin(tasks::progress(conn, ws, id)))
            .await?;
        let sample = if run.kind == RunKind::Nightly {
            self.worker.sample
        } else {
            0
        };
        let ending = FinalRequest {
            run: id,
            days: run.days(),
            time,
            sample,
        };
        // Room for one: a stretch is read, one waits, one is folded and written. The facts of no more are in memory.
        let (sender, found) = mpsc::channel(1);
        let reading = self
            .worker
            .store
            .snapshot(move |conn| Box::pin(read::read_rest(conn, ws, ending, sender)));
        let (read, written) = tokio::join!(reading, self.write_rest(found, chunks));
        // Where writing failed, reading fails too, because nobody listens: the first cause is the one to tell.
        let made = written?;
        // Checked before the flip: to the writer, a reader that failed looks like one that has ended. The run would become
        // current without some of its days, and their marks would be removed.
        read?;
        self.flip(made, chunks, time).await
    }

    async fn write_rest(
        &self,
        mut found: mpsc::Receiver<Found>,
        chunks: TaskProgress,
    ) -> Result<FinalOutput, Interrupted> {
        let mut rest = FinalOutput::default();
        while let Some(found) = found.recv().await {
            match found {
                Found::FinalPlan(outline) => {
                    rest.own.days_total = chunks.days + outline.days;
                    rest.outline = outline;
                }
                Found::Stretch(reading) => {
                    // Not before the first stretch: a run of one stretch ends with it, instead of being begun again by another
                    // process.
                    if rest.own.days_done != 0 && self.worker.throttle.is_stopping() {
                        return Err(Interrupted::Stopping);
                    }
                    self.worker.throttle.pause().await;
                    let made = self.worker.make(reading).await?;
                    rest.own.days_done += made.days;
                    rest.own.facts_read += made.facts_read;
                    rest.changed.extend(made.blocks.iter().map(|(day, _)| *day));
                    rest.emptied.extend(&made.emptied);
                    self.write(made, rest.own).await?;
                }
                Found::Open { open, stored } => {
                    rest.open_changed = self.write_open(&open, stored.as_deref()).await?;
                }
            }
        }
        Ok(rest)
    }

    async fn write(&self, made: ChunkOutput, own: RunFigures) -> Result<(), Interrupted> {
        let (ws, run, lease, revision, now) = (
            self.ws,
            self.run,
            self.lease,
            self.revision,
            self.worker.clock.now(),
        );
        let made = Arc::new(made);
        let kept = Arc::clone(&made);
        let written = self.worker.store.write(move |conn| {
            Box::pin(async move {
                // In the transaction of the blocks: a worker that was replaced would write them under a revision that its
                // successor has deleted.
                if !queue::advance(conn, lease, run, &own, now).await? {
                    return Ok(false);
                }
                blocks::insert(conn, ws, revision, &made.blocks).await?;
                summaries::insert(conn, ws, revision, &made.summaries).await?;
                Ok(true)
            })
        });
        if !written.await? {
            return Err(Interrupted::Lost);
        }
        // After the commit: a block that was rolled back would take memory in caches, and no ledger would ever name it.
        self.worker.publish.blocks(ws, revision, &kept.blocks).await;
        Ok(())
    }

    async fn write_open(
        &self,
        open: &[OpenConversation],
        stored: Option<&[u8]>,
    ) -> Result<bool, Interrupted> {
        let bytes = crate::fold::fold_open(open).encode();
        if stored == Some(&*bytes) {
            return Ok(false);
        }
        let (ws, run, lease, revision, now) = (
            self.ws,
            self.run,
            self.lease,
            self.revision,
            self.worker.clock.now(),
        );
        let written = self.worker.store.write(move |conn| {
            Box::pin(async move {
                if !leases::hold(conn, lease, now).await? || !queue::hold(conn, ws, run).await? {
                    return Ok(None);
                }
                blocks::insert_open(conn, ws, revision, &bytes).await?;
                Ok(Some(bytes))
            })
        });
        let bytes = written.await?.ok_or(Interrupted::Lost)?;
        self.worker.publish.open(ws, revision, &bytes).await;
        Ok(true)
    }

    async fn flip(
        &self,
        rest: FinalOutput,
        chunks: TaskProgress,
        time: TimeSettings,
    ) -> Result<(), Interrupted> {
        let FinalOutput {
            outline,
            own,
            changed,
            emptied,
            open_changed,
        } = rest;
        self.raise_alarm(&outline.clean, &changed, &emptied);
        let differs = |day: &&Day| changed.contains(day) || emptied.contains(day);
        let figures = RunFigures {
            days_total: own.days_total,
            days_done: chunks.days_done + own.days_done,
            facts_read: chunks.facts_read + own.facts_read,
            changed_days: (outline.changed.len()
                + outline.emptied.len()
                + changed.len()
                + emptied.len()) as i64,
            checked_days: outline.clean.len() as i64,
            differing_days: outline.clean.iter().filter(differs).count() as i64,
        };
        // Chunks wrote under the run's number, this step under a revision of its own: a day that it had to make again has
        // another block there than the one that caches were told of.
        let of_chunks = outline
            .changed
            .into_iter()
            .map(|day| (day, self.run.revision()));
        let at = self.worker.clock.now();
        let flip = Flip {
            run: self.run,
            changed: of_chunks
                .chain(changed.into_iter().map(|day| (day, self.revision)))
                .collect(),
            emptied: outline.emptied.into_iter().chain(emptied).collect(),
            open: open_changed.then_some(self.revision),
            time,
            // The latest change of the snapshot and not of now: an import since then has marks of its own, which must stay.
            seen: outline.seen,
            at,
        };
        let (ws, generation, run) = match self.commit(flip, figures, at).await? {
            Some((generation, run)) => (self.ws, generation, run),
            None => return Err(Interrupted::Lost),
        };
        self.worker.publish.flipped(ws, generation).await;
        if let Some(run) = run {
            self.worker.publish.ended(ws, &run).await;
        }
        Ok(())
    }

    /// The one transaction that makes everything current, clears away what nobody can read, and ends the run. `None` where it
    /// may not.
    async fn commit(
        &self,
        flip: Flip,
        figures: RunFigures,
        at: Instant,
    ) -> Result<Option<(Generation, Option<Run>)>, StoreError> {
        let (ws, lease, id) = (self.ws, self.lease, self.run);
        let may_leave_some = self.revision != self.run.revision();
        let commit = self.worker.store.write(move |conn| {
            Box::pin(async move {
                let Some(generation) = ledger::flip(conn, lease, &flip).await? else {
                    // Without the lease, another worker has the run, and goes on with it.
                    if leases::hold(conn, lease, at).await? {
                        queue::fail(
                            conn,
                            ws,
                            id,
                            at,
                            "its time zone or its business hours are not wanted any more",
                        )
                        .await?;
                    }
                    return Ok(None);
                };
                blocks::sweep(conn, ws, at.plus_seconds(-KEEP_SUPERSEDED_SECONDS)).await?;
                // After the flip: before it, the new blocks are those that no ledger names, and would be deleted as abandoned.
                if may_leave_some {
                    blocks::delete_abandoned(conn, ws).await?;
                }
                queue::succeed(conn, ws, id, &figures, at).await?;
                leases::release(conn, lease).await?;
                Ok(Some((generation, runs::find(conn, ws, id).await?)))
            })
        });
        commit.await
    }

    /// Days that nothing has changed and that are not what their facts say: this run heals them, but something is wrong.
    fn raise_alarm(&self, clean: &BTreeSet<Day>, changed: &BTreeSet<Day>, emptied: &BTreeSet<Day>) {
        for day in clean
            .iter()
            .filter(|day| changed.contains(day) || emptied.contains(day))
        {
            tracing::error!(workspace = self.ws.0, run = self.run.0, %day, "stored figures were not those of their facts");
        }
    }
}
