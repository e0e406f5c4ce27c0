//! Whether this process is alive, and whether it can serve.

use axum::{extract::State, http::StatusCode};

use crate::app::App;

/// Alive: it answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Ready: the database answers and is of this version.
pub(super) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.store().is_current().await {
        Ok(true) => (StatusCode::OK, "ok\n"),
        Ok(false) => (StatusCode::SERVICE_UNAVAILABLE, "the database is of another version\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
