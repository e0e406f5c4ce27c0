//! Who may read what.

mod documents;
mod exports;
mod fields;
mod listening;
mod matrix;
mod mixing;
mod moved;
mod own;
mod paths;
mod refusals;
mod schema;
mod teammates;

use caseload_schema::{
    audit::Actor,
    day::Day,
    hours::{BusinessHours, DateHours, Stretch},
};
use serde_json::{Value, json};

use crate::support::{
    app::{Caseload, WORKSPACE, lines, token_of},
    database::Backend,
};

pub(crate) const ROLES: [&str; 5] = ["owner", "admin", "manager", "agent", "viewer"];

/// A workspace with one member of each role, named after it and with a conversation each, and one who has left; beside
/// it another workspace with an owner.
pub(crate) async fn acme(backend: Backend) -> Caseload {
    let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::UTC, now).await;
    let mut records = vec![
        json!({"type": "member", "id": "left", "name": "Left", "role": "admin", "active": false}),
        json!({"type": "team", "id": "team", "name": "Team", "member_ids": ROLES}),
        json!({"type": "label", "id": "label", "title": "Label", "color": "#123456"}),
        json!({"type": "customer", "id": "customer", "name": "Customer"}),
    ];
    for (day, role) in (1..).zip(ROLES) {
        records.push(json!({
            "type": "member", "id": role, "name": format!("Name of {role}"), "role": role,
            "email": format!("{role}@example.com"), "avatar_url": format!("https://example.com/{role}.png"),
        }));
        records.extend(conversation(&format!("c-{role}"), role, day));
    }
    caseload.import(&records).await;
    set_hours(&caseload).await;
    caseload.roll_up().await;
    add_other_workspace(&caseload).await;
    caseload
}

/// Business hours on all days but one.
async fn set_hours(caseload: &Caseload) {
    let stretches = vec![Stretch::parse("08:00", "18:00").expect("a stretch")];
    let date = Day::parse("2026-03-25").expect("a day");
    let short = DateHours {
        name: Some("Lady Day".to_owned()),
        stretches: stretches.clone(),
    };
    let weekdays = (1..=7).map(|weekday| (weekday, stretches.clone()));
    let hours = BusinessHours::new(weekdays, [(date, short)]).expect("business hours");
    let (by, at) = (Actor::Operator, caseload.clock.now());
    let asked_for = caseload
        .store
        .request_hours(caseload.workspace, Some(hours), by, at);
    asked_for.await.expect("the store is there");
}

/// A conversation of that day, closed and rated.
fn conversation(id: &str, assignee: &str, day: i32) -> Vec<Value> {
    let at = |hour: u32| format!("2026-03-{day:02}T{hour:02}:00:00Z");
    vec![
        json!({
            "type": "conversation", "id": id, "customer_id": "customer", "created_at": at(9), "assignee_id": assignee,
            "attributes": {"plan": "pro"},
            "label_ids": ["label"], "channel": "chat", "closed_at": at(15), "outcome": "won",
        }),
        json!({"type": "message", "id": format!("{id}-1"), "conversation_id": id, "sent_at": at(9), "kind": "inbound"}),
        json!({"type": "message", "id": format!("{id}-2"), "conversation_id": id, "sent_at": at(10), "kind": "reply"}),
        json!({
            "type": "rating", "id": format!("r-{id}"), "conversation_id": id, "rated_at": at(16), "score": 4,
            "comment": format!("for {assignee}"),
        }),
    ]
}

async fn add_other_workspace(caseload: &Caseload) {
    use caseload_schema::import::{Encoding, ImportOptions, Sender, Source, import};
    let utc = caseload_schema::zone::Zone::parse("UTC").expect("a zone");
    let other = caseload
        .store
        .create_workspace("other", "Other", utc, caseload.clock.now())
        .await
        .expect("a new workspace");
    let records =
        [json!({"type": "member", "id": "elsewhere", "name": "Elsewhere", "role": "owner"})];
    let options = ImportOptions {
        sender: Sender::Operator,
        strict: true,
        clock: caseload.clock.clone(),
    };
    let reader = Box::new(std::io::Cursor::new(lines(&records).into_bytes()));
    let sources = vec![Source {
        name: None,
        encoding: Encoding::Identity,
        reader,
    }];
    import(&caseload.store, other, options, sources, |_| ())
        .await
        .expect("the store is there");
    caseload.roll_up().await;
}

fn token(member: &str, workspace: &str) -> String {
    token_of(&json!({"sub": member, "workspace": workspace, "exp": 4_102_444_800_u64}))
}

/// Everyone who is no active member of the workspace, with what they send as a token.
fn nobodies() -> Vec<(&'static str, String)> {
    vec![
        ("no token", String::new()),
        ("nonsense", "nonsense".to_owned()),
        ("who has left", token("left", WORKSPACE)),
        ("who was never there", token("unheard of", WORKSPACE)),
        ("who is elsewhere", token("elsewhere", WORKSPACE)),
        ("a workspace that is none", token("owner", "nowhere")),
        (
            "an expired token",
            token_of(&json!({"sub": "owner", "workspace": WORKSPACE, "exp": 1_000_000_000})),
        ),
        (
            "a token that never ends",
            token_of(&json!({"sub": "owner", "workspace": WORKSPACE})),
        ),
        (
            "a token without a name",
            token_of(&json!({"workspace": WORKSPACE, "exp": 4_102_444_800_u64})),
        ),
        ("a token not signed", unsigned()),
    ]
}

/// A token of the kind "none", with the claims of an owner's.
fn unsigned() -> String {
    let owner = token("owner", WORKSPACE);
    let claims = owner.split('.').nth(1).expect("claims");
    // {"alg":"none","typ":"JWT"}
    format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")
}

/// A new API token of the workspace, made by its owner.
pub(crate) async fn machine_token(caseload: &Caseload, scopes: &[&str]) -> String {
    let query = "mutation($scopes: [ApiScope!]!) { createApiToken(name: \"machine\", scopes: $scopes) { secret } }";
    let made = caseload
        .ask("owner", query, &json!({"scopes": scopes}))
        .await
        .data("createApiToken");
    made["secret"].as_str().expect("a secret").to_owned()
}
