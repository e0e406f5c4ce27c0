//! Redis as a cluster, and behind sentinels.

use std::{
    fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{DAYS, cold_node, conversation, conversations, recover, report, until_linked};
use crate::support::{
    app::Caseload,
    database::{Backend, Database},
    postgres::free_port,
    redis::{Running, until_cli_says},
};

/// Workspaces in the cluster: enough for more than one of its nodes.
const INSTALLATIONS: usize = 10;

#[tokio::test]
async fn a_cluster_keeps_each_workspace_on_one_of_its_nodes() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut nodes: Vec<(Running, String)> = (0..3).map(|_| node(&folder)).collect();
    let addresses: Vec<String> = nodes
        .iter()
        .map(|(_, port)| format!("127.0.0.1:{port}"))
        .collect();
    let mut made = Command::new("redis-cli");
    made.args(["--cluster", "create"])
        .args(&addresses)
        .arg("--cluster-yes");
    assert!(
        made.stdout(Stdio::null())
            .status()
            .expect("redis-cli runs")
            .success()
    );
    for (_, port) in &nodes {
        until_cli_says(&["-p", port, "CLUSTER", "INFO"], |said| {
            said.contains("cluster_state:ok")
        });
    }

    let url = format!("redis+cluster://{}", addresses[..2].join(","));
    let mut installations = Vec::new();
    for _ in 0..INSTALLATIONS {
        let caseload = acme(&url).await;
        report(&caseload).await;
        recover(&caseload).await;
        assert_eq!(
            conversations(&report(&from_redis(&caseload).await).await),
            36
        );
        installations.push(caseload);
    }
    let held = nodes.iter().filter(|(_, port)| keys(port) != 0).count();
    assert!(
        2 <= held,
        "{INSTALLATIONS} workspaces are on {held} of 3 nodes"
    );

    // A node that is gone costs time alone.
    nodes.pop();
    for caseload in &installations {
        caseload.import(&[conversation(1, "more")]).await;
        caseload.roll_up().await;
        let began = Instant::now();
        assert_eq!(conversations(&report(&caseload.another()).await), 37);
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
    }
}

#[tokio::test]
async fn the_master_that_sentinels_name_is_followed() {
    let folder = TempDir::new().expect("a temporary folder");
    let (first, first_port) = server(&folder, &[]);
    let (_second, second_port) = server(
        &folder,
        &["--replicaof", &format!("127.0.0.1 {first_port}")],
    );
    until_cli_says(&["-p", &first_port, "INFO", "replication"], |said| {
        said.contains("state=online")
    });
    let sentinel_port = free_port().to_string();
    // Nobody takes a pause of the machine for the end of a server.
    let settings = format!(
        "port {sentinel_port}\nsentinel monitor main 127.0.0.1 {first_port} 1\n\
         sentinel down-after-milliseconds main 60000\nsentinel failover-timeout main 3000\n"
    );
    let file = folder.path().join("sentinel.conf");
    fs::write(&file, settings).expect("a file");
    let _sentinel = Running::start(folder.path(), &[&file.display().to_string(), "--sentinel"]);
    until_cli_says(
        &["-p", &sentinel_port, "SENTINEL", "REPLICAS", "main"],
        |said| said.contains(&second_port),
    );

    let caseload = acme(&format!("redis+sentinel://127.0.0.1:{sentinel_port}/main")).await;
    report(&caseload).await;
    recover(&caseload).await;
    from_redis(&caseload).await;
    assert_ne!(keys(&first_port), 0);

    let soon = ["SENTINEL", "SET", "main", "down-after-milliseconds", "500"];
    until_cli_says(&[&["-p", &sentinel_port][..], &soon].concat(), |said| {
        said.trim() == "OK"
    });
    drop(first);
    caseload.import(&[conversation(1, "more")]).await;
    caseload.roll_up().await;
    assert_eq!(conversations(&report(&caseload).await), 37);
    until_cli_says(&["-p", &second_port, "ROLE"], |said| {
        said.starts_with("master")
    });
    until_used(&caseload).await;
}

/// Eight days of conversations, rolled up.
async fn acme(url: &str) -> Caseload {
    let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::sharing(
        Database::empty(Backend::Sqlite),
        url,
        chrono_tz::Europe::Rome,
        now,
    )
    .await;
    until_linked(&caseload).await;
    super::fill(&caseload).await;
    caseload
}

/// Another node, whose figures all come from Redis.
async fn from_redis(caseload: &Caseload) -> Caseload {
    let cold = cold_node(caseload).await;
    assert_eq!(conversations(&report(&cold).await), 36);
    let hits = cold.app.caches().hits();
    assert_eq!((hits.store, hits.redis), (0, DAYS));
    cold
}

async fn until_used(caseload: &Caseload) {
    let began = Instant::now();
    loop {
        let cold = caseload.another();
        report(&cold).await;
        recover(&cold).await;
        if cold.app.caches().hits().redis == DAYS {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn node(folder: &TempDir) -> (Running, String) {
    let (bus, file) = (
        free_port().to_string(),
        format!("nodes-{}.conf", free_port()),
    );
    server(
        folder,
        &[
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            &bus,
            "--cluster-config-file",
            &file,
        ],
    )
}

/// A server, and its port.
fn server(folder: &TempDir, settings: &[&str]) -> (Running, String) {
    let port = free_port().to_string();
    let usual = [
        "--port",
        &port,
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ];
    let running = Running::start(folder.path(), &[&usual[..], settings].concat());
    until_cli_says(&["-p", &port, "PING"], |said| said.trim() == "PONG");
    (running, port)
}

fn keys(port: &str) -> usize {
    let said = Command::new("redis-cli")
        .args(["-p", port, "DBSIZE"])
        .output()
        .expect("redis-cli runs");
    String::from_utf8_lossy(&said.stdout)
        .trim()
        .parse()
        .expect("a number")
}
