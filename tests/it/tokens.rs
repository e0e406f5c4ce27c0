//! Tokens and roles: who gets in, as what, and for how long.

mod api_tokens;
mod attacks;
mod jwt;
mod keys;
mod login;
mod roles;

use caseload_api::{
    app::App,
    config::{Config, Secret},
};
use serde_json::{Value, json};

use crate::support::app::{Caseload, SECRET};

/// Another process over the same database.
fn second_node(caseload: &Caseload) -> Caseload {
    let config = Config {
        jwt_secret: Some(Secret::new(SECRET)),
        ..Config::default()
    };
    let app = App::new(caseload.store.clone(), config, caseload.clock.clone())
        .expect("a configuration with a key");
    caseload.beside(app)
}

/// What was recorded, the latest first, as the API tells an owner.
async fn recorded(caseload: &Caseload, actions: &[&str]) -> Vec<Value> {
    let query = "query($actions: [AuditAction!]) { auditEvents(first: 1000, actions: $actions) { nodes {
        action by { operator member { id } apiToken { name } }
        details { ... on RoleChange { member { id } from to } ... on TokenChange { apiToken { name } } } } } }";
    let events = caseload
        .ask("owner", query, &json!({"actions": actions}))
        .await
        .data("auditEvents");
    events["nodes"].as_array().expect("nodes").clone()
}
