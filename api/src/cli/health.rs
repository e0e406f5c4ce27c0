//! `caseload health`

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context as _, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Outcome, settings::Settings};

/// Asks the server that listens at `listen` whether it is alive: for containers, which have nothing else to ask with.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<Outcome> {
    let address = reachable(settings.load()?.listen);
    let mut stream = TcpStream::connect(address).await.with_context(|| {
        format!(
            "no server listens at {address}; start one with caseload serve, or name its \
                 address with --listen"
        )
    })?;
    stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.take(1 << 10).read_to_end(&mut answer).await?;
    ensure!(
        answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200"),
        "the server at {address} did not answer /healthz with status 200"
    );
    println!("ok");
    Ok(Outcome::Done)
}

/// Where a server on this machine is reached that listens on all of its addresses.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
