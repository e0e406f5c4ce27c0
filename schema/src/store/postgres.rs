//! PostgreSQL: a pool of asynchronous connections.

use std::time::Duration;

use diesel_async::{
    AsyncPgConnection,
    pooled_connection::{
        AsyncDieselConnectionManager,
        deadpool::{Object, Pool},
    },
};

use super::error::{Result, StoreError};

/// Connections a process opens at most: a rollup takes two, an import one, the rest read for requests.
const MAX_CONNECTIONS: usize = 16;
/// How long a caller waits for a connection before it is told that there is none.
const WAIT: Duration = Duration::from_secs(10);

/// A pool of connections to one PostgreSQL database.
#[derive(Clone)]
pub(crate) struct Postgres(Pool<AsyncPgConnection>);

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Postgres")
    }
}

impl Postgres {
    pub(crate) fn open(url: &str) -> Result<Self> {
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new(url);
        let pool = Pool::builder(manager)
            .max_size(MAX_CONNECTIONS)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .recycle_timeout(Some(WAIT))
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Invalid(format!("can't set up the connection pool: {error}")))?;
        Ok(Self(pool))
    }

    pub(crate) async fn connection(&self) -> Result<Object<AsyncPgConnection>> {
        self.0.get().await.map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}
