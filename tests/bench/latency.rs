//! How long the team performance report of the large workspace takes.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use axum::{
    body::{Body, Bytes},
    http::Request,
};
use caseload_api::{
    app::App,
    auth::TokenKeys,
    config::{Config, Secret},
    http,
};
use caseload_schema::store::Store;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::{net::TcpListener, process::Command};
use tower::ServiceExt as _;

use super::tasks;

const SECRET: &str = "a secret that only this benchmark knows";

/// Figures, those of the period before, a daily series, the leaderboard of everyone with both medians, the top labels.
pub(crate) const REPORT: &str = "{
  team(period: {preset: LAST_90_DAYS}) {
    metrics { ...Figures }
    previous { metrics { ...Figures } }
    series(by: DAY) { from to backlog metrics { ...Figures } }
    leaderboard(by: CLOSED) {
      rank value isTopPerformer
      report { member { id name } metrics {
        conversations closed replies firstResponse { median } closingTime { median } ratings { average }
      } }
    }
    topLabels { label { title } conversations share }
  }
}
fragment Figures on Metrics {
  conversations messages customers newCustomers unanswered closed winRate
  firstResponse { count mean median p90 } closingTime { count mean median p90 } ratings { count average satisfied }
}";

/// Everyone's figures by label and month of a year: all rows are found, a thousand are shown.
pub(crate) const BREAKDOWN: &str = "{
  breakdown(
    by: [{dimension: MEMBER}, {dimension: LABEL}, {dimension: MONTH}]
    period: {preset: LAST_YEAR}
    orderBy: FIRST_RESPONSE_MEDIAN
    first: 1000
  ) {
    totalCount
    nodes { keys { id name } metrics { conversations customers closed firstResponse { median } } }
  }
}";

/// Median and 99th percentile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Latency {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// Processor time for each request.
    pub(crate) cpu: Duration,
}

/// The report with nothing in memory: each time a new application over the same store.
pub(crate) async fn cold(store: &Store, times: u32) -> anyhow::Result<Latency> {
    let mut apps = Vec::new();
    for _ in 0..times {
        apps.push(app(store)?);
    }
    let mut apps = apps.into_iter();
    time(times, REPORT, || apps.next().expect("one for each time")).await
}

/// The same query again and again.
pub(crate) async fn warm(store: &Store, times: u32, query: &str) -> anyhow::Result<Latency> {
    let app = app(store)?;
    ask(&app, query).await?;
    time(times, query, || app.clone()).await
}

/// The report through HTTP, one request at a time. `None` where there is no `oha`.
pub(crate) async fn http(store: &Store, times: u32) -> anyhow::Result<Option<Latency>> {
    let app = app(store)?;
    ask(&app, REPORT).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let asked = Requests {
        times,
        ..Requests::to(listener.local_addr()?)?
    };
    tokio::select! {
        served = async { axum::serve(listener, http::router(app.clone())).await } => anyhow::bail!("the server ended: {served:?}"),
        latency = asked.send() => latency,
    }
}

/// Requests for the report that `oha` sends to a server.
#[derive(Debug, Clone)]
pub(crate) struct Requests {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) times: u32,
    pub(crate) connections: u32,
    /// How many a second; as fast as they are answered where it is `None`.
    pub(crate) rate: Option<u32>,
}

impl Requests {
    /// One, on one connection.
    pub(crate) fn to(address: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self {
            url: format!("http://{address}/graphql"),
            token: token()?,
            times: 1,
            connections: 1,
            rate: None,
        })
    }

    /// How long the answers took; all must be good ones. `None` where there is no `oha`.
    pub(crate) async fn send(&self) -> anyhow::Result<Option<Latency>> {
        if Command::new("oha").arg("--version").output().await.is_err() {
            return Ok(None);
        }
        let mut oha = Command::new("oha");
        oha.args([
            "--no-tui",
            "--output-format",
            "json",
            "-m",
            "POST",
            "-n",
            &self.times.to_string(),
        ]);
        oha.args(["-c", &self.connections.to_string()]);
        if let Some(rate) = self.rate {
            // Latency from when a request was due, not from when there was a connection for it.
            oha.args(["-q", &rate.to_string(), "--latency-correction"]);
        }
        oha.args([
            "-H",
            "content-type: application/json",
            "-H",
            &format!("authorization: Bearer {}", self.token),
        ]);
        oha.args(["-d", &json!({"query": REPORT}).to_string(), &self.url]);
        let output = oha.output().await?;
        ensure!(
            output.status.success(),
            "oha: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let said: Value = serde_json::from_slice(&output.stdout).context("oha printed no JSON")?;
        let codes = &said["statusCodeDistribution"];
        ensure!(
            codes
                .as_object()
                .is_some_and(|codes| codes.keys().all(|code| code == "200")),
            "oha: {codes}"
        );
        ensure!(
            said["summary"]["successRate"] == 1.0,
            "oha: {}",
            said["errorDistribution"]
        );
        let percentile = |name: &str| {
            said["latencyPercentiles"][name]
                .as_f64()
                .map(Duration::from_secs_f64)
                .context("none")
        };
        Ok(Some(Latency {
            p50: percentile("p50")?,
            p99: percentile("p99")?,
            cpu: Duration::ZERO,
        }))
    }
}

async fn time(times: u32, query: &str, mut next: impl FnMut() -> App) -> anyhow::Result<Latency> {
    let mut taken = Vec::new();
    let cpu_before = cpu_time()?;
    for _ in 0..times {
        let app = next();
        let started = Instant::now();
        ask(&app, query).await?;
        taken.push(started.elapsed());
    }
    let cpu = cpu_time()?.saturating_sub(cpu_before) / times;
    taken.sort_unstable();
    let at = |share: f64| taken[(share * (taken.len() - 1) as f64).round() as usize];
    Ok(Latency {
        p50: at(0.5),
        p99: at(0.99),
        cpu,
    })
}

/// An application that knows nothing yet.
pub(crate) fn app(store: &Store) -> anyhow::Result<App> {
    App::new(store.clone(), config(), tasks::clock())
}

fn config() -> Config {
    Config {
        jwt_secret: Some(Secret::new(SECRET)),
        ..Config::default()
    }
}

/// For the owner of the large workspace.
pub(crate) fn token() -> anyhow::Result<String> {
    let now = tasks::clock().now();
    TokenKeys::new(&config(), now)?.sign("w0", "m0", now, 3_600)
}

async fn ask(app: &App, query: &str) -> anyhow::Result<()> {
    let body = post(app, query).await?;
    let is_whole = [&br#"{"data":{"team":{"#[..], br#"{"data":{"breakdown":{"#]
        .iter()
        .any(|whole| body.starts_with(whole));
    ensure!(
        is_whole,
        "{}",
        String::from_utf8_lossy(&body[..body.len().min(500)])
    );
    Ok(())
}

/// What a GraphQL request is answered, without HTTP.
pub(crate) async fn post(app: &App, query: &str) -> anyhow::Result<Bytes> {
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", token()?))
        .body(Body::from(json!({"query": query}).to_string()))?;
    let response = http::router(app.clone()).oneshot(request).await?;
    Ok(response.into_body().collect().await?.to_bytes())
}

/// User and system time of this process.
pub(crate) fn cpu_time() -> anyhow::Result<Duration> {
    /// The unit of these figures on Linux.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat")
        .context("processor time is read on Linux alone")?;
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|field| field.parse::<f64>().ok())
            .context("no processor time")
    };
    Ok(Duration::from_secs_f64(
        (ticks(11)? + ticks(12)?) / TICKS_PER_SECOND,
    ))
}
