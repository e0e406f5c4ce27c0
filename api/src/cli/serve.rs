//! `caseload serve`

use std::{future::Future, net::SocketAddr};

use anyhow::Context as _;
use caseload_schema::clock::Clock;
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Outcome, open, settings::Settings};
use crate::{
    app::App,
    http::{self, Duty},
};

/// Serves the API, and rolls up what is due.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The API only: others roll up.
    #[arg(long, env = "CASELOAD_NO_SCHEDULER")]
    no_scheduler: bool,
}

impl Serve {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let config = settings.load()?;
        let duty = if self.no_scheduler { Duty::Answering } else { Duty::Both };
        let store = open::store(settings, &config).await?;
        let address = config.listen;
        let app = App::new(store, config, Clock::system())?;
        app.caches().learn_workspaces().await?;
        let listener = listen(address).await?;
        let listening = listener.local_addr()?;
        until_stopped(|stop| async move {
            tracing::info!(address = %listening, "listening");
            http::serve_as(duty, listener, app, stop).await
        })
        .await
    }
}

/// A listener at that address.
pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).await;
    listener.with_context(|| format!("can't listen on {address}; choose another address with --listen"))
}

/// Runs a server until it ends. The first signal lets it drain, the second ends it at once.
pub(super) async fn until_stopped<F, Fut>(server: F) -> anyhow::Result<Outcome>
where
    F: FnOnce(CancellationToken) -> Fut,
    Fut: Future<Output = anyhow::Result<()>>,
{
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

async fn signal() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
