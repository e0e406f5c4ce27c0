//! Where facts and rollups are kept: SQLite or PostgreSQL behind one [`Store`].
//!
//! [`Store::read`], [`Store::snapshot`], [`Store::write`] and [`Store::write_once`] are the only doorways to a connection.
//! Queries are free functions on a [`Conn`], one file a noun; the store's own methods wrap one query each.
//!
//! What fails by chance (a connection that was lost, a deadlock, a serialization failure) is tried again by `read` and `write`,
//! as long as nothing of it was committed: that is why their work can be cloned.

pub mod api_tokens;
pub mod audit;
pub mod bi;
mod block_version;
pub mod blocks;
pub mod business_hours;
pub mod citus;
pub(crate) mod conn;
pub mod conversations;
pub mod customers;
mod directory;
pub mod dirty_days;
pub mod each;
mod error;
pub mod facts;
pub(crate) mod keys;
pub mod leases;
pub mod ledger;
pub mod members;
mod migrations;
mod postgres;
pub mod queue;
pub mod ratings;
pub mod requests;
pub mod retention;
mod retry;
pub(crate) mod rows;
pub mod runs;
pub mod sessions;
mod sqlite;
pub mod statistics;
pub mod summaries;
mod surveys;
pub(crate) mod tables;
pub mod tasks;
pub mod workspace_states;
pub mod workspaces;
mod writes;
pub mod zone_rules;

use std::{path::PathBuf, time::Duration};

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
    runs::{Run, RunDays, RunKind, RunProgress, RunState},
    workspaces::{CreateWorkspaceError, Workspace},
};
use self::{each::Answers, postgres::Postgres, sqlite::Sqlite, writes::Writes};

/// The store of all workspaces. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Store {
    backend: Backend,
    writes: Writes,
    answers: Answers,
}

#[derive(Debug, Clone)]
enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// How a store treats its database. SQLite takes no notice.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// How long PostgreSQL may work on a statement of a single read before it gives up.
    pub statement_timeout: Duration,
    /// Connections to PostgreSQL at most: a rollup takes two, an import one, the rest read for requests.
    pub connections: usize,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            statement_timeout: Duration::from_secs(30),
            connections: 16,
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
    ///
    /// ```
    /// # use caseload_schema::store::{Store, StoreError};
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let refused = Store::connect("mysql://localhost/caseload").await.unwrap_err();
    /// assert!(matches!(refused, StoreError::Invalid(_)));
    /// // PostgreSQL is not spoken to yet: nothing has to listen there.
    /// assert!(!Store::connect("postgres://localhost:1/caseload").await.unwrap().is_embedded());
    /// # });
    /// ```
    pub async fn connect(url: &str) -> Result<Self> {
        Self::connect_with(url, &StoreOptions::default()).await
    }

    /// The same, treated as `options` say.
    pub async fn connect_with(url: &str, options: &StoreOptions) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() || path == ":memory:" {
                return Err(StoreError::Invalid(
                    "database_url: give a file, as in sqlite://caseload.db".to_owned(),
                ));
            }
            let store = Self::over(Backend::Sqlite(Sqlite::open(&PathBuf::from(path))));
            store.read(|_| Box::pin(async { Ok(()) })).await?;
            return Ok(store);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::over(Backend::Postgres(Postgres::open(url, options)?)));
        }
        Err(StoreError::Invalid(
            "database_url: must begin with sqlite:// or postgres://".to_owned(),
        ))
    }

    fn over(backend: Backend) -> Self {
        Self {
            backend,
            writes: Writes::default(),
            answers: Answers::default(),
        }
    }

    /// Whether this is the embedded database.
    pub const fn is_embedded(&self) -> bool {
        matches!(self.backend, Backend::Sqlite(_))
    }

    /// [`StoreError::Invalid`] where PostgreSQL is reached through a pooler that gives each transaction another session, which
    /// the store can't work with.
    pub async fn refuse_shared_sessions(&self) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(_) => Ok(()),
            Backend::Postgres(pool) => pool.address().refuse_shared_sessions().await,
        }
    }

    /// Connections in use, and callers waiting for one.
    pub fn connections(&self) -> (usize, usize) {
        match &self.backend {
            Backend::Sqlite(db) => db.status(),
            Backend::Postgres(pool) => pool.status(),
        }
    }

    /// Runs `work` outside of any transaction: for single queries. It may run again where it fails by chance.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        self.run_again(Access::Read, work).await
    }

    /// Runs `work` in one read-only transaction: all its queries see the facts as of one moment. It runs once, because it may
    /// tell others what it reads while it is at it.
    pub async fn snapshot<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        self.run(Access::Snapshot, work)
            .await
            .map_err(StoreError::into_final)
    }

    /// Runs `work` in one transaction: all its writes are durable when this returns, or none where it fails. It may run again
    /// where it fails by chance, but never once it may have been committed.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        self.run_again(Access::Write, work).await
    }

    /// The same for work that can't be done twice, because it takes what it writes from somewhere else.
    pub async fn write_once<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        self.run(Access::Write, work)
            .await
            .map_err(StoreError::into_final)
    }

    async fn run_again<T, F>(&self, access: Access, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        for attempt in 2..=retry::MOST {
            match self.run(access, work.clone()).await {
                Err(error) if retry::is_chance(&error) => {
                    tracing::debug!(%error, attempt, "trying again");
                    metrics::counter!("caseload_store_retries_total").increment(1);
                    tokio::time::sleep(retry::pause(attempt)).await;
                }
                outcome => return outcome,
            }
        }
        self.run(access, work).await.map_err(StoreError::into_final)
    }

    #[tracing::instrument(name = "store", level = "debug", skip(self, work))]
    async fn run<T, F>(&self, access: Access, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let outcome = self.run_once(access, work).await;
        if let Err(StoreError::ReadOnly(why)) = &outcome {
            self.writes.note_refusal(why);
        }
        outcome
    }

    async fn run_once<T, F>(&self, access: Access, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        match &self.backend {
            Backend::Sqlite(db) => {
                let lent = match access {
                    Access::Read | Access::Snapshot => db.reader().await?,
                    Access::Write => db.writer().await?,
                };
                let handle = tokio::runtime::Handle::current();
                let task = move || handle.block_on(transact(Conn::Sqlite(lent), access, work));
                tokio::task::spawn_blocking(task)
                    .await
                    .map_err(|error| sqlite::panicked(&error))?
            }
            Backend::Postgres(pool) => {
                let conn = Conn::Postgres(Box::new(pool.connection().await?));
                let outcome = transact(conn, access, work).await;
                if matches!(outcome, Err(StoreError::ReadOnly(_))) {
                    // The connection that said so is among them: it went back when the transaction ended.
                    pool.forget_idle();
                }
                outcome
            }
        }
    }
}

