//! How an answer, or what is told in its place, is written.

use async_graphql::{Response as GraphqlResponse, ServerError, Value};
use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    media::{GRAPHQL_RESPONSE, Media},
    problem::Problem,
};
use crate::{
    error::{ApiError, Code},
    graphql::to_server_error,
    http::limits::MAX_ERRORS,
    telemetry::request_context::record_code,
};

/// An answer of the executor. Where nothing is left of it there is no `data`, and the status says so to who asks for the
/// typed media type; others get a 200, as clients of plain JSON expect.
pub(super) fn respond(mut response: GraphqlResponse, media: Media) -> Response {
    if let Some(code) = response.errors.first().and_then(code) {
        record_code(code);
    }
    let answer = if response.data == Value::Null {
        response.errors.truncate(MAX_ERRORS);
        let status = if media == Media::Typed {
            status(&response.errors)
        } else {
            StatusCode::OK
        };
        (status, Json(json!({"errors": response.errors}))).into_response()
    } else {
        Json(response).into_response()
    };
    written(answer, media)
}

/// The stable code of an error.
fn code(error: &ServerError) -> Option<Code> {
    let named = error.extensions.as_ref()?.get("code")?;
    Code::ALL
        .into_iter()
        .find(|code| *named == Value::from(code.name()))
}

/// The same for who may keep it and ask whether it has changed: a known document, asked for by GET.
pub(super) fn revalidated(
    response: GraphqlResponse,
    media: Media,
    headers: &HeaderMap,
) -> Response {
    if !response.errors.is_empty() {
        return respond(response, media);
    }
    let hash = serde_json::to_vec(&response)
        .map(Sha256::digest)
        .unwrap_or_default();
    let etag = hash[..16].iter().fold(String::from("\""), |text, byte| {
        text + &format!("{byte:02x}")
    }) + "\"";
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        .unwrap_or_default();
    let is_known = known
        .split(',')
        .any(|one| one.trim().trim_start_matches("W/") == etag || one.trim() == "*");
    let mut answer = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        respond(response, media)
    };
    let headers = answer.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, no-cache"),
    );
    headers.insert(
        header::VARY,
        HeaderValue::from_static("accept, authorization"),
    );
    headers.extend(
        HeaderValue::try_from(etag)
            .ok()
            .map(|etag| (header::ETAG, etag)),
    );
    answer
}

/// Ours where any of them is our fault, else 400.
fn status(errors: &[ServerError]) -> StatusCode {
    let has = |code: &Code| {
        let named = errors
            .iter()
            .filter_map(|error| error.extensions.as_ref()?.get("code"));
        named
            .into_iter()
            .any(|name| *name == Value::from(code.name()))
    };
    [Code::Internal, Code::Unavailable]
        .into_iter()
        .find(has)
        .map_or(StatusCode::BAD_REQUEST, Code::status)
}

/// The answer to what never reached the executor, in the shape that GraphQL clients read.
pub(super) fn refusal(problem: &Problem, media: Media) -> Response {
    let status = problem.status();
    let mut answer = written(
        (status, Json(json!({"errors": [refused(&problem.error)]}))).into_response(),
        media,
    );
    let headers = answer.headers_mut();
    match status {
        StatusCode::UNAUTHORIZED => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            headers.insert(header::ALLOW, HeaderValue::from_static("POST"))
        }
        _ => None,
    };
    if let Some(seconds) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// Figures are nobody else's, and of this moment.
fn written(mut answer: Response, media: Media) -> Response {
    let written = match media {
        Media::Typed => GRAPHQL_RESPONSE,
        Media::Json | Media::Events => "application/json; charset=utf-8",
    };
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(written));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.append(
        header::VARY,
        HeaderValue::from_static("accept, authorization"),
    );
    answer
}

/// An error that stands for the whole request.
pub(in crate::http) fn refused(error: &ApiError) -> ServerError {
    record_code(error.code);
    to_server_error(ServerError::new(String::new(), None), error)
}
