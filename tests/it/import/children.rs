//! A conversation's record with what belongs to it.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{acme, counts, figures, take};
use crate::{
    on_both_stores,
    support::{
        app::{Caseload, lines, token},
        database::Backend,
    },
};

on_both_stores! {
    a_list_replaces_what_the_conversation_had_of_its_type,
    a_list_that_is_absent_or_null_changes_nothing,
    an_empty_list_removes_what_waited_for_the_conversation_too,
    an_id_of_another_conversation_moves_here,
    what_entries_say_of_type_and_conversation_is_ignored,
    a_record_with_lists_is_counted_once,
    an_older_record_leaves_the_lists_as_they_are,
    an_entry_at_fault_refuses_the_whole_record_and_is_named,
    comments_of_an_erased_customer_stay_away_from_lists,
    a_line_with_lists_has_at_most_16_mebibytes,
    lists_of_many_entries_come_and_go,
}

/// A conversation of 2 March with these fields too.
fn conversation(id: &str, fields: &Value) -> Value {
    let mut record = json!({
        "type": "conversation", "id": id, "customer_id": "k", "created_at": "2026-03-02T09:00:00Z", "channel": id,
    });
    for (name, value) in fields.as_object().expect("fields") {
        record[name] = value.clone();
    }
    record
}

fn message(id: &str, minute: usize, kind: &str) -> Value {
    let at = format!("2026-03-02T{:02}:{:02}:00Z", 9 + minute / 60, minute % 60);
    json!({"id": id, "sent_at": at, "kind": kind})
}

fn rating(id: &str, score: u32) -> Value {
    json!({"id": id, "rated_at": "2026-03-03T09:00:00Z", "score": score, "comment": "so so"})
}

fn follow_up(id: &str) -> Value {
    json!({"id": id, "completed_at": "2026-03-04T09:00:00Z"})
}

fn event(id: &str, kind: &str) -> Value {
    json!({"id": id, "at": "2026-03-04T09:00:00Z", "kind": kind, "member_id": "boss"})
}

fn survey(id: &str) -> Value {
    json!({"id": id, "asked_at": "2026-03-03T08:00:00Z"})
}

/// All that belongs to one conversation.
fn whole() -> Value {
    conversation(
        "c",
        &json!({
            "messages": [message("m1", 0, "inbound"), message("m2", 5, "reply"), message("m3", 9, "inbound")],
            "ratings": [rating("r1", 2), rating("r2", 4)],
            "follow_ups": [follow_up("f1"), follow_up("f2")],
            "events": [event("e1", "closed")],
            "surveys": [survey("s1")],
        }),
    )
}

async fn import(caseload: &Caseload, record: &Value, expected: [u64; 4]) {
    take(caseload, &record.to_string(), expected).await;
}

/// Messages, replies, first responses, ratings and follow-ups of the workspace.
async fn check(caseload: &Caseload, expected: [u32; 5]) {
    let [messages, replies, responses, ratings, follow_ups] = expected;
    let expected = json!({"metrics": {
        "messages": messages, "replies": replies, "firstResponse": {"count": responses}, "ratings": {"count": ratings},
        "followUpsCompleted": follow_ups,
    }});
    figures(caseload, &expected).await;
}

async fn a_list_replaces_what_the_conversation_had_of_its_type(backend: Backend) {
    let caseload = acme(backend).await;
    import(&caseload, &whole(), [1, 0, 0, 0]).await;
    check(&caseload, [3, 1, 1, 2, 2]).await;
    let fewer = json!({"messages": [message("m1", 0, "inbound"), message("m4", 7, "note")]});
    import(&caseload, &conversation("c", &fewer), [1, 0, 0, 0]).await;
    check(&caseload, [1, 0, 0, 2, 2]).await;
    let other = json!({"ratings": [rating("r2", 5)], "follow_ups": [], "messages": [message("m2", 5, "reply")]});
    import(&caseload, &conversation("c", &other), [1, 0, 0, 0]).await;
    check(&caseload, [1, 1, 0, 1, 0]).await;
    figures(
        &caseload,
        &json!({"metrics": {"ratings": {"average": 5.0}}}),
    )
    .await;
    let events = || {
        caseload
            .database
            .sql("SELECT id, kind FROM events ORDER BY id")
    };
    assert_eq!(events(), "e1|1\n");
    let reopened = json!({"events": [event("e1", "reopened"), event("e2", "closed")]});
    import(&caseload, &conversation("c", &reopened), [1, 0, 0, 0]).await;
    assert_eq!(events(), "e1|2\ne2|1\n");
    let surveys = || caseload.database.sql("SELECT id FROM surveys ORDER BY id");
    assert_eq!(surveys(), "s1\n");
    let another = json!({"surveys": [survey("s2")]});
    import(&caseload, &conversation("c", &another), [1, 0, 0, 0]).await;
    assert_eq!(surveys(), "s2\n");
}

