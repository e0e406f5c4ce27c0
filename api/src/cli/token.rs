//! `caseload token`

use std::time::Duration;

use anyhow::bail;
use caseload_schema::clock::Clock;
use clap::Args;

use super::{Outcome, open, settings::Settings};
use crate::{auth::TokenKeys, config::Interval};

/// Signs a token with the configured secret, and prints nothing but the token.
#[derive(Debug, Args)]
pub(super) struct Token {
    /// The workspace's id; not needed if there is only one workspace.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    /// The member's id. The token carries no role: each request uses the member's role at that time.
    #[arg(long, env = "CASELOAD_MEMBER", value_name = "ID")]
    member: String,
    /// How long the token is valid.
    #[arg(long, env = "CASELOAD_TTL", default_value = "1h", value_name = "TIME")]
    ttl: Interval,
}

impl Token {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let config = settings.load()?;
        if config.jwt_secret.is_none() {
            bail!(
                "caseload token needs jwt_secret (CASELOAD_JWT_SECRET), which is not set; with public keys, your login service signs the tokens"
            );
        }
        if self.ttl.duration() < Duration::from_secs(1) {
            bail!("--ttl: a token must be valid for at least one second; write a time such as 1h");
        }
        let store = open::store(settings, &config).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        open::member(&store, &workspace, &self.member).await?;
        let now = Clock::system().now();
        let keys = TokenKeys::new(&config, now)?;
        let ttl_seconds = self.ttl.duration().as_secs();
        println!(
            "{}",
            keys.sign(&workspace.id, &self.member, now, ttl_seconds)?
        );
        Ok(Outcome::Done)
    }
}
