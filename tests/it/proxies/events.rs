//! Events come through nginx when they happen, and signs of life in between.

use std::{process::Stdio, time::Duration};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::Command,
    time::{sleep, timeout},
};

use super::proxy::{BARE_NGINX, CADDY, NGINX, Proxy, curl};
use crate::{
    access::acme,
    front::server::Server,
    support::{
        app::{Caseload, token},
        database::Backend,
    },
};

const QUERY: &str = "subscription { rollupStatus { pendingDays } }";

/// Twice the time after which a sign of life is due.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn events_and_signs_of_life_come_through_proxies_at_once() {
    let caseload = acme(Backend::Sqlite).await;
    let server = Server::start(&caseload).await;
    let upstream = server.address.to_string();
    let proxies = [
        ("nginx as shown", Proxy::nginx(NGINX, &upstream)),
        (
            "nginx with its defaults",
            Proxy::nginx(BARE_NGINX, &upstream),
        ),
        ("Caddy as shown", Proxy::caddy(CADDY, &upstream)),
    ];
    let listening = proxies.iter().map(|(name, proxy)| listen(name, proxy));
    tokio::select! {
        _ = futures::future::join_all(listening) => {}
        () = change(&caseload) => {}
    }
    server.stop().await;
}

/// Changes figures again and again, once a sign of life was due.
async fn change(caseload: &Caseload) {
    for day in 1.. {
        sleep(Duration::from_secs(if day == 1 { 20 } else { 1 })).await;
        let at = format!("2026-01-{:02}T09:00:00Z", day % 28 + 1);
        let one = json!({"type": "conversation", "id": format!("new-{day}"), "customer_id": "k", "created_at": at});
        caseload.import(&[one]).await;
        caseload.roll_up().await;
    }
}

async fn listen(name: &str, proxy: &Proxy) {
    let authorization = format!("Authorization: Bearer {}", token("owner"));
    let body = json!({"query": QUERY}).to_string();
    let url = proxy.url("/graphql");
    let json = ["--header", "Content-Type: application/json"];
    let events = ["--header", "Accept: text/event-stream"];
    let rest = ["--header", &authorization, "--data", &body, &url];
    let mut child = Command::from(curl(&[&json[..], &events, &rest].concat()))
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("curl");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    for awaited in [":", "event: next"] {
        let found = timeout(PATIENCE, async {
            while let Some(line) = lines.next_line().await.expect("text") {
                if line.starts_with(awaited) {
                    return true;
                }
            }
            false
        });
        assert_eq!(found.await, Ok(true), "{name}: no {awaited:?}");
    }
}
