//! Header fields of every request and every answer, whatever their path.

use std::{collections::BTreeSet, fs, path::Path};

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, StatusCode, header},
    response::Response,
};
use caseload_api::http::{health_router, router};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::server::Server;
use crate::{
    access::acme,
    support::{
        app::{Caseload, token},
        database::Backend,
    },
};

/// The pages, whose paths stand in a table, and a path where nothing is.
const PAGES: [&str; 7] = [
    "/",
    "/performance",
    "/inbox",
    "/rollups",
    "/embed/performance",
    "/embed/inbox",
    "/nothing",
];

/// Every path that stands in the source of the HTTP surface, one for each parameter, and the exports, which are put together.
fn paths() -> BTreeSet<String> {
    let mut paths = BTreeSet::from(PAGES.map(str::to_owned));
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src/http"),
        &mut paths,
    );
    for format in ["csv", "ndjson", "parquet", "arrow"] {
        for table in [
            "rollups/daily",
            "rollups/labels",
            "rollups/channels",
            "feedback",
            "conversations",
        ] {
            paths.insert(format!("/v1/{table}.{format}"));
        }
    }
    paths
}

fn collect(folder: &Path, paths: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            collect(&path, paths);
            continue;
        }
        let source = fs::read_to_string(&path).expect("a file");
        let routes = source.split(".route(").skip(1).filter_map(|rest| {
            let path = rest.trim_start().strip_prefix('"')?.split('"').next()?;
            Some(path.replace(['{', '}', '*'], "x"))
        });
        paths.extend(routes);
    }
}

fn request(method: Method, path: &str, fields: &[(header::HeaderName, &str)]) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = fields.iter().fold(request, |request, (name, value)| {
        request.header(name, *value)
    });
    request.body(Body::empty()).expect("a request")
}

/// Sends that to the server, and to the one that says how a worker is.
async fn ask(
    caseload: &Caseload,
    fields: &[(header::HeaderName, &str)],
    check: impl AsyncFn(&str, Response),
) {
    for path in paths() {
        for method in [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::OPTIONS,
            Method::PUT,
        ] {
            for router in [
                router(caseload.app.clone()),
                health_router(caseload.app.clone()),
            ] {
                let request = request(method.clone(), &path, fields);
                let response = router.oneshot(request).await.expect("a router never fails");
                check(&format!("{method} {path}"), response).await;
            }
        }
    }
}

#[tokio::test]
async fn no_answer_may_be_taken_for_what_it_does_not_say() {
    let found = paths();
    for known in [
        "/graphql",
        "/graphql/ws",
        "/v1/import",
        "/healthz",
        "/readyz",
        "/metrics",
    ] {
        assert!(found.contains(known), "{known} is not among {found:?}");
    }
    let mut caseload = acme(Backend::Sqlite).await;
    caseload.configure(|config| config.graphiql = true);
    let authorization = format!("Bearer {}", token("owner"));
    for fields in [&[][..], &[(header::AUTHORIZATION, authorization.as_str())]] {
        ask(&caseload, fields, async |asked, response| {
            let field = response.headers().get(header::X_CONTENT_TYPE_OPTIONS);
            assert_eq!(
                field.map(HeaderValue::as_bytes),
                Some(&b"nosniff"[..]),
                "{asked}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn too_many_headers_and_two_tokens_are_refused_whatever_is_asked() {
    let mut caseload = acme(Backend::Sqlite).await;
    caseload.configure(|config| config.graphiql = true);
    let authorization = format!("Bearer {}", token("owner"));
    let twice = [(); 2].map(|()| (header::AUTHORIZATION, authorization.as_str()));
    let long = "x".repeat(16 << 10);
    for (fields, status, said) in [
        (
            &twice[..],
            StatusCode::BAD_REQUEST,
            "authorization stands more than once",
        ),
        (
            &[(header::COOKIE, long.as_str())],
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "16 KiB",
        ),
    ] {
        ask(&caseload, fields, async |asked, response| {
            // What a page of another origin may ask is told before anything is read.
            assert_eq!(response.status(), status, "{asked}");
            let body = response
                .into_body()
                .collect()
                .await
                .expect("a whole body")
                .to_bytes();
            if !asked.starts_with("HEAD") {
                let answer: Value = serde_json::from_slice(&body).expect("JSON");
                let error = answer.get("error").unwrap_or(&answer["errors"][0]);
                let message = error["message"].as_str().unwrap_or_default();
                assert!(message.contains(said), "{asked}: {answer}");
            }
        })
        .await;
    }
}

/// What a server on a port answers to a request with a field that long.
async fn status_of(server: &Server, length: usize, version: &str) -> String {
    let field = format!("X-Long: {}", "x".repeat(length));
    let url = format!("http://{}/healthz", server.address);
    let mut command = tokio::process::Command::new("curl");
    let output = command
        .args([
            "--disable",
            "-s",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            version,
            "-H",
            &field,
            &url,
        ])
        .output()
        .await
        .expect("curl; run: make test-tools");
    String::from_utf8(output.stdout).expect("text")
}

#[tokio::test]
async fn headers_of_any_size_are_answered_on_a_port() {
    let caseload = acme(Backend::Sqlite).await;
    let server = Server::start(&caseload).await;
    for version in ["--http1.1", "--http2-prior-knowledge"] {
        // What is far too large may find the connection closed: not all of it is read.
        for (length, expected) in [
            (15 << 10, &["200"][..]),
            (17 << 10, &["431"]),
            (100 << 10, &["431", "000"]),
        ] {
            let status = status_of(&server, length, version).await;
            assert!(
                expected.contains(&status.as_str()),
                "{length} bytes, {version}: {status}"
            );
        }
    }
    server.stop().await;
}
