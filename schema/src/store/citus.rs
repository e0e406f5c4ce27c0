//! Spreading the tables over the nodes of a Citus cluster, each workspace on one of them.

use diesel::{
    QueryableByName,
    sql_types::{Bool, Text},
};
use diesel_async::RunQueryDsl as _;

use super::{
    Backend, Result, Store, StoreError,
    postgres::{PgConnection, Postgres},
};

/// Tables that every node has a copy of: small, and read by other keys than a workspace's.
pub const REFERENCE_TABLES: [&str; 3] =
    ["workspaces", "zone_offsets", "__diesel_schema_migrations"];

/// Tables that are distributed by `workspace_id`: one workspace's rows of all of them lie together. Those that are not in the
/// first schema bear its name.
pub const DISTRIBUTED_TABLES: [&str; 30] = [
    "ledgers",
    "counters",
    "members",
    "teams",
    "labels",
    "channels",
    "customers",
    "conversations",
    "messages",
    "ratings",
    "follow_ups",
    "events",
    "surveys",
    "dirty_days",
    "ledger_days",
    "day_blocks",
    "open_blocks",
    "daily_member_summary",
    "daily_label_summary",
    "daily_channel_summary",
    "rollup_runs",
    "rollup_tasks",
    "leases",
    "api_tokens",
    "audit_events",
    "audit_counters",
    "bi.readers",
    "sessions",
    "login_links",
    "business_hours",
];

/// The table whose place decides where the others of its workspace lie.
const FIRST: &str = DISTRIBUTED_TABLES[0];

/// The column that says on which node a row lies.
const KEY: &str = "workspace_id";

/// Citus 11.2: the first version that takes identity columns and begins a node's transaction as the client's was begun.
const OLDEST: (u32, u32) = (11, 2);

/// How often, and with which pause, sessions of other processes are looked for before they are taken to be there: those of
/// this process end a moment after they are closed.
const LOOKS: u32 = 20;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(100);

/// What [`Store::migrate_and_spread`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// The version of the extension.
    pub version: String,
    /// The tables that were spread, by this call.
    pub spread: Vec<&'static str>,
    /// How many had been before.
    pub before: usize,
    /// Roles that were granted the views of `bi`, and can't read them on a cluster.
    pub readers: Vec<String>,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Text)]
    answer: String,
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Bool)]
    known: bool,
}

impl Store {
    /// Brings the database to this version and spreads those of its tables that are not spread yet over the nodes of the
    /// cluster. What was interrupted goes on where it was when this is called again.
    ///
    /// [`StoreError::Invalid`] says why that can't be done: this is SQLite, there is no Citus or one that is too old, this is
    /// not the coordinator, a table is spread in another way, or other processes are at work.
    pub async fn migrate_and_spread(&self) -> Result<Spread> {
        let Backend::Postgres(pool) = &self.backend else {
            return Err(StoreError::Invalid(
                "--citus: SQLite is one file on one machine; give a database_url that begins with postgres://"
                    .to_owned(),
            ));
        };
        let mut conn = pool.address().connect(None).await?;
        let version = require_coordinator(&mut conn).await?;
        self.run_migrations().await?;
        super::migrations::lock(&mut conn).await?;
        let missing = missing(&mut conn).await?;
        let mut readers = Vec::new();
        if !missing.is_empty() {
            require_registered_coordinator(&mut conn).await?;
            refuse_others(pool, &mut conn).await?;
            readers = list_readers(&mut conn).await?;
        }
        spread(&mut conn, &missing).await?;
        remove_local_rows(&mut conn).await?;
        super::migrations::unlock(&mut conn).await?;
        Ok(Spread {
            version,
            before: REFERENCE_TABLES.len() + DISTRIBUTED_TABLES.len() - missing.len(),
            spread: missing,
            readers,
        })
    }

    /// Whether the database has the extension.
    pub(crate) async fn has_citus(&self) -> Result<bool> {
        if self.is_embedded() {
            return Ok(false);
        }
        self.read(|conn| {
            Box::pin(async move {
                let super::Conn::Postgres(c) = conn else {
                    return Ok(false);
                };
                Ok(extension(c).await?.is_some())
            })
        })
        .await
    }
}

