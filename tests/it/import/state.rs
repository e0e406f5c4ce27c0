//! A record is the whole state of its thing.

use serde_json::json;

use super::{acme, figures, take};
use crate::{
    on_both_stores,
    support::{app::lines, database::Backend},
};

on_both_stores! {
    the_same_id_again_replaces_what_was_there,
    the_same_record_again_is_unchanged,
    an_older_version_of_a_conversation_is_stale_and_an_equal_one_replaces,
    without_updated_at_a_conversation_replaces_whatever_is_stored,
    the_last_of_several_records_in_one_file_holds,
    references_may_come_before_what_they_refer_to,
    a_message_moves_with_its_conversation_id,
    a_rating_and_a_follow_up_move_with_their_conversation_ids,
    who_never_comes_shows_by_id,
    absent_null_and_empty_are_the_same,
    instants_are_cut_to_the_microsecond_and_durations_to_the_second,
    a_closing_before_the_creation_counts_as_no_time,
    the_days_that_old_and_new_state_touch_are_counted,
    a_role_that_is_left_out_stays,
    unknown_fields_are_ignored,
    addresses_and_attributes_are_those_of_the_latest_record,
}

async fn the_same_id_again_replaces_what_was_there(backend: Backend) {
    let caseload = acme(backend).await;
    take(
        &caseload,
        r#"{"type":"label","id":"billing","title":"Billing"}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","assignee_id":"boss","label_ids":["billing"],"closed_at":"2026-03-02T10:00:00Z","outcome":"won"}
"#,
        [2, 0, 0, 0],
    )
    .await;
    figures(
        &caseload,
        &json!({"metrics": {"conversations": 1, "labeledConversations": 1, "won": 1, "open": 0}}),
    )
    .await;
    let bare =
        r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-03T09:00:00Z"}"#;
    take(&caseload, bare, [1, 0, 0, 0]).await;
    let now = json!({
        "metrics": {"conversations": 1, "labeledConversations": 0, "closed": 0, "won": 0, "open": 1},
        "unassigned": {"conversations": 1},
        "series": (1..=10)
            .map(|day| json!({"from": format!("2026-03-{day:02}"), "metrics": {"conversations": i32::from(day == 3)}}))
            .collect::<Vec<_>>(),
    });
    figures(&caseload, &now).await;
}

async fn the_same_record_again_is_unchanged(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r##"{"type":"member","id":"anna","name":"Anna","email":"a@example.com","role":"manager","avatar_url":"https://a"}
{"type":"team","id":"t","name":"T","member_ids":["anna","ghost"]}
{"type":"label","id":"l","title":"L","color":"#00ff00"}
{"type":"customer","id":"k","name":"Kim","email":"k@example.com"}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","label_ids":["l","m"],"closed_at":"2026-03-02T10:00:00Z","outcome":"lost","updated_at":"2026-03-02T10:00:00Z"}
{"type":"message","id":"m","conversation_id":"c","sent_at":"2026-03-02T09:00:00Z","kind":"reply","author_id":"anna"}
{"type":"message","id":"n","conversation_id":"c","sent_at":"2026-03-02T09:00:00Z","kind":"note"}
{"type":"rating","id":"r","conversation_id":"c","rated_at":"2026-03-02T09:00:00Z","score":5,"comment":"fine","member_id":"anna"}
{"type":"follow_up","id":"f","conversation_id":"c","due_at":"2030-01-01T00:00:00Z","completed_at":"2026-03-02T09:00:00Z"}
"##;
    take(&caseload, text, [9, 0, 0, 0]).await;
    let again = take(&caseload, text, [0, 9, 0, 0]).await;
    assert_eq!(again.days_touched, 0);
    // The same instants, written otherwise, and the same labels in another order.
    let same = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T10:00:00.000+01:00","channel":"other","label_ids":["m","l","m"],"closed_at":"2026-03-02T10:00:00Z","outcome":"lost","updated_at":"2026-03-02T10:00:00.0000009Z"}"#;
    take(&caseload, same, [0, 1, 0, 0]).await;
}

