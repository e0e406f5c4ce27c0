//! What is asked: a request as GraphQL over HTTP writes it, in a body, a query string or a message.

use std::collections::HashSet;

use async_graphql::Variables;
use axum::{
    body::Body,
    extract::Query,
    http::{HeaderMap, StatusCode, Uri, header},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{body::ReadBody, problem::Problem, variables::Given};
use crate::{error::ApiError, http::limits::MAX_URL_BYTES};

/// A request as GraphQL over HTTP writes it. One alone: batches are not taken.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphqlRequest {
    #[serde(default)]
    pub(super) query: Option<String>,
    #[serde(default)]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    variables: Option<Given>,
    #[serde(default)]
    pub(super) extensions: Option<Map<String, Value>>,
    #[serde(default)]
    pub(super) document_id: Option<String>,
}

impl GraphqlRequest {
    #[cfg(test)]
    pub(super) fn query(query: &str) -> Self {
        Self {
            query: Some(query.to_owned()),
            ..Self::default()
        }
    }

    /// The document, where it is sent along.
    pub fn document(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The operation of the document that is meant.
    pub fn operation_name(&self) -> Option<&str> {
        self.operation_name.as_deref()
    }

    /// The values given for variables.
    pub fn variables(&self) -> Variables {
        self.variables
            .as_ref()
            .map(|given| given.0.clone())
            .unwrap_or_default()
    }

    /// Reads the body of a POST.
    pub(super) async fn of_body(headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        if !is_json(headers) {
            let error = ApiError::bad_input("send the request as application/json");
            return Err(Problem::with_status(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                error,
            ));
        }
        let body = ReadBody::read(headers, body).await?;
        Ok(Self::parse(&body.bytes)?)
    }

    /// Reads a body.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApiError> {
        // A list would be read as the values of the fields in their order.
        let is_object = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
        let asked = is_object
            .then(|| serde_json::from_slice(bytes).ok())
            .flatten();
        asked.ok_or_else(|| {
            ApiError::bad_input(
                "the body must be a JSON object with \"query\" and, where needed, \"variables\", \"operationName\" \
                 and \"extensions\"",
            )
        })
    }

    /// Reads the query string of a GET.
    pub(super) fn of_url(uri: &Uri) -> Result<Self, Problem> {
        if MAX_URL_BYTES < uri.query().map_or(0, str::len) {
            let message = format!(
                "a request in a URL has at most {} KiB; send a POST",
                MAX_URL_BYTES >> 10
            );
            return Err(Problem::with_status(
                StatusCode::URI_TOO_LONG,
                ApiError::bad_input(message),
            ));
        }
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri).map(|Query(pairs)| pairs);
        let pairs = pairs.map_err(|_| ApiError::bad_input("the query string can't be read"))?;
        let (mut asked, mut seen) = (Self::default(), HashSet::new());
        for (name, value) in &pairs {
            if !seen.insert(name) {
                return Err(ApiError::bad_input(format!(
                    "{name:?} stands twice in the query string"
                ))
                .into());
            }
            let wrong = |_| ApiError::bad_input(format!("{name} must be a JSON object"));
            match name.as_str() {
                "query" => asked.query = Some(value.clone()),
                "operationName" => {
                    asked.operation_name = Some(value.clone()).filter(|name| !name.is_empty());
                }
                "documentId" => asked.document_id = Some(value.clone()),
                "variables" if !value.is_empty() => {
                    asked.variables = serde_json::from_str(value).map_err(wrong)?;
                }
                "extensions" if !value.is_empty() => {
                    asked.extensions = serde_json::from_str(value).map_err(wrong)?;
                }
                _ => {}
            }
        }
        Ok(asked)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let json = parts
        .next()
        .is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| {
        let charset = parameter.to_ascii_lowercase();
        !charset.starts_with("charset=")
            || charset.trim_start_matches("charset=").trim_matches('"') == "utf-8"
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::limits::MAX_GRAPHQL_BYTES;

    fn content_type(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, value.parse().unwrap())])
    }

    #[test]
    fn only_json_in_utf_8_is_json() {
        let json = |value: &str| is_json(&content_type(value));
        assert!(json("application/json") && json("Application/JSON; charset=UTF-8"));
        assert!(
            !json("text/plain")
                && !json("application/json; charset=latin1")
                && !json("application/json5")
        );
        assert!(!is_json(&HeaderMap::new()));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_told_from_one_that_is_too_large() {
        let json = content_type("application/json");
        let large = GraphqlRequest::of_body(&json, Body::from(vec![b' '; MAX_GRAPHQL_BYTES + 1]))
            .await
            .unwrap_err();
        assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let chunks = [Ok("{\"query\":"), Err(std::io::Error::other("reset"))];
        let body = Body::from_stream(futures::stream::iter(chunks));
        assert_eq!(
            GraphqlRequest::of_body(&json, body)
                .await
                .unwrap_err()
                .status(),
            StatusCode::BAD_REQUEST
        );
    }

    #[test]
    fn batches_and_other_json_are_refused_alike() {
        let refused = |body: &str| GraphqlRequest::parse(body.as_bytes()).unwrap_err().message;
        let message = refused("[{\"query\":\"{viewer{role}}\"}]");
        for other in [
            "{",
            "[\"{viewer{role}}\"]",
            "\"{a}\"",
            "null",
            "",
            "{\"query\":1}",
            "{\"variables\":[]}",
        ] {
            assert_eq!(message, refused(other), "{other}");
        }
        for doubtful in [
            "{\"query\":\"{a}\",\"query\":\"{b}\"}",
            "{\"query\":\"{a}\",\"variables\":{\"a\":1,\"a\":2}}",
        ] {
            assert_eq!(message, refused(doubtful), "{doubtful}");
        }
        assert!(
            GraphqlRequest::parse(
                b" {\"query\":\"{a}\",\"more\":1,\"extensions\":null,\"variables\":null}"
            )
            .is_ok()
        );
    }

    #[test]
    fn a_url_is_read_as_a_body_is() {
        let read =
            |query: &str| GraphqlRequest::of_url(&format!("/graphql?{query}").parse().unwrap());
        let asked = read("query=%7Ba%7D&variables=%7B%22a%22%3A1%7D&operationName=&x=y").unwrap();
        assert_eq!(
            (asked.query.as_deref(), asked.operation_name.as_deref()),
            (Some("{a}"), None)
        );
        assert_eq!(asked.variables().len(), 1);
        for wrong in [
            "query=a&query=b",
            "variables=%5B%5D",
            "variables=x",
            "extensions=1",
        ] {
            assert_eq!(
                read(wrong).unwrap_err().status(),
                StatusCode::BAD_REQUEST,
                "{wrong}"
            );
        }
        let long = format!("query={}", "x".repeat(MAX_URL_BYTES));
        assert_eq!(read(&long).unwrap_err().status(), StatusCode::URI_TOO_LONG);
    }
}
