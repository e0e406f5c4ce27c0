//! Whether this process is alive, whether it can serve, and its figures.

use std::borrow::Cow;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::IntoResponse,
};
use caseload_schema::zone::ZoneData;
use serde::Deserialize;

use super::limits::READY;
use crate::{
    app::App,
    telemetry::metrics::{self as names, recorded},
};

/// Alive: it answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// What readiness is asked for.
#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    #[serde(default, rename = "for")]
    purpose: Purpose,
}

/// What requests are sent for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Purpose {
    /// Reports and changes.
    #[default]
    All,
    /// Reports alone: a database that takes no writes will do.
    Reports,
}

/// Ready: nothing is missing, and which time zones it reads. Else what is missing, one thing a line.
pub(super) async fn ready(
    State(app): State<App>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> (StatusCode, String) {
    let Ok(Query(Parameters { purpose })) = parameters else {
        return (
            StatusCode::BAD_REQUEST,
            "for is all or reports\n".to_owned(),
        );
    };
    let missing = missing(&app, purpose).await;
    if missing.is_empty() {
        return (StatusCode::OK, format!("ok\n{}", zones(&app).await));
    }
    tracing::warn!(missing = missing.join("; "), "not ready");
    (StatusCode::SERVICE_UNAVAILABLE, missing.join("\n") + "\n")
}

/// Which time zone data this process reads, and where workspaces have later rules. Those hold, so that it can serve.
async fn zones(app: &App) -> String {
    let data = ZoneData::current();
    let later = tokio::time::timeout(READY, app.store().later_zone_rules(data.version())).await;
    let later = match later {
        Ok(Ok(Some(later))) => format!(
            "; {} workspaces have rules up to {}, which are used",
            later.workspaces, later.version
        ),
        _ => String::new(),
    };
    format!("zones: {data}{later}\n")
}

async fn missing(app: &App, purpose: Purpose) -> Vec<Cow<'static, str>> {
    let mut missing: Vec<Cow<'_, _>> = Vec::new();
    match tokio::time::timeout(READY, app.store().is_current()).await {
        Ok(Ok(true)) if purpose == Purpose::Reports => {}
        Ok(Ok(true)) => missing.extend(refused_writes(app).await),
        Ok(Ok(false)) => missing.push("migrations: the database is of another version".into()),
        Ok(Err(_)) => missing.push("store: the database can't be reached".into()),
        Err(_elapsed) => missing.push("store: the database does not answer in time".into()),
    }
    if app.stopping().is_cancelled() {
        missing.push("process: it is stopping".into());
    }
    // A scheduler can't begin on a database that takes no writes, and reports need none.
    if purpose == Purpose::All && app.rollups().health().is_overdue(READY).await {
        missing.push("scheduler: its first tick has not come yet".into());
    }
    missing
}

/// Which changes can't be made, where the database takes none.
async fn refused_writes(app: &App) -> Option<Cow<'static, str>> {
    match tokio::time::timeout(READY, app.store().refused_writes()).await {
        Ok(Ok(None)) => None,
        Ok(Ok(Some(why))) => Some(
            format!(
                "writes: the database takes none: {why}. Imports, mutations and rollups are refused; reports go on"
            )
            .into(),
        ),
        Ok(Err(_)) => Some("store: the database can't be reached".into()),
        Err(_elapsed) => Some("store: the database does not answer in time".into()),
    }
}

/// The figures of this process, and of what waits in the store.
pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let (used, waiting) = app.store().connections();
    metrics::gauge!(names::STORE_CONNECTIONS).set(used as f64);
    metrics::gauge!(names::STORE_WAITING).set(waiting as f64);
    let waiting = tokio::time::timeout(READY, app.store().waiting_days()).await;
    let answered = matches!(waiting, Ok(Ok(_)));
    metrics::gauge!(names::STORE_UP).set(f64::from(u8::from(answered)));
    let refused = tokio::time::timeout(READY, app.store().refused_writes()).await;
    let takes_writes = matches!(refused, Ok(Ok(None)));
    metrics::gauge!(names::STORE_WRITABLE).set(f64::from(u8::from(takes_writes)));
    if let Ok(Ok(waiting)) = waiting {
        let age = waiting
            .oldest
            .map_or(0.0, |oldest| app.clock().now().seconds_since(oldest) as f64);
        metrics::gauge!(names::PENDING_DAYS).set(waiting.days as f64);
        metrics::gauge!(names::OLDEST_MARK).set(age);
    }
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        recorded().render(),
    )
}
