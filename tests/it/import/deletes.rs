//! Deletes.

use serde_json::json;

use super::{acme, figures, take};
use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend},
};

on_both_stores! {
    a_deleted_conversation_takes_what_belongs_to_it_along,
    a_message_that_moved_to_a_deleted_conversation_goes_with_it,
    a_record_after_a_delete_is_a_new_one,
    a_deleted_customer_loses_name_and_comments_for_good_and_keeps_the_counts,
    a_deleted_member_is_deactivated_and_keeps_what_was_credited,
    a_deleted_label_comes_off_every_conversation,
    what_is_deleted_of_the_other_types_is_gone,
    a_comment_stays_away_wherever_its_conversation_goes_within_one_file,
    deleting_what_is_not_there_is_unchanged,
    what_is_known_by_its_id_alone_can_be_deleted,
}

const WORLD: &str = r#"{"type":"member","id":"anna","name":"Anna"}
{"type":"team","id":"t","name":"T","member_ids":["anna"]}
{"type":"label","id":"l","title":"L"}
{"type":"customer","id":"k","name":"Kim"}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","assignee_id":"anna","label_ids":["l"],"updated_at":"2026-03-05T00:00:00Z"}
{"type":"message","id":"m1","conversation_id":"c","sent_at":"2026-03-02T09:00:00Z","kind":"inbound"}
{"type":"message","id":"m2","conversation_id":"c","sent_at":"2026-03-03T09:00:00Z","kind":"reply"}
{"type":"rating","id":"r","conversation_id":"c","rated_at":"2026-03-03T09:00:00Z","score":5,"comment":"fine"}
{"type":"follow_up","id":"f","conversation_id":"c","completed_at":"2026-03-04T09:00:00Z"}
{"type":"event","id":"e","conversation_id":"c","at":"2026-03-04T09:00:00Z","kind":"closed","member_id":"anna"}
{"type":"survey","id":"s","conversation_id":"c","asked_at":"2026-03-04T09:00:00Z","member_id":"anna"}"#;

async fn world(backend: Backend) -> Caseload {
    let caseload = acme(backend).await;
    take(&caseload, WORLD, [11, 0, 0, 0]).await;
    let all = json!({"metrics": {"conversations": 1, "messages": 2, "followUpsCompleted": 1, "ratings": {"count": 1}}});
    figures(&caseload, &all).await;
    caseload
}

fn delete(of: &str, id: &str) -> String {
    json!({"type": "delete", "of": of, "id": id}).to_string()
}

async fn a_deleted_conversation_takes_what_belongs_to_it_along(backend: Backend) {
    let caseload = world(backend).await;
    take(&caseload, &delete("conversation", "c"), [1, 0, 0, 0]).await;
    let nothing = json!({"metrics": {
        "conversations": 0, "messages": 0, "customers": 0, "newCustomers": 0, "open": 0, "followUpsCompleted": 0,
        "ratings": {"count": 0}, "firstResponse": {"count": 0},
    }});
    figures(&caseload, &nothing).await;
    assert_eq!(
        caseload
            .database
            .sql("SELECT id FROM events UNION SELECT id FROM surveys"),
        ""
    );
    take(&caseload, &delete("conversation", "c"), [0, 1, 0, 0]).await;
    // Its messages do not come back with it.
    let again =
        r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z"}"#;
    take(&caseload, again, [1, 0, 0, 0]).await;
    figures(
        &caseload,
        &json!({"metrics": {"conversations": 1, "messages": 0, "ratings": {"count": 0}}}),
    )
    .await;
}

async fn a_message_that_moved_to_a_deleted_conversation_goes_with_it(backend: Backend) {
    let caseload = world(backend).await;
    let moved = r#"{"type":"message","id":"m2","conversation_id":"d","sent_at":"2026-03-03T09:00:00Z","kind":"reply"}"#;
    take(
        &caseload,
        &format!("{moved}\n{}", delete("conversation", "d")),
        [2, 0, 0, 0],
    )
    .await;
    figures(
        &caseload,
        &json!({"metrics": {"messages": 1, "replies": 0, "firstResponse": {"count": 0}}}),
    )
    .await;
}

