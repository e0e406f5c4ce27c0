//! A node that is away stops its own workspaces, and no others.

use serde_json::json;
use tempfile::TempDir;

use crate::{
    lifecycle::wire::until,
    support::{
        app::{lines, token_of},
        command::{Cli, Server},
        database::{Backend, Database},
    },
};

const NODES: &str = include_str!("away.sql");

/// The workspace that the tests take the node from, and one on another node.
const AWAY: (&str, i64) = ("acme", 1);
const THERE: (&str, i64) = ("umbrella", 2);
/// Where the leader's lease is.
const LEADERS: i64 = 0;

/// Two workspaces on a node each, with an owner called boss.
fn two_nodes() -> (Database, Cli, TempDir) {
    let database = Database::empty(Backend::Postgres);
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: database.url(),
    };
    for (id, key) in [AWAY, THERE] {
        cli.run(&["workspace", "create", id, "--name", id, "--timezone", "UTC"])
            .code(0);
        let found = database.sql(&format!(
            "SELECT workspace_id FROM workspaces WHERE id = '{id}'"
        ));
        assert_eq!(found.trim(), key.to_string());
        let boss = [json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
        cli.run_with(&["import", "--workspace", id, "-"], lines(&boss).as_bytes())
            .code(0);
    }
    database.script(NODES);
    (database, cli, folder)
}

fn is_rolled_up(database: &Database, key: i64) -> bool {
    let sql = format!(
        "SELECT generation FROM ledgers_rows WHERE workspace_id = {key} AND NOT EXISTS \
         (SELECT FROM dirty_days_rows WHERE workspace_id = {key})"
    );
    database
        .sql(&sql)
        .trim()
        .parse()
        .is_ok_and(|generation: i64| 0 < generation)
}

fn token(workspace: &str) -> String {
    token_of(&json!({"sub": "boss", "workspace": workspace, "exp": 4_102_444_800_u64}))
}

fn import(server: &Server, workspace: &str) -> (u16, String) {
    let records = [
        json!({"type": "conversation", "id": "c", "customer_id": "k", "created_at": "2026-03-01T09:00:00Z"}),
        json!({"type": "message", "id": "m", "conversation_id": "c", "sent_at": "2026-03-01T09:00:00Z", "kind": "inbound"}),
    ];
    let answer = server.try_request(
        "POST /v1/import",
        &token(workspace),
        "application/x-ndjson",
        &lines(&records),
    );
    answer.expect("an answer")
}

fn ask(server: &Server, workspace: &str) -> (u16, String) {
    let body = json!({"query": "{ rollupStatus { generation pendingDays } }"}).to_string();
    server.request("POST /graphql", &token(workspace), &body)
}

fn check(nodes_away: &[i64]) {
    let (database, cli, _folder) = two_nodes();
    for (id, _) in [AWAY, THERE] {
        let conversation = json!({
            "type": "conversation", "id": "old", "customer_id": "k", "created_at": "2026-02-01T09:00:00Z"
        });
        cli.run_with(
            &["import", "--workspace", id, "-"],
            lines(&[conversation]).as_bytes(),
        )
        .code(0);
    }
    for key in nodes_away {
        database.sql(&format!("INSERT INTO node_away VALUES ({key})"));
    }
    // What a process does first is to keep the rules of their zones, which needs all nodes.
    database.sql("UPDATE ledgers_rows SET rules = NULL, rules_version = NULL");
    let server = cli.serve(&["--refresh-interval", "1s"]);
    // Its owner was never seen here: nothing of it is in memory.
    until("the rollup of the other workspace", || {
        is_rolled_up(&database, THERE.1)
    });
    for _ in 0..10 {
        let (status, answer) = ask(&server, AWAY.0);
        assert_eq!(status, 503, "{answer}");
        let (status, answer) = ask(&server, THERE.0);
        assert!(
            status == 200 && !answer.contains("errors"),
            "{status} {answer}"
        );
    }
    let (status, answer) = server.request("GET /readyz", "", "");
    assert_eq!(status, 200, "the others are served: {answer}");
    assert_eq!(import(&server, AWAY.0).0, 503);
    let (status, answer) = import(&server, THERE.0);
    assert_eq!(status, 200, "{answer}");
    until("the rollup of new facts", || {
        is_rolled_up(&database, THERE.1)
    });
    assert!(!is_rolled_up(&database, AWAY.1));
    cli.run(&["rollup", "--workspace", THERE.0]).code(0);
    cli.run(&["rollup", "--workspace", AWAY.0]).code(2);

    database.sql("DELETE FROM node_away");
    until("the rollup of the workspace whose node is back", || {
        is_rolled_up(&database, AWAY.1)
    });
    let (status, answer) = ask(&server, AWAY.0);
    assert!(status == 200 && !answer.contains("errors"), "{answer}");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_node_that_is_away_stops_its_own_workspaces_alone() {
    check(&[AWAY.1]);
}

#[test]
fn nobody_needs_the_node_of_the_leaders_lease() {
    check(&[AWAY.1, LEADERS]);
}
