//! Migrations: pairs, there and back again, and the same things of the same names on both databases.

use std::{collections::BTreeSet, path::PathBuf};

use caseload_rollup::verify::verify;
use tempfile::TempDir;

use crate::{
    dirty::stored,
    on_both_stores,
    support::{
        app::Caseload,
        command::Cli,
        database::{Backend, Database},
        dice::Dice,
        facts::Writer,
    },
};

on_both_stores! {
    each_migration_is_undone_by_its_other_half,
    the_binary_has_the_migrations_of_the_folder,
    what_a_migration_derives_is_what_an_import_derives,
    blocks_of_an_earlier_version_are_named_where_nothing_may_be_migrated,
}

fn folder(backend: Backend) -> PathBuf {
    let databases = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations"));
    databases.join(match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    })
}

/// The names of the folders, in the order in which they are applied.
fn migrations(backend: Backend) -> Vec<String> {
    let entries = std::fs::read_dir(folder(backend)).expect("the folder is there");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    names
}

fn script(backend: Backend, name: &str, half: &str) -> String {
    let file = folder(backend).join(name).join(half);
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(text.contains(';'), "{} does nothing", file.display());
    text
}

/// "table conversations", "column conversations.id", "index …", "view …", all there is but what keys bring by themselves.
fn objects(backend: Backend, database: &Database) -> BTreeSet<String> {
    let sql = match backend {
        Backend::Sqlite => {
            "SELECT type || ' ' || name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' \
             UNION SELECT 'column ' || m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite_%'"
        }
        Backend::Postgres => {
            // What lies in the schema bi is named bi_… where there are no schemas.
            "WITH c AS ( \
               SELECT c.oid, c.relkind, CASE n.nspname WHEN 'bi' THEN 'bi_' ELSE '' END || c.relname AS relname \
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'bi')) \
             SELECT CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'i' THEN 'index ' WHEN 'S' THEN 'sequence ' \
               ELSE 'table ' END || c.relname \
             FROM c WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid) \
             UNION SELECT 'column ' || c.relname || '.' || a.attname FROM pg_attribute a JOIN c ON c.oid = a.attrelid \
             WHERE c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped \
             UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace \
             UNION SELECT 'type ' || t.typname FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace \
               AND t.typrelid = 0 AND t.typelem = 0"
        }
    };
    database.sql(sql).lines().map(str::to_owned).collect()
}

#[test]
fn migrations_come_in_pairs() {
    let names = migrations(Backend::Sqlite);
    assert_eq!(names, migrations(Backend::Postgres));
    assert_ne!(names, Vec::<String>::new());
    for name in &names {
        for backend in [Backend::Sqlite, Backend::Postgres] {
            script(backend, name, "up.sql");
            script(backend, name, "down.sql");
        }
    }
}

#[test]
fn both_databases_have_the_same_things_after_each_migration() {
    let (sqlite, postgres) = (
        Database::empty(Backend::Sqlite),
        Database::empty(Backend::Postgres),
    );
    for name in migrations(Backend::Sqlite) {
        sqlite.script(&script(Backend::Sqlite, &name, "up.sql"));
        postgres.script(&script(Backend::Postgres, &name, "up.sql"));
        let (mut one, mut other) = (
            objects(Backend::Sqlite, &sqlite),
            objects(Backend::Postgres, &postgres),
        );
        for objects in [&mut one, &mut other] {
            // SQLite has none of the others, and no roles.
            objects.retain(|object| {
                let known = ["table ", "column ", "index ", "view "]
                    .iter()
                    .any(|kind| object.starts_with(kind));
                known && !object.contains(" bi_readers")
            });
        }
        let differences: Vec<_> = one.symmetric_difference(&other).collect();
        assert_eq!(differences, Vec::<&String>::new(), "{name}");
    }
}

