//! Operations as server-sent events.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};

use crate::{
    access::acme,
    support::{
        app::{Answer, Caseload, token},
        database::Backend,
    },
};

async fn ask(caseload: &Caseload, token: &str, query: &str) -> Answer {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::from(json!({"query": query}).to_string()));
    caseload.send_request(request.expect("a request")).await
}

/// The events, each with its name and what it holds.
fn events(answer: &Answer) -> Vec<(String, Value)> {
    let text = String::from_utf8(answer.body.clone()).expect("UTF-8");
    let events = text
        .split("\n\n")
        .filter(|event| !event.trim().is_empty() && !event.starts_with(':'));
    let field = |event: &str, name: &str| {
        event
            .lines()
            .find_map(|line| Some(line.strip_prefix(name)?.trim_start().to_owned()))
            .unwrap_or_default()
    };
    let parsed = |data: &str| serde_json::from_str(data).unwrap_or(Value::Null);
    events
        .map(|event| (field(event, "event:"), parsed(&field(event, "data:"))))
        .collect()
}

#[tokio::test]
async fn a_query_is_one_event_and_the_end() {
    let caseload = acme(Backend::Sqlite).await;
    let answer = ask(&caseload, &token("owner"), "{ viewer { role } }").await;
    let expected = json!({"data": {"viewer": {"role": "OWNER"}}});
    assert_eq!(
        events(&answer),
        [
            ("next".to_owned(), expected),
            ("complete".to_owned(), Value::Null)
        ]
    );
}

#[tokio::test]
async fn what_is_wrong_with_an_operation_is_an_event_and_who_may_not_ask_gets_a_status() {
    let caseload = acme(Backend::Sqlite).await;
    let answer = ask(&caseload, &token("owner"), "{ nothing }").await;
    let events = events(&answer);
    assert_eq!((answer.status, events.len()), (StatusCode::OK, 2));
    assert_eq!(
        events[0].1["errors"][0]["extensions"]["code"],
        "BAD_USER_INPUT"
    );
    assert_eq!(
        ask(&caseload, "nonsense", "{ viewer { role } }")
            .await
            .status,
        StatusCode::UNAUTHORIZED
    );
}