async fn an_older_version_of_a_conversation_is_stale_and_an_equal_one_replaces(backend: Backend) {
    let caseload = acme(backend).await;
    let version = |updated: &str, channel: &str| {
        format!(
            r#"{{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","channel":"{channel}","updated_at":"{updated}"}}"#
        )
    };
    take(
        &caseload,
        &version("2026-03-05T00:00:00Z", "chat"),
        [1, 0, 0, 0],
    )
    .await;
    take(
        &caseload,
        &version("2026-03-04T23:59:59.999999Z", "email"),
        [0, 0, 1, 0],
    )
    .await;
    figures(&caseload, &json!({"channels": [{"channel": "chat"}]})).await;
    take(
        &caseload,
        &version("2026-03-05T00:00:00Z", "phone"),
        [1, 0, 0, 0],
    )
    .await;
    figures(&caseload, &json!({"channels": [{"channel": "phone"}]})).await;
    // In one file, too.
    let both = format!(
        "{}\n{}",
        version("2026-03-07T00:00:00Z", "web"),
        version("2026-03-06T00:00:00Z", "fax")
    );
    take(&caseload, &both, [1, 0, 1, 0]).await;
    figures(&caseload, &json!({"channels": [{"channel": "web"}]})).await;
}

async fn without_updated_at_a_conversation_replaces_whatever_is_stored(backend: Backend) {
    let caseload = acme(backend).await;
    let versions = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","channel":"chat","updated_at":"2026-03-05T00:00:00Z"}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","channel":"email"}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","channel":"phone","updated_at":"2026-03-01T00:00:00Z"}"#;
    take(&caseload, versions, [3, 0, 0, 0]).await;
    figures(&caseload, &json!({"channels": [{"channel": "phone"}]})).await;
}

async fn the_last_of_several_records_in_one_file_holds(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"rating","id":"r","conversation_id":"c","rated_at":"2026-03-02T09:00:00Z","score":1}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z"}
{"type":"rating","id":"r","conversation_id":"c","rated_at":"2026-03-02T09:00:00Z","score":5}
{"type":"rating","id":"r","conversation_id":"c","rated_at":"2026-03-02T09:00:00Z","score":5}
{"type":"delete","of":"conversation","id":"c"}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z"}
{"type":"rating","id":"r","conversation_id":"c","rated_at":"2026-03-02T09:00:00Z","score":2}"#;
    take(&caseload, text, [6, 1, 0, 0]).await;
    figures(
        &caseload,
        &json!({"metrics": {"conversations": 1, "ratings": {"count": 1, "average": 2.0}}}),
    )
    .await;
}

async fn references_may_come_before_what_they_refer_to(backend: Backend) {
    let caseload = acme(backend).await;
    let before = r#"{"type":"message","id":"m1","conversation_id":"c","sent_at":"2026-03-02T09:00:00Z","kind":"inbound"}
{"type":"message","id":"m2","conversation_id":"c","sent_at":"2026-03-02T09:05:00Z","kind":"reply"}
{"type":"rating","id":"r","conversation_id":"c","rated_at":"2026-03-03T09:00:00Z","score":4}
{"type":"follow_up","id":"f","conversation_id":"c","completed_at":"2026-03-04T09:00:00Z"}
{"type":"team","id":"t","name":"T","member_ids":["anna"]}"#;
    take(&caseload, before, [5, 0, 0, 0]).await;
    let nothing = json!({"metrics": {
        "conversations": 0, "messages": 0, "customers": 0, "followUpsCompleted": 0,
        "ratings": {"count": 0, "average": null}, "firstResponse": {"count": 0, "median": null},
    }});
    figures(&caseload, &nothing).await;
    let then = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T08:59:00Z","assignee_id":"anna"}
{"type":"member","id":"anna","name":"Anna"}"#;
    take(&caseload, then, [2, 0, 0, 0]).await;
    let all = json!({
        "metrics": {
            "conversations": 1, "messages": 2, "customers": 1, "followUpsCompleted": 1, "newCustomers": 1,
            "ratings": {"count": 1, "average": 4.0}, "firstResponse": {"count": 1, "median": 300.0},
        },
        "members": [
            {"member": {"id": "anna"}, "metrics": {"messages": 2, "followUpsCompleted": 1, "ratings": {"count": 1}}},
            {"member": {"id": "boss"}, "metrics": {"messages": 0, "followUpsCompleted": 0, "ratings": {"count": 0}}},
        ],
    });
    figures(&caseload, &all).await;
}

