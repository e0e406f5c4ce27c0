//! Rolling up by itself: one leader decides what is due, all workers do it.
//!
//! A scheduler looks about once a second. What it does then follows from what is recorded and from what time it is, and from
//! nothing else: how often it looks, and whether it slept for a week, makes no difference.

mod ticks;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use caseload_schema::{
    id::WorkspaceKey,
    instant::Instant,
    store::{
        Store, StoreError,
        each::Reached,
        leases::{self, LEADER, LEADER_OF_ONE, LEASE_SECONDS, Lease},
        queue,
        workspace_states::{self, WorkspaceState},
    },
    zone::ZoneData,
};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use crate::{
    plan::{self, Due, Schedule},
    run::{Step, Worker},
};

/// Decides what is due in all workspaces, as long as it is the leader of the installation.
#[derive(Debug)]
pub struct Planner {
    worker: Worker,
    rhythm: Schedule,
    leading: Option<Leading>,
    zones_compared_at: Option<Instant>,
    /// Workspaces that can't be reached.
    away: Trouble,
}

#[derive(Debug, Clone, Copy)]
struct Leading {
    lease: Lease,
    renewed_at: Instant,
}

/// The lease is renewed well before it ends, and not at each look: a renewal is a write.
const RENEW_AFTER_SECONDS: u64 = LEASE_SECONDS as u64 / 3;

/// Zone data changes a few times a year; its days are wrong until it is read.
const COMPARE_ZONES_SECONDS: u64 = 60;

/// How soon that is tried again after a failure: not at each look, which waits for it.
const COMPARE_ZONES_AGAIN_SECONDS: u64 = 5;

impl Planner {
    /// A planner that is not the leader yet.
    pub fn new(worker: Worker, rhythm: Schedule) -> Self {
        Self {
            worker,
            rhythm,
            leading: None,
            zones_compared_at: None,
            away: Trouble::default(),
        }
    }

    /// Asks for the runs that are due, where this is the leader or can become it. How many it asked for. Workspaces that can't
    /// be reached, because the node of the database that has them is away, keep no others waiting.
    pub async fn look(&mut self) -> Result<usize, StoreError> {
        let zones = match self.compare_zones().await {
            Err(error) if !error.is_unavailable() => return Err(error),
            compared => compared.err(),
        };
        let leader = match self.lead().await {
            Ok(None) => return Ok(0),
            Ok(leader) => leader,
            // The lease lies on one node: while that is away, each workspace has a leader of its own.
            Err(error) if error.is_unavailable() => None,
            Err(error) => return Err(error),
        };
        let store = &self.worker.store;
        let at_once = store
            .snapshot(|conn| Box::pin(workspace_states::list(conn)))
            .await;
        let each = store.or_in_each("due runs", at_once, |conn, ws| {
            Box::pin(workspace_states::find(conn, ws))
        });
        let Reached { found, failed } = each.await?;
        let mut failed = failed.or(zones);
        let mut asked = 0;
        for state in found {
            let Some(due) = plan::due(&state, &self.rhythm, self.worker.clock.now()) else {
                continue;
            };
            match self.ask(leader, &state, due).await {
                Ok(true) => asked += usize::from(!matches!(due, Due::FirstNight(_))),
                Ok(false) if leader.is_some() => {
                    self.leading = None;
                    break;
                }
                Ok(false) => {}
                Err(error) if error.is_unavailable() => failed = Some(error),
                Err(error) => return Err(error),
            }
        }
        let outcome = failed.map_or(Ok(()), Err);
        self.away
            .note("what is due can't be decided in some workspaces", outcome);
        Ok(asked)
    }

    /// Asks for what is due, under the leader's lease or one of the workspace itself. False where that is another's.
    async fn ask(
        &self,
        leader: Option<Lease>,
        state: &WorkspaceState,
        due: Due,
    ) -> Result<bool, StoreError> {
        let (store, now) = (&self.worker.store, self.worker.clock.now());
        if let Some(lease) = leader {
            return ask(store, lease, state, due, now).await;
        }
        let (of, name) = ((state.ws, LEADER_OF_ONE), Arc::clone(&self.worker.name));
        let take = store
            .write(move |conn| Box::pin(async move { leases::take(conn, of, &name, now).await }));
        let Some(lease) = take.await? else {
            return Ok(false);
        };
        let asked = ask(store, lease, state, due, now).await;
        store
            .write(move |conn| Box::pin(leases::release(conn, lease)))
            .await?;
        asked
    }

    /// Whether this was the leader when it last looked.
    pub fn is_leader(&self) -> bool {
        self.leading.is_some()
    }

