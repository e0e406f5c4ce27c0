//! A node of a cluster that is lost while rows are copied to it, or while a transaction commits: the coordinator says so by an
//! internal error, without the code of a lost connection.

use caseload_rollup::run::{Step, Worker};
use caseload_schema::store::{RunDays, RunKind, RunState, StoreError, dirty_days, queue::NewRun};
use serde_json::json;

use crate::{
    import::acme,
    support::{app::Caseload, database::Backend},
};

/// Has `when` an INSERT into `table` fail as Citus does where it loses a node. Deferred: at the commit.
fn lose_the_node(caseload: &Caseload, table: &str, when: &str) {
    caseload.database.script(&format!(
        "CREATE FUNCTION lose_the_node() RETURNS TRIGGER LANGUAGE plpgsql AS $$
         BEGIN
             RAISE EXCEPTION 'failure on connection marked as essential: 10.0.0.2:5432' USING ERRCODE = 'XX000';
         END $$;
         {when} lose_the_node {} ON {table} {} FOR EACH ROW EXECUTE FUNCTION lose_the_node()",
        if when.contains("CONSTRAINT") { "AFTER INSERT OR UPDATE" } else { "BEFORE INSERT" },
        if when.contains("CONSTRAINT") { "DEFERRABLE INITIALLY DEFERRED" } else { "" },
    ));
}

fn find_the_node(caseload: &Caseload, table: &str) {
    caseload
        .database
        .script(&format!("DROP TRIGGER lose_the_node ON {table}"));
}

#[tokio::test]
async fn a_commit_that_loses_a_node_is_unavailable_and_is_not_tried_again() {
    let caseload = acme(Backend::Postgres).await;
    lose_the_node(&caseload, "counters", "CREATE CONSTRAINT TRIGGER");
    let ws = caseload.workspace;
    let written = caseload
        .store
        .write(move |conn| Box::pin(dirty_days::next_change(conn, ws)))
        .await;
    assert!(
        matches!(&written, Err(StoreError::Unavailable(why)) if why.contains("essential")),
        "{written:?}"
    );
}

#[tokio::test]
async fn a_rollup_that_loses_a_node_while_it_copies_goes_on_when_the_node_is_back() {
    let caseload = acme(Backend::Postgres).await;
    caseload
        .import(&[
            json!({"type": "conversation", "id": "c", "customer_id": "k",
                         "created_at": "2026-03-01T09:00:00Z", "assignee_id": "ada"}),
        ])
        .await;
    let ws = caseload.workspace;
    let new = NewRun {
        kind: RunKind::Refresh,
        days: RunDays::Pending,
        requested_by: None,
        at: caseload.clock.now(),
    };
    let asked = caseload.store.enqueue_run(ws, new).await;
    let asked = asked.expect("the store is there").expect("a run");

    lose_the_node(&caseload, "daily_member_summary", "CREATE TRIGGER");
    let worker = Worker::new(caseload.store.clone(), caseload.clock.clone());
    let error = worker.step(ws).await.expect_err("no node takes the rows");
    assert!(error.is_unavailable(), "{error:?}");
    let run = caseload.store.find_run(ws, asked.id).await;
    let run = run.expect("the store is there").expect("the run");
    assert_eq!((run.state, run.error), (RunState::Running, None));

    find_the_node(&caseload, "daily_member_summary");
    while worker.step(ws).await.expect("the node is back") != Step::Idle {}
    let run = caseload.store.find_run(ws, asked.id).await;
    let run = run.expect("the store is there").expect("the run");
    assert_eq!((run.state, run.days_done), (RunState::Succeeded, 1));
}
