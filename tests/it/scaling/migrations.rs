//! Migrations of a database that is spread, and the views that they leave.

use std::path::PathBuf;

use sqlparser::ast::{AlterTableOperation, Statement};

use super::rules::{Catalog, Rule, broken, broken_by_view, parse};
use crate::support::database::{Backend, Database};

/// The latest migration before `caseload migrate --citus`: a database that is spread has it.
const BEFORE_CLUSTERS: &str = "2026-11-28-000010_keep_zone_rules";

/// Why a migration fails once tables are spread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unsuitable {
    /// What is sent with it, in one text, is sent to every shard too: it has to be alone.
    NotAlone,
    /// A statement of it breaks a rule.
    Breaks(Rule),
}

/// Why a database that is spread would refuse a migration.
pub(super) fn unsuitable(sql: &str, catalog: &Catalog) -> Option<Unsuitable> {
    let statements = parse(sql);
    if 1 < statements.len() && statements.iter().any(has_to_be_alone) {
        return Some(Unsuitable::NotAlone);
    }
    let mut rules = statements
        .iter()
        .flat_map(|statement| broken(statement, catalog));
    // A migration is about all workspaces.
    rules
        .find(|rule| *rule != Rule::NoWorkspace)
        .map(Unsuitable::Breaks)
}

fn has_to_be_alone(statement: &Statement) -> bool {
    match statement {
        Statement::CreateIndex(_) => true,
        Statement::AlterTable(alter) => {
            let adds = |operation: &AlterTableOperation| {
                matches!(operation, AlterTableOperation::AddColumn { .. })
            };
            !alter.operations.iter().all(adds)
        }
        _ => false,
    }
}

#[tokio::test]
async fn every_migration_since_there_are_clusters_runs_on_one() {
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    let catalog = Catalog::of(&database);
    let folder = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../migrations/postgres"
    ));
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        if name.as_str() <= BEFORE_CLUSTERS {
            continue;
        }
        let sql = std::fs::read_to_string(entry.path().join("up.sql")).expect("a script");
        assert_eq!(unsuitable(&sql, &catalog), None, "{name}");
        seen += 1;
    }
    assert_ne!(seen, 0);
}

#[tokio::test]
async fn every_view_can_be_read_on_a_cluster() {
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    let catalog = Catalog::of(&database);
    let names = database.sql("SELECT viewname FROM pg_views WHERE schemaname = 'bi' ORDER BY 1");
    let names: Vec<&str> = names.lines().collect();
    assert_eq!(names.len(), 9, "{names:?}");
    for name in names {
        let sql = database.sql(&format!("SELECT pg_get_viewdef('bi.{name}'::regclass)"));
        for statement in parse(&sql) {
            assert_eq!(
                broken_by_view(&statement, &catalog),
                [].into(),
                "{name}: {sql}"
            );
        }
    }
    // As PostgreSQL itself has understood them: no function takes the number of a role or table but the one that gives its name.
    let functions = database.sql(
        "SELECT DISTINCT c.relname, p.proname FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class \
         JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'bi', \
         LATERAL regexp_matches(r.ev_action::text, ':funcid (\\d+)', 'g') f (id) \
         JOIN pg_proc p ON p.oid = f.id[1]::oid \
         WHERE 26 = ANY (p.proargtypes::oid[]) AND p.proname <> 'pg_get_userbyid'",
    );
    assert_eq!(functions, "");
}
