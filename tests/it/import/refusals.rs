//! Lines that are refused, each with its number, the field and the reason.

use caseload_schema::import::{Encoding, LineError};
use serde_json::json;

use super::{acme, counts, figures, take};
use crate::{on_both_stores, support::database::Backend};

on_both_stores! {
    a_bad_line_is_refused_with_field_and_reason,
    a_bad_line_never_costs_the_good_ones,
    strict_takes_all_or_nothing,
    at_most_a_hundred_errors_are_listed_and_all_are_counted,
    a_refused_record_leaves_no_trace,
    an_instant_may_lie_a_day_ahead_and_no_more,
    ids_have_at_most_128_characters_however_many_bytes,
}

/// A line, the field at fault (none: the line itself), and what the reason says.
const BAD: [(&str, Option<&str>, &str); 40] = [
    ("nonsense", None, ""),
    ("[]", None, ""),
    ("\"text\"", None, ""),
    (r#"{"type":"member","id":"a","name":"A""#, None, ""),
    (r#"{"id":"a","name":"A"}"#, Some("type"), ""),
    (r#"{"type":"ticket","id":"a"}"#, Some("type"), "ticket"),
    (r#"{"type":7,"id":"a"}"#, Some("type"), "7"),
    (r#"{"type":"customer"}"#, Some("id"), ""),
    (r#"{"type":"customer","id":""}"#, Some("id"), ""),
    (r#"{"type":"customer","id":null}"#, Some("id"), ""),
    (r#"{"type":"customer","id":12}"#, Some("id"), "12"),
    (r#"{"type":"customer","id":"a\u0000b"}"#, Some("id"), ""),
    (
        r#"{"type":"customer","id":"k","name":["Kim"]}"#,
        Some("name"),
        "Kim",
    ),
    (r#"{"type":"member","id":"a"}"#, Some("name"), ""),
    (
        r#"{"type":"member","id":"a","name":"A","role":"boss"}"#,
        Some("role"),
        "boss",
    ),
    (
        r#"{"type":"member","id":"a","name":"A","active":"yes"}"#,
        Some("active"),
        "yes",
    ),
    (
        r#"{"type":"team","id":"a","name":"A","member_ids":"b"}"#,
        Some("member_ids"),
        "",
    ),
    (
        r#"{"type":"team","id":"a","name":"A","member_ids":[1]}"#,
        Some("member_ids"),
        "1",
    ),
    (r#"{"type":"label","id":"a"}"#, Some("title"), ""),
    (
        r#"{"type":"label","id":"a","title":"A","color":"green"}"#,
        Some("color"),
        "green",
    ),
    (
        r##"{"type":"label","id":"a","title":"A","color":"#12345g"}"##,
        Some("color"),
        "#12345g",
    ),
    (
        r#"{"type":"conversation","id":"a","created_at":"2026-03-02T09:00:00Z"}"#,
        Some("customer_id"),
        "",
    ),
    (
        r#"{"type":"conversation","id":"a","customer_id":"k","created_at":"2026-03-02T09:00:00"}"#,
        Some("created_at"),
        "",
    ),
    (
        r#"{"type":"conversation","id":"a","customer_id":"k","created_at":"2026-03-02T09:00:00Z","outcome":"won"}"#,
        Some("outcome"),
        "closed_at",
    ),
    (
        r#"{"type":"conversation","id":"a","customer_id":"k","created_at":"2026-03-02T09:00:00Z","closed_at":"2026-03-02T09:00:00Z","outcome":"draw"}"#,
        Some("outcome"),
        "draw",
    ),
    (
        r#"{"type":"conversation","id":"a","customer_id":"k","created_at":"2026-03-02T09:00:00Z","url":"javascript:alert(1)"}"#,
        Some("url"),
        "javascript:alert(1)",
    ),
    (
        r#"{"type":"conversation","id":"a","customer_id":"k","created_at":"2026-03-02T09:00:00Z","attributes":["pro"]}"#,
        Some("attributes"),
        "must be an object, was [\"pro\"]",
    ),
    (
        r#"{"type":"conversation","id":"a","customer_id":"k","created_at":"2026-03-02T09:00:00Z","attributes":{"Plan":1}}"#,
        Some("attributes"),
        "Plan",
    ),
    (
        r#"{"type":"conversation","id":"a","customer_id":"k","created_at":"2026-03-02T09:00:00Z","attributes":{"plan":{"name":1}}}"#,
        Some("attributes.plan"),
        "name",
    ),
    (
        r#"{"type":"message","id":"a","conversation_id":"c","sent_at":"2026-03-02T09:00:00Z","kind":"shout"}"#,
        Some("kind"),
        "shout",
    ),
    (
        r#"{"type":"message","id":"a","conversation_id":"c","sent_at":"yesterday","kind":"note"}"#,
        Some("sent_at"),
        "not an RFC 3339 instant: \"yesterday\"",
    ),
    (
        r#"{"type":"message","id":"a","sent_at":"2026-03-02T09:00:00Z","kind":"note"}"#,
        Some("conversation_id"),
        "",
    ),
    (
        r#"{"type":"rating","id":"a","conversation_id":"c","rated_at":"2026-03-02T09:00:00Z","score":9}"#,
        Some("score"),
        "must be 1 to 5, was 9",
    ),
    (
        r#"{"type":"rating","id":"a","conversation_id":"c","rated_at":"2026-03-02T09:00:00Z","score":"5"}"#,
        Some("score"),
        "",
    ),
    (
        r#"{"type":"event","id":"a","conversation_id":"c","at":"2026-03-02T09:00:00Z","kind":"snoozed"}"#,
        Some("kind"),
        "must be closed or reopened, was \"snoozed\"",
    ),
    (
        r#"{"type":"event","id":"a","conversation_id":"c","kind":"closed"}"#,
        Some("at"),
        "missing",
    ),
    (
        r#"{"type":"event","id":"a","at":"2026-03-02T09:00:00Z","kind":"closed"}"#,
        Some("conversation_id"),
        "missing",
    ),
    (
        r#"{"type":"survey","id":"a","conversation_id":"c"}"#,
        Some("asked_at"),
        "missing",
    ),
    (
        r#"{"type":"survey","id":"a","asked_at":"2026-03-02T09:00:00Z","conversation_id":7}"#,
        Some("conversation_id"),
        "must be a string, was 7",
    ),
    (
        r#"{"type":"delete","of":"workspace","id":"a"}"#,
        Some("of"),
        "workspace",
    ),
];

async fn a_bad_line_is_refused_with_field_and_reason(backend: Backend) {
    let caseload = acme(backend).await;
    let text = BAD.map(|(line, ..)| line).join("\n");
    let report = take(&caseload, &text, [0, 0, 0, BAD.len() as u64]).await;
    assert_eq!(report.errors.len(), BAD.len());
    for ((line, field, reason), (at, error)) in BAD.iter().zip((1..).zip(&report.errors)) {
        let LineError {
            line: number,
            field: found,
            reason: said,
            ..
        } = error;
        assert_eq!(
            (*number, found.as_deref()),
            (at, *field),
            "{line}: {error:?}"
        );
        assert!(
            !said.is_empty() && said.contains(reason),
            "{line}: {error:?}"
        );
    }
    figures(
        &caseload,
        &json!({"metrics": {"conversations": 0, "messages": 0}}),
    )
    .await;
}

async fn a_bad_line_never_costs_the_good_ones(backend: Backend) {
    let caseload = acme(backend).await;
    let text = "\n{\"type\":\"customer\",\"id\":\"k\"}\n\noops\n\
        {\"type\":\"conversation\",\"id\":\"c\",\"customer_id\":\"k\",\"created_at\":\"2026-03-02T09:00:00Z\"}";
    let report = take(&caseload, text, [2, 0, 0, 1]).await;
    assert_eq!(report.errors[0].line, 4);
    figures(&caseload, &json!({"metrics": {"conversations": 1}})).await;
}

async fn strict_takes_all_or_nothing(backend: Backend) {
    let caseload = acme(backend).await;
    let good =
        r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z"}"#;
    let mixed = format!("{good}\n{{\"type\":\"customer\"}}\n");
    let report = caseload
        .import_bytes(mixed.clone().into_bytes(), Encoding::Identity, true)
        .await;
    assert_eq!(
        (report.accepted, report.days_touched, report.errors[0].line),
        (0, 0, 2),
        "{report:?}"
    );
    figures(&caseload, &json!({"metrics": {"conversations": 0}})).await;
    let report = caseload
        .import_bytes(good.as_bytes().to_vec(), Encoding::Identity, true)
        .await;
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    figures(&caseload, &json!({"metrics": {"conversations": 1}})).await;
}

async fn at_most_a_hundred_errors_are_listed_and_all_are_counted(backend: Backend) {
    let caseload = acme(backend).await;
    let report = take(&caseload, &"{}\n".repeat(250), [0, 0, 0, 250]).await;
    assert_eq!(report.errors.len(), 100);
    assert_eq!(report.errors.last().map(|error| error.line), Some(100));
}

async fn a_refused_record_leaves_no_trace(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2026-03-02T09:00:00Z","assignee_id":"ghost","label_ids":["odd"],"outcome":"won"}"#;
    let report = take(&caseload, text, [0, 0, 0, 1]).await;
    assert_eq!(report.days_touched, 0);
    for (of, id) in [
        ("conversation", "c"),
        ("customer", "k"),
        ("member", "ghost"),
        ("label", "odd"),
    ] {
        take(
            &caseload,
            &json!({"type": "delete", "of": of, "id": id}).to_string(),
            [0, 1, 0, 0],
        )
        .await;
    }
}

async fn an_instant_may_lie_a_day_ahead_and_no_more(backend: Backend) {
    let caseload = acme(backend).await;
    let text = r#"{"type":"message","id":"m1","conversation_id":"c","sent_at":"2026-03-11T12:00:00Z","kind":"note"}
{"type":"message","id":"m2","conversation_id":"c","sent_at":"2026-03-11T12:00:00.000001Z","kind":"note"}
{"type":"follow_up","id":"f","conversation_id":"c","due_at":"2099-01-01T00:00:00Z"}
{"type":"follow_up","id":"g","conversation_id":"c","completed_at":"2099-01-01T00:00:00Z"}"#;
    let report = take(&caseload, text, [2, 0, 0, 2]).await;
    let at: Vec<_> = report
        .errors
        .iter()
        .map(|error| (error.line, error.field.as_deref()))
        .collect();
    assert_eq!(at, [(2, Some("sent_at")), (4, Some("completed_at"))]);
}

async fn ids_have_at_most_128_characters_however_many_bytes(backend: Backend) {
    let caseload = acme(backend).await;
    let customer = |id: &str| json!({"type": "customer", "id": id}).to_string();
    let text = [
        customer(&"🦊".repeat(128)),
        customer(&"x".repeat(129)),
        customer("é"),
        customer("e\u{301}"),
    ]
    .join("\n");
    let report = take(&caseload, &text, [3, 0, 0, 1]).await;
    assert_eq!(
        (report.errors[0].line, report.errors[0].field.as_deref()),
        (2, Some("id"))
    );
}
