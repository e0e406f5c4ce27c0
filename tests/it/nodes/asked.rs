//! What people ask of runs through the API.

use serde_json::{Value, json};

use super::{DAYS, step, work, worker, workspace};
use crate::{
    on_both_stores,
    support::{app::Caseload, database::Backend},
};

on_both_stores! {
    a_rebuild_that_waits_or_is_under_way_is_given_again,
    runs_are_listed_the_latest_first_page_by_page,
    a_run_is_cancelled_before_and_while_it_is_under_way,
    a_zone_is_asked_for_and_takes_effect_with_its_rebuild,
    nobody_below_an_admin_asks_anything_of_runs,
}

async fn tell(caseload: &Caseload, query: &str, variables: &Value) -> Value {
    let mut answer = caseload.ask("ada", query, variables).await.json();
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].take()
}

async fn rebuild(caseload: &Caseload, range: Value) -> Value {
    let query = "mutation($range: DateRange) { rebuildRollups(range: $range) { id kind state range { from to }
        requestedBy { id } daysTotal daysDone factsRead queuedAt startedAt finishedAt error checkedDays differingDays } }";
    tell(caseload, query, &json!({"range": range})).await["rebuildRollups"].take()
}

async fn run(caseload: &Caseload, id: &Value) -> Value {
    let query = "query($id: ID!) { rollupRun(id: $id) { id state daysDone daysTotal finishedAt } }";
    tell(caseload, query, &json!({"id": id})).await["rollupRun"].take()
}

async fn a_rebuild_that_waits_or_is_under_way_is_given_again(backend: Backend) {
    let caseload = workspace(backend).await;
    let march = json!({"from": "2026-03-01", "to": "2026-03-31"});
    let first = rebuild(&caseload, Value::Null).await;
    assert_eq!(first["state"], "QUEUED");
    assert_eq!(
        (&first["kind"], &first["requestedBy"]["id"]),
        (&json!("REBUILD"), &json!("ada"))
    );
    let second = rebuild(&caseload, march.clone()).await;
    assert_eq!(second["range"], march);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(
        rebuild(&caseload, Value::Null).await["id"],
        first["id"],
        "it waits"
    );
    step(&worker(&caseload), &caseload).await;
    assert_eq!(rebuild(&caseload, Value::Null).await["state"], "RUNNING");
    assert_eq!(
        rebuild(&caseload, Value::Null).await["id"],
        first["id"],
        "it is under way"
    );
    assert_eq!(rebuild(&caseload, march.clone()).await["id"], second["id"]);
    work(&worker(&caseload), &caseload).await;
    assert_eq!(run(&caseload, &first["id"]).await["daysDone"], DAYS);
    assert_ne!(
        rebuild(&caseload, Value::Null).await["id"],
        first["id"],
        "it is over"
    );
    let events = "{ auditEvents(actions: [REBUILD_REQUESTED]) { nodes { by { member { id } } } } }";
    let events = tell(&caseload, events, &json!({})).await["auditEvents"]["nodes"].take();
    assert_eq!(
        events.as_array().map(Vec::len),
        Some(3),
        "each is recorded once: {events}"
    );
    let wrong = json!({"range": {"from": "2026-03-02", "to": "2026-03-01"}});
    let refused = caseload
        .ask(
            "ada",
            "mutation($range: DateRange) { rebuildRollups(range: $range) { id } }",
            &wrong,
        )
        .await;
    assert_eq!(refused.codes(), ["BAD_USER_INPUT"]);
}

