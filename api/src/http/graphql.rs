//! `POST /graphql`: what reaches the executor has passed here.

use std::panic::AssertUnwindSafe;

use async_graphql::{
    Request, Response as GraphqlResponse, ServerError, Variables,
    parser::{parse_query, types::ExecutableDocument},
};
use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use serde::Deserialize;
use serde_json::json;

use super::{
    limits::{MAX_ATTEMPTS, MAX_BRACKET_DEPTH, MAX_ERRORS, MAX_GRAPHQL_BYTES},
    prescan::bracket_depth,
    selections,
};
use crate::{
    app::App,
    auth::authenticate,
    error::ApiError,
    graphql::{to_server_error, with_codes},
};

/// The media type of answers whose status says whether the request was any good.
const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

/// A request as GraphQL over HTTP writes it. One alone: batches are not taken.
#[derive(Debug, Clone, Deserialize)]
struct Asked {
    query: String,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Answers one GraphQL request.
pub(super) async fn post(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    let accepts_typed = accepts(&headers, GRAPHQL_RESPONSE);
    let answer = match read(&headers, body).await {
        Ok(asked) => within_time(&app, &headers, asked).await,
        Err((status, error)) => return refusal(status, &error),
    };
    match answer {
        Ok(response) => respond(response, accepts_typed),
        Err(error) => refusal(error.code.status(), &error),
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Asked, (StatusCode, ApiError)> {
    if !is_json(headers) {
        let error = ApiError::bad_input("send the request as application/json");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, error));
    }
    let bytes = to_bytes(body, MAX_GRAPHQL_BYTES).await.map_err(|_| {
        let message = format!("a request has at most {} KiB", MAX_GRAPHQL_BYTES >> 10);
        (StatusCode::PAYLOAD_TOO_LARGE, ApiError::bad_input(message))
    })?;
    parse(&bytes).map_err(|error| (error.code.status(), error))
}

fn parse(bytes: &Bytes) -> Result<Asked, ApiError> {
    let asked: Asked = serde_json::from_slice(bytes).map_err(|_| {
        ApiError::bad_input(
            "the body must be a JSON object with \"query\" and, where needed, \"variables\" and \"operationName\"",
        )
    })?;
    if MAX_BRACKET_DEPTH < bracket_depth(&asked.query) {
        return Err(ApiError::too_complex(format!("a document nests at most {MAX_BRACKET_DEPTH} brackets")));
    }
    Ok(asked)
}

/// The document, parsed, where it is not too much to look at. One that can't be parsed is left to the executor to refuse.
fn document(asked: &Asked) -> Result<Option<ExecutableDocument>, ApiError> {
    let document = parse_query(&asked.query).ok();
    if document.as_ref().is_some_and(|document| !selections::are_few(document)) {
        return Err(ApiError::too_complex("the document has too many fields, those of its fragments counted in"));
    }
    Ok(document)
}

async fn within_time(app: &App, headers: &HeaderMap, asked: Asked) -> Result<GraphqlResponse, ApiError> {
    let limit = app.config().request_timeout.duration();
    let work = AssertUnwindSafe(execute(app, headers, asked)).catch_unwind();
    match tokio::time::timeout(limit, work).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => Err(ApiError::internal()),
        Err(_elapsed) => Err(ApiError::timeout()),
    }
}

/// Runs the request on one snapshot. Where the snapshot turns out to be unreadable, that is settled and the whole request
/// starts over on a fresh one, so that an answer is always of one generation.
async fn execute(app: &App, headers: &HeaderMap, asked: Asked) -> Result<GraphqlResponse, ApiError> {
    let document = document(&asked)?;
    for _ in 0..MAX_ATTEMPTS {
        let session = authenticate(app, headers).await?;
        let snapshot = session.snapshot.clone();
        if let Some(trouble) = snapshot.trouble() {
            app.settle(&snapshot, trouble).await?;
            continue;
        }
        let response = app.schema().execute(request(&asked, document.clone()).data(session)).await;
        match snapshot.trouble() {
            None => return Ok(with_codes(response)),
            Some(trouble) => app.settle(&snapshot, trouble).await?,
        }
    }
    Err(ApiError::unavailable())
}

fn request(asked: &Asked, document: Option<ExecutableDocument>) -> Request {
    let mut request = Request::new(&asked.query);
    if let Some(document) = document {
        request.set_parsed_query(document);
    }
    if let Some(variables) = &asked.variables {
        request = request.variables(Variables::from_json(serde_json::Value::Object(variables.clone())));
    }
    match &asked.operation_name {
        Some(name) => request.operation_name(name),
        None => request,
    }
}

/// An answer of the executor. Where nothing was executed there is no `data`, and the status is 400 for who asks for the
/// typed media type; others get a 200, as clients of plain JSON expect.
fn respond(mut response: GraphqlResponse, typed: bool) -> Response {
    let refused =
        response.data == async_graphql::Value::Null && response.errors.iter().all(|error| error.path.is_empty());
    let mut answer = if refused {
        response.errors.truncate(MAX_ERRORS);
        let status = if typed { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        (status, Json(json!({"errors": response.errors}))).into_response()
    } else {
        Json(response).into_response()
    };
    if typed {
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(GRAPHQL_RESPONSE));
    }
    answer
}

/// The answer to what never reached the executor, in the shape that GraphQL clients read.
fn refusal(status: StatusCode, error: &ApiError) -> Response {
    let error = to_server_error(ServerError::new(String::new(), None), error);
    (status, Json(json!({"errors": [error]}))).into_response()
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

fn accepts(headers: &HeaderMap, media: &str) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .any(|range| range.split(';').next().is_some_and(|range| range.trim() == media))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn only_json_in_utf_8_is_json() {
        let json = |value: &str| is_json(&headers(header::CONTENT_TYPE, value));
        assert!(json("application/json") && json("Application/JSON; charset=UTF-8"));
        assert!(!json("text/plain") && !json("application/json; charset=latin1") && !json("application/json5"));
        assert!(!is_json(&HeaderMap::new()));
    }

    #[test]
    fn the_typed_media_type_is_used_for_who_asks_for_it() {
        let asks = |value: &str| accepts(&headers(header::ACCEPT, value), GRAPHQL_RESPONSE);
        assert!(asks("application/graphql-response+json; charset=utf-8, application/json;q=0.9"));
        assert!(!asks("application/json") && !asks("*/*"));
    }

    #[test]
    fn batches_and_other_json_are_refused_alike() {
        let refused = |body: &str| parse(&Bytes::from(body.to_owned())).unwrap_err().message;
        let message = refused("[{\"query\":\"{viewer{role}}\"}]");
        assert_eq!(message, refused("{"));
        assert_eq!(message, refused("{\"variables\":{}}"));
    }
}
