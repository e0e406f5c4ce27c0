//! Every table in every format, asked for by everyone.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::Value;

use super::{nobodies, paths::Asker, paths::sample, token};
use crate::support::app::{Answer, Caseload};

/// The tables of figures, and those of facts, each with the field of the schema that tells the same.
const TABLES: [(&str, &str); 5] = [
    ("/v1/rollups/daily", "dailyRollups"),
    ("/v1/rollups/labels", "dailyRollups"),
    ("/v1/rollups/channels", "dailyRollups"),
    ("/v1/feedback", "feedback"),
    ("/v1/conversations", "conversations"),
];
const FORMATS: [&str; 4] = ["csv", "ndjson", "parquet", "arrow"];

async fn get(caseload: &Caseload, token: &str, path: &str) -> Answer {
    let request = Request::get(format!("{path}?from=2026-03-01&to=2026-03-10"));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    caseload
        .send_request(request.body(Body::empty()).expect("a request"))
        .await
}

fn code(answer: &Answer) -> Value {
    answer.json()["error"]["code"].clone()
}

#[tokio::test]
async fn every_table_in_every_format_is_exported_to_whom_the_table_names() {
    let caseload = sample().await;
    let askers = Asker::all(&caseload).await;
    let mut questions = 0;
    for (table, field) in TABLES {
        for format in FORMATS {
            let path = format!("{table}.{format}");
            for asker in &askers {
                // Who sees what is theirs alone exports nothing: an export is of everyone.
                let may = asker.may_read("Query", field)
                    && !["agent", "viewer"].contains(&asker.name.as_str());
                let answer = get(&caseload, &asker.token, &path).await;
                questions += 1;
                if may {
                    assert_eq!(answer.status, StatusCode::OK, "{}: {path}", asker.name);
                    assert!(!answer.body.is_empty(), "{}: {path}", asker.name);
                } else {
                    assert_eq!(
                        (answer.status, code(&answer)),
                        (StatusCode::FORBIDDEN, "FORBIDDEN".into()),
                        "{}: {path}",
                        asker.name
                    );
                }
            }
            for (who, token) in nobodies() {
                let answer = get(&caseload, &token, &path).await;
                let expected = (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED".into());
                assert_eq!((answer.status, code(&answer)), expected, "{who}: {path}");
                questions += 1;
            }
            let elsewhere = get(&caseload, &token("elsewhere", "other"), &path).await;
            assert_eq!(elsewhere.status, StatusCode::OK, "{path}");
            let text = String::from_utf8_lossy(&elsewhere.body);
            assert!(
                ["c-", "r-c-", "Name of", "Customer", "for "]
                    .iter()
                    .all(|ours| !text.contains(ours)),
                "{path}: {text}"
            );
        }
    }
    assert_eq!(questions, 5 * 4 * 20);
}
