//! Headers and refusals of exports over HTTP.

use std::io::Read as _;

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
    response::Response,
};
use caseload_schema::instant::Instant;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::tables::TABLES;
use crate::support::{
    app::{Caseload, token},
    database::Backend,
};

const DAILY: &str = "/v1/rollups/daily.csv?from=2026-03-01&to=2026-03-31";

/// A workspace with one member of each role, and some conversations of March 2026.
async fn sample() -> Caseload {
    let now = "2026-03-20T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(Backend::Sqlite, chrono_tz::UTC, now).await;
    let mut records: Vec<Value> = ["owner", "admin", "manager", "agent", "viewer"]
        .iter()
        .map(|role| json!({"type": "member", "id": role, "name": format!("={role}"), "role": role}))
        .collect();
    records.push(json!({"type": "label", "id": "l", "title": "@Label"}));
    records.push(json!({"type": "customer", "id": "k", "name": "-Customer"}));
    for day in 1..20 {
        records.push(json!({
            "type": "conversation", "id": format!("c{day}"), "customer_id": "k", "assignee_id": "agent", "label_ids": ["l"],
            "created_at": format!("2026-03-{day:02}T09:00:00Z"), "channel": "+chat",
        }));
    }
    records.push(json!({
        "type": "rating", "id": "r", "conversation_id": "c1", "rated_at": "2026-03-02T09:00:00Z", "score": 5,
        "comment": "\n＝1+1;=1+1;\"-2\r\n＠SUM(1)",
    }));
    caseload.import(&records).await;
    caseload.roll_up().await;
    caseload
}

async fn send(
    caseload: &Caseload,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
) -> Response {
    let request = Request::builder().method(method).uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    caseload
        .respond(request.body(Body::empty()).expect("a request"))
        .await
}

async fn get(caseload: &Caseload, member: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let authorization = format!("Bearer {}", token(member));
    send(
        caseload,
        Method::GET,
        path,
        &[&[("authorization", authorization.as_str())], headers].concat(),
    )
    .await
}

async fn body(response: Response) -> Vec<u8> {
    response
        .into_body()
        .collect()
        .await
        .expect("a whole body")
        .to_bytes()
        .to_vec()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().expect("text"))
}

async fn tag(caseload: &Caseload, path: &str, headers: &[(&str, &str)]) -> String {
    let response = get(caseload, "owner", path, headers).await;
    assert_eq!(response.status(), 200, "{path}");
    header(response.headers(), "etag").to_owned()
}

async fn refusal(caseload: &Caseload, member: &str, path: &str) -> (StatusCode, String) {
    let response = get(caseload, member, path, &[]).await;
    let status = response.status();
    let error: Value = serde_json::from_slice(&body(response).await).expect("JSON");
    (
        status,
        format!(
            "{}: {}",
            error["error"]["code"].as_str().unwrap_or(""),
            error["error"]["message"]
        ),
    )
}

