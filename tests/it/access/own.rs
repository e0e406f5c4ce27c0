//! What an agent or viewer gets is credited to them.

use serde_json::{Value, json};

use super::{acme, conversation};
use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend},
};

on_both_stores! {
    without_an_id_a_member_is_oneself,
    asking_for_someone_else_is_forbidden_whether_they_exist_or_not,
    a_manager_asks_for_anyone_and_hears_of_who_does_not_exist,
    lists_hold_what_is_credited_to_oneself_whatever_the_filter_says,
    in_a_conversation_of_another_one_sees_only_what_is_ones_own,
}

const MEMBER: &str =
    "query($id: ID) { member(id: $id) { member { id } metrics { conversations } } }";

async fn without_an_id_a_member_is_oneself(backend: Backend) {
    let caseload = acme(backend).await;
    for who in ["owner", "manager", "agent", "viewer"] {
        let own = json!({"member": {"id": who}, "metrics": {"conversations": 1}});
        for id in [Value::Null, json!(who)] {
            assert_eq!(
                caseload
                    .ask(who, MEMBER, &json!({"id": id}))
                    .await
                    .data("member"),
                own
            );
        }
    }
}

async fn asking_for_someone_else_is_forbidden_whether_they_exist_or_not(backend: Backend) {
    let caseload = acme(backend).await;
    for who in ["agent", "viewer"] {
        for id in ["owner", "left", "elsewhere", "unheard of", ""] {
            let answer = caseload.ask(who, MEMBER, &json!({"id": id})).await;
            assert_eq!(answer.codes(), ["FORBIDDEN"], "{who} {id}");
        }
    }
}

async fn a_manager_asks_for_anyone_and_hears_of_who_does_not_exist(backend: Backend) {
    let caseload = acme(backend).await;
    for id in ["agent", "owner", "left"] {
        let report = caseload
            .ask("manager", MEMBER, &json!({"id": id}))
            .await
            .data("member");
        assert_eq!(report["member"], json!({"id": id}));
    }
    for id in ["unheard of", "elsewhere"] {
        assert_eq!(
            caseload
                .ask("manager", MEMBER, &json!({"id": id}))
                .await
                .codes(),
            ["NOT_FOUND"],
            "{id}"
        );
    }
}

const LISTS: &str = "query($filter: ReportFilter) {
    conversations(measure: CONVERSATIONS, filter: $filter) { totalCount nodes { id assignee { id } } }
    feedback(filter: $filter) { totalCount nodes { id member { id } } } }";

async fn lists(caseload: &Caseload, who: &str, filter: Value) -> Value {
    let answer = caseload
        .ask(who, LISTS, &json!({"filter": filter}))
        .await
        .json();
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

async fn lists_hold_what_is_credited_to_oneself_whatever_the_filter_says(backend: Backend) {
    let caseload = acme(backend).await;
    for who in ["agent", "viewer"] {
        let own = json!({
            "conversations": {"totalCount": 1, "nodes": [{"id": format!("c-{who}"), "assignee": {"id": who}}]},
            "feedback": {"totalCount": 1, "nodes": [{"id": format!("r-c-{who}"), "member": {"id": who}}]},
        });
        let filters = [
            json!({}),
            json!({"memberIds": ["owner"]}),
            json!({"memberIds": []}),
            json!({"teamIds": ["none"]}),
            json!({"unassigned": true}),
            json!({"labelIds": ["label"], "channels": ["chat"]}),
        ];
        for filter in filters {
            assert_eq!(
                lists(&caseload, who, filter.clone()).await,
                own,
                "{who} {filter}"
            );
        }
        // What it says of labels and channels holds.
        let nothing = lists(&caseload, who, json!({"channels": ["email"]})).await;
        assert_eq!(
            (
                &nothing["conversations"]["totalCount"],
                &nothing["feedback"]["totalCount"]
            ),
            (&json!(0), &json!(0))
        );
    }
    assert_eq!(
        lists(&caseload, "manager", json!({})).await["conversations"]["totalCount"],
        json!(5)
    );
}

async fn in_a_conversation_of_another_one_sees_only_what_is_ones_own(backend: Backend) {
    let caseload = acme(backend).await;
    let mut records = conversation("shared", "manager", 7);
    records.push(json!({
        "type": "rating", "id": "mine", "conversation_id": "shared", "rated_at": "2026-03-07T17:00:00Z", "score": 5,
        "member_id": "agent",
    }));
    caseload.import(&records).await;
    caseload.roll_up().await;
    let query = "{ conversations(measure: RATINGS, period: {between: {from: \"2026-03-07\", to: \"2026-03-07\"}}) {
        nodes { id assignee { id } ratings { id member { id } } } } }";
    let seen = caseload
        .ask("agent", query, &json!({}))
        .await
        .data("conversations");
    let own = json!({"nodes": [{"id": "shared", "assignee": null, "ratings": [{"id": "mine", "member": {"id": "agent"}}]}]});
    assert_eq!(seen, own);
    let seen = caseload
        .ask("manager", query, &json!({}))
        .await
        .data("conversations");
    let all = json!({"nodes": [{"id": "shared", "assignee": {"id": "manager"}, "ratings": [
        {"id": "mine", "member": {"id": "agent"}},
        {"id": "r-shared", "member": {"id": "manager"}},
    ]}]});
    assert_eq!(seen, all);
    let seen = caseload
        .ask("viewer", query, &json!({}))
        .await
        .data("conversations");
    assert_eq!(seen, json!({"nodes": []}));
}
