//! An export is of one generation, whatever happens while it is sent.

use axum::{
    body::{Body, Bytes},
    http::Request,
};
use caseload_schema::instant::Instant;
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::read;
use crate::{
    on_both_stores,
    support::{
        app::{Caseload, token},
        database::Backend,
    },
};

on_both_stores! {
    an_export_that_a_flip_overtakes_shows_what_it_began_with,
    an_export_whose_generation_is_swept_is_cut_off,
}

const MEMBERS: i32 = 200;
const DAYS: i32 = 150;
/// Days that change.
const FLIPPED: i32 = 20;
pub(crate) const PATH: &str = "/v1/rollups/daily.ndjson?from=2026-01-01&to=2026-05-31";

fn conversation(day: i32, assignee: i32) -> Value {
    let created = "2026-01-01T09:00:00Z"
        .parse::<chrono::DateTime<chrono::Utc>>()
        .expect("an instant");
    json!({
        "type": "conversation", "id": format!("c{day}"), "customer_id": "k", "assignee_id": format!("m{assignee:03}"),
        "created_at": (created + chrono::Duration::days(i64::from(day))).to_rfc3339(),
    })
}

/// Something happens on each day, and everyone has an open conversation from the first: some 30,000 rows.
pub(crate) async fn sample(backend: Backend) -> Caseload {
    let now = "2026-06-01T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::UTC, now).await;
    let mut records =
        vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
    for member in 0..MEMBERS {
        records.push(json!({
            "type": "conversation", "id": format!("o{member}"), "customer_id": "k",
            "assignee_id": format!("m{member:03}"), "created_at": "2026-01-01T09:00:00Z",
        }));
    }
    records.extend((0..DAYS).map(|day| conversation(day, day % MEMBERS)));
    caseload.import(&records).await;
    caseload.roll_up().await;
    caseload
}

async fn open(
    caseload: &Caseload,
) -> impl futures::Stream<Item = Result<Bytes, axum::Error>> + Unpin {
    let request = Request::get(PATH).header("authorization", format!("Bearer {}", token("boss")));
    let response = caseload
        .respond(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(response.status(), 200);
    response.into_body().into_data_stream()
}

async fn whole(caseload: &Caseload) -> Vec<Value> {
    let chunks: Vec<_> = open(caseload)
        .await
        .map(|chunk| chunk.expect("a whole body"))
        .collect()
        .await;
    rows(&chunks)
}

fn rows(chunks: &[Bytes]) -> Vec<Value> {
    read::ndjson(&String::from_utf8(chunks.concat()).expect("UTF-8"))
}

/// Gives the conversations of the last days, which are sent last, to someone else, and rolls up: while the export waits.
async fn flip(caseload: &Caseload, by: i32) {
    let moved: Vec<_> = (DAYS - FLIPPED..DAYS)
        .map(|day| conversation(day, (day + by) % MEMBERS))
        .collect();
    caseload.import(&moved).await;
    caseload.roll_up().await;
}

async fn an_export_that_a_flip_overtakes_shows_what_it_began_with(backend: Backend) {
    let caseload = sample(backend).await;
    let before = whole(&caseload).await;
    let mut chunks = open(&caseload).await;
    let mut got = vec![chunks.next().await.expect("a chunk").expect("no error")];
    flip(&caseload, 7).await;
    got.extend(
        chunks
            .map(|chunk| chunk.expect("a whole body"))
            .collect::<Vec<_>>()
            .await,
    );
    assert!(2 < got.len(), "the flip came after all had been sent");
    assert!(rows(&got) == before, "rows of two generations");
    assert!(whole(&caseload).await != before, "the flip changed nothing");
}

async fn an_export_whose_generation_is_swept_is_cut_off(backend: Backend) {
    let caseload = sample(backend).await;
    let mut chunks = open(&caseload).await;
    chunks.next().await.expect("a chunk").expect("no error");
    flip(&caseload, 7).await;
    caseload
        .clock
        .set(Instant::parse("2026-06-01T12:30:00Z").expect("an instant"));
    flip(&caseload, 9).await;
    let rest: Vec<_> = chunks.collect().await;
    assert!(
        rest.last().is_some_and(Result::is_err),
        "a part was passed off as the whole"
    );
}
