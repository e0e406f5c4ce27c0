//! The whole HTTP surface on one screen.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};

#[cfg(feature = "dashboard")]
use super::dashboard;
use super::{cors, errors, exports, graphql, health, import, observe, socket};
use crate::app::App;

/// How a process is, and nothing else.
pub fn health_router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(errors::unknown_path)
        .method_not_allowed_fallback(errors::wrong_method)
        .layer(middleware::from_fn(errors::catch_panics))
        .layer(middleware::from_fn(observe::note))
        .with_state(app)
}

/// Every path there is.
pub fn router(app: App) -> Router {
    let router = Router::new();
    #[cfg(feature = "dashboard")]
    let router = router.merge(dashboard::routes(app.config()));
    router
        .route(
            "/graphql",
            get(graphql::get)
                .post(graphql::post)
                .options(graphql::options),
        )
        .route("/graphql/ws", get(socket::open))
        .route(
            "/v1/import",
            post(import::post).layer(DefaultBodyLimit::disable()),
        )
        // /v1/rollups/{daily,labels,channels}.*, /v1/feedback.*, /v1/conversations.*, each in csv, ndjson, parquet and arrow.
        .merge(exports::routes())
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(errors::unknown_path)
        .method_not_allowed_fallback(errors::wrong_method)
        .layer(middleware::from_fn_with_state(app.clone(), cors::cors))
        .layer(middleware::from_fn(errors::catch_panics))
        .layer(middleware::from_fn(observe::note))
        .with_state(app)
}
