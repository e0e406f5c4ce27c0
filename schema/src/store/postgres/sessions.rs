//! Whether the address leads to sessions that last: a pooler may give each transaction another one.

use std::time::Duration;

use futures::FutureExt as _;
use tokio::task::JoinSet;
use tokio_postgres::{Client, SimpleQueryMessage, error::SqlState};

use super::connect::Address;
use crate::store::error::{Result, StoreError};

/// How long the second connection is waited for. A pooler that has no session left for it keeps it waiting, and so does not
/// share the session of the first one.
const CHECK_TIMEOUT: Duration = Duration::from_secs(5);

impl Address {
    /// [`StoreError::Invalid`] where a pooler such as `PgBouncer` in transaction or statement mode stands in between. Prepared
    /// statements, settings and the lock around migrations belong to a session, and would be another client's.
    pub(crate) async fn refuse_shared_sessions(&self) -> Result<()> {
        let mut drivers = JoinSet::new();
        let mut open = async || {
            let (client, connection) = self.open_in_time().await?;
            drivers.spawn(connection.map(drop));
            Ok::<_, StoreError>(client)
        };
        let first = open().await?;
        let check = async {
            let second = open().await.ok()?;
            are_shared(&first, &second).await.ok()
        };
        // Whatever else is wrong is met by the next statement, whose error has words for it.
        match tokio::time::timeout(CHECK_TIMEOUT, check).await {
            Ok(Some(true)) => Err(StoreError::Invalid(format!(
                "database_url: at {} is a connection pooler that gives each transaction another \
                 session, such as PgBouncer with pool_mode = transaction; set pool_mode = session \
                 for this database, or name PostgreSQL itself",
                self.host_and_port()
            ))),
            Ok(Some(false) | None) | Err(_) => Ok(()),
        }
    }
}

/// Whether two connections that are both open are ever given the same session. While the second one keeps its session in a
/// transaction, the first one asks again; once more, since a pooler may deal its sessions out in turn.
async fn are_shared(first: &Client, second: &Client) -> Result<bool, tokio_postgres::Error> {
    let mine = session(first).await?;
    for _ in 0..2 {
        if let Err(error) = second.batch_execute("BEGIN").await {
            // With pool_mode = statement there are no transactions.
            return match error.code() {
                Some(code) if *code == SqlState::PROTOCOL_VIOLATION => Ok(true),
                _ => Err(error),
            };
        }
        if session(second).await? == mine || session(first).await? != mine {
            return Ok(true);
        }
        second.batch_execute("COMMIT").await?;
    }
    Ok(false)
}

/// The number of the server's process and the start of its server, since an address may lead to several servers. By a simple
/// query: a prepared statement may not last here.
async fn session(client: &Client) -> Result<Option<String>, tokio_postgres::Error> {
    let rows = client
        .simple_query("SELECT pg_backend_pid() || ' since ' || pg_postmaster_start_time()")
        .await?;
    Ok(rows.iter().find_map(|row| match row {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