    /// Lets another one lead.
    pub async fn resign(&mut self) -> Result<(), StoreError> {
        let Some(Leading { lease, .. }) = self.leading.take() else {
            return Ok(());
        };
        self.worker
            .store
            .write(move |conn| Box::pin(leases::release(conn, lease)))
            .await
    }

    /// Takes later rules of time zones up, whether this is the leader or not: another process may have earlier ones.
    async fn compare_zones(&mut self) -> Result<(), StoreError> {
        let now = self.worker.clock.now();
        let is_time = self.zones_compared_at.is_none_or(|compared_at| {
            now < compared_at || COMPARE_ZONES_SECONDS <= now.seconds_since(compared_at)
        });
        if !is_time {
            return Ok(());
        }
        if let Some(data) = ZoneData::refresh() {
            tracing::info!(%data, "the time zone data has changed");
        }
        let taken = crate::run::take_up_zone_rules(&self.worker).await;
        let failed = taken.unwrap_or_else(Some);
        let early = COMPARE_ZONES_SECONDS - COMPARE_ZONES_AGAIN_SECONDS;
        self.zones_compared_at = Some(match failed {
            Some(_) => now.plus_seconds(-(early as i64)),
            None => now,
        });
        failed.map_or(Ok(()), Err)
    }

    async fn lead(&mut self) -> Result<Option<Lease>, StoreError> {
        let now = self.worker.clock.now();
        if let Some(Leading { lease, renewed_at }) = self.leading {
            if renewed_at <= now && now.seconds_since(renewed_at) < RENEW_AFTER_SECONDS {
                return Ok(Some(lease));
            }
            let held = self
                .worker
                .store
                .write(move |conn| Box::pin(leases::hold(conn, lease, now)))
                .await?;
            self.leading = held.then_some(Leading {
                lease,
                renewed_at: now,
            });
            return Ok(held.then_some(lease));
        }
        let is_free = self
            .worker
            .store
            .read(move |conn| Box::pin(leases::is_free(conn, LEADER, now)))
            .await?;
        if !is_free {
            return Ok(None);
        }
        let name = Arc::clone(&self.worker.name);
        let take = self.worker.store.write(move |conn| {
            Box::pin(async move { leases::take(conn, LEADER, &name, now).await })
        });
        let lease = take.await?;
        self.leading = lease.map(|lease| Leading {
            lease,
            renewed_at: now,
        });
        if lease.is_some() {
            tracing::info!("this process decides now what is due");
        }
        Ok(lease)
    }
}

/// Asks for what is due. False where the lease is another's.
async fn ask(
    store: &Store,
    lease: Lease,
    state: &WorkspaceState,
    due: Due,
    now: Instant,
) -> Result<bool, StoreError> {
    let ws = state.ws;
    let (night, a_run) = match due {
        Due::Night(night) => (night, true),
        Due::FirstNight(night) => (night, false),
        Due::Refresh => {
            let begun = store
                .write(move |conn| Box::pin(workspace_states::begin_refresh(conn, lease, ws, now)));
            return Ok(begun.await?.is_some());
        }
    };
    store
        .write(move |conn| {
            Box::pin(workspace_states::begin_night(
                conn,
                lease,
                (ws, night),
                a_run,
                now,
            ))
        })
        .await
}

/// What the rest of a process has of its scheduler. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Handle(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    wake: Notify,
    looks: watch::Sender<u64>,
}

impl Handle {
    /// Has it look at once: there is something to do, which it would else see within a second.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Returns once it has looked what is due, and could.
    pub async fn first_look(&self) {
        let mut looks = self.0.looks.subscribe();
        // The sender lives as long as this.
        let _ = looks.wait_for(|looks| *looks != 0).await;
    }
}

/// Decides what is due and does it, with `workers` at a time, until `stop` is true. Steps that have begun end at a day's edge:
/// `worker` has to know from its [`Throttle`](crate::run::Throttle) that the process ends.
pub async fn schedule(
    worker: Worker,
    rhythm: Schedule,
    workers: usize,
    handle: Handle,
    stop: watch::Receiver<bool>,
) {
    let (ticks, ticked) = watch::channel(0_u64);
    let mut tasks = JoinSet::new();
    tasks.spawn(ticks::every_second(ticks, handle.clone(), stop.clone()));
    let planner = Planner::new(worker.clone(), rhythm);
    let troubles: Vec<_> = (0..workers)
        .map(|_| planner.away.of_another_part())
        .collect();
    tasks.spawn(plan_until(planner, handle, ticked.clone(), stop.clone()));
    for trouble in troubles {
        tasks.spawn(work_until(
            worker.clone(),
            trouble,
            ticked.clone(),
            stop.clone(),
        ));
    }
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a part of the scheduler panicked; this process rolls up nothing more by itself");
        }
    }
}

