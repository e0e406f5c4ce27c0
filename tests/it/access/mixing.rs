//! Nothing of one asker's answer is in another's: not of another workspace with the same ids, not of another role that asks
//! the same at the same moment.

use caseload_schema::zone::Zone;
use serde_json::{Value, json};

use super::{ROLES, acme, conversation, machine_token, token};
use crate::{
    on_both_stores,
    support::{
        app::{Caseload, WORKSPACE},
        database::Backend,
    },
};

on_both_stores! {
    workspaces_with_the_same_ids_never_mix,
}

/// The same question for everyone, with all that is cached in its answer.
const EVERYTHING: &str = "{
    viewer { member { id name email } role scopes workspace { id name members { id name email } teams { name } } }
    own: member { member { id } metrics { conversations closed customers firstResponse { median } ratings { average } } }
    agent: member(id: \"agent\") { member { name email } metrics { conversations } series { metrics { closed } } }
    team { metrics { conversations closed customers open } leaderboard { rank report { member { id name } } }
        unassigned { closed } topLabels { label { title } share } channels { channel } busyHours { count } }
    labels { label { id title } conversations }
    conversations(measure: CLOSED) { totalCount nodes { id customer { id name } assignee { id } ratings { comment } } }
    feedback { totalCount nodes { id comment customer { name } member { id } } }
    dailyRollups { nodes { day member { id name } metrics { closed } backlog } } }";

async fn ask(caseload: &Caseload, token: &str) -> String {
    let mut answer = loop {
        let answer = caseload.ask_with(token, EVERYTHING, &json!({})).await;
        // On a busy machine not all who ask at once get their turn in time, and are told to ask again.
        if !answer.codes().iter().any(|code| code == "UNAVAILABLE") {
            break answer.json();
        }
    };
    // Errors come in the order in which fields are done.
    if let Some(errors) = answer["errors"].as_array_mut() {
        errors.sort_by_key(|error| error["path"].to_string());
    }
    answer.to_string()
}

/// Another workspace with everything that the sample has under the same ids, and other names and numbers.
async fn twin(caseload: &Caseload) {
    let utc = Zone::parse("UTC").expect("a zone");
    let twin = caseload
        .store
        .create_workspace("twin", "Twin", utc, caseload.clock.now())
        .await
        .expect("a workspace");
    let mut records = vec![
        json!({"type": "team", "id": "team", "name": "Double", "member_ids": ROLES}),
        json!({"type": "label", "id": "label", "title": "Double"}),
        json!({"type": "customer", "id": "customer", "name": "Double"}),
    ];
    for role in ROLES {
        // Everyone has another role there.
        let other = if role == "owner" { "agent" } else { "owner" };
        records.push(json!({
            "type": "member", "id": role, "name": format!("Double of {role}"), "role": other,
            "email": format!("{role}@double.example"),
        }));
    }
    for (day, role) in (1..).zip(ROLES) {
        for copy in ["", "-2", "-3"] {
            let mut more = conversation(&format!("c-{role}{copy}"), role, day);
            more[3]["comment"] = json!("double");
            records.extend(more);
        }
    }
    let twin = caseload.of(twin);
    assert_eq!(twin.import(&records).await.rejected, 0);
    twin.roll_up().await;
}

async fn workspaces_with_the_same_ids_never_mix(backend: Backend) {
    let mut caseload = acme(backend).await;
    let mut alone = Vec::new();
    for role in ROLES {
        alone.push(ask(&caseload, &token(role, WORKSPACE)).await);
    }
    twin(&caseload).await;
    let mut doubles = Vec::new();
    for role in ROLES {
        let double = ask(&caseload, &token(role, "twin")).await;
        assert!(
            double.contains("Double") && double.contains("double"),
            "{double}"
        );
        assert!(
            !["Name of", "example.com", "for ", "Acme"]
                .iter()
                .any(|ours| double.contains(ours)),
            "{double}"
        );
        doubles.push(double);
    }
    for round in 0..3 {
        // The caches are cold in every round, and both workspaces fill them at the same time.
        caseload.restart();
        for (at, role) in ROLES.iter().enumerate() {
            let (ours, theirs) = (token(role, WORKSPACE), token(role, "twin"));
            let (ours, theirs) = tokio::join!(ask(&caseload, &ours), ask(&caseload, &theirs));
            assert_eq!(ours, alone[at], "{role}, round {round}");
            assert_eq!(theirs, doubles[at], "{role} of the twin, round {round}");
        }
    }
    let machine = machine_token(&caseload, &["ADMIN"]).await;
    let other = machine.replacen("_acme_", "_twin_", 1);
    assert_eq!(
        caseload
            .ask_with(&other, EVERYTHING, &json!({}))
            .await
            .codes(),
        ["UNAUTHENTICATED"]
    );
}

/// Askers who all ask the same at once, over and over, while what is cached is made and thrown away.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn roles_that_ask_the_same_at_the_same_time_get_their_own_answers() {
    let mut caseload = acme(Backend::Sqlite).await;
    twin(&caseload).await;
    let mut askers: Vec<String> = ROLES.iter().map(|role| token(role, WORKSPACE)).collect();
    askers.extend(ROLES.iter().map(|role| token(role, "twin")));
    for scope in ["READ_ROLLUPS", "ADMIN", "IMPORT"] {
        askers.push(machine_token(&caseload, &[scope]).await);
    }
    let mut expected: Vec<String> = Vec::new();
    for asker in &askers {
        expected.push(ask(&caseload, asker).await);
    }
    let distinct: std::collections::BTreeSet<&String> = expected.iter().collect();
    assert_eq!(
        distinct.len(),
        askers.len(),
        "each is answered something else"
    );
    let mut count = 0;
    for round in 0..10 {
        caseload.restart();
        let asked = (0..askers.len() * 4).map(|at| ask(&caseload, &askers[at % askers.len()]));
        let answers = futures::future::join_all(asked).await;
        for (at, answer) in answers.iter().enumerate() {
            assert_eq!(
                answer,
                &expected[at % askers.len()],
                "round {round}, asker {}",
                at % askers.len()
            );
            count += 1;
        }
    }
    assert_eq!(count, 520);
}

/// Of what is asked for at once, whoever may less gets no field more. The same document, so that whatever is shared by
/// document is shared.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_role_that_changes_in_between_changes_the_next_answer() {
    let caseload = acme(Backend::Sqlite).await;
    let role = |role: &str| json!({"type": "member", "id": "agent", "name": "Name of agent", "role": role});
    for round in 0..20 {
        let (next, codes): (&str, &[&str]) = if round % 2 == 0 {
            ("manager", &[])
        } else {
            ("agent", &["FORBIDDEN"])
        };
        caseload.import(&[role(next)]).await;
        let query = "{ team { metrics { closed } } }";
        let asked =
            (0..8).map(|_| async { caseload.ask("agent", query, &Value::Null).await.codes() });
        for found in futures::future::join_all(asked).await {
            assert_eq!(found, codes, "round {round}");
        }
    }
}