async fn a_list_that_is_absent_or_null_changes_nothing(backend: Backend) {
    let caseload = acme(backend).await;
    import(&caseload, &whole(), [1, 0, 0, 0]).await;
    import(&caseload, &conversation("c", &json!({})), [0, 1, 0, 0]).await;
    let null = json!({"messages": null, "ratings": "", "follow_ups": null, "assignee_id": "boss"});
    import(&caseload, &conversation("c", &null), [1, 0, 0, 0]).await;
    check(&caseload, [3, 1, 1, 2, 2]).await;
}

async fn an_empty_list_removes_what_waited_for_the_conversation_too(backend: Backend) {
    let caseload = acme(backend).await;
    let waiting = lines(&[
        json!({"type": "message", "id": "early", "conversation_id": "c", "sent_at": "2026-03-02T09:00:00Z", "kind": "inbound"}),
        json!({"type": "rating", "id": "early", "conversation_id": "c", "rated_at": "2026-03-02T09:00:00Z", "score": 3}),
    ]);
    take(&caseload, &waiting, [2, 0, 0, 0]).await;
    import(
        &caseload,
        &conversation("c", &json!({"messages": []})),
        [1, 0, 0, 0],
    )
    .await;
    check(&caseload, [0, 0, 0, 1, 0]).await;
    import(
        &caseload,
        &conversation("c", &json!({"messages": []})),
        [0, 1, 0, 0],
    )
    .await;
}

async fn an_id_of_another_conversation_moves_here(backend: Backend) {
    let caseload = acme(backend).await;
    import(&caseload, &whole(), [1, 0, 0, 0]).await;
    caseload.roll_up().await;
    let moved = json!({
        "messages": [message("m1", 0, "inbound")], "ratings": [rating("r2", 4)], "follow_ups": [follow_up("f1")],
    });
    import(&caseload, &conversation("d", &moved), [1, 0, 0, 0]).await;
    let of = |channel: &str, messages: u32, unanswered: u32| {
        json!({"channel": channel, "metrics": {
            "messages": messages, "unanswered": unanswered, "ratings": {"count": 1}, "followUpsCompleted": 1,
        }})
    };
    // The later reply answers no message that is left before it.
    figures(
        &caseload,
        &json!({"channels": [of("c", 2, 1), of("d", 1, 1)]}),
    )
    .await;
}

async fn what_entries_say_of_type_and_conversation_is_ignored(backend: Backend) {
    let caseload = acme(backend).await;
    let mut one = message("m1", 0, "inbound");
    one["type"] = json!("rating");
    one["conversation_id"] = json!(7);
    let mut two = message("m2", 5, "reply");
    two["conversation_id"] = json!("elsewhere");
    two["messages"] = json!("none");
    import(
        &caseload,
        &conversation("c", &json!({"messages": [one, two]})),
        [1, 0, 0, 0],
    )
    .await;
    check(&caseload, [2, 1, 1, 0, 0]).await;
    // Nobody has heard of the other conversation.
    let delete = json!({"type": "delete", "of": "conversation", "id": "elsewhere"});
    import(&caseload, &delete, [0, 1, 0, 0]).await;
}

async fn a_record_with_lists_is_counted_once(backend: Backend) {
    let caseload = acme(backend).await;
    import(&caseload, &whole(), [1, 0, 0, 0]).await;
    let again = take(&caseload, &whole().to_string(), [0, 1, 0, 0]).await;
    assert_eq!(again.days_touched, 0);
    // The same entries in another order, and then another one of one of them.
    let mut record = whole();
    record["messages"].as_array_mut().expect("a list").reverse();
    import(&caseload, &record, [0, 1, 0, 0]).await;
    record["ratings"][1]["score"] = json!(1);
    let report = take(&caseload, &record.to_string(), [1, 0, 0, 0]).await;
    assert_eq!(report.days_touched, 1);
    // One that was alone, and is in the list as it was.
    let alone = lines(&[
        json!({"type": "follow_up", "id": "f3", "conversation_id": "d", "completed_at": "2026-03-04T09:00:00Z"}),
        conversation("d", &json!({"follow_ups": [follow_up("f3")]})),
        conversation("d", &json!({"follow_ups": [follow_up("f3")]})),
    ]);
    take(&caseload, &alone, [2, 1, 0, 0]).await;
}