#[tokio::test]
async fn managers_and_up_may_export_and_nobody_else() {
    let caseload = sample().await;
    for (table, _, path) in TABLES {
        for format in ["csv", "ndjson", "parquet", "arrow"] {
            let path = format!("{path}.{format}");
            for role in ["owner", "admin", "manager"] {
                let response = get(&caseload, role, &path, &[]).await;
                assert_eq!(
                    (response.status().as_u16(), body(response).await.is_empty()),
                    (200, false),
                    "{role} {table}"
                );
            }
            for role in ["agent", "viewer"] {
                assert_eq!(
                    get(&caseload, role, &path, &[]).await.status(),
                    403,
                    "{role} {table}"
                );
                assert!(
                    refusal(&caseload, role, &path)
                        .await
                        .1
                        .starts_with("FORBIDDEN: ")
                );
            }
            assert_eq!(
                send(&caseload, Method::GET, &path, &[]).await.status(),
                401,
                "{table}"
            );
            let posted = send(&caseload, Method::POST, &path, &[]).await;
            assert_eq!(
                (posted.status().as_u16(), header(posted.headers(), "allow")),
                (405, "GET,HEAD")
            );
        }
    }
    for path in [
        "/v1/rollups/daily",
        "/v1/rollups/daily.xml",
        "/v1/rollups/feedback.csv",
        "/v1/daily.csv",
    ] {
        assert_eq!(
            get(&caseload, "owner", path, &[]).await.status(),
            404,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_token_for_rollups_gets_no_facts() {
    let caseload = sample().await;
    for (scope, figures, facts) in [
        ("READ_ROLLUPS", 200, 403),
        ("ADMIN", 200, 200),
        ("IMPORT", 403, 403),
    ] {
        let query =
            format!("mutation {{ createApiToken(name: \"bi\", scopes: [{scope}]) {{ secret }} }}");
        let made = caseload
            .ask("owner", &query, &json!({}))
            .await
            .data("createApiToken");
        let authorization = format!("Bearer {}", made["secret"].as_str().expect("a secret"));
        for (table, of_figures, path) in TABLES {
            let headers = [("authorization", authorization.as_str())];
            let response = send(&caseload, Method::GET, &format!("{path}.csv"), &headers).await;
            let status = response.status().as_u16();
            drop(body(response).await);
            assert_eq!(
                status,
                if of_figures { figures } else { facts },
                "{scope} {table}"
            );
        }
    }
}

#[tokio::test]
async fn one_export_too_many_is_told_to_come_back() {
    let caseload = sample().await;
    let known = head_tag(&caseload).await;
    // Answers whose bodies nobody reads.
    let mut under_way = Vec::new();
    for _ in 0..4 {
        under_way.push(get(&caseload, "owner", DAILY, &[]).await);
    }
    let refused = get(&caseload, "owner", DAILY, &[]).await;
    assert_eq!(
        (
            refused.status().as_u16(),
            header(refused.headers(), "retry-after")
        ),
        (503, "1")
    );
    let still = get(&caseload, "owner", DAILY, &[("if-none-match", &known)]).await;
    assert_eq!(still.status(), 304, "nothing is read for that");
    under_way.pop();
    assert_eq!(get(&caseload, "owner", DAILY, &[]).await.status(), 200);
}

async fn head_tag(caseload: &Caseload) -> String {
    let authorization = format!("Bearer {}", token("owner"));
    let head = send(
        caseload,
        Method::HEAD,
        DAILY,
        &[("authorization", &authorization)],
    )
    .await;
    header(head.headers(), "etag").to_owned()
}

#[tokio::test]
async fn wrong_parameters_are_refused_by_name() {
    let caseload = sample().await;
    for (query, named) in [
        ("from=2026-03-01", "to"),
        ("to=2026-03-01", "from"),
        ("from=yesterday&to=2026-03-01", "from"),
        ("from=2026-03-01&to=2026-02-30", "to"),
        ("from=2026-03-02&to=2026-03-01", "from"),
        ("from=2010-01-01&to=2026-03-01", "from, to"),
        ("from=2026-03-01&from=2026-03-01&to=2026-03-01", "from"),
        ("member=", "member"),
        ("unassigned=maybe", "unassigned"),
        ("form=2026-03-01", "\\\"form\\\""),
        ("since", "\\\"since\\\""),
    ] {
        for (_, _, path) in TABLES {
            let (status, error) = refusal(&caseload, "owner", &format!("{path}.csv?{query}")).await;
            assert_eq!(status, 400, "{query}");
            assert!(
                error.starts_with(&format!("BAD_USER_INPUT: \"{named}")),
                "{query}: {error}"
            );
        }
    }
    let (status, error) = refusal(&caseload, "owner", "/v1/rollups/daily.csv?member=nobody").await;
    assert_eq!(
        (status.as_u16(), error.starts_with("NOT_FOUND: \"member: ")),
        (404, true),
        "{error}"
    );
}

#[tokio::test]
async fn the_last_thirty_days_are_exported_where_none_are_named() {
    let caseload = sample().await;
    let implied = body(get(&caseload, "owner", "/v1/rollups/daily.csv", &[]).await).await;
    let named = "/v1/rollups/daily.csv?from=2026-02-19&to=2026-03-20";
    assert_eq!(
        implied,
        body(get(&caseload, "owner", named, &[]).await).await
    );
}

#[tokio::test]
async fn the_head_says_what_the_body_is() {
    let caseload = sample().await;
    let authorization = format!("Bearer {}", token("owner"));
    for (format, media) in [
        ("csv", "text/csv; charset=utf-8; header=present"),
        ("ndjson", "application/x-ndjson"),
        ("parquet", "application/vnd.apache.parquet"),
        ("arrow", "application/vnd.apache.arrow.file"),
    ] {
        let path = format!("/v1/rollups/labels.{format}?from=2026-03-01&to=2026-03-31");
        let whole = get(&caseload, "owner", &path, &[]).await;
        let head = send(
            &caseload,
            Method::HEAD,
            &path,
            &[("authorization", &authorization)],
        )
        .await;
        assert_eq!(head.status(), 200);
        for name in [
            "content-type",
            "content-disposition",
            "etag",
            "cache-control",
            "vary",
        ] {
            assert_eq!(
                header(head.headers(), name),
                header(whole.headers(), name),
                "{name}"
            );
        }
        assert_eq!(header(head.headers(), "content-type"), media);
        assert_eq!(
            header(head.headers(), "content-disposition"),
            format!("attachment; filename=\"caseload-acme-labels-2026-03-01-2026-03-31.{format}\"")
        );
        assert_eq!(
            (body(head).await.len(), body(whole).await.is_empty()),
            (0, false)
        );
    }
}

#[tokio::test]
async fn a_body_is_compressed_as_the_client_likes() {
    let caseload = sample().await;
    let plain = body(get(&caseload, "owner", DAILY, &[]).await).await;
    let gzip = get(
        &caseload,
        "owner",
        DAILY,
        &[("accept-encoding", "gzip, deflate")],
    )
    .await;
    assert_eq!(header(gzip.headers(), "content-encoding"), "gzip");
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&*body(gzip).await)
        .read_to_end(&mut unpacked)
        .expect("gzip");
    assert_eq!(unpacked, plain);
    let zstd = get(
        &caseload,
        "owner",
        DAILY,
        &[("accept-encoding", "gzip, zstd, br")],
    )
    .await;
    assert_eq!(header(zstd.headers(), "content-encoding"), "zstd");
    assert_eq!(
        zstd::decode_all(&*body(zstd).await).expect("Zstandard"),
        plain
    );
    let parquet = get(
        &caseload,
        "owner",
        "/v1/rollups/daily.parquet",
        &[("accept-encoding", "gzip")],
    )
    .await;
    assert_eq!(header(parquet.headers(), "content-encoding"), "");
}

#[tokio::test]
async fn who_has_the_bytes_is_told_that_they_still_stand() {
    let caseload = sample().await;
    for (table, _, path) in TABLES {
        let path = format!("{path}.csv?from=2026-03-01&to=2026-03-31");
        let known = tag(&caseload, &path, &[]).await;
        assert!(
            known.starts_with('"') && known.ends_with('"'),
            "{known} is strong"
        );
        for condition in [
            known.clone(),
            format!("\"other\", {known}"),
            format!("W/{known}"),
            "*".to_owned(),
        ] {
            let again = get(&caseload, "owner", &path, &[("if-none-match", &condition)]).await;
            assert_eq!(
                (again.status().as_u16(), header(again.headers(), "etag")),
                (304, &*known),
                "{table} {condition}"
            );
            assert!(body(again).await.is_empty());
        }
        assert_eq!(
            get(&caseload, "owner", &path, &[("if-none-match", "\"other\"")])
                .await
                .status(),
            200
        );
        assert_eq!(
            get(&caseload, "agent", &path, &[("if-none-match", &known)])
                .await
                .status(),
            403
        );
    }
}

#[tokio::test]
async fn each_body_has_a_tag_of_its_own() {
    let caseload = sample().await;
    let mut tags = Vec::new();
    for path in [
        DAILY,
        "/v1/rollups/daily.ndjson?from=2026-03-01&to=2026-03-31",
        "/v1/rollups/labels.csv?from=2026-03-01&to=2026-03-31",
        "/v1/rollups/daily.csv?from=2026-03-02&to=2026-03-31",
        "/v1/rollups/daily.csv?from=2026-03-01&to=2026-03-31&member=agent",
        "/v1/rollups/daily.csv?from=2026-03-01&to=2026-03-31&unassigned=true",
        "/v1/rollups/daily.csv",
    ] {
        tags.push(tag(&caseload, path, &[]).await);
    }
    for coding in ["gzip", "zstd"] {
        tags.push(tag(&caseload, DAILY, &[("accept-encoding", coding)]).await);
    }
    let count = tags.len();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), count, "{tags:?}");
}

