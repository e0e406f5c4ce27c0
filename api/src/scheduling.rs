//! Rolling up beside everything else that a process does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use caseload_rollup::{
    plan::Rhythm,
    run::{Hand, Pace, RunDays, RunRequest},
    schedule::{Handle, schedule},
};
use caseload_schema::{
    clock::Clock,
    store::{Store, runs::RunKind},
};
use futures::future::BoxFuture;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{app::App, config::Config, telemetry::RunMetrics};

/// What a refresh asks for: the days whose facts have changed.
pub const REFRESH: RunRequest = RunRequest {
    kind: RunKind::Refresh,
    days: RunDays::Pending,
    requested_by: None,
};

/// A hand as the settings want it.
pub fn hand(store: &Store, config: &Config, clock: &Clock) -> Hand {
    Hand::new(store.clone(), clock.clone())
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

/// Rolls up what is due beside an application until `stop`, and tells it when that has begun.
pub async fn beside(app: App, stop: CancellationToken) {
    let begun = async {
        app.scheduler().first_look().await;
        app.ticks().tick();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = run(app.hand(), app.config(), app.scheduler().clone(), stop) => {}
        () = begun => {}
    }
}

/// Rolls up what is due until `stop`. Steps that have begun end at a day's edge.
async fn run(hand: Hand, config: &Config, handle: Handle, stop: CancellationToken) {
    let interval = config.refresh_interval;
    let rhythm = Rhythm {
        nightly_at: config.nightly_at.0,
        refresh_interval: (!interval.is_zero()).then_some(interval.duration()),
    };
    let (sender, receiver) = watch::channel(false);
    let stopping = async {
        stop.cancelled().await;
        sender.send_replace(true);
    };
    tokio::join!(
        schedule(hand, rhythm, config.rollup_parallelism, handle, receiver),
        stopping
    );
}

/// Requests come first: rollups wait a little while any is under way.
#[derive(Debug)]
pub struct Courtesy {
    requests: Arc<AtomicUsize>,
    stopping: CancellationToken,
}

/// A request that is under way until this is dropped.
#[derive(Debug)]
pub struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How long a step waits at a time, and how often at most: long enough for a dashboard's requests, short enough for a rollup to go on where
/// there is never a quiet moment.
const WAIT: Duration = Duration::from_millis(10);
const WAITS: usize = 20;

impl Courtesy {
    /// Of a process that ends with `stopping`.
    pub fn new(stopping: CancellationToken) -> Self {
        Self {
            requests: Arc::default(),
            stopping,
        }
    }

    /// Counts a request.
    pub fn begin(&self) -> UnderWay {
        self.requests.fetch_add(1, Ordering::Relaxed);
        UnderWay(Arc::clone(&self.requests))
    }
}

impl Pace for Courtesy {
    fn pause(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            for _ in 0..WAITS {
                if self.requests.load(Ordering::Relaxed) == 0 || self.stopping.is_cancelled() {
                    return;
                }
                tokio::time::sleep(WAIT).await;
            }
        })
    }

    fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }
}
