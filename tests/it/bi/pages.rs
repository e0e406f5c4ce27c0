//! `dailyRollups` in pages: of one generation, or saying that it changed.

use serde_json::{Value, json};

use crate::{on_both_stores, support::app::Caseload, support::database::Backend};

on_both_stores! {
    pages_of_one_generation_are_all_rows_once,
    a_page_behind_a_flip_says_that_figures_changed,
}

const MEMBERS: usize = 40;
const DAYS: usize = 60;

/// A row for each member on each day: everyone has an open conversation.
async fn sample(backend: Backend) -> Caseload {
    let now = "2026-03-01T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::UTC, now).await;
    let mut records =
        vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
    records.extend((0..MEMBERS).map(|member| conversation(member, false)));
    caseload.import(&records).await;
    caseload.roll_up().await;
    caseload
}

fn conversation(member: usize, closed: bool) -> Value {
    json!({
        "type": "conversation", "id": format!("c{member}"), "customer_id": "k", "assignee_id": format!("m{member:02}"),
        "created_at": "2026-01-01T09:00:00Z", "closed_at": closed.then_some("2026-01-10T09:00:00Z"),
    })
}

async fn page(caseload: &Caseload, first: usize, after: &Value) -> Value {
    let query = "query($first: Int!, $after: String) { dailyRollups(
        period: {between: {from: \"2026-01-01\", to: \"2026-03-01\"}}, first: $first, after: $after) {
        generation changed pageInfo { hasNextPage endCursor } nodes { day member { id } backlog } } }";
    caseload
        .ask("boss", query, &json!({"first": first, "after": after}))
        .await
        .data("dailyRollups")
}

async fn pages_of_one_generation_are_all_rows_once(backend: Backend) {
    let caseload = sample(backend).await;
    let (mut rows, mut after, mut sizes) = (Vec::new(), Value::Null, Vec::new());
    loop {
        let page = page(&caseload, 1_000, &after).await;
        assert_eq!(
            (&page["generation"], &page["changed"]),
            (&json!(1), &json!(false))
        );
        let nodes = page["nodes"].as_array().expect("a list").clone();
        sizes.push(nodes.len());
        rows.extend(nodes);
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(sizes, [1_000, 1_000, 400]);
    let mut seen: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {}", row["day"], row["member"]["id"]))
        .collect();
    assert!(seen.is_sorted());
    seen.dedup();
    assert_eq!(seen.len(), MEMBERS * DAYS);
}

async fn a_page_behind_a_flip_says_that_figures_changed(backend: Backend) {
    let caseload = sample(backend).await;
    let first = page(&caseload, 100, &Value::Null).await;
    let cursor = &first["pageInfo"]["endCursor"];
    let second = page(&caseload, 100, cursor).await;
    assert_eq!(second["changed"], json!(false));
    caseload.import(&[conversation(0, true)]).await;
    caseload.roll_up().await;
    let behind = page(&caseload, 100, cursor).await;
    assert_eq!(
        (&behind["generation"], &behind["changed"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(
        behind["nodes"][0], second["nodes"][0],
        "the cursor stands where it stood"
    );
    let next = page(&caseload, 100, &behind["pageInfo"]["endCursor"]).await;
    assert_eq!(next["changed"], json!(false), "since the page before");
}
