//! Errors outside GraphQL: `{"error":{"code":…,"message":…}}` with the fitting status.

use std::panic::AssertUnwindSafe;

use axum::{
    Json,
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use serde_json::json;

use crate::{error::ApiError, telemetry::request_context::record_code};

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        with_status(self.code.status(), &self)
    }
}

/// That error with a status of its own.
pub(super) fn with_status(status: StatusCode, error: &ApiError) -> Response {
    record_code(error.code);
    (
        status,
        Json(json!({"error": {"code": error.code.name(), "message": error.message}})),
    )
        .into_response()
}

/// No such path.
pub(super) async fn unknown_path() -> ApiError {
    ApiError::not_found("there is nothing at this path")
}

/// The path is there, the method is not.
pub(super) async fn wrong_method() -> Response {
    let error = ApiError::bad_input("this path does not take that method; see the Allow header");
    with_status(StatusCode::METHOD_NOT_ALLOWED, &error)
}

/// A handler that panics is logged by the panic hook and answered like any failure of ours.
pub(super) async fn catch_panics(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => ApiError::internal().into_response(),
    }
}
