//! `HEAD` and parts of exports: what readers of Parquet ask for, and what HTTP/1.0 is told.

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, Version},
    response::Response,
};
use http_body_util::BodyExt as _;
use serde_json::json;

use super::tables::TABLES;
use crate::support::{
    app::{Caseload, token},
    database::Backend,
};

const PARQUET: &str = "/v1/rollups/daily.parquet?from=2026-03-01&to=2026-03-31";
const CSV: &str = "/v1/rollups/daily.csv?from=2026-03-01&to=2026-03-31";

fn conversation(day: u32, assignee: &str) -> serde_json::Value {
    json!({
        "type": "conversation", "id": format!("c{day}"), "customer_id": "k", "assignee_id": assignee,
        "created_at": format!("2026-03-{day:02}T09:00:00Z"),
    })
}

async fn sample() -> Caseload {
    let now = "2026-03-20T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(Backend::Sqlite, chrono_tz::UTC, now).await;
    let mut records =
        vec![json!({"type": "member", "id": "owner", "name": "Owner", "role": "owner"})];
    records.extend((1..20).map(|day| conversation(day, "one")));
    caseload.import(&records).await;
    caseload.roll_up().await;
    caseload
}

/// What a request of that version is answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    fn length(&self) -> Option<usize> {
        self.header("content-length").parse().ok()
    }
}

