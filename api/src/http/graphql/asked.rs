//! What is asked: a request as GraphQL over HTTP writes it.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use futures::StreamExt as _;
use serde::Deserialize;

use crate::{error::ApiError, http::limits::MAX_GRAPHQL_BYTES};

/// A request as GraphQL over HTTP writes it. One alone: batches are not taken.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::http) struct Asked {
    pub(super) query: String,
    #[serde(default, rename = "operationName")]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) variables: Option<serde_json::Map<String, serde_json::Value>>,
}

/// What stands in `Authorization`, wherever it was sent.
pub(in crate::http) type Credentials = Option<Arc<str>>;

/// The credentials of an HTTP request.
pub(in crate::http) fn credentials(headers: &HeaderMap) -> Credentials {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(Arc::from)
}

/// Reads the body of a POST.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Asked, (StatusCode, ApiError)> {
    if !is_json(headers) {
        let error = ApiError::bad_input("send the request as application/json");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    let (mut chunks, mut bytes) = (body.into_data_stream(), Vec::new());
    while let Some(chunk) = chunks.next().await {
        let broken = |_| (StatusCode::BAD_REQUEST, ApiError::bad_input("the body broke off"));
        bytes.extend_from_slice(&chunk.map_err(broken)?);
        if MAX_GRAPHQL_BYTES < bytes.len() {
            let message = format!("a request has at most {} KiB", MAX_GRAPHQL_BYTES >> 10);
            return Err((StatusCode::PAYLOAD_TOO_LARGE, ApiError::bad_input(message)));
        }
    }
    parse(&bytes).map_err(|error| (error.code.status(), error))
}

fn parse(bytes: &[u8]) -> Result<Asked, ApiError> {
    serde_json::from_slice(bytes).map_err(|_| {
        ApiError::bad_input(
            "the body must be a JSON object with \"query\" and, where needed, \"variables\" and \"operationName\"",
        )
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let json = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| {
        let charset = parameter.to_ascii_lowercase();
        !charset.starts_with("charset=") || charset.trim_start_matches("charset=").trim_matches('"') == "utf-8"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content_type(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, value.parse().unwrap())])
    }

    #[test]
    fn only_json_in_utf_8_is_json() {
        let json = |value: &str| is_json(&content_type(value));
        assert!(json("application/json") && json("Application/JSON; charset=UTF-8"));
        assert!(!json("text/plain") && !json("application/json; charset=latin1") && !json("application/json5"));
        assert!(!is_json(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_told_from_one_that_is_too_large() {
        let json = content_type("application/json");
        let large = read(&json, Body::from(vec![b' '; MAX_GRAPHQL_BYTES + 1])).await.unwrap_err();
        assert_eq!(large.0, StatusCode::PAYLOAD_TOO_LARGE);
        let chunks = [Ok("{\"query\":"), Err(std::io::Error::other("reset"))];
        let broken = read(&json, Body::from_stream(futures::stream::iter(chunks))).await.unwrap_err();
        assert_eq!(broken.0, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn batches_and_other_json_are_refused_alike() {
        let refused = |body: &str| parse(body.as_bytes()).unwrap_err().message;
        let message = refused("[{\"query\":\"{viewer{role}}\"}]");
        assert_eq!(message, refused("{"));
        assert_eq!(message, refused("{\"variables\":{}}"));
    }
}