async fn a_record_after_a_delete_is_a_new_one(backend: Backend) {
    let caseload = world(backend).await;
    take(&caseload, &delete("conversation", "c"), [1, 0, 0, 0]).await;
    let older = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","updated_at":"2026-03-01T00:00:00Z"}"#;
    take(&caseload, older, [1, 0, 0, 0]).await;
    figures(&caseload, &json!({"metrics": {"conversations": 1}})).await;
}

const FEEDBACK: &str = "{ feedback(period: {between: {from: \"2026-03-01\", to: \"2026-03-10\"}}) {
    nodes { id score comment customer { id name } } } }";

async fn comments(caseload: &Caseload) -> serde_json::Value {
    caseload.roll_up().await;
    caseload
        .ask("boss", FEEDBACK, &json!({}))
        .await
        .data("feedback")["nodes"]
        .take()
}

async fn a_deleted_customer_loses_name_and_comments_for_good_and_keeps_the_counts(
    backend: Backend,
) {
    let caseload = world(backend).await;
    let before =
        json!([{"id": "r", "score": 5, "comment": "fine", "customer": {"id": "k", "name": "Kim"}}]);
    assert_eq!(comments(&caseload).await, before);
    take(&caseload, &delete("customer", "k"), [1, 0, 0, 0]).await;
    let after = comments(&caseload).await;
    assert_eq!(
        (&after[0]["score"], &after[0]["comment"]),
        (&json!(5), &json!(null))
    );
    assert_ne!(after[0]["customer"]["name"], json!("Kim"));
    figures(
        &caseload,
        &json!({"metrics": {"conversations": 1, "messages": 2, "customers": 1, "ratings": {"count": 1}}}),
    )
    .await;
    take(&caseload, &delete("customer", "k"), [0, 1, 0, 0]).await;
    // A repeated rating and a late one come in without their comments, even when the customer's record is there again.
    let late = r#"{"type":"rating","id":"r","conversation_id":"c","rated_at":"2026-03-03T09:00:00Z","score":5,"comment":"fine"}
{"type":"customer","id":"k","name":"Kim again"}
{"type":"rating","id":"late","conversation_id":"c","rated_at":"2026-03-02T09:00:00Z","score":4,"comment":"late"}"#;
    take(&caseload, late, [2, 1, 0, 0]).await;
    let customer = json!({"id": "k", "name": "Kim again"});
    let expected = json!([
        {"id": "r", "score": 5, "comment": null, "customer": customer},
        {"id": "late", "score": 4, "comment": null, "customer": customer},
    ]);
    assert_eq!(comments(&caseload).await, expected);
    // A rating that came before its conversation, which turns out to be that customer's.
    let early = r#"{"type":"rating","id":"early","conversation_id":"d","rated_at":"2026-03-01T09:00:00Z","score":3,"comment":"early"}
{"type":"conversation","id":"d","customer_id":"k","created_at":"2026-03-01T09:00:00Z"}"#;
    take(&caseload, early, [2, 0, 0, 0]).await;
    let found = comments(&caseload).await;
    assert_eq!(
        (&found[2]["id"], &found[2]["comment"]),
        (&json!("early"), &json!(null))
    );
}

async fn a_deleted_member_is_deactivated_and_keeps_what_was_credited(backend: Backend) {
    let caseload = world(backend).await;
    take(&caseload, &delete("member", "anna"), [1, 0, 0, 0]).await;
    let gone = json!({"members": [
        {"member": {"id": "anna", "name": "Anna", "active": false}, "metrics": {"conversations": 1, "messages": 2}},
        {"member": {"id": "boss", "name": "Boss", "active": true}, "metrics": {"conversations": 0, "messages": 0}},
    ]});
    figures(&caseload, &gone).await;
    take(&caseload, &delete("member", "anna"), [0, 1, 0, 0]).await;
    take(
        &caseload,
        r#"{"type":"member","id":"anna","name":"Anna"}"#,
        [1, 0, 0, 0],
    )
    .await;
    let back = json!({"members": [{"member": {"id": "anna", "active": true}}, {"member": {"id": "boss", "active": true}}]});
    figures(&caseload, &back).await;
}

