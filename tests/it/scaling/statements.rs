//! What the product says to PostgreSQL, held against the rules of a cluster.

use std::collections::BTreeSet;

use caseload_schema::store::citus::{DISTRIBUTED_TABLES, REFERENCE_TABLES};
use sqlparser::ast::{Statement, Visit};

use super::{
    rules::{Catalog, Rule, broken, parse},
    scopes::Names,
    transactions::troubles,
    workload,
};
use crate::support::database::{Backend, Database};

/// Looks at all workspaces, each a query of one table: they ask every node. Where one is away, each workspace is asked by itself, but
/// for the figures of `/metrics`, the words of `/readyz` about zone data, and what `bi revoke` asks for.
const OF_ALL_WORKSPACES: [(&str, &str); 10] = [
    (
        "runs that wait",
        "SELECT rollup_runs.workspace_id FROM rollup_runs WHERE (rollup_runs.finished_at IS NULL) ORDER BY",
    ),
    (
        "days that wait",
        "SELECT DISTINCT dirty_days.workspace_id FROM dirty_days",
    ),
    (
        "when runs were tried",
        "SELECT ledgers.workspace_id, ledgers.tried_at FROM ledgers",
    ),
    (
        "all ledgers",
        "SELECT ledgers.workspace_id, ledgers.timezone, ",
    ),
    (
        "rules of zones that are not known",
        "SELECT ledgers.workspace_id FROM ledgers WHERE (ledgers.rules IS NULL)",
    ),
    (
        "rules of zones that are later",
        "SELECT COUNT(*), max(ledgers.rules_version) FROM ledgers",
    ),
    (
        "generations of watched workspaces",
        "SELECT ledgers.workspace_id, ledgers.generation FROM ledgers WHERE (ledgers.workspace_id = ANY(",
    ),
    (
        "waiting days, for /metrics",
        "SELECT COUNT(*), min(dirty_days.marked_at) FROM dirty_days",
    ),
    (
        "roles that read views",
        "SELECT COUNT(*) AS count FROM bi.readers WHERE role_name = ",
    ),
    (
        "roles that lose the views, for migrate --citus",
        "SELECT DISTINCT role_name AS answer FROM bi.readers",
    ),
];

/// Those that the workload of this file does not need; other tests do.
const NEEDED_ELSEWHERE: [&str; 2] = [
    "generations of watched workspaces",
    "roles that lose the views, for migrate --citus",
];

/// A statement with single spaces and without quotation marks.
fn plain(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    words.join(" ").replace('"', "")
}

/// What `sql` breaks, but for the looks at all workspaces. Those that were used are noted.
pub(super) fn check(
    sql: &str,
    catalog: &Catalog,
    used: &mut BTreeSet<&'static str>,
) -> Vec<String> {
    // Its table lives in one transaction, to try whether there is room.
    if sql.contains("caseload_probe") {
        return Vec::new();
    }
    let mut faults = Vec::new();
    for statement in parse(sql) {
        let mut rules = broken(&statement, catalog);
        let text = plain(sql);
        let look = OF_ALL_WORKSPACES
            .iter()
            .find(|(_, beginning)| text.starts_with(beginning));
        if let (Some((name, _)), Statement::Query(_)) = (look, &statement)
            && rules.remove(&Rule::NoWorkspace)
        {
            used.insert(name);
        }
        if !rules.is_empty() {
            faults.push(format!("{rules:?}: {sql}"));
        }
    }
    faults
}

/// What migrations and `bi grant` say, which is looked at elsewhere, and what is about a session.
pub(super) fn is_administration(sql: &str) -> bool {
    let words = [
        "CREATE ", "ALTER ", "DROP ", "COMMENT ", "GRANT ", "REVOKE ", "ANALYZE ", "SET ", "BEGIN",
        "COMMIT", "ROLLBACK", "SHOW ",
    ];
    words.iter().any(|word| sql.starts_with(word))
}

#[tokio::test]
async fn every_operation_says_what_a_cluster_can_plan() {
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    let catalog = Catalog::of(&database);
    let log = tokio::task::spawn_blocking(workload::statements)
        .await
        .expect("it runs");
    let distinct: BTreeSet<&str> = log.iter().map(|said| said.text.as_str()).collect();
    let mut used = BTreeSet::new();
    let mut tables = BTreeSet::new();
    let mut faults = Vec::new();
    for sql in distinct.iter().filter(|sql| !is_administration(sql)) {
        faults.extend(check(sql, &catalog, &mut used));
        let mut names = Names(Vec::new());
        for statement in parse(sql) {
            let _ = statement.visit(&mut names);
        }
        tables.extend(names.0.iter().map(|name| name.to_string().replace('"', "")));
    }
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(troubles(&log, &catalog), []);
    for table in DISTRIBUTED_TABLES.iter().chain(&REFERENCE_TABLES) {
        assert!(
            tables.contains(*table),
            "nothing was said of {table} in {} statements",
            distinct.len()
        );
    }
    let unused: Vec<_> = OF_ALL_WORKSPACES
        .iter()
        .filter(|(name, _)| !used.contains(name) && !NEEDED_ELSEWHERE.contains(name))
        .collect();
    assert_eq!(
        unused,
        Vec::<&(&str, &str)>::new(),
        "an exception that nothing needs"
    );
}
