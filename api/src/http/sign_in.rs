//! `/auth`: signing in to the dashboard by a link, and out.

use std::time::Duration;

use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    credentials::{Purpose, clear_cookie, credentials, needs_tls, session_cookie, set_cookie},
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

/// A link has some 100 bytes.
const MAX_BODY_BYTES: usize = 1 << 10;
/// How long a browser may take to send it.
const BODY_TIME: Duration = Duration::from_secs(5);

/// A login link that is used.
#[derive(Deserialize)]
struct Link {
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

/// Uses a login link up: the answer sets the cookie of a session. The session that this browser had ends.
pub(super) async fn use_link(State(state): State<HttpState>, request: Request) -> Response {
    within_time(&state, begin_session(&state, request)).await
}

async fn begin_session(state: &HttpState, request: Request) -> Result<Response, ApiError> {
    let config = state.app.config();
    let (Parts { headers, .. }, body) = request.into_parts();
    // Before the body is read: a stranger costs no memory.
    if !is_from_here(&headers, config.public_url.as_deref(), Purpose::Api) {
        return Err(from_elsewhere());
    }
    // Before the link is used up: browsers would not keep the cookie.
    if needs_tls(&headers, config) {
        return Err(ApiError::bad_input(
            "browsers keep a session only over HTTPS: open the link at the address that begins with https://, and have public_url \
             name it",
        ));
    }
    let body = tokio::time::timeout(BODY_TIME, to_bytes(body, MAX_BODY_BYTES)).await;
    let body = body
        .ok()
        .and_then(Result::ok)
        .filter(|_| is_json(&headers))
        .and_then(|body| serde_json::from_slice::<Link>(&body).ok());
    let Some(Link { link }) = body else {
        return Err(ApiError::bad_input(
            "send {\"link\": \"…\"} as application/json",
        ));
    };
    let authenticator = state.app.authenticator();
    let Some(signed_in) = authenticator.sign_in(&link).await? else {
        return Ok(not_valid());
    };
    // The link is used up: a session before that can't be ended must not keep the new one from its browser.
    if let Some(before) = session_cookie(&headers, config)
        && let Err(error) = authenticator.sign_out(before).await
    {
        tracing::warn!(%error, "the session that a browser had before could not be ended");
    }
    set_cookie(&headers, config, &signed_in.cookie, signed_in.ttl)
        .map(with_cookie)
        .ok_or_else(ApiError::internal)
}

/// Answers within the time of a request.
async fn within_time(
    state: &HttpState,
    work: impl Future<Output = Result<Response, ApiError>>,
) -> Response {
    let time = state.app.config().request_timeout.duration();
    match tokio::time::timeout(time, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => error.into_response(),
        Err(_elapsed) => ApiError::timeout().into_response(),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|media| media.to_str().ok())
        .and_then(|media| media.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

/// Says whether this browser is signed in. No error where it is not: a page asks before it knows.
pub(super) async fn session(State(state): State<HttpState>, headers: HeaderMap) -> Response {
    within_time(&state, async {
        let credentials = credentials(&headers, state.app.config(), Purpose::Api);
        let signed_in = match &credentials {
            Credentials::Session(_) => state.app.authenticator().check(&credentials).await,
            Credentials::Authorization(_) | Credentials::None => Err(ApiError::unauthenticated()),
        };
        let signed_in = match signed_in {
            Ok(_) => true,
            Err(error) if error.code == Code::Unauthenticated => false,
            Err(error) => return Err(error),
        };
        let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        Ok((headers, Json(json!({"signedIn": signed_in}))).into_response())
    })
    .await
}

/// Ends the session of this browser. If that can't be done, the cookie stays, so that the session can still be ended later.
pub(super) async fn sign_out(State(state): State<HttpState>, headers: HeaderMap) -> Response {
    within_time(&state, async {
        let config = state.app.config();
        if !is_from_here(&headers, config.public_url.as_deref(), Purpose::Api) {
            return Err(from_elsewhere());
        }
        if let Some(cookie) = session_cookie(&headers, config) {
            state.app.authenticator().sign_out(cookie).await?;
        }
        clear_cookie(&headers, config)
            .map(with_cookie)
            .ok_or_else(ApiError::internal)
    })
    .await
}

fn with_cookie(cookie: HeaderValue) -> Response {
    let headers = [
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Json(json!({}))).into_response()
}

fn from_elsewhere() -> ApiError {
    ApiError::forbidden(
        "only pages of this server sign in and out; behind a proxy that changes Host, set public_url",
    )
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
