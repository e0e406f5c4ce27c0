//! Bringing a database to this version.

use std::error::Error;

use diesel::{SqliteConnection, migration::MigrationSource, result::Error as DieselError};
use diesel_async::{AsyncMigrationHarness, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::clock::Clock;

use super::{Backend, Conn, Result, Store, StoreError, citus, postgres::PgConnection, sqlite};

const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// Any number that no other program takes an advisory lock on: "caseload" in ASCII.
const MIGRATION_LOCK: i64 = 0x6361_7365_6c6f_6164;

/// What kept migrations from running. A database that takes no writes says so before the first of them: the table of what was
/// applied is made, or looked for, at the beginning.
fn failed(error: Box<dyn Error + Send + Sync>) -> StoreError {
    match error.downcast::<DieselError>() {
        Ok(error) => StoreError::from(*error).into_final(),
        Err(error) => StoreError::Database(format!("migration failed: {error}")),
    }
}

impl Store {
    /// Brings the database to this version. Several processes may do so at once. [`StoreError::Invalid`] where a newer
    /// version has been there.
    pub async fn migrate(&self) -> Result<()> {
        self.run_migrations().await?;
        self.finish_spread().await?;
        self.mark_outdated_days(Clock::system().now()).await
    }

    /// The same without what an earlier call did not come to: tables of a cluster that are not spread yet.
    pub(super) async fn run_migrations(&self) -> Result<()> {
        self.refuse_newer().await?;
        if self.is_current().await? {
            // A database that takes no writes for now can be read.
            return Ok(());
        }
        match &self.backend {
            Backend::Sqlite(db) => {
                let mut lent = db.writer().await?;
                tokio::task::spawn_blocking(move || migrate_sqlite(lent.connection_mut()))
                    .await
                    .map_err(|error| sqlite::panicked(&error))?
            }
            Backend::Postgres(pool) => {
                let mut connection = pool.address().connect(None).await?;
                citus::refuse_worker_node(&mut connection).await?;
                lock(&mut connection).await?;
                let mut harness = AsyncMigrationHarness::new(connection);
                let run = move || {
                    harness
                        .run_pending_migrations(POSTGRES)
                        .map(drop)
                        .map_err(failed)?;
                    Ok::<_, StoreError>(harness.into_inner())
                };
                // Where this fails, the lock goes with the connection.
                let mut connection = tokio::task::spawn_blocking(run)
                    .await
                    .map_err(|error| sqlite::panicked(&error))??;
                citus::spread_new_tables(&mut connection).await?;
                unlock(&mut connection).await
            }
        }
    }

    /// Spreads the tables of a cluster that a migration has made and that were not spread before the process ended.
    async fn finish_spread(&self) -> Result<()> {
        if !self.has_citus().await? {
            return Ok(());
        }
        let Backend::Postgres(pool) = &self.backend else {
            return Ok(());
        };
        let mut connection = pool.address().connect(None).await?;
        if !citus::has_unspread_tables(&mut connection).await? {
            return Ok(());
        }
        lock(&mut connection).await?;
        citus::spread_new_tables(&mut connection).await?;
        unlock(&mut connection).await
    }

    async fn refuse_newer(&self) -> Result<()> {
        let known = self.known_versions()?;
        let applied = self.read(|conn| Box::pin(applied(conn))).await?;
        match applied.iter().find(|version| !known.contains(version)) {
            None => Ok(()),
            Some(newer) => Err(StoreError::Invalid(format!(
                "the database was made by a newer caseload (its migration {newer} is not known here): use that version"
            ))),
        }
    }

    fn known_versions(&self) -> Result<Vec<String>> {
        match &self.backend {
            Backend::Sqlite(_) => names::<diesel::sqlite::Sqlite>(&SQLITE),
            Backend::Postgres(_) => names::<diesel::pg::Pg>(&POSTGRES),
        }
    }

    /// Whether the database is at this version; an empty one is not, and one of a newer version neither.
    pub async fn is_current(&self) -> Result<bool> {
        let wanted = self.known_versions()?;
        let applied = self.read(|conn| Box::pin(applied(conn))).await?;
        Ok(wanted.iter().all(|version| applied.contains(version)) && applied.len() == wanted.len())
    }
}

/// Keeps others from migrating until [`unlock`], or until the connection ends.
pub(super) async fn lock(connection: &mut PgConnection) -> Result<()> {
    diesel::sql_query(format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn unlock(connection: &mut PgConnection) -> Result<()> {
    diesel::sql_query(format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))
        .execute(connection)
        .await?;
    Ok(())
}

fn migrate_sqlite(connection: &mut SqliteConnection) -> Result<()> {
    // A lock first, so that a second process waits for the first one's tables instead of making its own.
    connection.immediate_transaction(|connection| {
        connection
            .run_pending_migrations(SQLITE)
            .map(drop)
            .map_err(failed)
    })
}

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

async fn applied(conn: &mut Conn) -> Result<Vec<String>> {
    use diesel::QueryDsl;

    use super::conn::load;
    let rows: diesel::QueryResult<Vec<String>> = load!(
        conn,
        __diesel_schema_migrations::table.select(__diesel_schema_migrations::version)
    );
    // No such table: nothing was ever applied.
    Ok(rows.unwrap_or_default())
}

fn names<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> Result<Vec<String>> {
    let migrations = MigrationSource::<DB>::migrations(source).map_err(failed)?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}
