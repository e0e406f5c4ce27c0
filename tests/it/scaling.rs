//! What docs/scaling.md says of databases that are spread by workspace is so.

use std::collections::BTreeSet;

use tempfile::TempDir;

use crate::support::{
    app::token,
    command::Cli,
    database::{Backend, Database},
    postmaster::Postmaster,
};

/// The tables that the page distributes, and those that it copies to every node.
fn documented() -> (BTreeSet<String>, BTreeSet<String>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/scaling.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let named = |function: &str| -> BTreeSet<String> {
        let start = format!("SELECT {function}('");
        let lines = page
            .lines()
            .filter_map(|line| line.strip_prefix(start.as_str()));
        lines
            .filter_map(|rest| rest.split('\'').next())
            .map(str::to_owned)
            .collect()
    };
    (
        named("create_distributed_table"),
        named("create_reference_table"),
    )
}

/// Tables of Diesel's own.
const BOOKKEEPING: &str = "__diesel_schema_migrations";

#[tokio::test]
async fn every_table_is_spread_by_workspace_or_copied_to_every_node() {
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    let all = database.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
    let all: BTreeSet<String> = all
        .lines()
        .filter(|table| *table != BOOKKEEPING)
        .map(str::to_owned)
        .collect();
    let (distributed, copied) = documented();
    let both: BTreeSet<String> = distributed.union(&copied).cloned().collect();
    assert_eq!(
        all, both,
        "docs/scaling.md names every table once, and no other"
    );
    assert!(distributed.is_disjoint(&copied));
    assert_eq!(
        copied
            .iter()
            .map(String::as_str)
            .find(|table| distributed.contains(*table)),
        None
    );
}

#[tokio::test]
async fn every_key_of_what_is_spread_leads_with_the_workspace() {
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    let (distributed, _) = documented();
    // Unique indexes, those of primary keys among them, and foreign keys, with their first column.
    let keys = database.sql(
        "SELECT t.relname, i.relname, a.attname FROM pg_index x
         JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
         JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
         WHERE x.indisunique
         UNION ALL
         SELECT t.relname, c.conname, a.attname FROM pg_constraint c
         JOIN pg_class t ON t.oid = c.conrelid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
         WHERE c.contype = 'f'",
    );
    let mut seen = BTreeSet::new();
    for key in keys.lines() {
        let [table, name, first] = key.split('|').collect::<Vec<_>>()[..] else {
            panic!("{key}")
        };
        if distributed.contains(table) {
            assert_eq!(first, "workspace_id", "{name} of {table}");
            seen.insert(table.to_owned());
        }
    }
    assert_eq!(seen, distributed, "each of them has a key");
}

/// What imports, rollups and readers say to the database, as its log has it.
fn statements() -> Vec<String> {
    let postgres = Postmaster::start(&["fsync=off", "log_statement=all", "log_line_prefix=<%a> "]);
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: postgres.url("127.0.0.1"),
    };
    cli.run(&["migrate"]).code(0);
    cli.run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    let from = postgres.log().len();
    let facts = include_str!("../../docs/example.ndjson");
    cli.run_with(&["import", "--workspace", "acme", "-"], facts.as_bytes())
        .code(0);
    let boss = br#"{"type":"member","id":"boss","name":"Boss","role":"owner"}"#;
    cli.run_with(&["import", "--workspace", "acme", "-"], boss)
        .code(0);
    cli.run(&["rollup", "--workspace", "acme"]).code(0);
    cli.run(&[
        "rollup",
        "--workspace",
        "acme",
        "--from",
        "2026-01-01",
        "--to",
        "2026-12-31",
    ])
    .code(0);
    let server = cli.serve(&["--no-scheduler"]);
    for query in [
        "{ viewer { role } workspace { members { id } teams { id } } rollupStatus { pendingDays } }",
        "{ team(period: {between: {from: \"2026-01-01\", to: \"2026-12-31\"}}) { metrics { customers closed }
           series(by: MONTH) { backlog } period { pendingDays } } }",
        "{ conversations(measure: MESSAGES, period: {between: {from: \"2026-01-01\", to: \"2026-12-31\"}}) {
           nodes { id customer { name } ratings { comment } } } }",
        "{ feedback(period: {between: {from: \"2026-01-01\", to: \"2026-12-31\"}}) { nodes { id comment } } }",
    ] {
        let body = serde_json::json!({"query": query}).to_string();
        let (status, answer) = server.request("POST /graphql", &token("boss"), &body);
        assert!(status == 200 && !answer.contains("errors"), "{answer}");
    }
    assert_eq!(server.stop(), Some(0));
    let log = postgres.log();
    let ours = log[from..]
        .lines()
        .filter_map(|line| line.strip_prefix("<caseload> LOG:  "));
    let said = ours.filter_map(|line| {
        line.split_once(": ")
            .filter(|(kind, _)| *kind == "statement" || kind.starts_with("execute"))
    });
    said.map(|(_, statement)| statement.to_owned()).collect()
}

/// Whether a statement compares the workspace with a value, bound or written out.
fn is_of_one_workspace(statement: &str) -> bool {
    statement.split("workspace_id").skip(1).any(|rest| {
        let value = rest.trim_start_matches('"').strip_prefix(" = ");
        value.is_some_and(|value| {
            value.starts_with(|sign: char| sign == '$' || sign.is_ascii_digit())
        })
    })
}

/// Whether a statement names that table.
fn names(statement: &str, table: &str) -> bool {
    statement
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .any(|word| word == table)
}

#[test]
fn no_statement_of_imports_rollups_and_readers_goes_without_a_workspace() {
    let (distributed, _) = documented();
    let statements = statements();
    let mut looked_at = BTreeSet::new();
    for statement in &statements {
        // Refreshing statistics reads a sample of whole tables, on every node by itself.
        if statement.starts_with("ANALYZE") {
            continue;
        }
        for table in distributed.iter().filter(|table| names(statement, table)) {
            looked_at.insert(table.clone());
            let by_equality = is_of_one_workspace(statement);
            let by_value = (statement.starts_with("INSERT") || statement.starts_with("COPY"))
                && names(statement, "workspace_id");
            assert!(by_equality || by_value, "{table}: {statement}");
        }
    }
    for table in [
        "conversations",
        "messages",
        "ratings",
        "day_blocks",
        "ledgers",
        "dirty_days",
        "members",
        "customers",
    ] {
        assert!(
            looked_at.contains(table),
            "nothing was said of {table} in {} statements",
            statements.len()
        );
    }
}
