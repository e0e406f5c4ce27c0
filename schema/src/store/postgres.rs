//! PostgreSQL: a pool of asynchronous connections.

mod connect;
mod connection;
mod copy;
mod error;
mod query;
mod row;
mod tls;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
    deadpool::{Object, Pool, PoolError},
};
use futures::FutureExt as _;

pub(super) use self::connection::PgConnection;
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
        got.map_err(|error| {
            StoreError::Unavailable(match error {
                PoolError::Backend(error) => error.to_string(),
                PoolError::Timeout(_) => {
                    "no connection to the database became free in time".to_owned()
                }
                error => error.to_string(),
            })
        })
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