async fn an_older_record_leaves_the_lists_as_they_are(backend: Backend) {
    let caseload = acme(backend).await;
    let mut record = whole();
    record["updated_at"] = json!("2026-03-05T00:00:00Z");
    import(&caseload, &record, [1, 0, 0, 0]).await;
    let older = json!({"messages": [], "ratings": [rating("new", 1)], "updated_at": "2026-03-04T00:00:00Z"});
    import(&caseload, &conversation("c", &older), [0, 0, 1, 0]).await;
    check(&caseload, [3, 1, 1, 2, 2]).await;
    let equal = json!({"messages": [], "updated_at": "2026-03-05T00:00:00Z"});
    import(&caseload, &conversation("c", &equal), [1, 0, 0, 0]).await;
    check(&caseload, [0, 0, 0, 2, 2]).await;
}

async fn an_entry_at_fault_refuses_the_whole_record_and_is_named(backend: Backend) {
    let caseload = acme(backend).await;
    import(&caseload, &whole(), [1, 0, 0, 0]).await;
    let good = message("m1", 0, "inbound");
    let with = |field: &str, value: Value| {
        let mut entry = message("m9", 9, "reply");
        entry[field] = value;
        json!([good, entry])
    };
    let cases = [
        (
            "messages",
            json!("none"),
            "messages",
            "must be a list, was \"none\"",
        ),
        ("messages", json!({}), "messages", "must be a list"),
        (
            "messages",
            json!([good, 7]),
            "messages[1]",
            "not a JSON object",
        ),
        (
            "messages",
            json!([null]),
            "messages[0]",
            "not a JSON object",
        ),
        (
            "messages",
            with("id", Value::Null),
            "messages[1].id",
            "missing",
        ),
        (
            "messages",
            with("id", json!("m1")),
            "messages[1].id",
            "is listed twice: \"m1\"",
        ),
        (
            "messages",
            with("sent_at", json!("yesterday")),
            "messages[1].sent_at",
            "yesterday",
        ),
        (
            "messages",
            with("sent_at", json!("2026-03-12T00:00:00Z")),
            "messages[1].sent_at",
            "ahead",
        ),
        (
            "messages",
            with("kind", json!("shout")),
            "messages[1].kind",
            "shout",
        ),
        (
            "ratings",
            json!([rating("r1", 2), rating("r3", 9)]),
            "ratings[1].score",
            "must be 1 to 5, was 9",
        ),
        (
            "follow_ups",
            json!([{"id": "f1", "completed_at": 7}]),
            "follow_ups[0].completed_at",
            "7",
        ),
    ];
    let more = [
        (
            "events",
            json!([event("e1", "closed"), event("e2", "opened")]),
            "events[1].kind",
            "must be closed or reopened, was \"opened\"",
        ),
        (
            "surveys",
            json!([survey("s1"), {"id": "s2"}]),
            "surveys[1].asked_at",
            "missing",
        ),
    ];
    for (list, entries, field, reason) in cases.into_iter().chain(more) {
        let record = conversation("c", &json!({list: entries, "assignee_id": "boss"}));
        let report = take(&caseload, &record.to_string(), [0, 0, 0, 1]).await;
        let error = &report.errors[0];
        assert_eq!(error.field.as_deref(), Some(field), "{record}: {error:?}");
        assert!(error.reason.contains(reason), "{record}: {error:?}");
    }
    check(&caseload, [3, 1, 1, 2, 2]).await;
    figures(&caseload, &json!({"unassigned": {"conversations": 1}})).await;
}

async fn comments_of_an_erased_customer_stay_away_from_lists(backend: Backend) {
    let caseload = acme(backend).await;
    import(&caseload, &whole(), [1, 0, 0, 0]).await;
    let erase = json!({"type": "delete", "of": "customer", "id": "k"});
    import(&caseload, &erase, [1, 0, 0, 0]).await;
    import(&caseload, &whole(), [0, 1, 0, 0]).await;
    // A rating of another customer's conversation moves to one of the erased one, and to that of a customer who is erased in
    // the same file.
    let elsewhere = json!({"customer_id": "other", "ratings": [rating("r3", 3)]});
    let moves = lines(&[
        conversation("d", &elsewhere),
        conversation("e", &json!({"ratings": [rating("r3", 3), rating("r4", 3)]})),
        conversation(
            "f",
            &json!({"customer_id": "late", "ratings": [rating("r5", 3)]}),
        ),
        json!({"type": "delete", "of": "customer", "id": "late"}),
        conversation(
            "f",
            &json!({"customer_id": "late", "ratings": [rating("r5", 1)]}),
        ),
    ]);
    take(&caseload, &moves, [5, 0, 0, 0]).await;
    let left = caseload
        .database
        .sql("SELECT count(*), count(comment) FROM ratings");
    assert_eq!(left.trim(), "5|0");
}

