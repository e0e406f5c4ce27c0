//! The server's life: from a bound listener to the last answer.

use std::time::Duration;

use axum::Router;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{
    connections::{self, ConnectionLimits},
    rlimit,
};
use crate::{app::App, telemetry::metrics};

/// How often what was measured is brought into the form that is read: it takes memory until then.
const UPKEEP: Duration = Duration::from_secs(5);

/// What a process is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerRole {
    /// To answer: others roll up.
    Answering,
    /// To answer, and to roll up.
    Both,
    /// To roll up, and to tell how it is.
    RollingUp,
}

impl ServerRole {
    const fn rolls_up(self) -> bool {
        !matches!(self, Self::Answering)
    }

    fn router(self, app: &App) -> Router {
        match self {
            Self::Answering | Self::Both => super::router(app.clone()),
            Self::RollingUp => super::health_router(app.clone()),
        }
    }
}

/// Serves the API alone until `shutdown`; see [`serve_as`].
pub async fn serve(
    listener: TcpListener,
    app: App,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    serve_as(ServerRole::Answering, listener, app, shutdown).await
}

/// Serves, and rolls up in between, until `shutdown`. Then connections that stay open are closed properly, requests that are
/// under way end, and so does the step of a rollup that has begun; what has not ended after `drain_timeout` is dropped.
pub async fn serve_as(
    duty: ServerRole,
    listener: TcpListener,
    app: App,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let mut background = JoinSet::new();
    if duty.rolls_up() {
        app.rollups().health().expect();
        let rollups = app.rollups().clone();
        let stop = shutdown.clone();
        background.spawn(async move { rollups.run_until(stop).await });
    }
    background.spawn(upkeep(shutdown.clone()));
    let (tasks, stopping, drain) = (
        app.tasks().clone(),
        app.stopping().clone(),
        app.config().drain_timeout.duration(),
    );
    let (router, config) = (duty.router(&app), app.config());
    rlimit::make_room(config.max_connections);
    let allowed = ConnectionLimits {
        connections: config.max_connections,
        headers: config.header_timeout.duration(),
    };
    let overdue = async {
        shutdown.cancelled().await;
        stopping.cancel();
        tokio::time::sleep(drain).await;
    };
    let ended = async {
        connections::accept(listener, router, allowed, &shutdown).await;
        while background.join_next().await.is_some() {}
        tasks.close();
        tasks.wait().await;
    };
    tokio::select! {
        () = ended => {}
        () = overdue => {
            tracing::warn!(seconds = drain.as_secs_f64(), "what was under way has not ended within drain_timeout, and is dropped");
        }
    }
    Ok(())
}

async fn upkeep(shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(UPKEEP);
    while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        metrics::recorded().run_upkeep();
    }
}
