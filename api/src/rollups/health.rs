//! Whether the scheduler has begun its work.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tokio::sync::watch;

/// The scheduler's first tick. If none is expected, none is overdue.
#[derive(Debug, Default)]
pub struct SchedulerHealth {
    expected: AtomicBool,
    came: watch::Sender<bool>,
}

impl SchedulerHealth {
    /// A scheduler starts in this process.
    pub fn expect(&self) {
        self.expected.store(true, Ordering::Relaxed);
    }

    /// It looks at what is due.
    pub fn tick(&self) {
        self.came.send_replace(true);
    }

    /// Whether a tick is expected that does not come within `time` either.
    pub async fn is_overdue(&self, time: Duration) -> bool {
        let mut came = self.came.subscribe();
        let first = async { came.wait_for(|came| *came).await.is_ok() };
        self.expected.load(Ordering::Relaxed) && tokio::time::timeout(time, first).await.is_err()
    }
}
