//! What one hand does at a time: planning a run, and its last step, which makes everything current.

use std::{collections::BTreeSet, sync::Arc};

use caseload_schema::{
    day::Day,
    facts::OpenConversation,
    id::WorkspaceKey,
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
    zone::Zone,
};
use tokio::sync::mpsc;

use super::{
    Hand,
    make::Made,
    read::{self, Ending, Found, Outline},
    step::Halt,
};

/// Superseded blocks are kept for readers who began before the flip; requests end long before that.
const KEEP_SUPERSEDED_SECONDS: i64 = 600;

/// Plans a run, or ends one: that too where it turns out to be small.
pub(super) async fn lead(hand: &Hand, lease: Lease, begun: Begun) -> Result<(), Halt> {
    let Begun {
        run,
        revision,
        planned,
    } = begun;
    let leader = Leader {
        hand,
        ws: lease.ws,
        lease,
        run: run.id,
        revision,
    };
    let zone = match run.zone.filter(|_| planned) {
        Some(zone) => zone,
        None => match leader.plan(&run).await? {
            Planned::Whole(zone) => zone,
            Planned::Pieces => return leader.give_back().await,
        },
    };
    leader.finish(&run, zone).await
}

/// What planning a run comes to.
enum Planned {
    /// One hand does all of it.
    Whole(Zone),
    /// Many hands make its pieces.
    Pieces,
}

/// Whoever plans a run and ends it.
struct Leader<'a> {
    hand: &'a Hand,
    ws: WorkspaceKey,
    lease: Lease,
    run: i64,
    /// What is written under. No block of it was ever told to anyone.
    revision: i64,
}

/// What the last step has come to.
#[derive(Default)]
struct Rest {
    outline: Outline,
    own: RunFigures,
    changed: BTreeSet<Day>,
    emptied: BTreeSet<Day>,
    open_changed: bool,
}

