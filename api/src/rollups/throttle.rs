//! Requests before rollups: a rollup of the same process waits a little while a request is served.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use caseload_rollup::run::Throttle;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

/// A throttle of rollups: they wait a little while a request is served.
#[derive(Debug)]
pub(super) struct YieldToRequests {
    requests: Arc<AtomicUsize>,
    stopping: CancellationToken,
}

/// A request that is being served until this is dropped.
#[derive(Debug)]
pub struct RequestGuard(Arc<AtomicUsize>);

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How long a step waits at a time, and how often at most: long enough for a dashboard's requests, short enough for a rollup to
/// go on if there is never a quiet moment.
const WAIT: Duration = Duration::from_millis(10);
const WAITS: usize = 20;

impl YieldToRequests {
    /// Of a process that ends with `stopping`.
    pub(super) fn new(stopping: CancellationToken) -> Self {
        Self {
            requests: Arc::default(),
            stopping,
        }
    }

    /// Counts a request.
    pub(super) fn begin(&self) -> RequestGuard {
        self.requests.fetch_add(1, Ordering::Relaxed);
        RequestGuard(Arc::clone(&self.requests))
    }
}

impl Throttle for YieldToRequests {
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
