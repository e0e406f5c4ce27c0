//! What subscribers are told of runs, over a real connection.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ask, reassignment, step, work, worker, workspace};
use crate::{
    front::{server::Server, sockets::greeted},
    on_both_stores,
    support::database::Backend,
};

on_both_stores! {
    a_run_is_told_until_its_end,
    new_figures_are_told_once_they_can_be_read,
}

async fn a_run_is_told_until_its_end(backend: Backend) {
    let caseload = workspace(backend).await;
    let run = ask(&caseload).await;
    let server = Server::start(&caseload).await;
    let mut client = greeted(&server, "ada").await;
    let query = format!(
        "subscription {{ rollupRun(id: {}) {{ state daysDone daysTotal }} }}",
        run.id
    );
    client.subscribe("run", &query).await;
    let mut told: Vec<Value> = Vec::new();
    let worker = worker(&caseload);
    loop {
        let message = client.hear().await.expect("an open connection");
        if message["type"] == "complete" {
            break;
        }
        told.push(message["payload"]["data"]["rollupRun"].clone());
        step(&worker, &caseload).await;
    }
    assert_eq!(told[0]["state"], "QUEUED");
    let last = told.last().expect("events");
    assert_eq!(
        (&last["state"], &last["daysDone"]),
        (&json!("SUCCEEDED"), &last["daysTotal"])
    );
    let done: Vec<_> = told
        .iter()
        .map(|event| event["daysDone"].as_i64().expect("a number"))
        .collect();
    assert!(done.is_sorted() && 2 < done.len(), "{done:?}");
    // One that is over is told once.
    client
        .subscribe(
            "over",
            &format!("subscription {{ rollupRun(id: {}) {{ state }} }}", run.id),
        )
        .await;
    let only = client.hear().await.expect("an open connection");
    assert_eq!(only["payload"]["data"]["rollupRun"]["state"], "SUCCEEDED");
    assert_eq!(
        client.hear().await.expect("an open connection")["type"],
        "complete"
    );
    server.stop().await;
}

async fn new_figures_are_told_once_they_can_be_read(backend: Backend) {
    let caseload = workspace(backend).await;
    caseload
        .import(&[json!({"type": "member", "id": "vera", "name": "Vera", "role": "viewer"})])
        .await;
    let server = Server::start(&caseload).await;
    let mut client = greeted(&server, "vera").await;
    client
        .subscribe(
            "status",
            "subscription { rollupStatus { generation pendingDays } }",
        )
        .await;
    client.subscribe("ready", "{ viewer { role } }").await;
    while client.hear().await.expect("an open connection")["type"] != "complete" {}
    // The subscription has begun by now, or begins soon: changes go on until it has told one.
    let mut event = None;
    for turn in 0..40 {
        let mut records = reassignment();
        for record in &mut records {
            record["assignee_id"] = json!(["ada", "ben"][turn % 2]);
            record["updated_at"] = json!(format!("2026-05-20T00:00:{turn:02}Z"));
        }
        caseload.import(&records).await;
        ask(&caseload).await;
        work(&worker(&caseload), &caseload).await;
        if let Ok(heard) = tokio::time::timeout(Duration::from_secs(1), client.hear()).await {
            event = Some(heard.expect("an open connection"));
            break;
        }
    }
    let mut event = event.expect("new figures are told within seconds");
    // What was told late is of an earlier turn.
    let ledger = caseload
        .store
        .ledger(caseload.workspace)
        .await
        .expect("the store is there")
        .expect("a ledger");
    let last = json!({"generation": ledger.generation.0, "pendingDays": 0});
    while event["payload"]["data"]["rollupStatus"] != last {
        event = client.hear().await.expect("an open connection");
    }
    client
        .subscribe("refused", "subscription { rollupRun(id: 1) { state } }")
        .await;
    let refused = client.hear().await.expect("an open connection");
    assert_eq!(
        refused["payload"][0]["extensions"]["code"]
            .as_str()
            .or(refused["payload"]["errors"][0]["extensions"]["code"].as_str()),
        Some("FORBIDDEN"),
        "{refused}"
    );
    server.stop().await;
}
