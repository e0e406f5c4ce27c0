//! Clients as others wrote them, against the server on a port: the npm packages in `tests/clients`.

use std::{path::Path, process::Stdio};

use caseload_api::config::Config;
use tokio::process::Command;

use crate::{
    access::acme,
    front::server::Server,
    support::{app::token, database::Backend},
};

/// Runs a script of `tests/clients` beside a server with the workspace of [`acme`]. What it prints is shown where it fails.
async fn run(script: &str, configure: impl FnOnce(&mut Config)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    assert!(folder.join("node_modules").exists(), "run: make test-tools");
    let mut caseload = acme(Backend::Sqlite).await;
    caseload.configure(configure);
    let server = Server::start(&caseload).await;
    let output = Command::new("node")
        .arg(script)
        .current_dir(folder)
        .env("CASELOAD_ADDRESS", server.address.to_string())
        .env("CASELOAD_TOKEN", token("owner"))
        .env("CASELOAD_AGENT", token("agent"))
        .stdin(Stdio::null())
        .output()
        .await
        .expect("node; run: make test-tools");
    let (said, wrong) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{script}\n{said}\n{wrong}");
    server.stop().await;
}

#[tokio::test]
async fn all_audits_of_graphql_over_http_pass() {
    run("audits.js", |config| config.introspection = true).await;
}

#[tokio::test]
async fn every_tool_is_told_the_schema_at_the_defaults() {
    run("introspection.js", |config| config.introspection = true).await;
}

#[tokio::test]
async fn graphql_ws_is_answered() {
    run("sockets.js", |_| {}).await;
}

#[tokio::test]
async fn graphql_sse_is_answered() {
    run("events.js", |_| {}).await;
}

#[tokio::test]
async fn documents_are_judged_as_the_reference_implementation_judges_them() {
    run("validation.js", |_| {}).await;
}

#[tokio::test]
async fn a_gateway_of_apollo_federation_is_composed_and_answered() {
    run("federation.js", |config| config.federation = true).await;
}

#[tokio::test]
async fn persisted_queries_are_answered_as_their_clients_ask_for_them() {
    run("persisted.js", |_| {}).await;
}

#[tokio::test]
async fn the_schema_keeps_the_rules_of_schemas_and_of_relay() {
    run("lint.js", |_| {}).await;
}

#[tokio::test]
async fn what_the_guide_asks_for_is_what_the_schema_has() {
    run("guide.js", |_| {}).await;
}