async fn runs_are_listed_the_latest_first_page_by_page(backend: Backend) {
    let caseload = workspace(backend).await;
    let mut asked = Vec::new();
    for day in 1..=5 {
        let day = format!("2026-03-0{day}");
        asked.push(rebuild(&caseload, json!({"from": day, "to": day})).await["id"].take());
    }
    work(&worker(&caseload), &caseload).await;
    let query = "query($after: String) { rollupRuns(first: 2, after: $after) {
        nodes { id state } edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }";
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = tell(&caseload, query, &json!({"after": after})).await["rollupRuns"].take();
        let nodes = page["nodes"].as_array().expect("nodes").clone();
        assert!(nodes.iter().all(|node| node["state"] == "SUCCEEDED"));
        found.extend(nodes.into_iter().map(|mut node| node["id"].take()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    asked.reverse();
    assert_eq!(found, asked);
    let last = tell(&caseload, "{ rollupStatus { lastRun { id } } }", &json!({})).await;
    assert_eq!(last["rollupStatus"]["lastRun"]["id"], asked[0]);
}

async fn a_run_is_cancelled_before_and_while_it_is_under_way(backend: Backend) {
    let caseload = workspace(backend).await;
    let cancel = "mutation($id: ID!) { cancelRollupRun(id: $id) { state finishedAt } }";
    let waiting = rebuild(&caseload, Value::Null).await["id"].take();
    let ended = tell(&caseload, cancel, &json!({"id": waiting})).await["cancelRollupRun"].take();
    assert_eq!(ended["state"], "CANCELLED");
    assert_ne!(ended["finishedAt"], Value::Null);
    let running = rebuild(&caseload, Value::Null).await["id"].take();
    step(&worker(&caseload), &caseload).await;
    step(&worker(&caseload), &caseload).await;
    assert_eq!(
        tell(&caseload, cancel, &json!({"id": running})).await["cancelRollupRun"]["state"],
        "CANCELLED"
    );
    assert_eq!(work(&worker(&caseload), &caseload).await, 0);
    assert_eq!(
        tell(&caseload, "{ rollupStatus { generation } }", &json!({})).await["rollupStatus"]["generation"],
        0
    );
    let over = rebuild(&caseload, Value::Null).await["id"].take();
    work(&worker(&caseload), &caseload).await;
    assert_eq!(
        tell(&caseload, cancel, &json!({"id": over})).await["cancelRollupRun"]["state"],
        "SUCCEEDED",
        "too late"
    );
    for unknown in ["999", "nonsense", ""] {
        assert_eq!(
            caseload
                .ask("ada", cancel, &json!({"id": unknown}))
                .await
                .codes(),
            ["NOT_FOUND"]
        );
    }
}

async fn a_zone_is_asked_for_and_takes_effect_with_its_rebuild(backend: Backend) {
    let caseload = workspace(backend).await;
    caseload.rebuild().await;
    let set =
        "mutation($zone: String!) { setTimezone(timezone: $zone) { timezone pendingTimezone } }";
    let asked = tell(&caseload, set, &json!({"zone": "Asia/Tokyo"})).await["setTimezone"].take();
    assert_eq!(
        asked,
        json!({"timezone": "Europe/Rome", "pendingTimezone": "Asia/Tokyo"})
    );
    let again = tell(&caseload, set, &json!({"zone": "Asia/Tokyo"})).await["setTimezone"].take();
    assert_eq!(again, asked);
    let waiting = tell(&caseload, "{ rollupRuns { nodes { state } } }", &json!({})).await;
    let states: Vec<_> = waiting["rollupRuns"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .collect();
    assert_eq!(
        states,
        [&json!({"state": "QUEUED"}), &json!({"state": "SUCCEEDED"})],
        "one rebuild"
    );
    work(&worker(&caseload), &caseload).await;
    let now = tell(
        &caseload,
        "{ workspace { timezone pendingTimezone } }",
        &json!({}),
    )
    .await;
    assert_eq!(
        now["workspace"],
        json!({"timezone": "Asia/Tokyo", "pendingTimezone": null})
    );
    tell(&caseload, set, &json!({"zone": "America/Lima"})).await;
    let back = tell(&caseload, set, &json!({"zone": "Asia/Tokyo"})).await["setTimezone"].take();
    assert_eq!(
        back["pendingTimezone"],
        Value::Null,
        "the wish is taken back"
    );
    let wrong = caseload
        .ask("ada", set, &json!({"zone": "Mars/Olympus"}))
        .await;
    assert_eq!(wrong.codes(), ["BAD_USER_INPUT"]);
}

async fn nobody_below_an_admin_asks_anything_of_runs(backend: Backend) {
    let caseload = workspace(backend).await;
    let role = json!({"type": "member", "id": "mia", "name": "Mia", "role": "manager"});
    assert_eq!(caseload.import(&[role]).await.accepted, 1);
    for query in [
        "mutation { rebuildRollups { id } }",
        "mutation { cancelRollupRun(id: 1) { id } }",
        "mutation { setTimezone(timezone: \"UTC\") { timezone } }",
        "{ rollupRuns { nodes { id } } }",
        "{ rollupRun(id: 1) { id } }",
    ] {
        assert_eq!(
            caseload.ask("mia", query, &json!({})).await.codes(),
            ["FORBIDDEN"],
            "{query}"
        );
    }
}
