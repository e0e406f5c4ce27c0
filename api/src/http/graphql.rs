//! `POST /graphql`: what reaches the executor has passed here.

use std::panic::AssertUnwindSafe;

use async_graphql::{
    Request, Response as GraphqlResponse, ServerError, Variables,
    parser::{parse_query, types::ExecutableDocument},
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{FutureExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::{
    limits::{MAX_ATTEMPTS, MAX_BRACKET_DEPTH, MAX_ERRORS, MAX_GRAPHQL_BYTES, MAX_TOKENS},
    prescan::{Scan, scan},
    selections,
};
use crate::{
    app::App,
    auth::authenticate,
    error::{ApiError, Code},
    graphql::{Deadline, has_timed_out, to_server_error, with_codes},
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

/// Answers one GraphQL request. The time for that begins with its headers.
pub(super) async fn post(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    let Some(media) = Media::accepted(&headers) else {
        let error = ApiError::bad_input(format!("answers are {GRAPHQL_RESPONSE} or application/json"));
        return refusal(StatusCode::NOT_ACCEPTABLE, &error);
    };
    let deadline = Instant::now() + app.config().request_timeout.duration();
    let asked = match tokio::time::timeout_at(deadline, read(&headers, body)).await {
        Ok(Ok(asked)) => asked,
        Ok(Err((status, error))) => return refusal(status, &error),
        Err(_elapsed) => return refusal(StatusCode::REQUEST_TIMEOUT, &ApiError::timeout()),
    };
    match within_time(&app, &headers, asked, deadline).await {
        Ok(response) => respond(response, media),
        Err(error) => refusal(error.code.status(), &error),
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Asked, (StatusCode, ApiError)> {
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

/// The document, parsed, where it is not too much to look at. One that can't be parsed is left to the executor to refuse.
fn document(asked: &Asked) -> Result<Option<ExecutableDocument>, ApiError> {
    let Scan { depth, tokens } = scan(&asked.query);
    if MAX_BRACKET_DEPTH < depth {
        return Err(ApiError::too_complex(format!("a document nests at most {MAX_BRACKET_DEPTH} brackets")));
    }
    if MAX_TOKENS < tokens {
        return Err(ApiError::too_complex(format!("a document has at most {MAX_TOKENS} names, strings and signs")));
    }
    let document = parse_query(&asked.query).ok();
    document.as_ref().map_or(Ok(()), selections::check)?;
    Ok(document)
}

async fn within_time(
    app: &App,
    headers: &HeaderMap,
    asked: Asked,
    deadline: Instant,
) -> Result<GraphqlResponse, ApiError> {
    let work = AssertUnwindSafe(execute(app, headers, asked, Deadline(deadline))).catch_unwind();
    match tokio::time::timeout_at(deadline, work).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_panic)) => Err(ApiError::internal()),
        Err(_elapsed) => Err(ApiError::timeout()),
    }
}

/// Runs the request on one snapshot, once it is known who asks: nobody else makes us look at a document. Where the snapshot turns out to be unreadable, that is settled and the whole request
/// starts over on a fresh one, so that an answer is always of one generation.
async fn execute(
    app: &App,
    headers: &HeaderMap,
    asked: Asked,
    deadline: Deadline,
) -> Result<GraphqlResponse, ApiError> {
    let mut session = authenticate(app, headers).await?;
    let document = document(&asked)?;
    for _ in 0..MAX_ATTEMPTS {
        let snapshot = session.snapshot.clone();
        if let Some(trouble) = snapshot.trouble() {
            app.settle(&snapshot, trouble).await?;
            session = authenticate(app, headers).await?;
            continue;
        }
        let response = app.schema().execute(request(&asked, document.clone()).data(session).data(deadline)).await;
        if has_timed_out(&response) {
            return Err(ApiError::timeout());
        }
        match snapshot.trouble() {
            None => return Ok(with_codes(response)),
            Some(trouble) => app.settle(&snapshot, trouble).await?,
        }
        session = authenticate(app, headers).await?;
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

/// An answer of the executor. Where nothing is left of it there is no `data`, and the status says so to who asks for the
/// typed media type; others get a 200, as clients of plain JSON expect.
fn respond(mut response: GraphqlResponse, media: Media) -> Response {
    let mut answer = if response.data == async_graphql::Value::Null {
        response.errors.truncate(MAX_ERRORS);
        let status = if media == Media::Typed { status(&response.errors) } else { StatusCode::OK };
        (status, Json(json!({"errors": response.errors}))).into_response()
    } else {
        Json(response).into_response()
    };
    if media == Media::Typed {
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(GRAPHQL_RESPONSE));
    }
    answer
}

/// Ours where any of them is our fault, else 400.
fn status(errors: &[ServerError]) -> StatusCode {
    let has = |code: &Code| {
        let named = errors.iter().filter_map(|error| error.extensions.as_ref()?.get("code"));
        named.into_iter().any(|name| *name == async_graphql::Value::from(code.name()))
    };
    [Code::Internal, Code::Unavailable].into_iter().find(has).map_or(StatusCode::BAD_REQUEST, Code::status)
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

/// What an answer is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Media {
    /// [`GRAPHQL_RESPONSE`]
    Typed,
    Json,
}

impl Media {
    /// The one that the client would rather have, plain JSON where it does not name the typed one; `None` where it accepts
    /// neither.
    fn accepted(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(header::ACCEPT) {
            return Some(Self::Json);
        }
        let typed = weight(headers, &[GRAPHQL_RESPONSE]);
        let json = weight(headers, &["application/json", "application/*", "*/*"]);
        match (0.0 < typed, 0.0 < json) {
            (true, _) if json <= typed => Some(Self::Typed),
            (_, true) => Some(Self::Json),
            _ => None,
        }
    }
}

/// The `q` of the first of `ranges` that the client names; 0 where it names none.
fn weight(headers: &HeaderMap, ranges: &[&str]) -> f32 {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let accepted: Vec<(&str, f32)> = values.flat_map(|value| value.split(',')).map(range_and_weight).collect();
    let weights = |range: &&str| accepted.iter().find(|(name, _)| name.eq_ignore_ascii_case(range)).map(|(_, q)| *q);
    ranges.iter().find_map(weights).unwrap_or(0.0)
}

fn range_and_weight(accepted: &str) -> (&str, f32) {
    let mut parts = accepted.split(';').map(str::trim);
    let range = parts.next().unwrap_or_default();
    let q = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (range, q.and_then(|q| q.parse().ok()).unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::app::tests::sample;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    async fn ask(time: Duration) -> Result<GraphqlResponse, ApiError> {
        let folder = tempfile::tempdir().unwrap();
        let app = sample(folder.path()).await;
        let token = app.keys().sign("acme", "ada", app.clock().now(), 60).unwrap();
        let headers = headers(header::AUTHORIZATION, &format!("Bearer {token}"));
        let asked = Asked {
            query: "{ viewer { role } team { leaderboard { report { metrics { closed } } } } }".to_owned(),
            operation_name: None,
            variables: None,
        };
        execute(&app, &headers, asked, Deadline(Instant::now() + time)).await
    }

    #[tokio::test]
    async fn a_query_that_only_computes_ends_when_its_time_is_over() {
        assert!(ask(Duration::from_mins(1)).await.unwrap().is_ok());
        assert_eq!(ask(Duration::ZERO).await.unwrap_err(), ApiError::timeout());
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
        let media = |value: &str| Media::accepted(&headers(header::ACCEPT, value));
        let typed = "application/graphql-response+json; charset=utf-8, application/json;q=0.9";
        assert_eq!(media(typed), Some(Media::Typed));
        assert_eq!(media("application/graphql-response+json;q=0.5, application/json"), Some(Media::Json));
        assert_eq!(media("application/graphql-response+json, */*"), Some(Media::Typed));
    }

    #[test]
    fn others_get_json_unless_they_do_not_accept_it() {
        let media = |value: &str| Media::accepted(&headers(header::ACCEPT, value));
        assert_eq!(Media::accepted(&HeaderMap::new()), Some(Media::Json));
        for accepted in ["application/json", "Application/*", "text/html, */*;q=0.1"] {
            assert_eq!(media(accepted), Some(Media::Json), "{accepted}");
        }
        for refused in ["text/html", "application/json;q=0", "application/json;q=0, */*", "application/xml, text/*"] {
            assert_eq!(media(refused), None, "{refused}");
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_told_from_one_that_is_too_large() {
        let json = headers(header::CONTENT_TYPE, "application/json");
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