async fn a_message_moves_with_its_conversation_id(backend: Backend) {
    let caseload = acme(backend).await;
    let two = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","channel":"chat"}
{"type":"conversation","id":"d","customer_id":"k","created_at":"2026-03-02T09:00:00Z","channel":"email"}
{"type":"message","id":"m","conversation_id":"c","sent_at":"2026-03-02T09:00:00Z","kind":"inbound"}"#;
    take(&caseload, two, [3, 0, 0, 0]).await;
    let channels = |chat: i32, email: i32| {
        json!({"channels": [
            {"channel": "chat", "metrics": {"inboundMessages": chat, "unanswered": chat}},
            {"channel": "email", "metrics": {"inboundMessages": email, "unanswered": email}},
        ]})
    };
    figures(&caseload, &channels(1, 0)).await;
    let moved = r#"{"type":"message","id":"m","conversation_id":"d","sent_at":"2026-03-02T09:00:00Z","kind":"inbound"}"#;
    take(&caseload, moved, [1, 0, 0, 0]).await;
    figures(&caseload, &channels(0, 1)).await;
}

async fn a_rating_and_a_follow_up_move_with_their_conversation_ids(backend: Backend) {
    let caseload = acme(backend).await;
    let of = |conversation: &str, day: u32| {
        let at = format!("2026-03-{day:02}T09:00:00Z");
        lines(&[
            json!({"type": "rating", "id": "r", "conversation_id": conversation, "rated_at": at, "score": day}),
            json!({"type": "follow_up", "id": "f", "conversation_id": conversation, "completed_at": at}),
        ])
    };
    let conversations = ["c", "d"].map(|id| {
        json!({"type": "conversation", "id": id, "customer_id": "k", "created_at": "2026-03-01T09:00:00Z", "channel": id})
    });
    take(&caseload, &lines(&conversations), [2, 0, 0, 0]).await;
    let channel = |name: &str, count: u32| json!({"channel": name, "metrics": {"followUpsCompleted": count, "ratings": {"count": count}}});
    for (to, day, expected) in [("c", 3, [1, 0]), ("d", 4, [0, 1]), ("not there", 5, [0, 0])] {
        take(&caseload, &of(to, day), [2, 0, 0, 0]).await;
        figures(
            &caseload,
            &json!({"channels": [channel("c", expected[0]), channel("d", expected[1])]}),
        )
        .await;
    }
}

async fn who_never_comes_shows_by_id(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","assignee_id":"ghost","label_ids":["odd"]}"#;
    take(&caseload, text, [1, 0, 0, 0]).await;
    let shown = json!({
        "members": [
            {"member": {"id": "boss", "name": "Boss", "active": true}},
            {"member": {"id": "ghost", "name": "ghost", "active": false}},
        ],
        "topLabels": [{"label": {"id": "odd", "title": "odd", "color": null}, "conversations": 1, "share": 1.0}],
    });
    figures(&caseload, &shown).await;
}

async fn absent_null_and_empty_are_the_same(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","assignee_id":"","label_ids":null,"closed_at":"","outcome":null,"channel":"","updated_at":""}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z"}
{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","label_ids":[],"channel":"other"}
{"type":"member","id":"anna","name":"Anna","active":null,"role":"","email":""}
{"type":"member","id":"anna","name":"Anna","active":true,"role":"agent"}"#;
    take(&caseload, text, [2, 3, 0, 0]).await;
    figures(
        &caseload,
        &json!({"unassigned": {"conversations": 1, "open": 1}, "channels": [{"channel": "other"}]}),
    )
    .await;
}

async fn instants_are_cut_to_the_microsecond_and_durations_to_the_second(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00.0000019Z","closed_at":"2026-03-02T09:00:02.000001Z"}
{"type":"message","id":"m1","conversation_id":"c","sent_at":"2026-03-02T10:00:00.0000019+01:00","kind":"inbound"}
{"type":"message","id":"m2","conversation_id":"c","sent_at":"2026-03-02T09:00:00.0000011Z","kind":"reply"}
{"type":"message","id":"m3","conversation_id":"c","sent_at":"2026-03-02T09:10:00Z","kind":"reply"}"#;
    take(&caseload, text, [4, 0, 0, 0]).await;
    // Both messages lie in the same microsecond: the reply is "at or after".
    let expected = json!({"metrics": {
        "firstResponse": {"count": 1, "mean": 0.0}, "closingTime": {"count": 1, "mean": 2.0},
    }});
    figures(&caseload, &expected).await;
    let earlier = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00.000001Z","closed_at":"2026-03-02T09:00:02Z"}"#;
    take(&caseload, earlier, [1, 0, 0, 0]).await;
    figures(
        &caseload,
        &json!({"metrics": {"closingTime": {"count": 1, "mean": 1.0}}}),
    )
    .await;
}

