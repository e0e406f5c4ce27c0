//! `caseload serve`

use std::{future::Future, io, net::SocketAddr};

use anyhow::Context as _;
use caseload_schema::{clock::Clock, zone::ZoneData};
use clap::Args;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

use super::{Outcome, open, settings::Settings};
use crate::{
    app::App,
    http::{self, ServerRole},
};

/// Serves the API and the dashboard, and runs rollups.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Serves the API alone; other processes run the rollups.
    #[arg(long, env = "CASELOAD_NO_SCHEDULER")]
    no_scheduler: bool,
}

impl Serve {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let config = settings.load()?;
        let duty = if self.no_scheduler {
            ServerRole::Answering
        } else {
            ServerRole::Both
        };
        let store = open::store(settings, &config).await?;
        let address = config.listen;
        let app = App::new(store, config, Clock::system())?;
        app.caches().learn_workspaces().await?;
        let listener = listen(address)?;
        let listening = listener.local_addr()?;
        until_stopped(|stop| async move {
            tracing::info!(address = %listening, "listening");
            http::serve_as(duty, listener, app, stop).await
        })
        .await
    }
}

/// How many connections the system may hold until they are accepted. Of those that come at once beyond it, each tries again after
/// a second, or later. Linux takes no more than `net.core.somaxconn`, which is 4,096 since 5.4.
const BACKLOG: u32 = 4_096;

/// A listener at that address.
///
/// # Errors
///
/// Where nobody can listen there: the address is taken, or not of this machine.
pub(super) fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = || -> io::Result<TcpListener> {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()
        } else {
            TcpSocket::new_v6()
        }?;
        // A server that starts again finds the connections of the one before it still about to end.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bound()
        .with_context(|| format!("can't listen on {address}; choose another address with --listen"))
}

/// Runs a server until it ends. The first signal lets it drain, the second ends it at once.
pub(super) async fn until_stopped<F, Fut>(server: F) -> anyhow::Result<Outcome>
where
    F: FnOnce(CancellationToken) -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
    tracing::info!(data = %ZoneData::current(), "time zones are read");
    let stop = CancellationToken::new();
    let signals = async {
        signal().await?;
        tracing::info!("stopping; a second signal stops at once");
        stop.cancel();
        signal().await
    };
    // Signals first: they are caught before the server says that it is there.
    tokio::select! {
        biased;
        stopped = signals => stopped?,
        ended = server(stop.clone()) => ended?,
    }
    Ok(Outcome::Done)
}

/// Waits until the process is told to stop, by SIGTERM or Ctrl-C.
pub(super) async fn signal() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