/// Imports that record, rolls up, and says whether the tag of `path` changed, and whether the body did.
async fn changes(caseload: &Caseload, path: &str, record: Value, roll_up: bool) -> (bool, bool) {
    let (before, old) = (
        tag(caseload, path, &[]).await,
        body(get(caseload, "owner", path, &[]).await).await,
    );
    caseload.import(&[record]).await;
    if roll_up {
        caseload.roll_up().await;
    }
    let (after, new) = (
        tag(caseload, path, &[]).await,
        body(get(caseload, "owner", path, &[]).await).await,
    );
    (before != after, old != new)
}

#[tokio::test]
async fn a_tag_changes_whenever_the_bytes_do() {
    let caseload = sample().await;
    let closed = |id: &str| {
        json!({
            "type": "conversation", "id": id, "customer_id": "k", "assignee_id": "agent", "label_ids": ["l"],
            "created_at": "2026-03-05T09:00:00Z", "closed_at": "2026-03-06T09:00:00Z", "channel": "+chat",
        })
    };
    let renamed = json!({"type": "member", "id": "agent", "name": "New name", "role": "agent"});
    let erased = json!({"type": "delete", "of": "customer", "id": "k"});
    let feedback = "/v1/feedback.csv?from=2026-03-01&to=2026-03-31";
    assert_eq!(
        changes(&caseload, DAILY, closed("c5"), true).await,
        (true, true),
        "new figures"
    );
    assert_eq!(
        changes(&caseload, DAILY, renamed, false).await,
        (true, true),
        "a name"
    );
    let (tag_changed, bytes_changed) = changes(&caseload, DAILY, closed("c5"), true).await;
    assert!(tag_changed || !bytes_changed, "nothing new");
    assert_eq!(
        changes(&caseload, feedback, erased, false).await,
        (true, true),
        "an erased comment"
    );
    // A run that changes no figure, but when days without events were rolled up.
    caseload
        .clock
        .set(Instant::parse("2026-03-20T13:00:00Z").expect("an instant"));
    let label = json!({"type": "label", "id": "l2", "title": "Label"});
    let (tag_changed, bytes_changed) = changes(&caseload, DAILY, label, true).await;
    assert!(tag_changed || !bytes_changed, "an empty run");
}

