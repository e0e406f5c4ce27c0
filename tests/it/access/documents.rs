//! Documents and requests that are refused before they cost anything.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use caseload_api::{
    app::App,
    config::{Config, Interval, Secret},
    document::{DocumentRef, DocumentStore},
    graphql::sdl,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt;

use super::acme;
use crate::support::{
    app::{Answer, Caseload, SECRET, token},
    database::Backend,
};

fn concat(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().concat()
}

/// Documents that would stop or end a server that looks at them with care, each with its name.
fn monsters() -> Vec<(&'static str, String)> {
    let fragments = |spreads: &dyn Fn(usize) -> String, count: usize| {
        format!(
            "{{viewer{{role}}}} {}",
            concat(count, |at| format!(
                "fragment F{at} on Query{{{}}} ",
                spreads(at)
            ))
        )
    };
    let twice = |at: usize| format!("...F{0} ...F{0}", at + 1);
    vec![
        (
            "a circle",
            fragments(&|at| format!("...F{}", (at + 1) % 5_000), 5_000),
        ),
        ("a chain", fragments(&|at| format!("...F{}", at + 1), 5_000)),
        (
            "a long circle of few tokens",
            fragments(&|at| format!("...F{}", (at + 1) % 100), 100),
        ),
        (
            "a chain of few tokens",
            fragments(&|at| format!("...F{}", at + 1), 100),
        ),
        ("doubling", fragments(&twice, 60)),
        (
            "doubling that is used",
            fragments(&twice, 60).replacen("{viewer{role}}", "{...F0}", 1),
        ),
        (
            "aliases",
            format!("{{{}}}", concat(20_000, |at| format!("a{at}:x "))),
        ),
        ("brackets", format!("{{team(filter:{}", "[".repeat(100_000))),
        (
            "operations",
            concat(1_000, |at| format!("query q{at}{{__typename}} ")),
        ),
    ]
}

#[tokio::test]
async fn documents_that_cost_too_much_to_look_at_are_refused_and_the_next_request_is_answered() {
    let caseload = acme(Backend::Sqlite).await;
    for (name, document) in monsters() {
        assert_eq!(
            caseload.ask("agent", &document, &json!({})).await.codes(),
            ["QUERY_TOO_COMPLEX"],
            "{name}"
        );
        let viewer = caseload
            .ask("agent", "{ viewer { role } }", &json!({}))
            .await
            .data("viewer");
        assert_eq!(viewer, json!({"role": "AGENT"}), "after {name}");
    }
}

#[tokio::test]
async fn fragments_in_a_circle_are_an_error_of_their_own() {
    let caseload = acme(Backend::Sqlite).await;
    let document = "{viewer{role}} fragment A on Query{...B} fragment B on Query{...A}";
    assert_eq!(
        caseload.ask("agent", document, &json!({})).await.codes(),
        ["BAD_USER_INPUT"]
    );
}

#[tokio::test]
async fn whoever_is_nobody_has_no_document_looked_at() {
    let caseload = acme(Backend::Sqlite).await;
    for (name, document) in monsters() {
        let answer = caseload.ask_with("", &document, &json!({})).await;
        assert_eq!(answer.codes(), ["UNAUTHENTICATED"], "{name}");
    }
}

/// Kept are 16 MiB of documents that were sent with their hash; these are some 60.
#[test]
fn a_flood_of_documents_pushes_out_none_that_is_asked_for_often() {
    let library = DocumentStore::new(&sdl(), &Config::default()).expect("the schema is one");
    let hash = |text: &str| -> [u8; 32] { Sha256::digest(text).into() };
    let ours = "{ viewer { role } }";
    library
        .find(DocumentRef::Hashed(hash(ours), Some(ours)))
        .expect("a valid document");
    let theirs = |at: usize| {
        format!(
            "{{ a{at}: viewer {{ role }} {} }}",
            "viewer { role } ".repeat(100)
        )
    };
    for at in 0..600 {
        library
            .find(DocumentRef::Hashed(hash(&theirs(at)), Some(&theirs(at))))
            .expect("a valid document");
        assert!(
            library.find(DocumentRef::Hashed(hash(ours), None)).is_ok(),
            "pushed out by the {at}th"
        );
    }
    let kept = (0..600)
        .filter(|at| {
            library
                .find(DocumentRef::Hashed(hash(&theirs(*at)), None))
                .is_ok()
        })
        .count();
    assert!(kept < 300, "{kept} are kept");
}

async fn ask_for(caseload: &Caseload, accept: &str, query: &str) -> Answer {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, accept)
        .header(
            header::AUTHORIZATION,
            format!("Bearer {}", token("manager")),
        );
    let body = json!({"query": query}).to_string();
    caseload
        .send_request(request.body(Body::from(body)).expect("a request"))
        .await
}

#[tokio::test]
async fn who_accepts_nothing_that_we_have_is_told_so() {
    let caseload = acme(Backend::Sqlite).await;
    let answer = ask_for(&caseload, "text/html", "{ viewer { role } }").await;
    assert_eq!(
        (answer.status, answer.codes()),
        (
            StatusCode::NOT_ACCEPTABLE,
            vec!["BAD_USER_INPUT".to_owned()]
        )
    );
    assert_eq!(
        ask_for(&caseload, "text/html, */*;q=0.8", "{ viewer { role } }")
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_day_that_is_none_is_refused_before_anything_is_answered() {
    let caseload = acme(Backend::Sqlite).await;
    let typed = "application/graphql-response+json";
    for day in ["\"2026-02-30\"", "\"soon\"", "20260101"] {
        let query = format!(
            "{{ viewer {{ role }} team(period: {{between: {{from: {day}, to: \"2026-03-01\"}}}}) {{ metrics {{ closed }} }} }}"
        );
        let answer = ask_for(&caseload, typed, &query).await;
        assert_eq!(
            (answer.status, answer.codes()),
            (StatusCode::BAD_REQUEST, vec!["BAD_USER_INPUT".to_owned()])
        );
        assert!(answer.json().get("data").is_none(), "{}", answer.json());
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let caseload = acme(Backend::Sqlite).await;
    let secret = Some(Secret::new(SECRET));
    let config = Config {
        jwt_secret: secret,
        request_timeout: Interval::seconds(0),
        ..Config::default()
    };
    let app = App::new(caseload.store.clone(), config, caseload.clock.clone())
        .expect("a configuration with a key");
    let body = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .body(body);
    let response = caseload_api::http::router(app)
        .oneshot(request.expect("a request"))
        .await
        .expect("the router never fails");
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    let body = axum::body::to_bytes(response.into_body(), 10_000)
        .await
        .expect("a whole body")
        .to_vec();
    assert_eq!(
        Answer {
            status: StatusCode::REQUEST_TIMEOUT,
            body
        }
        .codes(),
        ["TIMEOUT"]
    );
}
