//! What figures are compared with, and since when they can be.

use serde_json::{Value, json};

use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend},
};

on_both_stores! {
    the_first_day_is_the_earliest_on_which_anything_counts,
    the_first_day_is_of_the_generation_of_the_figures,
    the_first_day_is_the_same_whoever_asks,
    a_growth_from_before_the_first_day_is_none,
    an_unknown_comparison_is_refused,
}

/// A workspace in Rome, on Thursday 14 May 2026, with an owner and an agent.
async fn workspace(backend: Backend) -> Caseload {
    let now = "2026-05-14T10:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::Europe::Rome, now).await;
    caseload
        .import(&[
            json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"}),
            json!({"type": "member", "id": "agent", "name": "Agent", "role": "agent"}),
        ])
        .await;
    caseload
}

fn conversation(id: &str, created: &str) -> Value {
    json!({"type": "conversation", "id": id, "customer_id": "k", "created_at": created})
}

fn message(id: &str, kind: &str, sent: &str) -> Value {
    json!({"type": "message", "id": id, "conversation_id": "c", "kind": kind, "sent_at": sent})
}

async fn first_day(caseload: &Caseload, who: &str) -> Value {
    let query = "{ workspace { firstDay } }";
    let answer = caseload.ask(who, query, &json!({})).await;
    answer.data("workspace")["firstDay"].take()
}

async fn the_first_day_is_the_earliest_on_which_anything_counts(backend: Backend) {
    let caseload = workspace(backend).await;
    caseload.roll_up().await;
    assert_eq!(first_day(&caseload, "boss").await, Value::Null);
    let check = async |records: &[Value], expected: &str| {
        caseload.import(records).await;
        caseload.roll_up().await;
        assert_eq!(
            first_day(&caseload, "boss").await,
            json!(expected),
            "{records:?}"
        );
    };
    // 23:30 of the day before in UTC is Tuesday in Rome. A bot's message and a note lie on days before, and count for nothing.
    let records = [
        conversation("c", "2026-05-11T23:30:00Z"),
        message("bot", "bot", "2026-05-04T09:00:00Z"),
        message("note", "note", "2026-05-05T09:00:00Z"),
    ];
    check(&records, "2026-05-12").await;
    check(
        &[message("in", "inbound", "2026-05-06T09:00:00Z")],
        "2026-05-06",
    )
    .await;
    let rating = json!({"type": "rating", "id": "r", "conversation_id": "c", "rated_at": "2026-05-03T09:00:00Z", "score": 4});
    check(&[rating], "2026-05-03").await;
    let follow_up = json!({"type": "follow_up", "id": "f", "conversation_id": "c", "completed_at": "2026-05-02T09:00:00Z"});
    check(&[follow_up], "2026-05-02").await;
    let deletes = [
        json!({"type": "delete", "of": "follow_up", "id": "f"}),
        json!({"type": "delete", "of": "rating", "id": "r"}),
    ];
    check(&deletes, "2026-05-06").await;
    caseload
        .import(&[json!({"type": "delete", "of": "conversation", "id": "c"})])
        .await;
    caseload.roll_up().await;
    assert_eq!(first_day(&caseload, "boss").await, Value::Null);
}

async fn the_first_day_is_of_the_generation_of_the_figures(backend: Backend) {
    let caseload = workspace(backend).await;
    caseload
        .import(&[conversation("c", "2026-05-12T09:00:00Z")])
        .await;
    assert_eq!(first_day(&caseload, "boss").await, Value::Null);
    caseload.roll_up().await;
    assert_eq!(first_day(&caseload, "boss").await, json!("2026-05-12"));
    caseload
        .import(&[conversation("d", "2026-05-01T09:00:00Z")])
        .await;
    assert_eq!(first_day(&caseload, "boss").await, json!("2026-05-12"));
    caseload.roll_up().await;
    assert_eq!(first_day(&caseload, "boss").await, json!("2026-05-01"));
    // What is made anew is the same, from another revision of each day.
    caseload.rebuild().await;
    assert_eq!(
        first_day(&caseload.another(), "boss").await,
        json!("2026-05-01")
    );
}

async fn the_first_day_is_the_same_whoever_asks(backend: Backend) {
    let caseload = workspace(backend).await;
    let mut own = conversation("own", "2026-05-12T09:00:00Z");
    own["assignee_id"] = json!("agent");
    caseload
        .import(&[conversation("c", "2026-05-04T09:00:00Z"), own])
        .await;
    caseload.roll_up().await;
    for who in ["boss", "agent"] {
        assert_eq!(
            first_day(&caseload, who).await,
            json!("2026-05-04"),
            "{who}"
        );
    }
    let query = "{ member(period: {between: {from: \"2026-05-12\", to: \"2026-05-14\"}}) {
        change(measure: CONVERSATIONS) { previous comparable } } }";
    let answer = caseload
        .ask("agent", query, &json!({}))
        .await
        .data("member");
    let expected = json!({"change": {"previous": 0.0, "comparable": true}});
    assert_eq!(answer, expected, "the agent's own first fact came later");
}

async fn a_growth_from_before_the_first_day_is_none(backend: Backend) {
    let caseload = workspace(backend).await;
    let records: Vec<Value> = [("a", 5), ("b", 8), ("c", 12), ("d", 13), ("e", 14)]
        .map(|(id, day)| conversation(id, &format!("2026-05-{day:02}T09:00:00Z")))
        .into();
    caseload.import(&records).await;
    caseload.roll_up().await;
    let check = async |from: &str, expected: Value| {
        let query =
            "query($from: Date!) { team(period: {between: {from: $from, to: \"2026-05-14\"}}) {
            change(measure: CONVERSATIONS) { current previous absolute relative comparable } } }";
        let variables = json!({"from": from});
        let answer = caseload.ask("boss", query, &variables).await.data("team");
        assert_eq!(answer["change"], expected, "from {from}");
    };
    // Five days from the 10th are compared with the five from the 5th, the first day.
    let begins_on_it = json!({"current": 3.0, "previous": 2.0, "absolute": 1.0, "relative": 0.5, "comparable": true});
    check("2026-05-10", begins_on_it).await;
    // Six days from the 9th are compared with the six from the 3rd.
    let begins_before = json!({"current": 3.0, "previous": 2.0, "absolute": 1.0, "relative": null, "comparable": false});
    check("2026-05-09", begins_before).await;
}

async fn an_unknown_comparison_is_refused(backend: Backend) {
    let caseload = workspace(backend).await;
    for query in [
        "{ team { previous(by: MONTH) { period { from } } } }",
        "{ team { change(measure: CLOSED, by: null) { current } } }",
    ] {
        let answer = caseload.ask("boss", query, &json!({})).await;
        assert_eq!(answer.codes(), ["BAD_USER_INPUT"], "{query}");
    }
}
