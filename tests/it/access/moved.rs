//! What was credited to one and is someone else's by now, while the figures still are those of the last rollup.

use serde_json::{Value, json};

use super::{acme, conversation};
use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend},
};

on_both_stores! {
    a_rating_that_is_someone_else_s_by_now_is_not_shown,
    a_rating_that_moved_with_its_conversation_is_not_shown,
    a_conversation_that_is_someone_else_s_by_now_is_not_shown,
    a_conversation_with_a_rating_of_ones_own_is_still_shown,
    pages_are_full_though_rows_have_moved,
}

const LISTS: &str = "{
    feedback { nodes { id comment conversationId customer { id name } } }
    rated: conversations(measure: RATINGS) { nodes { id customer { name } ratings { id comment } } }
    closed: conversations(measure: CLOSED) { nodes { id customer { name } ratings { id comment } } } }";

async fn lists(caseload: &Caseload, who: &str) -> String {
    let answer = caseload.ask(who, LISTS, &json!({})).await;
    assert!(answer.codes().is_empty(), "{}", answer.json());
    answer.json()["data"].to_string()
}

fn rating(id: &str, conversation: &str, member: Option<&str>, comment: &str) -> Value {
    json!({
        "type": "rating", "id": id, "conversation_id": conversation, "rated_at": "2026-03-07T17:00:00Z", "score": 2,
        "member_id": member, "comment": comment,
    })
}

/// The conversation as [`conversation`] makes it, later given to someone else.
fn reassigned(id: &str, to: &str, day: i32) -> Value {
    let mut record = conversation(id, to, day).swap_remove(0);
    record["updated_at"] = json!("2026-03-10T11:00:00Z");
    record
}

async fn a_rating_that_is_someone_else_s_by_now_is_not_shown(backend: Backend) {
    let caseload = acme(backend).await;
    let mut records = conversation("shared", "manager", 7);
    records.push(rating("moving", "shared", Some("agent"), "well done"));
    caseload.import(&records).await;
    caseload.roll_up().await;
    let seen = lists(&caseload, "agent").await;
    assert!(seen.contains("moving") && seen.contains("shared"), "{seen}");
    caseload
        .import(&[rating("moving", "shared", Some("viewer"), "between us")])
        .await;
    let seen = lists(&caseload, "agent").await;
    for hidden in ["moving", "shared", "between us", "well done"] {
        assert!(!seen.contains(hidden), "{hidden}: {seen}");
    }
    assert!(
        seen.contains("r-c-agent") && seen.contains("\"c-agent\""),
        "{seen}"
    );
    assert!(lists(&caseload, "manager").await.contains("between us"));
}

async fn a_rating_that_moved_with_its_conversation_is_not_shown(backend: Backend) {
    let caseload = acme(backend).await;
    caseload.import(&[reassigned("c-agent", "viewer", 4)]).await;
    let seen = lists(&caseload, "agent").await;
    assert!(
        !seen.contains("r-c-agent") && !seen.contains("for agent"),
        "{seen}"
    );
}

async fn a_conversation_that_is_someone_else_s_by_now_is_not_shown(backend: Backend) {
    let caseload = acme(backend).await;
    caseload.import(&[reassigned("c-agent", "viewer", 4)]).await;
    for measure in [
        "CONVERSATIONS",
        "CLOSED",
        "RATINGS",
        "REPLIES",
        "CLOSING_TIME_MEAN",
        "CUSTOMERS",
    ] {
        let query = format!("{{ conversations(measure: {measure}) {{ nodes {{ id }} }} }}");
        let seen = caseload
            .ask("agent", &query, &json!({}))
            .await
            .data("conversations");
        assert_eq!(seen, json!({"nodes": []}), "{measure}");
    }
}

async fn a_conversation_with_a_rating_of_ones_own_is_still_shown(backend: Backend) {
    let caseload = acme(backend).await;
    caseload
        .import(&[
            reassigned("c-agent", "viewer", 4),
            rating("mine", "c-agent", Some("agent"), "thanks"),
        ])
        .await;
    let query =
        "{ conversations(measure: CLOSED) { nodes { id assignee { id } ratings { id } } } }";
    let seen = caseload
        .ask("agent", query, &json!({}))
        .await
        .data("conversations");
    assert_eq!(
        seen,
        json!({"nodes": [{"id": "c-agent", "assignee": null, "ratings": [{"id": "mine"}]}]})
    );
}

async fn pages_are_full_though_rows_have_moved(backend: Backend) {
    let caseload = acme(backend).await;
    for (id, day) in [("one", 5), ("two", 6), ("three", 7)] {
        caseload.import(&conversation(id, "agent", day)).await;
    }
    caseload.roll_up().await;
    caseload
        .import(&[
            reassigned("three", "viewer", 7),
            reassigned("one", "viewer", 5),
        ])
        .await;
    let query = "{ feedback(first: 2) { nodes { id } pageInfo { hasNextPage } }
        conversations(measure: CLOSED, first: 2) { nodes { id } pageInfo { hasNextPage } } }";
    let answer = caseload.ask("agent", query, &json!({})).await;
    let page = |ids: [&str; 2]| json!({"nodes": ids.map(|id| json!({"id": id})), "pageInfo": {"hasNextPage": false}});
    assert_eq!(
        answer.json()["data"]["feedback"],
        page(["r-two", "r-c-agent"])
    );
    assert_eq!(
        answer.json()["data"]["conversations"],
        page(["two", "c-agent"])
    );
}