async fn a_line_with_lists_has_at_most_16_mebibytes(backend: Backend) {
    const MEBIBYTE: usize = 1 << 20;
    let caseload = acme(backend).await;
    let line_of = |record: &Value, length: usize| {
        let mut record = record.clone();
        record["filling"] = json!("");
        record["filling"] = json!("x".repeat(length - record.to_string().len()));
        record.to_string()
    };
    let lists = conversation("c", &json!({"messages": [message("m1", 0, "inbound")]}));
    let empty = conversation("d", &json!({"follow_ups": []}));
    let without = conversation("e", &json!({"messages": null}));
    let other = json!({"type": "customer", "id": "k", "messages": []});
    let text = [
        line_of(&lists, 16 * MEBIBYTE),
        line_of(&lists, 16 * MEBIBYTE + 1),
        line_of(&empty, MEBIBYTE + 1),
        line_of(&without, MEBIBYTE + 1),
        line_of(&other, MEBIBYTE + 1),
        line_of(&without, MEBIBYTE),
        // Cut off: nobody knows whether it has lists.
        line_of(&lists, 2 * MEBIBYTE)[..2 * MEBIBYTE - 1].to_owned(),
    ]
    .join("\n");
    let answer = caseload
        .post("/v1/import", &token("boss"), None, text.into_bytes())
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let report = answer.json();
    assert_eq!(
        (&report["accepted"], &report["rejected"]),
        (&json!(3), &json!(4)),
        "{report}"
    );
    let reasons: Vec<(u64, &str)> = report["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| {
            (
                error["line"].as_u64().expect("a number"),
                error["reason"].as_str().expect("a text"),
            )
        })
        .collect();
    for ((line, reason), (expected, said)) in reasons.iter().zip([
        (2, "longer than 16 MiB"),
        (4, "longer than 1 MiB"),
        (5, "longer than 1 MiB"),
        (7, "not valid JSON"),
    ]) {
        assert_eq!(*line, expected, "{report}");
        assert!(reason.starts_with(said), "{report}");
    }
    check(&caseload, [1, 0, 0, 0, 0]).await;
}

async fn lists_of_many_entries_come_and_go(backend: Backend) {
    const MANY: usize = 20_000;
    let caseload = acme(backend).await;
    let messages: Vec<Value> = (0..MANY)
        .map(|number| message(&format!("m{number}"), number % 600, "reply"))
        .collect();
    let full = |id: &str| conversation(id, &json!({"messages": messages}));
    let deleted = json!({"type": "delete", "of": "conversation", "id": "d"});
    let report = caseload
        .import(&[full("c"), full("d"), deleted, full("c"), full("d")])
        .await;
    assert_eq!(counts(&report), [5, 0, 0, 0], "{report:?}");
    figures(
        &caseload,
        &json!({"channels": [{"channel": "c", "metrics": {"messages": 0}}, {"channel": "d", "metrics": {"messages": MANY}}]}),
    )
    .await;
    let report = caseload.import(&[full("d"), full("c")]).await;
    assert_eq!(counts(&report), [1, 1, 0, 0], "{report:?}");
}

/// All of a record is in memory at a time.
#[tokio::test]
async fn a_list_of_more_entries_than_any_conversation_has_is_refused() {
    let caseload = super::acme(Backend::Sqlite).await;
    let conversation = |entries: usize| {
        let follow_ups: Vec<Value> = (0..entries)
            .map(|number| json!({"id": number.to_string()}))
            .collect();
        json!({"type": "conversation", "id": "c", "customer_id": "k", "created_at": "2026-03-01T09:00:00Z",
               "follow_ups": follow_ups})
    };
    let report = caseload.import(&[conversation(200_001)]).await;
    assert_eq!(report.rejected, 1);
    assert_eq!(report.errors[0].field.as_deref(), Some("follow_ups"));
    assert!(report.errors[0].reason.contains("200000"), "{report:?}");
}
