//! The tick: once a second, and nothing but that.

use std::{sync::Arc, time::Duration};

use tokio::sync::{Notify, watch};
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

use super::Handle;

const EVERY_SECOND: &str = "* * * * * *";

/// Cron counts on the system's clock, so that its next tick is an hour away where that was set back by an hour. After so long
/// without one there is a tick all the same.
const WITHOUT_CRON: Duration = Duration::from_secs(2);

/// Ticks about once a second, and when something wakes it, until `stop` is true or nobody listens.
pub(super) async fn every_second(
    ticks: watch::Sender<u64>,
    handle: Handle,
    mut stop: watch::Receiver<bool>,
) {
    let second = Arc::new(Notify::new());
    let cron = start(Arc::clone(&second)).await;
    if let Err(error) = &cron {
        tracing::warn!(%error, seconds = WITHOUT_CRON.as_secs(), "cron does not start; a plain timer ticks instead");
    }
    loop {
        ticks.send_modify(|count| *count += 1);
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            () = ticks.closed() => break,
            () = second.notified() => {}
            () = handle.0.wake.notified() => {}
            () = tokio::time::sleep(WITHOUT_CRON) => {}
        }
    }
    if let Ok(mut cron) = cron
        && let Err(error) = cron.shutdown().await
    {
        tracing::debug!(%error, "cron did not stop");
    }
}

async fn start(second: Arc<Notify>) -> Result<JobScheduler, JobSchedulerError> {
    let cron = JobScheduler::new().await?;
    cron.add(Job::new(EVERY_SECOND, move |_, _| second.notify_one())?)
        .await?;
    cron.start().await?;
    Ok(cron)
}