async fn plan_until(
    mut planner: Planner,
    handle: Handle,
    mut ticks: watch::Receiver<u64>,
    mut stop: watch::Receiver<bool>,
) {
    let mut trouble = planner.away.of_another_part();
    while next(&mut ticks, &mut stop).await {
        let looked = planner.look().await;
        if looked.is_ok() {
            handle.0.looks.send_modify(|looks| *looks += 1);
        }
        trouble.note("what is due can't be decided", looked.map(drop));
    }
    if let Err(error) = planner.resign().await {
        tracing::debug!(%error, "the leader's lease could not be given back; it ends by itself");
    }
}

async fn work_until(
    worker: Worker,
    mut trouble: Trouble,
    mut ticks: watch::Receiver<u64>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        while work_once(&worker, &mut trouble, &stop).await {}
        if !next(&mut ticks, &mut stop).await {
            return;
        }
    }
}

/// One step in each workspace that has a run: a long one keeps no other waiting. Whether anything was done.
async fn work_once(worker: &Worker, trouble: &mut Trouble, stop: &watch::Receiver<bool>) -> bool {
    let Reached { found, failed } = match find_runs(worker).await {
        Ok(reached) => reached,
        Err(error) => {
            trouble.note("the runs can't be read", Err(error));
            return false;
        }
    };
    let (mut has_worked, mut outcome) = (false, failed.map_or(Ok(()), Err));
    for ws in found {
        if *stop.borrow() {
            return false;
        }
        let taken = worker.step(ws).await;
        has_worked |= matches!(taken, Ok(Step::Worked));
        outcome = outcome.and(taken.map(drop));
    }
    trouble.note("a rollup had to stop, and is tried again", outcome);
    has_worked
}

/// The workspaces that have a run, among those that can be reached.
async fn find_runs(worker: &Worker) -> Result<Reached<WorkspaceKey>, StoreError> {
    let at_once = worker
        .store
        .read(|conn| Box::pin(queue::list_workspaces(conn)))
        .await;
    let each = worker.store.or_in_each("runs", at_once, |conn, ws| {
        Box::pin(queue::find_workspace(conn, ws))
    });
    each.await
}

/// Waits for the next tick; false where it is time to stop.
async fn next(ticks: &mut watch::Receiver<u64>, stop: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        biased;
        _ = stop.wait_for(|stop| *stop) => false,
        ticked = ticks.changed() => ticked.is_ok(),
    }
}

/// Says once that something fails, and once that it works again. A lost database stops all parts of a scheduler, and is one
/// warning.
#[derive(Debug, Default)]
struct Trouble {
    is_there: bool,
    is_unavailable: bool,
    /// How many parts of this process can't reach the database.
    unavailable: Arc<AtomicUsize>,
}

impl Trouble {
    fn note(&mut self, what: &'static str, outcome: Result<(), StoreError>) {
        match outcome {
            Err(error) if !self.is_there => {
                self.is_there = true;
                self.is_unavailable = error.is_unavailable();
                if self.is_unavailable && self.unavailable.fetch_add(1, Ordering::Relaxed) > 0 {
                    tracing::debug!(%error, "{what}");
                } else {
                    tracing::warn!(%error, "{what}");
                }
            }
            Ok(()) if self.is_there => {
                self.is_there = false;
                if self.is_unavailable && self.unavailable.fetch_sub(1, Ordering::Relaxed) > 1 {
                    tracing::debug!("a part of the scheduler works again");
                } else {
                    tracing::info!("rolling up works again");
                }
            }
            Ok(()) | Err(_) => {}
        }
    }

    /// For another part of the same process, which has no trouble yet.
    fn of_another_part(&self) -> Self {
        Self {
            unavailable: Arc::clone(&self.unavailable),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_lost_the_same_database_count_as_one() {
        let lost = || Err(StoreError::Unavailable("gone".to_owned()));
        let mut planner = Trouble::default();
        let mut worker = planner.of_another_part();
        let unavailable = Arc::clone(&planner.unavailable);
        let count = || unavailable.load(Ordering::Relaxed);
        planner.note("planning", lost());
        worker.note("working", lost());
        worker.note("working", lost());
        assert_eq!(count(), 2);
        planner.note("planning", Ok(()));
        worker.note("working", Ok(()));
        worker.note("working", Ok(()));
        assert_eq!(count(), 0);
        worker.note("working", Err(StoreError::Database("a fault".to_owned())));
        assert_eq!(count(), 0, "another failure is told by itself");
        worker.note("working", Ok(()));
        assert_eq!(count(), 0);
    }
}
