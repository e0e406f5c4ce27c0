//! Errors of GraphQL answers: each with a stable code, none with internals.

use async_graphql::{Response, ServerError};

use crate::error::{ApiError, Code};

/// The answer with a code in every error.
#[must_use]
pub fn with_codes(mut response: Response) -> Response {
    response.errors = response.errors.into_iter().map(with_code).collect();
    response
}

/// Whether a field found that the request has taken longer than it may.
pub fn has_timed_out(response: &Response) -> bool {
    response.errors.iter().any(|error| {
        error
            .source::<ApiError>()
            .is_some_and(|error| error.code == Code::Timeout)
    })
}

/// `place` with the code and message of `error`.
#[must_use]
pub fn to_server_error(mut place: ServerError, error: &ApiError) -> ServerError {
    place.message = error.message.to_string();
    place.source = None;
    place
        .extensions
        .get_or_insert_default()
        .set("code", error.code.name());
    place
}

/// What our resolvers return is an [`ApiError`]; what has another source is not meant for clients; what has none was said by
/// the library about the request.
fn with_code(error: ServerError) -> ServerError {
    if error
        .extensions
        .as_ref()
        .is_some_and(|extensions| extensions.get("code").is_some())
    {
        return error;
    }
    if let Some(ours) = error.source::<ApiError>().cloned() {
        return to_server_error(error, &ours);
    }
    if error.source.is_some() {
        tracing::error!(
            message = error.message,
            "an error without a code reached a client as INTERNAL"
        );
        return to_server_error(error, &ApiError::internal());
    }
    let said = ApiError {
        code: Code::BadUserInput,
        message: error.message.clone().into(),
    };
    to_server_error(error, &said)
}
