//! One connection to PostgreSQL, as diesel-async sees connections.
//!
//! diesel-async's own hides the driver's client, and so `COPY`, which alone is why there is this one. It runs what Diesel
//! builds and hands back rows; transactions, pool and migrations are diesel-async's.

use diesel::{
    ConnectionError, ConnectionResult, QueryResult,
    connection::{CacheSize, Instrumentation},
    pg::Pg,
    query_builder::{AsQuery, QueryFragment, QueryId},
};
use diesel_async::{
    AnsiTransactionManager, AsyncConnection, AsyncConnectionCore, SimpleAsyncConnection,
    TransactionManager as _, pooled_connection::PoolableConnection,
};
use futures::{
    FutureExt as _, StreamExt as _, TryStreamExt as _, future::BoxFuture, stream::BoxStream,
};
use rustc_hash::FxHashMap;
use tokio::task::JoinSet;
use tokio_postgres::{Client, Connection, Socket, Statement, tls::TlsStream, types::Type};

use super::{connect::Address, error::diesel_error, query::Query, row::PgRow};

/// Statements that stay prepared: several times as many as Caseload has queries, and few for the server.
const MOST_STATEMENTS: usize = 256;

/// A connection to PostgreSQL.
pub struct PgConnection {
    pub(super) client: Client,
    statements: FxHashMap<(String, Vec<Type>), Statement>,
    transactions: AnsiTransactionManager,
    instrumentation: Box<dyn Instrumentation>,
    /// What moves bytes between the client and the server; ends with the connection.
    _driver: JoinSet<()>,
}

impl std::fmt::Debug for PgConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PgConnection")
    }
}

impl PgConnection {
    /// Takes over a connection that the driver has opened.
    pub(super) fn new<S>(client: Client, connection: Connection<Socket, S>) -> Self
    where
        S: TlsStream + Unpin + Send + 'static,
    {
        let mut driver = JoinSet::new();
        // Why a connection ends is told to whoever waits on it: to the client, that is.
        driver.spawn(connection.map(drop));
        Self {
            client,
            statements: FxHashMap::default(),
            transactions: AnsiTransactionManager::default(),
            instrumentation: Box::new(|_: diesel::connection::InstrumentationEvent<'_>| ()),
            _driver: driver,
        }
    }

    /// The prepared statement of `sql`.
    pub(super) async fn prepare(
        &mut self,
        sql: String,
        types: Vec<Type>,
    ) -> QueryResult<Statement> {
        let key = (sql, types);
        if let Some(statement) = self.statements.get(&key) {
            return Ok(statement.clone());
        }
        let statement = self
            .client
            .prepare_typed(&key.0, &key.1)
            .await
            .map_err(diesel_error)?;
        if MOST_STATEMENTS <= self.statements.len() {
            self.statements.clear();
        }
        self.statements.insert(key, statement.clone());
        Ok(statement)
    }

    async fn rows(&mut self, query: Query) -> QueryResult<BoxStream<'static, QueryResult<PgRow>>> {
        let rows = if query.is_cacheable {
            let statement = self.prepare(query.sql, query.types).await?;
            self.client.query_raw(&statement, query.values).await
        } else {
            self.client
                .query_typed_raw(&query.sql, query.values.into_iter().zip(query.types))
                .await
        };
        Ok(rows
            .map_err(diesel_error)?
            .map_ok(PgRow)
            .map_err(diesel_error)
            .boxed())
    }

    async fn count(&mut self, query: Query) -> QueryResult<usize> {
        let counted = if query.is_cacheable {
            let statement = self.prepare(query.sql, query.types).await?;
            self.client.execute_raw(&statement, query.values).await
        } else {
            self.client
                .execute_typed(&query.sql, &query.parameters())
                .await
        };
        counted.map(|rows| rows as usize).map_err(diesel_error)
    }
}

impl SimpleAsyncConnection for PgConnection {
    async fn batch_execute(&mut self, sql: &str) -> QueryResult<()> {
        self.client.batch_execute(sql).await.map_err(diesel_error)
    }
}

impl AsyncConnectionCore for PgConnection {
    type LoadFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<Self::Stream<'conn, 'query>>>;
    type ExecuteFuture<'conn, 'query> = BoxFuture<'conn, QueryResult<usize>>;
    type Stream<'conn, 'query> = BoxStream<'static, QueryResult<PgRow>>;
    type Row<'conn, 'query> = PgRow;
    type Backend = Pg;

    fn load<'conn, 'query, T>(&'conn mut self, source: T) -> Self::LoadFuture<'conn, 'query>
    where
        T: AsQuery + 'query,
        T::Query: QueryFragment<Pg> + QueryId + 'query,
    {
        let query = Query::of(&source.as_query());
        async move { self.rows(query?).await }.boxed()
    }

    fn execute_returning_count<'conn, 'query, T>(
        &'conn mut self,
        source: T,
    ) -> Self::ExecuteFuture<'conn, 'query>
    where
        T: QueryFragment<Pg> + QueryId + 'query,
    {
        let query = Query::of(&source);
        async move { self.count(query?).await }.boxed()
    }
}

impl AsyncConnection for PgConnection {
    type TransactionManager = AnsiTransactionManager;

    async fn establish(url: &str) -> ConnectionResult<Self> {
        let address = Address::parse(url)
            .map_err(|error| ConnectionError::InvalidConnectionUrl(error.to_string()))?;
        address.connect(None).await
    }

    fn transaction_state(&mut self) -> &mut AnsiTransactionManager {
        &mut self.transactions
    }

    /// Is told of transactions alone.
    fn instrumentation(&mut self) -> &mut dyn Instrumentation {
        &mut *self.instrumentation
    }

    fn set_instrumentation(&mut self, instrumentation: impl Instrumentation) {
        self.instrumentation = Box::new(instrumentation);
    }

    /// Has no effect: the cache is bounded as it is.
    fn set_prepared_statement_cache_size(&mut self, _: CacheSize) {}
}

impl PoolableConnection for PgConnection {
    fn is_broken(&mut self) -> bool {
        AnsiTransactionManager::is_broken_transaction_manager(self) || self.client.is_closed()
    }
}