async fn send(caseload: &Caseload, request: Request<Body>) -> Answer {
    let response: Response = caseload.respond(request).await;
    let (head, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .expect("a whole body")
        .to_bytes()
        .to_vec();
    Answer {
        status: head.status,
        headers: head.headers,
        body,
    }
}

fn request(method: Method, path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = request.header("authorization", format!("Bearer {}", token("owner")));
    let request = fields.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    request.body(Body::empty()).expect("a request")
}

async fn get(caseload: &Caseload, path: &str, fields: &[(&str, &str)]) -> Answer {
    send(caseload, request(Method::GET, path, fields)).await
}

#[tokio::test]
async fn head_says_the_length_that_get_has_or_none() {
    let caseload = sample().await;
    for (_, _, path) in TABLES {
        for format in ["csv", "ndjson", "parquet", "arrow"] {
            let path = format!("{path}.{format}");
            let head = send(&caseload, request(Method::HEAD, &path, &[])).await;
            let whole = get(&caseload, &path, &[]).await;
            assert_eq!(
                (head.status, head.body.len()),
                (StatusCode::OK, 0),
                "{path}"
            );
            match head.length() {
                Some(length) => assert_eq!(length, whole.body.len(), "{path}"),
                None => assert_eq!(head.header("content-length"), "", "{path}"),
            }
            let in_parts = ["parquet", "arrow"].contains(&format);
            assert_eq!(head.length().is_some(), in_parts, "{path}");
            assert_eq!(
                head.header("accept-ranges"),
                if in_parts { "bytes" } else { "none" }
            );
            let known = get(&caseload, &path, &[("if-none-match", whole.header("etag"))]).await;
            assert_eq!(
                (known.status, known.header("content-length")),
                (StatusCode::NOT_MODIFIED, "")
            );
        }
    }
}

#[tokio::test]
async fn a_part_is_of_the_bytes_that_the_whole_has() {
    let caseload = sample().await;
    let whole = get(&caseload, PARQUET, &[]).await.body;
    let end = whole.len();
    for (range, expected) in [
        ("bytes=0-3", 0..4),
        ("bytes=-8", end - 8..end),
        ("bytes=100-", 100..end),
        ("bytes=100-999999999", 100..end),
    ] {
        let part = get(&caseload, PARQUET, &[("range", range)]).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert!(part.body == whole[expected.clone()], "{range}");
        let (first, last) = (expected.start, expected.end - 1);
        assert_eq!(
            part.header("content-range"),
            format!("bytes {first}-{last}/{end}")
        );
        assert_eq!(part.length(), Some(expected.len()), "{range}");
    }
    for range in [format!("bytes={end}-"), "bytes=-0".to_owned()] {
        let none = get(&caseload, PARQUET, &[("range", &range)]).await;
        assert_eq!(none.status, StatusCode::RANGE_NOT_SATISFIABLE, "{range}");
        assert_eq!(none.header("content-range"), format!("bytes */{end}"));
    }
    for range in ["bytes=0-3,8-9", "lines=1-2", "bytes=4-3"] {
        let all = get(&caseload, PARQUET, &[("range", range)]).await;
        assert!(all.status == StatusCode::OK && all.body == whole, "{range}");
    }
    let csv = get(&caseload, CSV, &[("range", "bytes=0-3")]).await;
    assert!(csv.status == StatusCode::OK && 4 < csv.body.len());
}

#[tokio::test]
async fn parts_of_one_version_are_not_mixed_with_those_of_another() {
    let caseload = sample().await;
    let old = get(&caseload, PARQUET, &[]).await;
    let tag = old.header("etag").to_owned();
    let part = [("range", "bytes=0-3"), ("if-range", tag.as_str())];
    assert_eq!(
        get(&caseload, PARQUET, &part).await.status,
        StatusCode::PARTIAL_CONTENT
    );
    // A scan begins with HEAD, and figures change before it reads on.
    send(&caseload, request(Method::HEAD, PARQUET, &[])).await;
    let moved: Vec<_> = (1..20)
        .map(|day| conversation(day, if day < 9 { "two" } else { "three" }))
        .collect();
    caseload.import(&moved).await;
    caseload.roll_up().await;
    let middle = get(&caseload, PARQUET, &[("range", "bytes=500-1999")]).await;
    assert_eq!(
        (middle.status, middle.header("etag")),
        (StatusCode::PARTIAL_CONTENT, tag.as_str())
    );
    assert!(
        middle.body == old.body[500..2000],
        "a part of another version"
    );
    // The next scan is of the new ones, and whoever says which version they have gets no part of it.
    send(&caseload, request(Method::HEAD, PARQUET, &[])).await;
    let new = get(&caseload, PARQUET, &[]).await;
    assert!(new.header("etag") != tag && new.body != old.body);
    let all = get(&caseload, PARQUET, &part).await;
    assert!(
        all.status == StatusCode::OK && all.body == new.body,
        "If-Range names the old ones"
    );
    let refused = get(
        &caseload,
        PARQUET,
        &[("range", "bytes=0-3"), ("if-match", &tag)],
    )
    .await;
    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
}

#[tokio::test]
async fn http_1_0_gets_an_export_with_its_length() {
    let caseload = sample().await;
    for (_, _, path) in TABLES {
        for format in ["csv", "ndjson", "parquet", "arrow"] {
            let path = format!("{path}.{format}");
            let whole = get(&caseload, &path, &[]).await;
            let mut old = request(Method::GET, &path, &[]);
            *old.version_mut() = Version::HTTP_10;
            for (answer, who) in [
                (send(&caseload, old).await, "HTTP/1.0"),
                (
                    get(&caseload, &path, &[("via", "1.0 proxy")]).await,
                    "a proxy of HTTP/1.0",
                ),
            ] {
                assert_eq!(answer.length(), Some(whole.body.len()), "{path} to {who}");
                assert!(answer.body == whole.body, "{path} to {who}");
            }
        }
    }
}

#[tokio::test]
async fn an_export_ends_with_how_many_rows_it_has_and_their_digest() {
    let caseload = sample().await;
    let response = caseload.respond(request(Method::GET, CSV, &[])).await;
    assert_eq!(
        response.headers()["trailer"],
        "content-digest, caseload-rows"
    );
    let body = response.into_body().collect().await.expect("a whole body");
    let trailers = body.trailers().cloned().expect("trailers");
    let text = String::from_utf8(body.to_bytes().to_vec()).expect("UTF-8");
    let rows = text.lines().count() - 1;
    assert_eq!(trailers["caseload-rows"], rows.to_string().as_str());
    assert!(
        trailers["content-digest"]
            .to_str()
            .expect("text")
            .starts_with("sha-256=:")
    );
}
