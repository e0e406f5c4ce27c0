//! Rollups of one process: its worker, its scheduler, and the repair of stored figures that can't be read.

mod health;
mod throttle;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use caseload_rollup::{
    plan::Schedule,
    run::{self, RunDays, RunRequest, Worker},
    schedule::{Handle, schedule},
};
use caseload_schema::{
    clock::Clock,
    id::WorkspaceKey,
    store::{Store, runs::RunKind},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::throttle::YieldToRequests;
pub use self::{health::SchedulerHealth, throttle::RequestGuard};
use crate::{
    cache::{Caches, Publisher, SnapshotFault},
    config::Config,
    error::ApiError,
    snapshot::Snapshot,
    telemetry::RunMetrics,
};

/// What a refresh asks for: the days whose facts have changed.
pub const REFRESH: RunRequest = RunRequest {
    kind: RunKind::Refresh,
    days: RunDays::Pending,
    requested_by: None,
};

/// A worker with these settings, for a command: it shares its process with no request.
pub fn worker(store: &Store, config: &Config, clock: &Clock) -> Worker {
    Worker::new(store.clone(), clock.clone())
        .comparing(config.nightly_sample_days)
        .cutting(config.rollup_piece_facts)
        .named(&process_name())
        .publishing_to(Arc::new(RunMetrics))
}

/// The machine and the number of this process.
fn process_name() -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = if machine.trim().is_empty() {
        "process"
    } else {
        machine.trim()
    };
    format!("{machine}/{}", std::process::id())
}

/// The rollups of a process that serves requests. Clones share everything.
#[derive(Debug, Clone)]
pub struct Rollups(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Arc<Config>,
    caches: Caches,
    handle: Handle,
    health: SchedulerHealth,
    throttle: Arc<YieldToRequests>,
    repairs: Mutex<HashMap<WorkspaceKey, Repair>>,
}

/// One repair of a workspace at a time. Those of workspaces that were ever damaged stay: there are few.
type Repair = Arc<tokio::sync::Mutex<()>>;

impl Rollups {
    /// Rollups of the store behind `caches`, which are told what changes. Steps end early once `stopping` is cancelled.
    pub fn new(
        config: Arc<Config>,
        caches: Caches,
        handle: Handle,
        stopping: CancellationToken,
    ) -> Self {
        Self(Arc::new(Inner {
            config,
            caches,
            handle,
            health: SchedulerHealth::default(),
            throttle: Arc::new(YieldToRequests::new(stopping)),
            repairs: Mutex::default(),
        }))
    }

    /// What rolls up in this process.
    pub fn worker(&self) -> Worker {
        let inner = &self.0;
        let publisher = Arc::new(Publisher::new(inner.caches.clone()));
        worker(inner.caches.store(), &inner.config, inner.caches.clock())
            .with_throttle(Arc::<YieldToRequests>::clone(&inner.throttle))
            .publishing_to(publisher)
    }

    /// Whether the scheduler has begun, if this process has one.
    pub fn health(&self) -> &SchedulerHealth {
        &self.0.health
    }

    /// Has rollups wait for a request until the guard is dropped.
    pub fn begin_request(&self) -> RequestGuard {
        self.0.throttle.begin()
    }

    /// Rolls up what is due until `stop`. Steps that have begun end at a day's edge.
    pub async fn run_until(&self, stop: CancellationToken) {
        // Never ends by itself: the `select!` below must end with the schedule, or it would cut off a step.
        let begun = async {
            self.0.handle.first_look().await;
            self.0.health.tick();
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = self.schedule(stop) => {}
            () = begun => {}
        }
    }

    async fn schedule(&self, stop: CancellationToken) {
        let config = &self.0.config;
        let interval = config.refresh_interval;
        let rhythm = Schedule {
            nightly_at: config.nightly_at.0,
            refresh_interval: (!interval.is_zero()).then_some(interval.duration()),
        };
        let (sender, receiver) = watch::channel(false);
        let stopping = async {
            stop.cancelled().await;
            sender.send_replace(true);
        };
        // Joined and not selected: after `stop`, the steps under way are still waited for.
        tokio::join!(
            schedule(
                self.worker(),
                rhythm,
                config.rollup_parallelism,
                self.0.handle.clone(),
                receiver
            ),
            stopping
        );
    }

    /// Does what lets a fresh snapshot succeed where `snapshot` did not: blocks that can't be read are made from the
    /// facts again. Requests that meet the same damage wait for one repair of their workspace, which goes on should they end
    /// before it.
    pub async fn recover(
        &self,
        snapshot: &Arc<Snapshot>,
        trouble: SnapshotFault,
    ) -> Result<(), ApiError> {
        if trouble == SnapshotFault::Superseded {
            return Ok(());
        }
        let rollups = self.clone();
        let snapshot = Arc::clone(snapshot);
        let repair = self
            .0
            .caches
            .tasks()
            .spawn(async move { rollups.repair(&snapshot, trouble).await });
        repair.await.map_err(|error| {
            tracing::error!(%error, "a repair panicked");
            ApiError::internal()
        })?
    }

    async fn repair(&self, snapshot: &Snapshot, trouble: SnapshotFault) -> Result<(), ApiError> {
        let inner = &self.0;
        let ws = snapshot.key();
        // The map is unlocked at the end of this statement: locked until the repair is done, it would block the repairs of
        // other workspaces, and a thread of the runtime with each.
        let repair = Arc::clone(
            inner
                .repairs
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(ws)
                .or_default(),
        );
        let _one_at_a_time = repair.lock().await;
        // Under the lock: another request or a run may have rebuilt them meanwhile.
        let SnapshotFault::Corrupt(mut days) = snapshot.remaining(trouble).await? else {
            return Ok(());
        };
        // The open conversations have no day, and every run writes them again if they differ. The mark on today makes another
        // process start such a run if this one ends before its own.
        if days.is_empty() {
            days.push(snapshot.today());
        }
        tracing::warn!(
            workspace = ws.0,
            days = days.len(),
            "rebuilding stored figures that can't be read"
        );
        // Marked before the run, which rebuilds marked days: if it fails, the marks stay for the next run.
        inner
            .caches
            .store()
            .mark_days(ws, &days, inner.caches.clock().now())
            .await?;
        run::run(&self.worker(), ws, REFRESH, &|_| ()).await?;
        Ok(())
    }
}
