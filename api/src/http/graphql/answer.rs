//! How an answer, or the refusal of one, is written.

use async_graphql::{Response as GraphqlResponse, ServerError};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::media::{GRAPHQL_RESPONSE, Media};
use crate::{
    error::{ApiError, Code},
    graphql::to_server_error,
    http::limits::MAX_ERRORS,
};

/// An answer of the executor. Where nothing is left of it there is no `data`, and the status says so to who asks for the
/// typed media type; others get a 200, as clients of plain JSON expect.
pub(super) fn respond(mut response: GraphqlResponse, media: Media) -> Response {
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
pub(super) fn refusal(status: StatusCode, error: &ApiError) -> Response {
    (status, Json(json!({"errors": [refused(error)]}))).into_response()
}

/// An error that stands for the whole request.
pub(in crate::http) fn refused(error: &ApiError) -> ServerError {
    to_server_error(ServerError::new(String::new(), None), error)
}
