//! What browsers ask before they let a page of another origin use the API.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::origin::is_allowed;
use crate::app::App;

/// How long a browser may remember: the longest that any of them does.
const REMEMBERED: HeaderValue = HeaderValue::from_static("7200");

/// Tells browsers that pages of the configured origins may read answers, and answers their preflight requests. Tokens are sent
/// in a header, and the cookie of a session counts for pages of this server alone, so that there are no credentials to allow.
pub(super) async fn cors(State(app): State<App>, request: Request, next: Next) -> Response {
    let allowed = &app.config().cors_origins;
    if allowed.is_empty() {
        return next.run(request).await;
    }
    let origin = request
        .headers()
        .get(header::ORIGIN)
        .filter(|origin| is_allowed(origin, allowed))
        .cloned();
    let is_preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &origin {
        Some(_) if is_preflight => preflight(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let exposed = HeaderValue::from_static("etag, retry-after, x-request-id");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    response
}

fn preflight() -> Response {
    let sent = "authorization, content-type, accept, content-encoding, if-none-match, x-request-id, traceparent";
    let headers = HeaderMap::from_iter([
        (
            header::ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, HEAD, POST"),
        ),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static(sent),
        ),
        (header::ACCESS_CONTROL_MAX_AGE, REMEMBERED),
    ]);
    (StatusCode::NO_CONTENT, headers).into_response()
}
