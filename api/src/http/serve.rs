//! The server's life: from a bound listener to the last answer.

use anyhow::Context as _;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::limits::DRAIN;
use crate::{app::App, refresh};

/// Serves, and refreshes figures in between, until `shutdown`. Then requests that are under way end, and a refresh that has
/// begun; what has not ended after [`DRAIN`] is dropped.
pub async fn serve(listener: TcpListener, app: App, shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut background = JoinSet::new();
    let interval = app.config().refresh_interval;
    if !interval.is_zero() {
        background.spawn(refresh::every(app.clone(), interval.duration(), shutdown.clone()));
    }
    let tasks = app.tasks().clone();
    let server = axum::serve(listener, app.router()).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let stopping = app.stopping().clone();
    let overdue = async {
        shutdown.cancelled().await;
        stopping.cancel();
        tokio::time::sleep(DRAIN).await;
    };
    let ended = async {
        server.await.context("the server failed")?;
        shutdown.cancel();
        while background.join_next().await.is_some() {}
        tasks.close();
        tasks.wait().await;
        Ok(())
    };
    tokio::select! {
        result = ended => result,
        () = overdue => {
            tracing::warn!(seconds = DRAIN.as_secs(), "requests were still under way at the end of the time for draining");
            Ok(())
        }
    }
}
