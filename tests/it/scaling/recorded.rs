//! All that the suite has said to PostgreSQL, held against the rules of a cluster. `make test` has the server write it down, and runs
//! this once the suite is through: then `CASELOAD_TEST_RECORDED` names the folder.

use std::{collections::BTreeSet, path::Path, time::Duration};

use serde_json::Value;

use super::{
    rules::Catalog,
    statements::{check, is_administration},
};
use crate::support::database::{Backend, Database};

/// Statements of a whole suite, and of a part of it that is worth looking at.
const FEW: usize = 100;

#[tokio::test]
async fn all_that_the_suite_has_said_can_be_planned_on_a_cluster() {
    let Some(folder) = std::env::var_os("CASELOAD_TEST_RECORDED") else {
        return;
    };
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    let catalog = Catalog::of(&database);
    let statements = read(Path::new(&folder));
    assert!(FEW < statements.len(), "{} statements", statements.len());
    let migrations = migrations();
    let mut used = BTreeSet::new();
    let faults: Vec<String> = statements
        .iter()
        .filter(|sql| !is_of_people(sql) && !is_administration(sql))
        .filter(|sql| !is_part_of(sql, &migrations))
        .flat_map(|sql| check(sql, &catalog, &mut used))
        .collect();
    assert_eq!(faults, Vec::<String>::new());
}

/// Views are read by people and tools, of whatever workspaces they like.
fn is_of_people(sql: &str) -> bool {
    let views = [
        "daily_",
        "members",
        "teams",
        "labels",
        "feedback",
        "rollup_runs",
        "visible",
    ];
    views.iter().any(|view| sql.contains(&format!("bi.{view}")))
}

/// The text of all migrations: those before a database could be spread may do what later ones may not.
fn migrations() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/postgres");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let scripts = entries.map(|entry| {
        let script = entry.expect("an entry").path().join("up.sql");
        std::fs::read_to_string(script).expect("a script")
    });
    scripts.collect()
}

/// Whether `text` has a statement whose values were taken out: what lies between `$1` and so on follows one another in it.
fn is_part_of(sql: &str, text: &str) -> bool {
    /// No value of a migration is longer.
    const LONGEST_VALUE: usize = 100;
    let mut pieces = sql.split('$').enumerate().map(|(at, piece)| {
        let digits = |sign: char| sign.is_ascii_digit();
        if at == 0 {
            piece
        } else {
            piece.trim_start_matches(digits)
        }
    });
    let first = pieces.next().unwrap_or_default();
    let Some(start) = text.find(first) else {
        return false;
    };
    let mut rest = &text[start + first.len()..];
    for piece in pieces {
        match rest.find(piece) {
            Some(at) if at <= LONGEST_VALUE => rest = &rest[at + piece.len()..],
            _ => return false,
        }
    }
    true
}

#[test]
fn statements_of_migrations_are_found_without_their_values() {
    let text = "UPDATE t SET a = 'x', b = 12 WHERE c = 3; UPDATE u SET a = 1;";
    assert!(is_part_of("UPDATE t SET a = $1, b = $2 WHERE c = $3", text));
    assert!(!is_part_of(
        "UPDATE t SET a = $1, c = $2 WHERE c = $3",
        text
    ));
}

fn read(folder: &Path) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    // A server writes once its tests have ended.
    for _ in 0..600 {
        let pending = files(folder, "pending");
        if pending.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    for file in files(folder, "json") {
        let text = std::fs::read_to_string(&file).expect("it can be read");
        let recording: Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(recording["lost"], 0, "pg_stat_statements.max is too small");
        let statements = recording["statements"].as_array().expect("a list");
        all.extend(
            statements
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
    }
    all
}

fn files(folder: &Path, ending: &str) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect()
}
