//! Every field, asked for by everyone.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    ROLES, acme,
    fields::{FIELDS, Least},
    nobodies, token,
};
use crate::{on_both_stores, support::database::Backend};

on_both_stores! {
    each_role_reads_what_it_may_and_nothing_else,
    whoever_is_no_active_member_reads_nothing,
    the_owner_of_another_workspace_sees_nothing_of_this_one,
    a_refusal_costs_its_field_alone,
    a_role_is_the_one_that_the_member_has_now,
}

impl Least {
    pub(super) fn allows(self, role: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::Manager => ["owner", "admin", "manager"].contains(&role),
            Self::Admin => ["owner", "admin"].contains(&role),
        }
    }
}

/// Every query of the table. Subscriptions are asked for where they are answered: see `listening`.
fn queries() -> impl Iterator<Item = (String, Least)> {
    FIELDS
        .iter()
        .filter(|row| row.0 != "Subscription")
        .flat_map(|(name, way, least, fields)| {
            let changes = ["Mutation", "CreatedApiToken"].contains(name);
            let operation = if changes { "mutation" } else { "query" };
            fields.iter().map(move |field| {
                (
                    format!("{operation} {{ {} }}", way.replace('%', field)),
                    *least,
                )
            })
        })
}

async fn each_role_reads_what_it_may_and_nothing_else(backend: Backend) {
    let caseload = acme(backend).await;
    for role in ROLES {
        for (query, least) in queries() {
            let answer = caseload.ask(role, &query, &json!({})).await;
            let codes = answer.codes();
            if least.allows(role) {
                assert!(codes.is_empty(), "{role}: {query}: {}", answer.json());
                assert!(!answer.json()["data"].is_null(), "{role}: {query}");
            } else {
                assert_eq!(codes, ["FORBIDDEN"], "{role}: {query}: {}", answer.json());
                assert!(
                    answer.json()["errors"][0]["path"].is_array(),
                    "{role}: {query}"
                );
                assert!(
                    is_empty(&answer.json()["data"]),
                    "{role}: {query}: {}",
                    answer.json()
                );
            }
        }
    }
}

/// Whether nothing is in it but null.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.values().all(is_empty),
        other => other.is_null(),
    }
}

async fn whoever_is_no_active_member_reads_nothing(backend: Backend) {
    let caseload = acme(backend).await;
    for (who, token) in nobodies() {
        for (query, _) in queries() {
            let answer = caseload.ask_with(&token, &query, &json!({})).await;
            let codes = answer.codes();
            assert_eq!(
                codes,
                ["UNAUTHENTICATED"],
                "{who}: {query}: {}",
                answer.json()
            );
            assert!(
                is_empty(&answer.json()["data"]),
                "{who}: {query}: {}",
                answer.json()
            );
        }
    }
}

async fn the_owner_of_another_workspace_sees_nothing_of_this_one(backend: Backend) {
    let caseload = acme(backend).await;
    let elsewhere = token("elsewhere", "other");
    for (query, _) in queries() {
        let answer = caseload.ask_with(&elsewhere, &query, &json!({})).await;
        // What it would change is not there.
        let codes = answer.codes();
        assert!(
            codes.is_empty() || query.starts_with("mutation") && codes == ["NOT_FOUND"],
            "{query}: {}",
            answer.json()
        );
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let ours = [
            "c-",
            "@example.com",
            "customer\"",
            "acme",
            "Name of",
            "label\"",
        ];
        assert!(
            ours.iter().all(|ours| !text.contains(ours)),
            "{query}: {text}"
        );
    }
    for id in ["agent", "owner", "left", "nobody at all"] {
        let query = "query($id: ID) { member(id: $id) { member { id } } }";
        let answer = caseload
            .ask_with(&elsewhere, query, &json!({"id": id}))
            .await;
        assert_eq!(answer.codes(), ["NOT_FOUND"], "{id}");
    }
}

async fn a_refusal_costs_its_field_alone(backend: Backend) {
    let caseload = acme(backend).await;
    let query = "{ viewer { role } team { metrics { closed } } workspace { name members { id } apiTokens { id } }
                   rollupStatus { generation lastRun { id } } }";
    let answer = caseload.ask("agent", query, &json!({})).await.json();
    let mut paths: Vec<String> = answer["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| error["path"].to_string())
        .collect();
    paths.sort();
    let expected = [
        r#"["rollupStatus","lastRun"]"#,
        r#"["team"]"#,
        r#"["workspace","apiTokens"]"#,
        r#"["workspace","members"]"#,
    ];
    assert_eq!(paths, expected, "{answer}");
    assert_eq!(answer["data"]["viewer"], json!({"role": "AGENT"}));
    assert_eq!(
        answer["data"]["workspace"],
        json!({"name": "Acme", "members": null, "apiTokens": null})
    );
    assert!(answer["data"]["rollupStatus"]["generation"].is_number());
}

async fn a_role_is_the_one_that_the_member_has_now(backend: Backend) {
    let caseload = acme(backend).await;
    let team = "{ team { metrics { closed } } }";
    let claims =
        json!({"sub": "agent", "workspace": "acme", "exp": 4_102_444_800_u64, "role": "owner"});
    let claiming = crate::support::app::token_of(&claims);
    assert_eq!(
        caseload.ask_with(&claiming, team, &json!({})).await.codes(),
        ["FORBIDDEN"]
    );
    caseload
        .import(&[json!({"type": "member", "id": "agent", "name": "Agent", "role": "manager"})])
        .await;
    assert!(
        caseload
            .ask("agent", team, &json!({}))
            .await
            .codes()
            .is_empty()
    );
    caseload
        .import(&[json!({"type": "delete", "of": "member", "id": "agent"})])
        .await;
    assert_eq!(
        caseload.ask("agent", team, &json!({})).await.codes(),
        ["UNAUTHENTICATED"]
    );
}

/// The fields of every object of the committed schema, as `Type.field`.
fn fields_of_the_schema() -> BTreeSet<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/schema.graphql");
    let text = std::fs::read_to_string(path).expect("the schema is committed");
    let mut fields = BTreeSet::new();
    let mut within: Option<&str> = None;
    let mut described = false;
    for line in text.lines() {
        described ^= line.matches("\"\"\"").count() == 1;
        // Fields are indented once, their arguments twice.
        let indented = line.trim_start_matches([' ', '\t']);
        let depth = line.len() - indented.len();
        let is_name = indented.starts_with(|first: char| first.is_ascii_lowercase());
        if let Some(name) = line.strip_prefix("type ") {
            within = name.split_whitespace().next();
        } else if line == "}" {
            within = None;
        } else if let Some(name) =
            within.filter(|_| !described && is_name && [1, 2].contains(&depth))
            && let Some(end) = indented.find(['(', ':'])
        {
            fields.insert(format!("{name}.{}", &indented[..end]));
        }
    }
    fields
}

#[test]
fn every_field_of_the_schema_has_an_expectation() {
    let expected: BTreeSet<String> = FIELDS
        .iter()
        .flat_map(|(name, _, _, fields)| {
            fields.iter().map(move |field| {
                format!(
                    "{name}.{}",
                    field.split(['(', ' ']).next().unwrap_or_default()
                )
            })
        })
        .collect();
    let schema = fields_of_the_schema();
    let without: Vec<&String> = schema.difference(&expected).collect();
    let gone: Vec<&String> = expected.difference(&schema).collect();
    assert!(
        without.is_empty() && gone.is_empty(),
        "without an expectation: {without:?}; not in the schema: {gone:?}"
    );
}
