//! Rolling up by itself: one leader decides what is due, all hands do it.
//!
//! A scheduler looks about once a second. What it does then follows from what is recorded and from what time it is, and from
//! nothing else: how often it looks, and whether it slept for a week, makes no difference.

mod ticks;

use std::sync::Arc;

use caseload_schema::{
    instant::Instant,
    store::{
        Store, StoreError,
        leases::{self, LEADER, LEASE_SECONDS, Lease},
        queue,
        survey::{self, Standing},
    },
};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use crate::{
    plan::{self, Due, Rhythm},
    run::{Hand, Step},
};

/// Decides what is due in all workspaces, as long as it is the leader of the installation.
#[derive(Debug)]
pub struct Planner {
    hand: Hand,
    rhythm: Rhythm,
    leading: Option<Leading>,
}

#[derive(Debug, Clone, Copy)]
struct Leading {
    lease: Lease,
    renewed_at: Instant,
}

/// The lease is renewed well before it ends, and not at each look: a renewal is a write.
const RENEW_AFTER_SECONDS: u64 = LEASE_SECONDS as u64 / 3;

impl Planner {
    /// A planner that is not the leader yet.
    pub fn new(hand: Hand, rhythm: Rhythm) -> Self {
        Self {
            hand,
            rhythm,
            leading: None,
        }
    }

    /// Asks for the runs that are due, where this is the leader or can become it. How many it asked for.
    pub async fn look(&mut self) -> Result<usize, StoreError> {
        let Some(lease) = self.lead().await? else {
            return Ok(0);
        };
        let store = &self.hand.store;
        let standings = store.snapshot(|conn| Box::pin(survey::list(conn))).await?;
        let mut asked = 0;
        for standing in standings {
            let Some(due) = plan::due(&standing, &self.rhythm, self.hand.clock.now()) else {
                continue;
            };
            if !ask(store, lease, &standing, due, self.hand.clock.now()).await? {
                self.leading = None;
                break;
            }
            asked += usize::from(!matches!(due, Due::FirstNight(_)));
        }
        Ok(asked)
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
        self.hand
            .store
            .write(move |conn| Box::pin(leases::release(conn, lease)))
            .await
    }

    async fn lead(&mut self) -> Result<Option<Lease>, StoreError> {
        let now = self.hand.clock.now();
        if let Some(Leading { lease, renewed_at }) = self.leading {
            if renewed_at <= now && now.seconds_since(renewed_at) < RENEW_AFTER_SECONDS {
                return Ok(Some(lease));
            }
            let held = self
                .hand
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
            .hand
            .store
            .read(move |conn| Box::pin(leases::is_free(conn, LEADER, now)))
            .await?;
        if !is_free {
            return Ok(None);
        }
        let name = Arc::clone(&self.hand.name);
        let take = self.hand.store.write(move |conn| {
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
    standing: &Standing,
    due: Due,
    now: Instant,
) -> Result<bool, StoreError> {
    let ws = standing.ws;
    let (night, a_run) = match due {
        Due::Night(night) => (night, true),
        Due::FirstNight(night) => (night, false),
        Due::Refresh => {
            let begun =
                store.write(move |conn| Box::pin(survey::begin_refresh(conn, lease, ws, now)));
            return Ok(begun.await?.is_some());
        }
    };
    store
        .write(move |conn| Box::pin(survey::begin_night(conn, lease, (ws, night), a_run, now)))
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

/// Decides what is due and does it, with `hands` at a time, until `stop` is true. Steps that have begun end at a day's edge:
/// `hand` has to know from its [`Pace`](crate::run::Pace) that the process ends.
pub async fn schedule(
    hand: Hand,
    rhythm: Rhythm,
    hands: usize,
    handle: Handle,
    stop: watch::Receiver<bool>,
) {
    let (ticks, ticked) = watch::channel(0_u64);
    let mut tasks = JoinSet::new();
    tasks.spawn(ticks::every_second(ticks, handle.clone(), stop.clone()));
    tasks.spawn(plan_until(
        Planner::new(hand.clone(), rhythm),
        handle,
        ticked.clone(),
        stop.clone(),
    ));
    for _ in 0..hands {
        tasks.spawn(work_until(hand.clone(), ticked.clone(), stop.clone()));
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
    let mut trouble = Trouble::default();
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

async fn work_until(hand: Hand, mut ticks: watch::Receiver<u64>, mut stop: watch::Receiver<bool>) {
    let mut trouble = Trouble::default();
    loop {
        while work_once(&hand, &mut trouble, &stop).await {}
        if !next(&mut ticks, &mut stop).await {
            return;
        }
    }
}

/// One step in each workspace that has a run: a long one keeps no other waiting. Whether anything was done.
async fn work_once(hand: &Hand, trouble: &mut Trouble, stop: &watch::Receiver<bool>) -> bool {
    let workspaces = match hand
        .store
        .read(|conn| Box::pin(queue::list_workspaces(conn)))
        .await
    {
        Ok(workspaces) => workspaces,
        Err(error) => {
            trouble.note("the runs can't be read", Err(error));
            return false;
        }
    };
    let (mut worked, mut failed) = (false, Ok(()));
    for ws in workspaces {
        if *stop.borrow() {
            return false;
        }
        let taken = hand.step(ws).await;
        worked |= matches!(taken, Ok(Step::Worked));
        failed = failed.and(taken.map(drop));
    }
    trouble.note("a rollup had to stop, and is tried again", failed);
    worked
}

/// Waits for the next tick; false where it is time to stop.
async fn next(ticks: &mut watch::Receiver<u64>, stop: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        biased;
        _ = stop.wait_for(|stop| *stop) => false,
        ticked = ticks.changed() => ticked.is_ok(),
    }
}

/// Says once that something fails, and once that it works again.
#[derive(Debug, Default)]
struct Trouble {
    is_there: bool,
}

impl Trouble {
    fn note(&mut self, what: &'static str, outcome: Result<(), StoreError>) {
        match outcome {
            Err(error) if !self.is_there => {
                self.is_there = true;
                tracing::warn!(%error, "{what}");
            }
            Ok(()) if self.is_there => {
                self.is_there = false;
                tracing::info!("rolling up works again");
            }
            Ok(()) | Err(_) => {}
        }
    }
}
