//! `setMemberRole`.

use serde_json::{Value, json};

use super::{recorded, second_node};
use crate::{
    access::{ROLES, acme},
    on_both_stores,
    support::{
        app::{Answer, Caseload},
        database::Backend,
    },
};

on_both_stores! {
    everyone_changes_what_they_may_and_nothing_else,
    a_role_counts_at_once_on_every_node,
    two_owners_who_unmake_each_other_leave_one,
    who_has_lost_a_role_meanwhile_changes_nothing_with_it,
    who_has_left_gets_a_role_for_when_they_come_back,
    only_what_was_changed_is_recorded,
}

const SET: &str =
    "mutation($id: ID!, $role: Role!) { setMemberRole(memberId: $id, role: $role) { id role } }";

async fn set(caseload: &Caseload, who: &str, id: &str, role: &str) -> Answer {
    caseload
        .ask(who, SET, &json!({"id": id, "role": role.to_uppercase()}))
        .await
}

/// Sets roles as the operator does.
async fn reset(caseload: &Caseload, roles: &[(&str, &str)]) {
    let record =
        |(id, role): &(&str, &str)| json!({"type": "member", "id": id, "name": id, "role": role});
    caseload
        .import(&roles.iter().map(record).collect::<Vec<_>>())
        .await;
}

async fn roles(caseload: &Caseload) -> Vec<(String, String)> {
    let members = caseload
        .store
        .directory(caseload.workspace)
        .await
        .expect("the store is there");
    members
        .members()
        .iter()
        .map(|member| (member.id.clone(), member.role.name().to_owned()))
        .collect()
}

/// What the rules say, where the one owner is the last.
fn expected(who: &str, from: &str, to: &str) -> Option<&'static str> {
    let about_owners = from == "owner" || to == "owner";
    match who {
        "owner" | "admin" if from == to => None,
        "owner" if from == "owner" => Some("BAD_USER_INPUT"),
        "owner" => None,
        "admin" if !about_owners => None,
        _ => Some("FORBIDDEN"),
    }
}

async fn everyone_changes_what_they_may_and_nothing_else(backend: Backend) {
    let caseload = acme(backend).await;
    let whole: Vec<(&str, &str)> = ROLES.iter().map(|role| (*role, *role)).collect();
    for who in ROLES {
        for from in ROLES {
            for to in ROLES {
                let before = roles(&caseload).await;
                let answer = set(&caseload, who, from, to).await;
                if let Some(code) = expected(who, from, to) {
                    assert_eq!(answer.codes(), [code], "{who}: {from} to {to}");
                    assert_eq!(roles(&caseload).await, before, "{who}: {from} to {to}");
                } else {
                    let changed = json!({"id": from, "role": to.to_uppercase()});
                    assert_eq!(
                        answer.data("setMemberRole"),
                        changed,
                        "{who}: {from} to {to}"
                    );
                    let now = roles(&caseload).await;
                    assert!(
                        now.contains(&(from.to_owned(), to.to_owned())),
                        "{who}: {from} to {to}: {now:?}"
                    );
                    reset(&caseload, &whole).await;
                }
            }
        }
    }
    for id in ["unheard of", "elsewhere", ""] {
        assert_eq!(
            set(&caseload, "owner", id, "agent").await.codes(),
            ["NOT_FOUND"],
            "{id}"
        );
    }
    // Known by its id alone: a role would be forgotten when the record comes.
    let unknown = json!({"type": "conversation", "id": "c-new", "customer_id": "customer",
        "created_at": "2026-03-09T09:00:00Z", "assignee_id": "newcomer"});
    caseload.import(&[unknown]).await;
    assert_eq!(
        set(&caseload, "owner", "newcomer", "admin").await.codes(),
        ["NOT_FOUND"]
    );
}

async fn a_role_counts_at_once_on_every_node(backend: Backend) {
    let one = acme(backend).await;
    let other = second_node(&one);
    let team = "{ team { metrics { closed } } }";
    assert_eq!(
        other.ask("agent", team, &json!({})).await.codes(),
        ["FORBIDDEN"]
    );
    set(&one, "admin", "agent", "manager")
        .await
        .data("setMemberRole");
    for node in [&one, &other] {
        assert!(node.ask("agent", team, &json!({})).await.codes().is_empty());
    }
    set(&other, "admin", "agent", "viewer")
        .await
        .data("setMemberRole");
    for node in [&one, &other] {
        assert_eq!(
            node.ask("agent", team, &json!({})).await.codes(),
            ["FORBIDDEN"]
        );
        assert_eq!(
            node.ask("agent", "{ viewer { role } }", &json!({}))
                .await
                .data("viewer"),
            json!({"role": "VIEWER"})
        );
    }
}