/// Spreads the tables that migrations have added to a database that is spread already; elsewhere, nothing.
pub(super) async fn spread_new_tables(conn: &mut PgConnection) -> Result<()> {
    if extension(conn).await?.is_none() || how_spread(conn, FIRST).await?.is_none() {
        return Ok(());
    }
    let missing = missing(conn).await?;
    spread(conn, &missing).await
}

/// The version of the extension; an error that says what to do where it can't be used from here.
async fn require_coordinator(conn: &mut PgConnection) -> Result<String> {
    let Some(version) = extension(conn).await? else {
        let installed = ask(
            conn,
            "SELECT default_version AS answer FROM pg_available_extensions WHERE name = 'citus'",
        );
        let why = match installed.await? {
            None => {
                "--citus: this server has no extension citus. Install Citus 11.2 or later on every node, put citus first in \
                     shared_preload_libraries, restart, run CREATE EXTENSION citus in this database on every node and add the \
                     nodes with citus_add_node; see docs/scaling.md"
            }
            Some(_) => {
                "--citus: this database has no extension citus. Run CREATE EXTENSION citus in it on every node and add the \
                        nodes with citus_add_node; see docs/scaling.md"
            }
        };
        return Err(StoreError::Invalid(why.to_owned()));
    };
    if !is_new_enough(&version) {
        return Err(StoreError::Invalid(format!(
            "--citus: Citus {version} is too old: {}.{} or later is needed; update the package on every node and run \
             ALTER EXTENSION citus UPDATE",
            OLDEST.0, OLDEST.1
        )));
    }
    refuse_worker_node(conn).await?;
    Ok(version)
}

/// An error where other nodes do not know the coordinator: tables that are copied to every node would be missing here, and nodes
/// could not be added later.
async fn require_registered_coordinator(conn: &mut PgConnection) -> Result<()> {
    let question = "SELECT count(*)::text AS answer FROM pg_dist_node WHERE groupid = 0";
    if ask(conn, question).await?.as_deref() == Some("0") {
        return Err(StoreError::Invalid(
            "--citus: the nodes do not know the coordinator. Run SELECT citus_set_coordinator_host('HOST', 5432) in this \
             database, with an address at which every node reaches it; see docs/scaling.md"
                .to_owned(),
        ));
    }
    Ok(())
}

/// The roles that were granted the views of `bi` while this was one PostgreSQL.
async fn list_readers(conn: &mut PgConnection) -> Result<Vec<String>> {
    let question = "SELECT DISTINCT role_name AS answer FROM bi.readers ORDER BY role_name";
    let readers: Vec<Answer> = diesel::sql_query(question).load(conn).await?;
    Ok(readers.into_iter().map(|row| row.answer).collect())
}

/// Whether a cluster was spread from here, and has tables that were not.
pub(super) async fn has_unspread_tables(conn: &mut PgConnection) -> Result<bool> {
    if is_worker_node(conn).await? || how_spread(conn, FIRST).await?.is_none() {
        return Ok(false);
    }
    Ok(!missing(conn).await?.is_empty())
}

async fn is_worker_node(conn: &mut PgConnection) -> Result<bool> {
    let group = ask(
        conn,
        "SELECT groupid::text AS answer FROM pg_dist_local_group",
    );
    Ok(group.await?.is_some_and(|group| group != "0"))
}

/// An error where this is a worker node of a cluster: what is migrated there is missing on all others.
pub(super) async fn refuse_worker_node(conn: &mut PgConnection) -> Result<()> {
    if extension(conn).await?.is_some() && is_worker_node(conn).await? {
        return Err(StoreError::Invalid(
            "database_url: this is a worker node of a Citus cluster; give the address of its coordinator".to_owned(),
        ));
    }
    Ok(())
}

/// Whether a version such as "13.2-1" is [`OLDEST`] or later.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version
        .split(|sign: char| !sign.is_ascii_digit())
        .map(|number| number.parse::<u32>().unwrap_or(0));
    let major = numbers.next().unwrap_or(0);
    let minor = numbers.next().unwrap_or(0);
    OLDEST <= (major, minor)
}

async fn extension(conn: &mut PgConnection) -> Result<Option<String>> {
    ask(
        conn,
        "SELECT extversion AS answer FROM pg_extension WHERE extname = 'citus'",
    )
    .await
}

