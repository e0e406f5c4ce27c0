//! Header fields, of every request and every answer whatever its path.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{errors, graphql, limits::MAX_HEADER_BYTES};
use crate::error::ApiError;

/// Fields that have one value. Of two, a proxy in front may have looked at the other one than the server does.
const SINGLE: [HeaderName; 8] = [
    header::AUTHORIZATION,
    header::CONTENT_ENCODING,
    header::CONTENT_TYPE,
    header::HOST,
    header::IF_RANGE,
    header::ORIGIN,
    header::RANGE,
    HeaderName::from_static("sec-fetch-site"),
];

/// What a field takes beside its name and value: `: ` and the end of its line. HTTP/2 counts more, and is measured alike here.
const FIELD_OVERHEAD: usize = 4;

/// Refuses requests whose header fields are too large, or say two things where they can mean one.
pub(super) async fn check(request: Request, next: Next) -> Response {
    match problem(request.headers()) {
        None => next.run(request).await,
        Some((status, error)) if request.uri().path() == "/graphql" => {
            graphql::refuse(status, error)
        }
        Some((status, error)) => errors::with_status(status, &error),
    }
}

/// Has browsers take each answer for what its `Content-Type` says, and for nothing that its bytes look like.
pub(super) async fn forbid_sniffing(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

fn problem(headers: &HeaderMap) -> Option<(StatusCode, ApiError)> {
    if MAX_HEADER_BYTES < size(headers) {
        let message = format!(
            "the header fields of a request have at most {} KiB together; send fewer or shorter ones",
            MAX_HEADER_BYTES >> 10
        );
        return Some((
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            ApiError::bad_input(message),
        ));
    }
    let single = SINGLE;
    let twice = single
        .iter()
        .find(|name| 1 < headers.get_all(*name).iter().count())?;
    let message = format!("the header field {twice} stands more than once; send it once");
    Some((StatusCode::BAD_REQUEST, ApiError::bad_input(message)))
}

fn size(headers: &HeaderMap) -> usize {
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + FIELD_OVERHEAD)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(fields: &[(HeaderName, &str)]) -> u16 {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(name, value.parse().unwrap());
        }
        problem(&headers).map_or(200, |(status, _)| status.as_u16())
    }

    #[test]
    fn sixteen_kib_pass_and_one_byte_more_does_not() {
        // The name has six letters.
        let value = "x".repeat(MAX_HEADER_BYTES - 6 - FIELD_OVERHEAD);
        assert_eq!(status(&[(header::COOKIE, &value)]), 200);
        assert_eq!(status(&[(header::COOKIE, &(value + "x"))]), 431);
    }

    #[test]
    fn a_field_of_one_value_stands_once_and_lists_may_be_continued() {
        for name in SINGLE {
            assert_eq!(status(&[(name.clone(), "a")]), 200, "{name}");
            assert_eq!(
                status(&[(name.clone(), "a"), (name.clone(), "a")]),
                400,
                "{name}"
            );
        }
        let accepted = (header::ACCEPT_ENCODING, "gzip");
        assert_eq!(status(&[accepted.clone(), accepted]), 200);
    }
}