#[tokio::test]
async fn no_cell_of_csv_is_a_formula() {
    let caseload = sample().await;
    for (table, _, path) in TABLES {
        let text = body(get(&caseload, "owner", &format!("{path}.csv"), &[]).await).await;
        let text = String::from_utf8(text).expect("UTF-8");
        assert!(
            text.contains(",'") && text.ends_with("\r\n"),
            "{table}: {text}"
        );
        // Where lists are separated by commas, and where numbers have them.
        for separator in [b',', b';'] {
            let mut reader = csv::ReaderBuilder::new();
            let reader = reader
                .delimiter(separator)
                .has_headers(false)
                .flexible(true);
            for record in reader.from_reader(text.as_bytes()).records() {
                for cell in &record.expect("a row") {
                    let begin = cell.trim_start_matches([' ', '"']);
                    let is_formula = begin
                        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
                        && cell.parse::<f64>().is_err();
                    assert!(
                        !is_formula && !cell.starts_with(['\t', '\r', '\n']),
                        "{table}: {cell}"
                    );
                }
            }
        }
        let lines = body(get(&caseload, "owner", &format!("{path}.ndjson"), &[]).await).await;
        assert!(
            !String::from_utf8(lines).expect("UTF-8").contains("\"'"),
            "{table}: only CSV needs that"
        );
    }
}

#[tokio::test]
async fn an_erased_customer_has_no_name_and_no_comment() {
    let caseload = sample().await;
    caseload
        .import(&[json!({"type": "delete", "of": "customer", "id": "k"})])
        .await;
    for path in ["/v1/feedback.ndjson", "/v1/conversations.ndjson"] {
        let lines = body(get(&caseload, "manager", path, &[]).await).await;
        let row: Value = serde_json::from_slice(
            lines
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default(),
        )
        .expect("JSON");
        assert_eq!(
            (&row["customer_id"], &row["customer_name"]),
            (&json!("k"), &Value::Null)
        );
        assert_eq!(row.get("comment").unwrap_or(&Value::Null), &Value::Null);
    }
}
