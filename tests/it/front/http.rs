//! GraphQL over HTTP, where the audits of others do not look.

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
    response::Response,
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{
    access::acme,
    support::{
        app::{Caseload, token},
        database::Backend,
    },
};

async fn send(caseload: &Caseload, request: Request<Body>) -> (StatusCode, HeaderMap, Value) {
    let response: Response = caseload_api::http::router(caseload.app.clone())
        .oneshot(request)
        .await
        .expect("the router never fails");
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    (
        head.status,
        head.headers,
        serde_json::from_slice(&body).unwrap_or_default(),
    )
}

fn request(method: Method, uri: &str, headers: &[(header::HeaderName, &str)]) -> Request<Body> {
    let request = Request::builder().method(method).uri(uri);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, *value)
    });
    request.body(Body::empty()).expect("a request")
}

fn get(query: &str) -> Request<Body> {
    let bearer = format!("Bearer {}", token("owner"));
    request(
        Method::GET,
        &format!("/graphql?{query}"),
        &[(header::AUTHORIZATION, &bearer)],
    )
}

#[tokio::test]
async fn a_get_answers_queries_with_their_name_and_variables() {
    let caseload = acme(Backend::Sqlite).await;
    let query =
        "query=query+A{viewer{role}}query+B($id:ID){member(id:$id){member{id}}}&operationName=B";
    let (status, headers, answer) = send(
        &caseload,
        get(&format!("{query}&variables={{%22id%22:%22agent%22}}")),
    )
    .await;
    assert_eq!(
        (status, &answer),
        (
            StatusCode::OK,
            &json!({"data": {"member": {"member": {"id": "agent"}}}})
        )
    );
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn a_get_changes_nothing() {
    let caseload = acme(Backend::Sqlite).await;
    for query in [
        "query=mutation{__typename}",
        "query=query+A{__typename}mutation+B{__typename}&operationName=B",
    ] {
        let (status, headers, _) = send(&caseload, get(query)).await;
        assert_eq!(
            (status, headers[header::ALLOW].to_str().ok()),
            (StatusCode::METHOD_NOT_ALLOWED, Some("POST"))
        );
    }
}

#[tokio::test]
async fn head_is_a_get_without_its_body_and_options_says_what_there_is() {
    let caseload = acme(Backend::Sqlite).await;
    let mut head = get("query={viewer{role}}");
    *head.method_mut() = Method::HEAD;
    let (status, _, body) = send(&caseload, head).await;
    assert_eq!((status, body), (StatusCode::OK, Value::Null));
    let (status, headers, _) = send(&caseload, request(Method::OPTIONS, "/graphql", &[])).await;
    assert_eq!(
        (status, headers[header::ALLOW].as_bytes()),
        (StatusCode::NO_CONTENT, &b"GET, HEAD, OPTIONS, POST"[..])
    );
    let (status, headers, _) = send(&caseload, request(Method::PUT, "/graphql", &[])).await;
    assert_eq!(
        (status, headers.contains_key(header::ALLOW)),
        (StatusCode::METHOD_NOT_ALLOWED, true)
    );
}

#[tokio::test]
async fn who_has_no_token_is_told_which_kind_to_send() {
    let caseload = acme(Backend::Sqlite).await;
    let (status, headers, answer) = send(
        &caseload,
        request(Method::GET, "/graphql?query={viewer{role}}", &[]),
    )
    .await;
    assert_eq!(
        (status, headers[header::WWW_AUTHENTICATE].as_bytes()),
        (StatusCode::UNAUTHORIZED, &b"Bearer"[..])
    );
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn pages_of_configured_origins_may_read_answers_and_no_others() {
    let mut caseload = acme(Backend::Sqlite).await;
    let preflight = |origin: &str| {
        let method = (header::ACCESS_CONTROL_REQUEST_METHOD, "POST");
        request(
            Method::OPTIONS,
            "/graphql",
            &[(header::ORIGIN, origin), method],
        )
    };
    let allowed = |headers: &HeaderMap| {
        headers
            .get(header::ACCESS_CONTROL_ALLOW_ORIGIN)
            .map(|origin| origin.to_str().expect("text").to_owned())
    };
    let (_, headers, _) = send(&caseload, preflight("https://app.example.com")).await;
    assert_eq!(allowed(&headers), None);
    caseload.configure(|config| config.cors_origins = vec!["https://app.example.com".to_owned()]);
    let (status, headers, _) = send(&caseload, preflight("https://app.example.com")).await;
    assert_eq!(
        (status, allowed(&headers).as_deref()),
        (StatusCode::NO_CONTENT, Some("https://app.example.com"))
    );
    let sent = headers[header::ACCESS_CONTROL_ALLOW_HEADERS]
        .to_str()
        .expect("text");
    assert!(sent.contains("authorization") && sent.contains("content-type"));
    let (_, headers, _) = send(&caseload, preflight("https://evil.example.com")).await;
    assert_eq!(allowed(&headers), None);
    assert!(
        headers
            .get_all(header::VARY)
            .iter()
            .any(|vary| vary == "origin")
    );
    let origin = (header::ORIGIN, "https://app.example.com");
    let (_, headers, _) = send(
        &caseload,
        request(Method::GET, "/graphql?query={a}", &[origin]),
    )
    .await;
    assert_eq!(
        allowed(&headers).as_deref(),
        Some("https://app.example.com")
    );
}

#[tokio::test]
async fn a_subscription_needs_a_transport_that_goes_on() {
    let caseload = acme(Backend::Sqlite).await;
    let (status, _, _) = send(
        &caseload,
        get("query=subscription{rollupStatus{generation}}"),
    )
    .await;
    assert_eq!(status, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn a_known_document_is_asked_for_by_its_id_and_kept_until_it_changes() {
    let (mut caseload, manifest) = (
        acme(Backend::Sqlite).await,
        tempfile::NamedTempFile::new().expect("a file"),
    );
    let manifest = manifest.into_temp_path();
    std::fs::write(
        &manifest,
        r#"{"who": "{ viewer { role } }", "set": "mutation { __typename }"}"#,
    )
    .expect("a file");
    caseload.configure(|config| {
        config.trusted_documents = Some(manifest.to_path_buf());
        config.trusted_only = true;
    });
    let (status, headers, answer) = send(&caseload, get("documentId=who")).await;
    assert_eq!(
        (status, answer),
        (
            StatusCode::OK,
            json!({"data": {"viewer": {"role": "OWNER"}}})
        )
    );
    assert_eq!(headers[header::CACHE_CONTROL], "private, no-cache");
    let mut again = get("documentId=who");
    again
        .headers_mut()
        .insert(header::IF_NONE_MATCH, headers[header::ETAG].clone());
    let (status, _, answer) = send(&caseload, again).await;
    assert_eq!((status, answer), (StatusCode::NOT_MODIFIED, Value::Null));
    assert_eq!(
        send(&caseload, get("documentId=set")).await.0,
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(
        send(&caseload, get("query={workspace{id}}")).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        send(&caseload, get("query={%20viewer%20{%20role%20}%20}"))
            .await
            .0,
        StatusCode::OK
    );
    let (_, _, answer) = send(&caseload, get("documentId=what")).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}