async fn a_closing_before_the_creation_counts_as_no_time(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-04T09:00:00Z","closed_at":"2026-03-02T09:00:00Z"}"#;
    take(&caseload, text, [1, 0, 0, 0]).await;
    let expected = json!({
        "metrics": {"closed": 1, "open": 0, "closingTime": {"count": 1, "mean": 0.0, "median": 0.0}},
        "series": (1..=10)
            .map(|day| {
                json!({"metrics": {"conversations": i32::from(day == 4), "closed": i32::from(day == 2)}, "backlog": 0})
            })
            .collect::<Vec<_>>(),
    });
    figures(&caseload, &expected).await;
}

async fn the_days_that_old_and_new_state_touch_are_counted(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","closed_at":"2026-03-04T09:00:00Z"}
{"type":"message","id":"m","conversation_id":"c","sent_at":"2026-03-06T09:00:00Z","kind":"inbound"}"#;
    assert_eq!(take(&caseload, text, [2, 0, 0, 0]).await.days_touched, 3);
    caseload.roll_up().await;
    let reassigned = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","closed_at":"2026-03-05T09:00:00Z","assignee_id":"boss"}"#;
    assert_eq!(
        take(&caseload, reassigned, [1, 0, 0, 0]).await.days_touched,
        4
    );
    caseload.roll_up().await;
    let moved = r#"{"type":"message","id":"m","conversation_id":"c","sent_at":"2026-03-07T09:00:00Z","kind":"inbound"}"#;
    let touched = take(&caseload, moved, [1, 0, 0, 0]).await.days_touched;
    // The two days of the message, and that of the creation, where `unanswered` counts.
    assert!((2..=3).contains(&touched), "{touched}");
}

async fn a_role_that_is_left_out_stays(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"member","id":"anna","name":"Anna","role":"manager"}
{"type":"member","id":"anna","name":"Anna B."}
{"type":"member","id":"new","name":"New"}"#;
    take(&caseload, text, [3, 0, 0, 0]).await;
    let expected = json!({"members": [
        {"member": {"name": "Anna B.", "role": "MANAGER"}},
        {"member": {"name": "Boss", "role": "OWNER"}},
        {"member": {"name": "New", "role": "AGENT"}},
    ]});
    figures(&caseload, &expected).await;
}

async fn unknown_fields_are_ignored(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"customer","id":"k","score":"nine","sent_at":{"deep":[[]]},"née":"a\u0000"}
{"type":"customer","id":"k"}"#;
    take(&caseload, text, [1, 1, 0, 0]).await;
}

async fn addresses_and_attributes_are_those_of_the_latest_record(backend: Backend) {
    let caseload = acme(backend).await;
    let with = |more: &str| {
        format!(
            r#"{{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z"{more}}}"#
        )
    };
    let stored = || {
        let row = "SELECT url, attributes FROM conversations";
        caseload.database.sql(row).trim_end_matches('\n').to_owned()
    };
    let described = with(
        r#","url":"https://desk.example/c","attributes":{"seats":[5,5.0],"plan":"pro","vip":true,"none":null}"#,
    );
    take(&caseload, &described, [1, 0, 0, 0]).await;
    assert_eq!(
        stored(),
        r#"https://desk.example/c|{"plan":["pro"],"seats":["5","5.0"],"vip":["true"]}"#
    );
    // The same in another order, each value in another way.
    let same = with(
        r#","attributes":{"vip":["true"],"seats":[5.0,"5",5,""],"plan":["pro"]},"url":"https://desk.example/c""#,
    );
    let report = take(&caseload, &same, [0, 1, 0, 0]).await;
    assert_eq!(report.days_touched, 0);
    let one_number_less = with(
        r#","attributes":{"vip":true,"seats":5.0,"plan":"pro"},"url":"https://desk.example/c""#,
    );
    take(&caseload, &one_number_less, [1, 0, 0, 0]).await;
    assert_eq!(
        stored(),
        r#"https://desk.example/c|{"plan":["pro"],"seats":["5.0"],"vip":["true"]}"#
    );
    take(&caseload, &with(""), [1, 0, 0, 0]).await;
    assert_eq!(stored(), "|");
    figures(&caseload, &json!({"metrics": {"conversations": 1}})).await;
}
