//! PostgreSQL: a pool of asynchronous connections.

mod connect;
mod connection;
mod copy;
mod error;
mod query;
mod row;
mod sessions;
mod tls;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use deadpool::managed::TimeoutType;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as Refused, RecyclingMethod,
    deadpool::{Object, Pool, PoolError},
};
use futures::FutureExt as _;

pub(super) use self::connection::PgConnection;
pub(super) use self::error::temporary;
pub(crate) use self::{connect::Address, copy::CopyValue};
use super::{
    StoreOptions,
    error::{Result, StoreError},
};

/// How long a caller waits for a connection before it is told that there is none.
const WAIT: Duration = Duration::from_secs(10);

/// A pool of connections to one PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: Pool<PgConnection>,
    address: Arc<Address>,
}

impl std::fmt::Debug for Postgres {
    /// Without the address: it may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Postgres")
    }
}

impl Postgres {
    pub(crate) fn open(url: &str, options: &StoreOptions) -> Result<Self> {
        let address = Arc::new(Address::parse(url)?);
        let (to, timeout) = (Arc::clone(&address), options.statement_timeout);
        let mut config = ManagerConfig::<PgConnection>::default();
        // A connection that was lost while nobody used it is noticed by the driver; one that is lost later is retried.
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |_| {
            let to = Arc::clone(&to);
            async move { to.connect(Some(timeout)).await }.boxed()
        });
        let manager = AsyncDieselConnectionManager::new_with_config("", config);
        let pool = Pool::builder(manager)
            .max_size(options.connections)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .recycle_timeout(Some(WAIT))
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|error| {
                StoreError::Invalid(format!("can't set up the connection pool: {error}"))
            })?;
        Ok(Self { pool, address })
    }

    pub(crate) async fn connection(&self) -> Result<Object<PgConnection>> {
        let began = Instant::now();
        let got = self.pool.get().await;
        metrics::histogram!("caseload_pool_wait_seconds").record(began.elapsed());
        got.map_err(|error| match error {
            PoolError::Backend(Refused::ConnectionError(error)) => error.into(),
            PoolError::Timeout(TimeoutType::Wait) => StoreError::Unavailable(
                "all connections of database_connections were in use for too long".to_owned(),
            ),
            PoolError::Timeout(_) => self.address.unavailable("it does not answer in time"),
            error => StoreError::Unavailable(error.to_string()),
        })
    }

    /// Closes the connections that nobody uses. Those to a server that has turned read-only stay with it: after a failover the
    /// address may lead to another one, and a session keeps the `default_transaction_read_only` that it began with.
    pub(crate) fn forget_idle(&self) {
        self.pool.retain(|_, _| false);
    }

    /// Where the server is: for connections of one's own.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// Connections in use and waiting callers.
    pub(crate) fn status(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size.saturating_sub(status.available), status.waiting)
    }
}