async fn transact<T, F>(mut conn: Conn, access: Access, work: F) -> Result<T>
where
    F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T>>,
{
    if let Err(error) = begin(&mut conn, access).await {
        if let (StoreError::ReadOnly(_), Conn::Sqlite(lent)) = (&error, conn) {
            lent.discard();
        }
        return Err(error);
    }
    let is_remote = matches!(conn, Conn::Postgres(_));
    let outcome = work(&mut conn).await;
    let ended = end(&mut conn, access, outcome.is_ok()).await;
    // A file that could not be written to when it was opened stays read-only for that connection.
    let is_of_no_use = ended.is_err() || matches!(outcome, Err(StoreError::ReadOnly(_)));
    if is_of_no_use && let Conn::Sqlite(lent) = conn {
        lent.discard();
    }
    let value = outcome?;
    match ended {
        Ok(()) => Ok(value),
        // Whether it was committed is not known: nobody may try again by themselves. A cluster that loses a node while it
        // commits says so by an error without a code of its own.
        Err(StoreError::Lost(why) | StoreError::NodeLost(why)) => Err(StoreError::Unavailable(why)),
        Err(StoreError::Database(why)) if is_remote => Err(StoreError::Unavailable(why)),
        Err(error) => Err(error),
    }
}

/// How long one statement of a transaction may take on PostgreSQL: the largest reads the facts of some days, or writes a batch.
const STATEMENT_OF_WORK: &str = "SET LOCAL statement_timeout = '10min'";

/// SQLite: a writer locks at once (a deferred transaction that reads, then writes, fails without waiting).
/// PostgreSQL: a snapshot is a repeatable read.
async fn begin(conn: &mut Conn, access: Access) -> Result<()> {
    match (conn, access) {
        (_, Access::Read) => {}
        (Conn::Sqlite(c), Access::Snapshot) => {
            SqliteTransactions::begin_transaction_sql(&mut **c, "BEGIN DEFERRED")?;
        }
        (Conn::Sqlite(c), Access::Write) => {
            SqliteTransactions::begin_transaction_sql(&mut **c, "BEGIN IMMEDIATE")?;
        }
        (Conn::Postgres(c), Access::Snapshot) => {
            let sql =
                format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {STATEMENT_OF_WORK}");
            AnsiTransactionManager::begin_transaction_sql(&mut ***c, &sql).await?;
        }
        (Conn::Postgres(c), Access::Write) => {
            let sql = format!("BEGIN; {STATEMENT_OF_WORK}");
            AnsiTransactionManager::begin_transaction_sql(&mut ***c, &sql).await?;
        }
    }
    Ok(())
}

async fn end(conn: &mut Conn, access: Access, commit: bool) -> Result<()> {
    match (conn, access) {
        (_, Access::Read) => {}
        (Conn::Sqlite(c), _) if commit => SqliteTransactions::commit_transaction(&mut **c)?,
        (Conn::Sqlite(c), _) => SqliteTransactions::rollback_transaction(&mut **c)?,
        (Conn::Postgres(c), _) if commit => {
            AnsiTransactionManager::commit_transaction(&mut ***c).await?;
        }
        (Conn::Postgres(c), _) => AnsiTransactionManager::rollback_transaction(&mut ***c).await?,
    }
    Ok(())
}
