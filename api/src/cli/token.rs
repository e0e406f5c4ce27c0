//! `caseload token`

use anyhow::Context as _;
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
        let secret = config.jwt_secret.as_ref().context("no key to sign with; set jwt_secret (CASELOAD_JWT_SECRET)")?;
        let keys = TokenKeys::new(secret.expose(), &config)?;
        let ttl_seconds = self.ttl.duration().as_secs();
        println!("{}", keys.sign(&self.workspace, &self.member, Clock::system().now(), ttl_seconds)?);
        Ok(Outcome::Done)
    }
}