async fn ask(conn: &mut PgConnection, question: &str) -> Result<Option<String>> {
    let answers: Vec<Answer> = diesel::sql_query(question).load(conn).await?;
    Ok(answers.into_iter().next().map(|row| row.answer))
}

/// How a table is spread: `reference`, `distributed by` and a column, or another word; `None` where it is not.
async fn how_spread(conn: &mut PgConnection, table: &str) -> Result<Option<String>> {
    let question = "SELECT CASE \
         WHEN p.partmethod = 'h' THEN 'distributed by ' || column_to_column_name(p.logicalrelid, p.partkey) \
         WHEN p.partmethod = 'n' AND p.repmodel = 't' THEN 'reference' \
         ELSE 'in another way' END AS answer \
         FROM pg_dist_partition p WHERE p.logicalrelid = to_regclass($1)";
    let answers: Vec<Answer> = diesel::sql_query(question)
        .bind::<Text, _>(table)
        .load(conn)
        .await?;
    Ok(answers.into_iter().next().map(|row| row.answer))
}

/// The tables that are not spread yet, in the order in which they are to be.
async fn missing(conn: &mut PgConnection) -> Result<Vec<&'static str>> {
    let references = REFERENCE_TABLES.map(|table| (table, "reference".to_owned()));
    let distributed = DISTRIBUTED_TABLES.map(|table| (table, format!("distributed by {KEY}")));
    let mut missing = Vec::new();
    for (table, wanted) in references.into_iter().chain(distributed) {
        match how_spread(conn, table).await? {
            None => missing.push(table),
            Some(how) if how == wanted => {}
            Some(how) => {
                return Err(StoreError::Invalid(format!(
                    "--citus: the table {table} is spread already, but {how} instead of {wanted}; take that back with \
                     SELECT undistribute_table('{table}') and try again"
                )));
            }
        }
    }
    Ok(missing)
}

/// Rows that others write while tables are copied would be spread over the old and the new ones.
async fn refuse_others(pool: &Postgres, conn: &mut PgConnection) -> Result<()> {
    pool.forget_idle();
    let question = "SELECT count(*)::text AS answer FROM pg_stat_activity WHERE datname = current_database() \
         AND backend_type = 'client backend' AND application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
    let mut others = String::new();
    for _ in 0..LOOKS {
        others = ask(conn, question).await?.unwrap_or_default();
        if others == "0" {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(StoreError::Invalid(format!(
        "--citus: {others} connections of other caseload processes are open; stop them, spread the tables, and start them again"
    )))
}

/// Each table by itself: what is done stays done where the next one fails.
async fn spread(conn: &mut PgConnection, tables: &[&'static str]) -> Result<()> {
    for table in tables {
        let statement = if REFERENCE_TABLES.contains(table) {
            format!("SELECT create_reference_table('{table}')")
        } else if *table == FIRST {
            format!("SELECT create_distributed_table('{table}', '{KEY}')")
        } else {
            format!(
                "SELECT create_distributed_table('{table}', '{KEY}', colocate_with => '{FIRST}')"
            )
        };
        diesel::sql_query(statement).execute(conn).await?;
        tracing::info!(table, "the table is spread");
    }
    Ok(())
}

/// Rows that a table had before it was spread are copied to the nodes, and hidden here: they would take space for ever.
async fn remove_local_rows(conn: &mut PgConnection) -> Result<()> {
    for table in REFERENCE_TABLES.iter().chain(&DISTRIBUTED_TABLES) {
        let question = "SELECT 0 < pg_relation_size(to_regclass($1)) AS known";
        let rows: Vec<Known> = diesel::sql_query(question)
            .bind::<Text, _>(*table)
            .load(conn)
            .await?;
        if rows.iter().any(|row| row.known) {
            diesel::sql_query(format!(
                "SELECT truncate_local_data_after_distributing_table('{table}')"
            ))
            .execute(conn)
            .await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (version, is_new) in [
            ("9.5-2", false),
            ("11.1-1", false),
            ("11.2-1", true),
            ("11.10-1", true),
            ("13.2-1", true),
            ("14.0devel-1", true),
            ("", false),
        ] {
            assert_eq!(is_new_enough(version), is_new, "{version}");
        }
    }
}
