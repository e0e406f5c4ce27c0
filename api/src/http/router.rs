//! The whole HTTP surface on one screen.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};

#[cfg(feature = "dashboard")]
use super::dashboard;
use super::{
    cors, errors, exports, graphql, headers, health, import, observe, sign_in, socket,
    state::HttpState,
};
use crate::app::App;

/// How a process is, and nothing else.
pub fn health_router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(errors::unknown_path)
        .method_not_allowed_fallback(errors::wrong_method)
        .layer(middleware::from_fn(headers::check))
        .layer(middleware::from_fn(errors::catch_panics))
        .layer(middleware::from_fn(headers::forbid_sniffing))
        .layer(middleware::from_fn(observe::note))
        .with_state(app)
}

/// Every path there is.
pub fn router(app: App) -> Router {
    let state = HttpState::new(app);
    let router = Router::new();
    #[cfg(feature = "dashboard")]
    let router = router
        .merge(dashboard::routes(state.app.config()))
        .fallback(dashboard::unknown_path);
    #[cfg(not(feature = "dashboard"))]
    let router = router.fallback(errors::unknown_path);
    router
        .route(
            "/graphql",
            get(graphql::get)
                .post(graphql::post)
                .options(graphql::options),
        )
        .route("/graphql/ws", get(socket::open))
        .route("/auth/link", get(sign_in::page).post(sign_in::use_link))
        .route("/auth/link.js", get(sign_in::script))
        .route("/auth/session", get(sign_in::session))
        .route("/auth/logout", post(sign_in::sign_out))
        .route(
            "/v1/import",
            post(import::post).layer(DefaultBodyLimit::disable()),
        )
        // /v1/rollups/{daily,labels,channels}.*, /v1/feedback.*, /v1/conversations.*, each in csv, ndjson, parquet and arrow.
        .merge(exports::routes())
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .method_not_allowed_fallback(errors::wrong_method)
        .layer(middleware::from_fn(headers::check))
        .layer(middleware::from_fn_with_state(state.clone(), cors::cors))
        .layer(middleware::from_fn(errors::catch_panics))
        .layer(middleware::from_fn(headers::forbid_sniffing))
        .layer(middleware::from_fn(observe::note))
        .with_state(state)
}
