//! Where facts and rollups are kept: SQLite or PostgreSQL behind one [`Store`].
//!
//! [`Store::read`], [`Store::snapshot`] and [`Store::write`] are the only doorways to a connection. Queries are free
//! functions on a [`Conn`], one file a noun; the store's own methods wrap one query each.

pub mod api_tokens;
pub mod audit;
pub mod blocks;
pub(crate) mod conn;
pub mod conversations;
pub mod customers;
mod directory;
pub mod dirty_days;
mod error;
pub mod facts;
pub(crate) mod keys;
pub mod ledger;
mod migrations;
mod postgres;
pub mod ratings;
pub mod runs;
mod sqlite;
pub mod summaries;
pub(crate) mod tables;
pub mod workspaces;

use std::path::PathBuf;

use diesel::connection::{AnsiTransactionManager as SqliteTransactions, TransactionManager as _};
use diesel_async::{AnsiTransactionManager, TransactionManager as _};
use futures::future::BoxFuture;

pub use self::{
    api_tokens::ApiToken,
    conn::Conn,
    conversations::ConversationDetail,
    customers::Customer,
    error::{Result, StoreError},
    ledger::{Ledger, LedgerDay},
    ratings::RatingDetail,
    runs::{Run, RunKind, RunProgress, RunState},
    workspaces::{CreateWorkspaceError, Workspace},
};
use self::{postgres::Postgres, sqlite::Sqlite};

/// The store of all workspaces. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Store(Backend);

#[derive(Clone)]
enum Backend {
    Sqlite(Sqlite),
    Postgres { pool: Postgres, url: String },
}

impl std::fmt::Debug for Backend {
    /// Without the address: it may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(sqlite) => sqlite.fmt(f),
            Self::Postgres { pool, .. } => pool.fmt(f),
        }
    }
}

/// How a connection is used.
#[derive(Debug, Clone, Copy)]
enum Access {
    Read,
    Snapshot,
    Write,
}

impl Store {
    /// The store at `sqlite://PATH` or `postgres://…`. A SQLite file that is not there is made; PostgreSQL is not spoken to
    /// before the first query.
    ///
    /// [`StoreError::Invalid`] where the address is neither.
    pub async fn connect(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() || path == ":memory:" {
                return Err(StoreError::Invalid("database_url: give a file, as in sqlite://caseload.db".to_owned()));
            }
            let store = Self(Backend::Sqlite(Sqlite::open(&PathBuf::from(path))));
            store.read(|_| Box::pin(async { Ok(()) })).await?;
            return Ok(store);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self(Backend::Postgres { pool: Postgres::open(url)?, url: url.to_owned() }));
        }
        Err(StoreError::Invalid("database_url: must begin with sqlite:// or postgres://".to_owned()))
    }

    /// Whether this is the embedded database.
    pub const fn is_embedded(&self) -> bool {
        matches!(self.0, Backend::Sqlite(_))
    }

    /// Runs `work` outside of any transaction: for single queries.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        self.run(Access::Read, work).await
    }

    /// Runs `work` in one read-only transaction: all its queries see the facts as of one moment.
    pub async fn snapshot<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        self.run(Access::Snapshot, work).await
    }

    /// Runs `work` in one transaction: all its writes are durable when this returns, or none where it fails.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        self.run(Access::Write, work).await
    }

    /// Has PostgreSQL look at the fact tables anew. While an import fills empty tables, plans that were made for empty ones
    /// would scan for each of ten thousand ids, until the database's own schedule gets to it a minute later.
    pub(crate) async fn refresh_statistics(&self) -> Result<()> {
        if self.is_embedded() {
            return Ok(());
        }
        self.read(|conn| {
            Box::pin(async move {
                let tables = "members, labels, customers, conversations, messages, ratings, follow_ups";
                conn::execute!(conn, diesel::sql_query(format!("ANALYZE {tables}")))?;
                Ok(())
            })
        })
        .await
    }

    async fn run<T, F>(&self, access: Access, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        match &self.0 {
            Backend::Sqlite(db) => {
                let lent = match access {
                    Access::Read | Access::Snapshot => db.reader().await?,
                    Access::Write => db.writer().await?,
                };
                let handle = tokio::runtime::Handle::current();
                let task = move || handle.block_on(transact(Conn::Sqlite(lent), access, work));
                tokio::task::spawn_blocking(task).await.map_err(|error| sqlite::panicked(&error))?
            }
            Backend::Postgres { pool, .. } => {
                transact(Conn::Postgres(Box::new(pool.connection().await?)), access, work).await
            }
        }
    }
}

async fn transact<T, F>(mut conn: Conn, access: Access, work: F) -> Result<T>
where
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>>,
{
    begin(&mut conn, access).await?;
    let outcome = work(&mut conn).await;
    let ended = end(&mut conn, access, outcome.is_ok()).await;
    if ended.is_err()
        && let Conn::Sqlite(lent) = conn
    {
        lent.discard();
    }
    outcome.and_then(|value| ended.map(|()| value))
}

/// SQLite: a writer locks at once (a deferred transaction that reads, then writes, fails without waiting).
/// PostgreSQL: a snapshot is a repeatable read.
async fn begin(conn: &mut Conn, access: Access) -> Result<()> {
    match (conn, access) {
        (_, Access::Read) => {}
        (Conn::Sqlite(c), Access::Snapshot) => SqliteTransactions::begin_transaction_sql(&mut **c, "BEGIN DEFERRED")?,
        (Conn::Sqlite(c), Access::Write) => SqliteTransactions::begin_transaction_sql(&mut **c, "BEGIN IMMEDIATE")?,
        (Conn::Postgres(c), Access::Snapshot) => {
            let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            AnsiTransactionManager::begin_transaction_sql(&mut ***c, sql).await?;
        }
        (Conn::Postgres(c), Access::Write) => {
            AnsiTransactionManager::begin_transaction(&mut ***c).await?;
        }
    }
    Ok(())
}

async fn end(conn: &mut Conn, access: Access, commit: bool) -> Result<()> {
    match (conn, access) {
        (_, Access::Read) => {}
        (Conn::Sqlite(c), _) if commit => SqliteTransactions::commit_transaction(&mut **c)?,
        (Conn::Sqlite(c), _) => SqliteTransactions::rollback_transaction(&mut **c)?,
        (Conn::Postgres(c), _) if commit => AnsiTransactionManager::commit_transaction(&mut ***c).await?,
        (Conn::Postgres(c), _) => AnsiTransactionManager::rollback_transaction(&mut ***c).await?,
    }
    Ok(())
}