async fn each_migration_is_undone_by_its_other_half(backend: Backend) {
    let database = Database::empty(backend);
    let names = migrations(backend);
    let mut before = Vec::new();
    let empty = objects(backend, &database);
    assert_eq!(empty, BTreeSet::new());
    // The second time, all of it comes again.
    for _ in 0..2 {
        for name in &names {
            before.push(objects(backend, &database));
            database.script(&script(backend, name, "up.sql"));
        }
        for name in names.iter().rev() {
            database.script(&script(backend, name, "down.sql"));
            assert_eq!(
                before.pop(),
                Some(objects(backend, &database)),
                "{name} is not undone"
            );
        }
    }
}

async fn the_binary_has_the_migrations_of_the_folder(backend: Backend) {
    let (by_hand, by_binary) = (Database::empty(backend), Database::empty(backend));
    for name in migrations(backend) {
        by_hand.script(&script(backend, &name, "up.sql"));
    }
    let store = by_binary.store().await;
    assert!(store.is_current().await.expect("the store is there"));
    store
        .migrate()
        .await
        .expect("what is there already does no harm");
    let mut found = objects(backend, &by_binary);
    found.retain(|object| !object.contains("__diesel_schema_migrations"));
    assert_eq!(found, objects(backend, &by_hand));
    let applied = by_binary.sql("SELECT version FROM __diesel_schema_migrations ORDER BY version");
    let versions: Vec<String> = migrations(backend)
        .iter()
        .map(|name| version(name))
        .collect();
    assert_eq!(applied.lines().collect::<Vec<_>>(), versions);
}

/// Facts that were there before the columns of what follows from them: the migration fills these in, and the next rollup makes
/// the blocks and rows that imports after it would have led to.
async fn what_a_migration_derives_is_what_an_import_derives(backend: Backend) {
    const DERIVING: [&str; 2] = [
        "2026-11-29-000110_derive_waits",
        "2026-11-29-000120_summarize_waits",
    ];
    for seed in 0..4 {
        let mut writer = Writer::new(Dice::seeded(5100 + seed));
        let caseload = Caseload::new(backend, writer.place.zone, writer.place.now()).await;
        for _ in 0..5 {
            let records = writer.records(200);
            caseload.import(&records).await;
        }
        caseload.roll_up().await;
        let expected = stored(&caseload.database, &caseload.store).await;
        for name in DERIVING.iter().rev() {
            caseload.database.script(&script(backend, name, "down.sql"));
        }
        for name in DERIVING {
            caseload.database.script(&script(backend, name, "up.sql"));
        }
        // What the scripts can't do, since a cluster takes no rows from a query.
        let migrated = caseload.store.migrate().await;
        migrated.expect("the store is there");
        caseload.roll_up().await;
        assert_eq!(
            stored(&caseload.database, &caseload.store).await,
            expected,
            "seed {seed}"
        );
        let verified = verify(&caseload.store, caseload.workspace, None, |wrong| {
            panic!("{wrong:?}");
        });
        let verified = verified.await.expect("the store is there");
        assert_eq!(
            (verified.differences, verified.pending),
            (0, 0),
            "seed {seed}"
        );
    }
}

/// "20261122000001" of "2026-11-22-000001_create_workspaces".
fn version(name: &str) -> String {
    name.split('_').next().unwrap_or_default().replace('-', "")
}

async fn blocks_of_an_earlier_version_are_named_where_nothing_may_be_migrated(backend: Backend) {
    let (folder, database) = (TempDir::new().expect("a folder"), Database::empty(backend));
    database.store().await;
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: database.url(),
    };
    cli.run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    let record = "{\"type\":\"conversation\",\"id\":\"c\",\"customer_id\":\"k\",\"created_at\":\"2026-03-02T09:00:00Z\"}";
    cli.run_with(&["import", "-"], record.as_bytes()).code(0);
    cli.run(&["rollup"]).code(0);
    cli.run(&["--no-migrate", "verify"]).code(0);
    database.sql("UPDATE workspaces SET block_version = 1");
    for command in ["verify", "rollup"] {
        let said = cli.run(&["--no-migrate", command]).code(2);
        let expected = "day blocks of an earlier version; run caseload migrate";
        assert!(said.stderr.contains(expected), "{}", said.stderr);
    }
    cli.run(&["migrate"]).code(0);
    cli.run(&["--no-migrate", "rollup"]).code(0);
    cli.run(&["--no-migrate", "verify"]).code(0);
}
