//! `caseload worker`

use caseload_schema::clock::Clock;

use super::{
    Outcome,
    demo::random_secret,
    open,
    serve::{listen, until_stopped},
    settings::Settings,
};
use crate::{
    app::App,
    config::Config,
    http::{self, ServerRole},
};

/// Runs rollups until it is stopped.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<Outcome> {
    let config = without_tokens(settings.load()?)?;
    let store = open::store(settings, &config).await?;
    let address = config.listen;
    let app = App::new(store, config, Clock::system())?;
    let listener = listen(address)?;
    let listening = listener.local_addr()?;
    until_stopped(|stop| async move {
        tracing::info!(address = %listening, "running rollups; health and metrics are served here");
        http::serve_as(ServerRole::RollingUp, listener, app, stop).await
    })
    .await
}

/// Nobody sends a worker a token: it needs no key to check them with, and takes one that nobody knows.
fn without_tokens(config: Config) -> anyhow::Result<Config> {
    Ok(Config {
        jwt_secret: Some(random_secret()?),
        jwt_public_key_file: None,
        jwks_file: None,
        ..config
    })
}