async fn a_deleted_label_comes_off_every_conversation(backend: Backend) {
    let caseload = world(backend).await;
    take(&caseload, &delete("label", "l"), [1, 0, 0, 0]).await;
    figures(
        &caseload,
        &json!({"metrics": {"conversations": 1, "labeledConversations": 0}, "topLabels": []}),
    )
    .await;
    // The label alone brings nothing back.
    take(
        &caseload,
        r#"{"type":"label","id":"l","title":"L"}"#,
        [1, 0, 0, 0],
    )
    .await;
    figures(&caseload, &json!({"metrics": {"labeledConversations": 0}})).await;
}

async fn what_is_deleted_of_the_other_types_is_gone(backend: Backend) {
    let caseload = world(backend).await;
    for (of, id) in [
        ("team", "t"),
        ("message", "m1"),
        ("rating", "r"),
        ("follow_up", "f"),
        ("event", "e"),
        ("survey", "s"),
    ] {
        take(&caseload, &delete(of, id), [1, 0, 0, 0]).await;
        take(&caseload, &delete(of, id), [0, 1, 0, 0]).await;
    }
    let left = json!({"metrics": {
        "conversations": 1, "messages": 1, "inboundMessages": 0, "unanswered": 0, "followUpsCompleted": 0,
        "ratings": {"count": 0}, "firstResponse": {"count": 0},
    }});
    figures(&caseload, &left).await;
    let teams = caseload
        .ask("boss", "{ workspace { teams { id } } }", &json!({}))
        .await
        .data("workspace");
    assert_eq!(teams, json!({"teams": []}));
    assert_eq!(
        caseload
            .database
            .sql("SELECT id FROM events UNION SELECT id FROM surveys"),
        ""
    );
}

async fn a_comment_stays_away_wherever_its_conversation_goes_within_one_file(backend: Backend) {
    let caseload = world(backend).await;
    take(
        &caseload,
        r#"{"type":"customer","id":"erased","name":"Eve"}"#,
        [1, 0, 0, 0],
    )
    .await;
    let moves = r#"{"type":"delete","of":"customer","id":"erased"}
{"type":"conversation","id":"c","customer_id":"erased","created_at":"2026-03-02T09:00:00Z"}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z"}"#;
    take(&caseload, moves, [3, 0, 0, 0]).await;
    let left =
        json!([{"id": "r", "score": 5, "comment": null, "customer": {"id": "k", "name": "Kim"}}]);
    assert_eq!(comments(&caseload).await, left);
}

async fn deleting_what_is_not_there_is_unchanged(backend: Backend) {
    let caseload = world(backend).await;
    for of in [
        "member",
        "team",
        "label",
        "customer",
        "conversation",
        "message",
        "rating",
        "follow_up",
        "event",
        "survey",
    ] {
        let report = take(&caseload, &delete(of, "nothing"), [0, 1, 0, 0]).await;
        assert_eq!(report.days_touched, 0, "{of}");
    }
}

async fn what_is_known_by_its_id_alone_can_be_deleted(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"message","id":"m","conversation_id":"not yet","sent_at":"2026-03-02T09:00:00Z","kind":"inbound"}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","label_ids":["l"]}
{"type":"rating","id":"r","conversation_id":"c","rated_at":"2026-03-02T09:00:00Z","score":3,"comment":"so"}"#;
    take(&caseload, text, [3, 0, 0, 0]).await;
    take(&caseload, &delete("label", "l"), [1, 0, 0, 0]).await;
    take(&caseload, &delete("customer", "k"), [1, 0, 0, 0]).await;
    take(&caseload, &delete("conversation", "not yet"), [1, 0, 0, 0]).await;
    assert_eq!(comments(&caseload).await[0]["comment"], json!(null));
    let comes = r#"{"type":"conversation","id":"not yet","customer_id":"k","created_at":"2026-03-02T09:00:00Z"}"#;
    take(&caseload, comes, [1, 0, 0, 0]).await;
    let expected =
        json!({"metrics": {"conversations": 2, "labeledConversations": 0, "inboundMessages": 0}});
    figures(&caseload, &expected).await;
}