impl Leader<'_> {
    async fn plan(&self, run: &Run) -> Result<Planned, Halt> {
        let (ws, id, days, lease, piece) =
            (self.ws, self.run, run.days(), self.lease, self.hand.piece);
        let plan = self
            .hand
            .store
            .snapshot(move |conn| Box::pin(read::plan(conn, ws, days, piece)))
            .await?;
        let Some(read::Plan { zone, days, pieces }) = plan else {
            return Err(StoreError::Invalid(format!("workspace {ws} is gone")).into());
        };
        let (now, is_whole) = (self.hand.clock.now(), pieces.is_empty());
        let planned = self.hand.store.write(move |conn| {
            Box::pin(async move {
                Ok(leases::hold(conn, lease, now).await?
                    && queue::plan(conn, (ws, id), zone, days.len() as i64, &pieces).await?)
            })
        });
        if !planned.await? {
            return Err(Halt::Lost);
        }
        Ok(if is_whole {
            Planned::Whole(zone)
        } else {
            Planned::Pieces
        })
    }

    async fn give_back(&self) -> Result<(), Halt> {
        let lease = self.lease;
        Ok(self
            .hand
            .store
            .write(move |conn| Box::pin(leases::release(conn, lease)))
            .await?)
    }

    /// Makes what is left to make, as of one moment, and makes all of the run current. Reading, folding and writing overlap.
    async fn finish(&self, run: &Run, zone: Zone) -> Result<(), Halt> {
        let (ws, id) = (self.ws, self.run);
        let pieces = self
            .hand
            .store
            .read(move |conn| Box::pin(tasks::progress(conn, ws, id)))
            .await?;
        let sample = if run.kind == RunKind::Nightly {
            self.hand.sample
        } else {
            0
        };
        let ending = Ending {
            run: id,
            days: run.days(),
            zone,
            sample,
        };
        let (sender, found) = mpsc::channel(1);
        let reading = self
            .hand
            .store
            .snapshot(move |conn| Box::pin(read::read_rest(conn, ws, ending, sender)));
        let (read, written) = tokio::join!(reading, self.write_rest(found, pieces));
        // Where writing failed, reading fails too, because nobody listens: the first cause is the one to tell.
        let made = written?;
        read?;
        self.flip(made, pieces, zone).await
    }

    async fn write_rest(
        &self,
        mut found: mpsc::Receiver<Found>,
        pieces: TaskProgress,
    ) -> Result<Rest, Halt> {
        let mut rest = Rest::default();
        while let Some(found) = found.recv().await {
            match found {
                Found::Outline(outline) => {
                    rest.own.days_total = pieces.days + outline.days;
                    rest.outline = outline;
                }
                Found::Stretch(reading) => {
                    if rest.own.days_done != 0 && self.hand.pace.is_stopping() {
                        return Err(Halt::Stopping);
                    }
                    self.hand.pace.pause().await;
                    let made = self.hand.make(reading).await?;
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

    async fn write(&self, made: Made, own: RunFigures) -> Result<(), Halt> {
        let (ws, run, lease, revision, now) = (
            self.ws,
            self.run,
            self.lease,
            self.revision,
            self.hand.clock.now(),
        );
        let made = Arc::new(made);
        let kept = Arc::clone(&made);
        let written = self.hand.store.write(move |conn| {
            Box::pin(async move {
                if !queue::advance(conn, lease, run, &own, now).await? {
                    return Ok(false);
                }
                blocks::insert(conn, ws, revision, &made.blocks).await?;
                summaries::insert(conn, ws, revision, &made.summaries).await?;
                Ok(true)
            })
        });
        if !written.await? {
            return Err(Halt::Lost);
        }
        self.hand.publish.blocks(ws, revision, &kept.blocks).await;
        Ok(())
    }

    async fn write_open(
        &self,
        open: &[OpenConversation],
        stored: Option<&[u8]>,
    ) -> Result<bool, Halt> {
        let bytes = crate::fold::fold_open(open).encode();
        if stored == Some(&*bytes) {
            return Ok(false);
        }
        let (ws, run, lease, revision, now) = (
            self.ws,
            self.run,
            self.lease,
            self.revision,
            self.hand.clock.now(),
        );
        let written = self.hand.store.write(move |conn| {
            Box::pin(async move {
                if !leases::hold(conn, lease, now).await? || !queue::hold(conn, ws, run).await? {
                    return Ok(None);
                }
                blocks::insert_open(conn, ws, revision, &bytes).await?;
                Ok(Some(bytes))
            })
        });
        let bytes = written.await?.ok_or(Halt::Lost)?;
        self.hand.publish.open(ws, revision, &bytes).await;
        Ok(true)
    }

    async fn flip(&self, rest: Rest, pieces: TaskProgress, zone: Zone) -> Result<(), Halt> {
        let Rest {
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
            days_done: pieces.days_done + own.days_done,
            facts_read: pieces.facts_read + own.facts_read,
            changed_days: (outline.changed.len()
                + outline.emptied.len()
                + changed.len()
                + emptied.len()) as i64,
            checked_days: outline.clean.len() as i64,
            differing_days: outline.clean.iter().filter(differs).count() as i64,
        };
        let of_pieces = outline.changed.into_iter().map(|day| (day, self.run));
        let at = self.hand.clock.now();
        let flip = Flip {
            run: self.run,
            changed: of_pieces
                .chain(changed.into_iter().map(|day| (day, self.revision)))
                .collect(),
            emptied: outline.emptied.into_iter().chain(emptied).collect(),
            open: open_changed.then_some(self.revision),
            zone,
            seen: outline.seen,
            at,
        };
        let (ws, generation, run) = match self.commit(flip, figures, at).await? {
            Some((generation, run)) => (self.ws, generation, run),
            None => return Err(Halt::Lost),
        };
        self.hand.publish.flipped(ws, generation).await;
        if let Some(run) = run {
            self.hand.publish.ended(ws, &run).await;
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
    ) -> Result<Option<(i64, Option<Run>)>, StoreError> {
        let (ws, lease, id) = (self.ws, self.lease, self.run);
        let may_leave_some = self.revision != self.run;
        let commit = self.hand.store.write(move |conn| {
            Box::pin(async move {
                let Some(generation) = ledger::flip(conn, lease, &flip).await? else {
                    if leases::hold(conn, lease, at).await? {
                        queue::fail(conn, ws, id, at, "its time zone is not wanted any more")
                            .await?;
                    }
                    return Ok(None);
                };
                blocks::sweep(conn, ws, at.plus_seconds(-KEEP_SUPERSEDED_SECONDS)).await?;
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
            tracing::error!(workspace = self.ws.0, run = self.run, %day, "stored figures were not those of their facts");
        }
    }
}
