//! Imports and the roles that they change.

use caseload_schema::{
    audit::{Action, Actor, ImportCounts},
    id::MemberKey,
    import::{Encoding, ImportOptions, Sender, Source, import},
    role::Role,
    store::audit::EventPage,
};
use serde_json::{Value, json};

use crate::{
    on_both_stores,
    support::{
        app::{Caseload, lines, token},
        database::Backend,
    },
};

on_both_stores! {
    an_import_is_one_event_with_its_counts,
    a_strict_import_that_takes_nothing_is_recorded_as_refused,
    an_import_over_http_is_recorded_with_who_sent_it,
    roles_that_an_import_changes_are_events_of_their_own,
    nothing_personal_is_recorded,
}

async fn acme(backend: Backend) -> Caseload {
    let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::UTC, now).await;
    caseload
        .import(&[json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})])
        .await;
    caseload
}

/// What was recorded, the latest first.
async fn events(caseload: &Caseload) -> Vec<(Actor, Action)> {
    let page = EventPage {
        limit: 1_000,
        ..EventPage::default()
    };
    let events = caseload
        .store
        .list_audit_events(caseload.workspace, page)
        .await
        .expect("the store is there");
    assert!(
        events.iter().is_sorted_by(|a, b| b.id < a.id)
            && events.iter().all(|event| event.at == caseload.clock.now())
    );
    events
        .into_iter()
        .map(|event| (event.actor, event.action))
        .collect()
}

fn labels(count: usize) -> Vec<Value> {
    (0..count)
        .map(|at| json!({"type": "label", "id": format!("l{at}"), "title": "Label"}))
        .collect()
}

async fn strictly(caseload: &Caseload, records: &[Value]) {
    let options = ImportOptions {
        sender: Sender::Operator,
        strict: true,
        clock: caseload.clock.clone(),
    };
    let reader = Box::new(std::io::Cursor::new(lines(records).into_bytes()));
    let sources = vec![Source {
        name: None,
        encoding: Encoding::Identity,
        reader,
    }];
    import(
        &caseload.store,
        caseload.workspace,
        options,
        sources,
        |_| (),
    )
    .await
    .expect("the store is there");
}

async fn an_import_is_one_event_with_its_counts(backend: Backend) {
    let caseload = acme(backend).await;
    // Three batches.
    let mut records = labels(14_000);
    records.push(json!({"type": "label", "id": "l1", "title": "Label"}));
    records.push(json!({"type": "label", "id": "untitled"}));
    records.push(json!({
        "type": "conversation", "id": "c", "customer_id": "k", "created_at": "2026-03-01T09:00:00Z",
        "closed_at": "2026-03-02T09:00:00Z",
    }));
    caseload.import(&records).await;
    let counts = ImportCounts {
        accepted: 14_001,
        unchanged: 1,
        stale: 0,
        rejected: 1,
        days_touched: 2,
    };
    let events = events(&caseload).await;
    assert_eq!(events[0], (Actor::Operator, Action::Imported(counts)));
    assert_eq!(events.len(), 3, "{events:?}");
    caseload.import(&[]).await;
    assert_eq!(
        self::events(&caseload).await.len(),
        3,
        "an import of nothing is none"
    );
}

async fn a_strict_import_that_takes_nothing_is_recorded_as_refused(backend: Backend) {
    let caseload = acme(backend).await;
    let mut records = labels(7);
    strictly(&caseload, &records).await;
    let counts = ImportCounts {
        accepted: 7,
        ..ImportCounts::default()
    };
    assert_eq!(
        events(&caseload).await[0],
        (Actor::Operator, Action::Imported(counts))
    );
    records.push(json!({"type": "member", "id": "boss", "name": "Boss", "role": "admin"}));
    records.push(json!({"type": "label", "id": "untitled"}));
    strictly(&caseload, &records).await;
    let counts = ImportCounts {
        rejected: 9,
        ..ImportCounts::default()
    };
    let events = events(&caseload).await;
    assert_eq!(events[0], (Actor::Operator, Action::Imported(counts)));
    assert_eq!(events.len(), 4, "and no role changed: {events:?}");
}

async fn an_import_over_http_is_recorded_with_who_sent_it(backend: Backend) {
    let caseload = acme(backend).await;
    let answer = caseload
        .post(
            "/v1/import",
            &token("boss"),
            None,
            lines(&labels(3)).into_bytes(),
        )
        .await;
    assert_eq!(answer.status, 200);
    let (actor, action) = events(&caseload).await.swap_remove(0);
    let directory = caseload
        .store
        .directory(caseload.workspace)
        .await
        .expect("the store is there");
    let boss: MemberKey = directory.member_by_id("boss").expect("a member").key;
    assert_eq!(actor, Actor::Member(boss));
    assert_eq!(
        action,
        Action::Imported(ImportCounts {
            accepted: 3,
            ..ImportCounts::default()
        })
    );
}

async fn roles_that_an_import_changes_are_events_of_their_own(backend: Backend) {
    let caseload = acme(backend).await;
    let member = |id: &str, role: Option<&str>| json!({"type": "member", "id": id, "name": id, "role": role});
    caseload
        .import(&[
            member("a", None),
            member("b", Some("manager")),
            member("boss", Some("owner")),
        ])
        .await;
    caseload
        .import(&[
            member("a", Some("viewer")),
            member("b", None),
            member("boss", Some("agent")),
        ])
        .await;
    let directory = caseload
        .store
        .directory(caseload.workspace)
        .await
        .expect("the store is there");
    let changes =
        events(&caseload)
            .await
            .into_iter()
            .rev()
            .filter_map(|(_, action)| match action {
                Action::RoleChanged { member, from, to } => {
                    Some((directory.member(member)?.id.clone(), from, to))
                }
                _ => None,
            });
    let changes: Vec<_> = changes.collect();
    let mut last = changes[2..].to_vec();
    last.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(
        changes[..2],
        [
            ("boss".to_owned(), None, Role::Owner),
            ("b".to_owned(), None, Role::Manager)
        ]
    );
    let expected = [
        ("a".to_owned(), Some(Role::Agent), Role::Viewer),
        ("boss".to_owned(), Some(Role::Owner), Role::Agent),
    ];
    assert_eq!(last, expected);
}

async fn nothing_personal_is_recorded(backend: Backend) {
    let caseload = acme(backend).await;
    let secrets = [
        "Zebulon",
        "zebulon@example.com",
        "a kind word",
        "https://example.com/z.png",
        "Yolanda",
    ];
    let records = [
        json!({"type": "member", "id": "z", "name": secrets[0], "email": secrets[1], "avatar_url": secrets[3],
            "role": "admin"}),
        json!({"type": "customer", "id": "y", "name": secrets[4]}),
        json!({"type": "conversation", "id": "c", "customer_id": "y", "created_at": "2026-03-01T09:00:00Z"}),
        json!({"type": "rating", "id": "r", "conversation_id": "c", "rated_at": "2026-03-01T10:00:00Z", "score": 5,
            "comment": secrets[2]}),
        json!({"type": "rating", "id": "s", "conversation_id": "c", "rated_at": "never", "score": 5,
            "comment": secrets[2]}),
    ];
    caseload.import(&records).await;
    let stored = caseload
        .database
        .sql("SELECT actor, actor_key, kind, details FROM audit_events");
    assert!(
        stored.contains("imported") && stored.contains("role_changed"),
        "{stored}"
    );
    assert!(
        !secrets.iter().any(|secret| stored.contains(secret)),
        "{stored}"
    );
}
