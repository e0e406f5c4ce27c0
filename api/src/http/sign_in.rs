//! `/auth`: signing in to the dashboard by a link, and out.

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    credentials::{Purpose, clear_cookie, credentials, session_cookie, set_cookie},
    errors,
    origin::is_from_here,
    state::HttpState,
};
use crate::{
    auth::Credentials,
    error::{ApiError, Code},
};

/// The page that a login link opens. What stands behind the `#` never reaches a server by itself, a log or another page: the page's
/// script sends it.
const PAGE: &str = include_str!("sign_in/page.html");
const SCRIPT: &str = include_str!("sign_in/page.js");

const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// A login link that is used.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    link: String,
}

/// The page of a login link.
pub(super) async fn page() -> Response {
    document("text/html; charset=utf-8", PAGE)
}

/// What the page runs.
pub(super) async fn script() -> Response {
    document("text/javascript; charset=utf-8", SCRIPT)
}

fn document(media: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(POLICY),
        ),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (
            HeaderName::from_static("x-frame-options"),
            HeaderValue::from_static("DENY"),
        ),
    ];
    (headers, text).into_response()
}

/// Uses a login link up: the answer sets the cookie of a session.
pub(super) async fn use_link(
    State(state): State<HttpState>,
    headers: HeaderMap,
    body: Result<Json<Link>, JsonRejection>,
) -> Response {
    let config = state.app.config();
    if !is_from_here(&headers, config.public_url.as_deref(), Purpose::Api) {
        return from_elsewhere();
    }
    let Ok(Json(Link { link })) = body else {
        return ApiError::bad_input("send {\"link\": \"…\"} as application/json").into_response();
    };
    let signed_in = match state.app.authenticator().sign_in(&link).await {
        Ok(Some(signed_in)) => signed_in,
        Ok(None) => return not_valid(),
        Err(error) => return error.into_response(),
    };
    match set_cookie(&headers, config, &signed_in.cookie, signed_in.ttl) {
        Some(cookie) => with_cookie(cookie),
        None => ApiError::internal().into_response(),
    }
}

/// Says whether this browser is signed in. No error where it is not: a page asks before it knows.
pub(super) async fn session(State(state): State<HttpState>, headers: HeaderMap) -> Response {
    let credentials = credentials(&headers, state.app.config(), Purpose::Api);
    let signed_in = match &credentials {
        Credentials::Session(_) => state.app.authenticator().authenticate(&credentials).await,
        Credentials::Authorization(_) | Credentials::None => Err(ApiError::unauthenticated()),
    };
    let signed_in = match signed_in {
        Ok(_) => true,
        Err(error) if error.code == Code::Unauthenticated => false,
        Err(error) => return error.into_response(),
    };
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (headers, Json(json!({"signedIn": signed_in}))).into_response()
}

/// Ends the session of this browser.
pub(super) async fn sign_out(State(state): State<HttpState>, headers: HeaderMap) -> Response {
    let config = state.app.config();
    if !is_from_here(&headers, config.public_url.as_deref(), Purpose::Api) {
        return from_elsewhere();
    }
    if let Some(cookie) = session_cookie(&headers, config)
        && let Err(error) = state.app.authenticator().sign_out(cookie).await
    {
        // The cookie stays: with it, the session can still be ended later.
        return error.into_response();
    }
    match clear_cookie(&headers, config) {
        Some(cookie) => with_cookie(cookie),
        None => ApiError::internal().into_response(),
    }
}

fn with_cookie(cookie: HeaderValue) -> Response {
    let headers = [
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Json(json!({}))).into_response()
}

fn from_elsewhere() -> Response {
    ApiError::forbidden(
        "only pages of this server sign in and out; behind a proxy that changes Host, set public_url",
    )
    .into_response()
}

fn not_valid() -> Response {
    let error = ApiError {
        message:
            "this link was used already, has ended, or its member is not active; ask for a new one"
                .into(),
        ..ApiError::unauthenticated()
    };
    errors::with_status(StatusCode::UNAUTHORIZED, &error)
}