async fn two_owners_who_unmake_each_other_leave_one(backend: Backend) {
    let one = acme(backend).await;
    let other = second_node(&one);
    for round in 0..20 {
        reset(&one, &[("owner", "owner"), ("admin", "owner")]).await;
        let (first, second) = tokio::join!(
            set(&one, "owner", "admin", "agent"),
            set(&other, "admin", "owner", "agent")
        );
        let changed = |answer: &Answer| answer.codes().is_empty();
        assert!(
            changed(&first) != changed(&second),
            "{round}: {} {}",
            first.json(),
            second.json()
        );
        let owners = roles(&one)
            .await
            .iter()
            .filter(|(_, role)| role == "owner")
            .count();
        assert_eq!(owners, 1, "{round}");
        // The one who was slower is an agent by then.
        let refused = if changed(&first) { second } else { first };
        let code = refused.codes().swap_remove(0);
        assert!(
            ["FORBIDDEN", "UNAUTHENTICATED"].contains(&code.as_str()),
            "{round}: {code}"
        );
    }
}

async fn who_has_lost_a_role_meanwhile_changes_nothing_with_it(backend: Backend) {
    let caseload = acme(backend).await;
    // Both changes are of one request: it was an admin's when it came.
    let twice = "mutation {
        first: setMemberRole(memberId: \"admin\", role: AGENT) { role }
        second: setMemberRole(memberId: \"agent\", role: ADMIN) { role } }";
    let answer = caseload.ask("admin", twice, &json!({})).await;
    assert_eq!(answer.codes(), ["FORBIDDEN"], "{}", answer.json());
    let token = "mutation {
        first: setMemberRole(memberId: \"owner\", role: OWNER) { role }
        second: createApiToken(name: \"x\", scopes: [ADMIN]) { secret } }";
    assert_eq!(
        caseload.ask("admin", token, &json!({})).await.codes(),
        ["FORBIDDEN"]
    );
    let now = roles(&caseload).await;
    assert!(
        now.contains(&("agent".to_owned(), "agent".to_owned())),
        "{now:?}"
    );
    assert!(
        now.contains(&("admin".to_owned(), "agent".to_owned())),
        "{now:?}"
    );
}

async fn who_has_left_gets_a_role_for_when_they_come_back(backend: Backend) {
    let caseload = acme(backend).await;
    let changed = set(&caseload, "admin", "left", "viewer")
        .await
        .data("setMemberRole");
    assert_eq!(changed, json!({"id": "left", "role": "VIEWER"}));
    assert_eq!(
        caseload
            .ask("left", "{ viewer { role } }", &json!({}))
            .await
            .codes(),
        ["UNAUTHENTICATED"]
    );
    caseload
        .import(&[json!({"type": "member", "id": "left", "name": "Left"})])
        .await;
    let viewer = caseload
        .ask("left", "{ viewer { role } }", &json!({}))
        .await
        .data("viewer");
    assert_eq!(viewer, json!({"role": "VIEWER"}));
    // An owner who has left is none that could keep the workspace.
    reset(&caseload, &[("left", "owner")]).await;
    caseload
        .import(&[json!({"type": "delete", "of": "member", "id": "left"})])
        .await;
    assert_eq!(
        set(&caseload, "owner", "owner", "admin").await.codes(),
        ["BAD_USER_INPUT"]
    );
}

async fn only_what_was_changed_is_recorded(backend: Backend) {
    let caseload = acme(backend).await;
    let before = recorded(&caseload, &["ROLE_CHANGED"]).await.len();
    set(&caseload, "admin", "agent", "manager")
        .await
        .data("setMemberRole");
    set(&caseload, "admin", "agent", "manager")
        .await
        .data("setMemberRole");
    set(&caseload, "admin", "agent", "owner").await;
    set(&caseload, "viewer", "agent", "viewer").await;
    let events = recorded(&caseload, &["ROLE_CHANGED"]).await;
    assert_eq!(events.len(), before + 1, "{events:?}");
    let expected: Value = json!({
        "action": "ROLE_CHANGED",
        "by": {"operator": false, "member": {"id": "admin"}, "apiToken": null},
        "details": {"member": {"id": "agent"}, "from": "AGENT", "to": "MANAGER"},
    });
    assert_eq!(events[0], expected);
}
