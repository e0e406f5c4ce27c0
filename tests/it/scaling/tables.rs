//! One list says how each table is spread, and leaves none out.

use std::collections::BTreeSet;

use caseload_schema::store::citus::{DISTRIBUTED_TABLES, REFERENCE_TABLES};

use crate::support::database::{Backend, Database};

#[tokio::test]
async fn every_table_is_distributed_by_workspace_or_copied_to_every_node() {
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    let all = database.sql(
        "SELECT CASE schemaname WHEN 'public' THEN '' ELSE schemaname || '.' END || tablename FROM pg_tables \
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    );
    let all: Vec<&str> = all.lines().collect();
    let mut listed: Vec<&str> = DISTRIBUTED_TABLES
        .iter()
        .chain(&REFERENCE_TABLES)
        .copied()
        .collect();
    listed.sort_unstable();
    assert_eq!(
        all, listed,
        "caseload_schema::store::citus names every table once, and no other"
    );
}

#[tokio::test]
async fn every_key_of_what_is_distributed_leads_with_the_workspace() {
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    // Unique indexes, those of primary keys among them, and foreign keys, with their first column.
    let keys = database.sql(
        "SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || t.relname, i.relname, a.attname
         FROM pg_index x
         JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
         JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname IN ('public', 'bi')
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
         WHERE x.indisunique
         UNION ALL
         SELECT t.relname, c.conname, a.attname FROM pg_constraint c
         JOIN pg_class t ON t.oid = c.conrelid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
         WHERE c.contype = 'f'",
    );
    let distributed: BTreeSet<&str> = DISTRIBUTED_TABLES.into();
    let mut seen = BTreeSet::new();
    for key in keys.lines() {
        let [table, name, first] = key.split('|').collect::<Vec<_>>()[..] else {
            panic!("{key}")
        };
        if distributed.contains(table) {
            assert_eq!(first, "workspace_id", "{name} of {table}");
            seen.insert(table);
        }
    }
    assert_eq!(seen, distributed, "each of them has a key");
}

/// A sequence hands out its numbers on one node; only a copied table may have one, of a type that holds those of every node.
#[tokio::test]
async fn only_copied_tables_have_numbers_of_their_own() {
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    let columns = database.sql(
        "SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a \
         JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
         WHERE n.nspname IN ('public', 'bi') AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%')",
    );
    assert_eq!(columns, "workspaces|workspace_id|bigint\n");
}
