//! `caseload token`

use anyhow::bail;
use caseload_schema::clock::Clock;
use clap::Args;

use super::{Outcome, settings::Settings};
use crate::{auth::TokenKeys, config::Interval};

/// Signs a token with the configured secret, and prints it alone.
#[derive(Debug, Args)]
pub(super) struct Token {
    /// The workspace's id.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: String,
    /// The member's id. The role is the one that they have when the token is used.
    #[arg(long, env = "CASELOAD_MEMBER", value_name = "ID")]
    member: String,
    /// How long it holds.
    #[arg(long, env = "CASELOAD_TTL", default_value = "1h", value_name = "TIME")]
    ttl: Interval,
}

impl Token {
    pub(super) fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let config = settings.load()?;
        if config.jwt_secret.is_none() {
            bail!(
                "caseload token signs with jwt_secret (CASELOAD_JWT_SECRET) alone, which is not set: with public keys, tokens come from your login"
            );
        }
        let now = Clock::system().now();
        let keys = TokenKeys::new(&config, now)?;
        let ttl_seconds = self.ttl.duration().as_secs();
        println!(
            "{}",
            keys.sign(&self.workspace, &self.member, now, ttl_seconds)?
        );
        Ok(Outcome::Done)
    }
}
