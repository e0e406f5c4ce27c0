//! `caseload login-link`

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::ensure;
use caseload_schema::clock::Clock;
use clap::Args;

use super::{Outcome, open, settings::Settings};
use crate::{auth::make_login_link, config::Interval};

/// A link that is lost is worth little after that time.
const MAX_TTL: Duration = Duration::from_hours(7 * 24);

/// Makes a link that signs a member in to the dashboard once, and prints nothing but the link.
#[derive(Debug, Args)]
pub(super) struct LoginLink {
    /// The workspace's id; not needed if there is only one workspace.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    /// The member's id.
    #[arg(long, env = "CASELOAD_MEMBER", value_name = "ID")]
    member: String,
    /// How long the link works, at most 7d.
    #[arg(long, env = "CASELOAD_TTL", default_value = "15m", value_name = "TIME")]
    ttl: Interval,
}

impl LoginLink {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let config = settings.load()?;
        let ttl = self.ttl.duration();
        ensure!(
            Duration::from_secs(1) <= ttl && ttl <= MAX_TTL,
            "--ttl: a link works for at least 1s and at most 7d; write a time such as 15m"
        );
        let store = open::store(settings, &config).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        let member = open::member(&store, &workspace, &self.member).await?;
        let ends = Clock::system().now().plus_seconds(ttl.as_secs() as i64);
        let link = make_login_link(&store, &workspace, member.key, ends).await?;
        let address = match &config.public_url {
            Some(url) => url.clone(),
            None => format!("http://{}", reachable(config.listen)),
        };
        println!("{address}/auth/link#{link}");
        Ok(Outcome::Done)
    }
}

/// Where a browser of this machine reaches a server that listens at `address`: all addresses are none that one can go to.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}
