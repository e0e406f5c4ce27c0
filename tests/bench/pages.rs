//! What a page of `dailyRollups` costs, beside the same rows as NDJSON.

use std::time::Duration;

use anyhow::ensure;
use axum::{body::Body, http::Request};
use caseload_api::app::App;
use caseload_schema::{day::Day, store::Store};
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use super::{
    generate,
    latency::{app, cpu_time, token},
};

/// Requests of each kind.
const TIMES: u32 = 60;

/// All columns that exports have.
const PAGE: &str = "query($period: PeriodInput, $first: Int) {
  dailyRollups(period: $period, first: $first) { nodes {
    day member { id name } backlog rolledUpAt
    metrics {
      conversations labeledConversations messages inboundMessages replies customers newCustomers unanswered closed won lost
      winRate followUpsCompleted
      firstResponse { count mean median p90 } closingTime { count mean median p90 } ratings { count average satisfied }
    }
  } pageInfo { hasNextPage endCursor } }
}";

/// What it costs to read some rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pages {
    /// A hundred rows and a thousand, of the latest days.
    pub(crate) hundred: Duration,
    pub(crate) thousand: Duration,
    /// A thousand rows of the first days: everything later tells what was open then.
    pub(crate) earliest: Duration,
    /// A thousand rows of the latest days as NDJSON.
    pub(crate) exported: Duration,
}

/// Processor time, with everything in memory.
pub(crate) async fn measure(store: &Store, members: u32) -> anyhow::Result<Pages> {
    let app = app(store)?;
    let days = i32::try_from(1_000 / members + 2)?;
    let last = generate::last_day();
    let latest = (last.plus(1 - days), last);
    let earliest = (
        last.plus(1 - generate::DAYS),
        last.plus(days - generate::DAYS),
    );
    let page = |(from, to): (Day, Day), first: u32| {
        let period = json!({"between": {"from": from.to_string(), "to": to.to_string()}});
        json!({"query": PAGE, "variables": {"period": period, "first": first}}).to_string()
    };
    let (from, to) = latest;
    let exported = format!("/v1/rollups/daily.ndjson?from={from}&to={to}");
    Ok(Pages {
        hundred: time(&app, "/graphql", &page(latest, 100)).await?.0,
        thousand: time(&app, "/graphql", &page(latest, 1_000)).await?.0,
        earliest: time(&app, "/graphql", &page(earliest, 1_000)).await?.0,
        exported: {
            let (taken, bytes) = time(&app, &exported, "").await?;
            let rows = String::from_utf8(bytes)?.lines().count();
            taken.mul_f64(1_000.0 / rows as f64)
        },
    })
}

async fn time(app: &App, path: &str, body: &str) -> anyhow::Result<(Duration, Vec<u8>)> {
    let mut answer = ask(app, path, body).await?;
    let before = cpu_time()?;
    for _ in 0..TIMES {
        answer = ask(app, path, body).await?;
    }
    Ok((cpu_time()?.saturating_sub(before) / TIMES, answer))
}

async fn ask(app: &App, path: &str, body: &str) -> anyhow::Result<Vec<u8>> {
    let request = Request::builder()
        .uri(path)
        .method(if body.is_empty() { "GET" } else { "POST" });
    let request = request
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", token()?));
    let response = caseload_api::http::router(app.clone())
        .oneshot(request.body(Body::from(body.to_owned()))?)
        .await?;
    let answer = response.into_body().collect().await?.to_bytes().to_vec();
    let start = String::from_utf8_lossy(&answer[..answer.len().min(500)]).into_owned();
    ensure!(
        start.starts_with("{\"data\":{\"dailyRollups\":{") || start.starts_with("{\"day\":"),
        "{start}"
    );
    Ok(answer)
}
