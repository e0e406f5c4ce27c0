//! Whether this process is alive, whether it can serve, and its figures.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};

use super::limits::READY;
use crate::{
    app::App,
    telemetry::metrics::{self as names, recorded},
};

/// Alive: it answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Ready: nothing is missing. Else what is, one thing a line.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, String) {
    let missing = missing(&app).await;
    if missing.is_empty() {
        return (StatusCode::OK, "ok\n".to_owned());
    }
    tracing::warn!(missing = missing.join("; "), "not ready");
    (StatusCode::SERVICE_UNAVAILABLE, missing.join("\n") + "\n")
}

async fn missing(app: &App) -> Vec<&'static str> {
    let mut missing = Vec::new();
    match tokio::time::timeout(READY, app.store().is_current()).await {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => missing.push("migrations: the database is of another version"),
        Ok(Err(_)) => missing.push("store: the database can't be reached"),
        Err(_elapsed) => missing.push("store: the database does not answer in time"),
    }
    if app.stopping().is_cancelled() {
        missing.push("process: it is stopping");
    }
    if app.ticks().are_missing_for(READY).await {
        missing.push("scheduler: its first tick has not come yet");
    }
    missing
}

/// The figures of this process, and of what waits in the store.
pub(super) async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let (used, waiting) = app.store().connections();
    metrics::gauge!(names::STORE_CONNECTIONS).set(used as f64);
    metrics::gauge!(names::STORE_WAITING).set(waiting as f64);
    let waiting = tokio::time::timeout(READY, app.store().waiting_days()).await;
    let answered = matches!(waiting, Ok(Ok(_)));
    metrics::gauge!(names::STORE_UP).set(f64::from(u8::from(answered)));
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
