//! What those who read notice of a rebuild of everything that the same process does.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use caseload_api::{
    app::App,
    http::{ServerRole, serve_as},
};
use caseload_schema::store::Store;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::latency::{self, Latency, Requests};

/// Reports a second: what some dozens of people who look at dashboards ask for.
pub(crate) const RATE: u32 = 10;
/// Enough for the 99th percentile to be that of several requests.
const TIMES: u32 = 500;
/// As many as a browser opens to one server, for some browsers.
const CONNECTIONS: u32 = 24;
/// How often it is asked whether a rebuild is done.
const LOOK: Duration = Duration::from_millis(200);

/// Latencies of the same requests at the same rate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside {
    pub(crate) idle: Latency,
    pub(crate) rebuilding: Latency,
    /// Rebuilds of everything that began meanwhile, one after the other.
    pub(crate) rebuilds: u32,
}

/// Reports at a steady rate, without and with rebuilds of the large workspace. `None` where there is no `oha`.
pub(crate) async fn measure(store: &Store) -> anyhow::Result<Option<Beside>> {
    let app = latency::app(store)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let requests = Requests::to(listener.local_addr()?)?;
    let requests = Requests {
        times: TIMES,
        connections: CONNECTIONS,
        rate: Some(RATE),
        ..requests
    };
    let stop = CancellationToken::new();
    let measuring = async {
        let measured = compare(&app, &requests).await;
        stop.cancel();
        measured
    };
    let (served, measured) = tokio::join!(
        serve_as(ServerRole::Both, listener, app.clone(), stop.clone()),
        measuring
    );
    served?;
    measured
}

async fn compare(app: &App, requests: &Requests) -> anyhow::Result<Option<Beside>> {
    // What is asked first is not in memory yet.
    Requests {
        times: 5,
        rate: None,
        ..requests.clone()
    }
    .send()
    .await?;
    let Some(idle) = requests.send().await? else {
        return Ok(None);
    };
    let done = CancellationToken::new();
    let asking = async {
        let latency = requests.send().await;
        done.cancel();
        latency
    };
    let (rebuilding, rebuilds) = tokio::join!(asking, rebuild_until(&done, app));
    let rebuilding = rebuilding?.context("oha was there before")?;
    Ok(Some(Beside {
        idle,
        rebuilding,
        rebuilds: rebuilds?,
    }))
}

/// Rebuilds everything, and again, until `done` and the last one has ended; gives how many.
async fn rebuild_until(done: &CancellationToken, app: &App) -> anyhow::Result<u32> {
    let mut rebuilds = 0;
    while !done.is_cancelled() {
        let asked = ask(app, "mutation { rebuildRollups { id state } }").await?;
        rebuilds += 1;
        let id = asked["rebuildRollups"]["id"]
            .as_str()
            .context("a run has an id")?
            .to_owned();
        let look = format!("{{ rollupRun(id: \"{id}\") {{ state error }} }}");
        loop {
            tokio::time::sleep(LOOK).await;
            let run = ask(app, &look).await?;
            match run["rollupRun"]["state"].as_str() {
                Some("SUCCEEDED") => break,
                Some("QUEUED" | "RUNNING") => {}
                _ => anyhow::bail!("the rebuild did not succeed: {run}"),
            }
        }
    }
    Ok(rebuilds)
}

async fn ask(app: &App, query: &str) -> anyhow::Result<Value> {
    let mut answer: Value = serde_json::from_slice(&latency::post(app, query).await?)?;
    ensure!(answer["errors"].is_null(), "{answer}");
    Ok(answer["data"].take())
}
