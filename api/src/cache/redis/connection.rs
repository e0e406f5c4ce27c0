//! One connection to Redis, whichever form it has, and one more to hear changes through.

use futures::{Stream, StreamExt as _};
use redis::{
    AsyncConnectionConfig, Client, Cmd, Msg, Pipeline, RedisResult, Value,
    aio::{ConnectionLike as _, MultiplexedConnection},
    cluster_async::ClusterConnection,
};

use super::{
    address::Address,
    limits::{CONNECT_PATIENCE, WRITE_PATIENCE},
};
use crate::cache::sealed::CHANGES;

/// What commands go through: any number at a time. Clones share it.
#[derive(Clone)]
pub(super) enum Connection {
    One(MultiplexedConnection),
    Cluster(ClusterConnection),
}

/// Changes that other nodes tell of; it ends with its connection.
pub(super) type Changes = std::pin::Pin<Box<dyn Stream<Item = Msg> + Send>>;

impl Connection {
    /// The answer to one command.
    pub(super) async fn ask(&mut self, command: &Cmd) -> RedisResult<Value> {
        let answer = match self {
            Self::One(connection) => connection.req_packed_command(command).await,
            Self::Cluster(connection) => connection.req_packed_command(command).await,
        };
        answer.and_then(Value::extract_error)
    }

    /// The answers to commands that are sent together. In a cluster all of them are about the same workspace.
    pub(super) async fn ask_all(&mut self, commands: &Pipeline) -> RedisResult<Vec<Value>> {
        let count = commands.len();
        let answers = match self {
            Self::One(connection) => connection.req_packed_commands(commands, 0, count).await,
            Self::Cluster(connection) => connection.req_packed_commands(commands, 0, count).await,
        };
        answers?.into_iter().map(Value::extract_error).collect()
    }
}

/// Both connections to that address. Whoever calls this gives it as much time as it may take.
pub(super) async fn connect(address: &mut Address) -> RedisResult<(Connection, Changes)> {
    match address {
        Address::Server(client) => to_server(client).await,
        Address::Sentinel(sentinels) => to_server(&sentinels.async_get_client().await?).await,
        Address::Cluster { cluster, nodes } => {
            let connection = Connection::Cluster(cluster.get_async_connection().await?);
            Ok((connection, changes_from_any(nodes).await?))
        }
    }
}

async fn to_server(client: &Client) -> RedisResult<(Connection, Changes)> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECT_PATIENCE))
        // The last resort: callers have less patience, each for what it asks.
        .set_response_timeout(Some(2 * WRITE_PATIENCE));
    let connection = client
        .get_multiplexed_async_connection_with_config(&config)
        .await?;
    Ok((Connection::One(connection), changes(client).await?))
}

async fn changes(client: &Client) -> RedisResult<Changes> {
    let mut listener = client.get_async_pubsub().await?;
    listener.subscribe(CHANGES).await?;
    Ok(listener.into_on_message().boxed())
}

/// In a cluster each node hears what was told to any other.
async fn changes_from_any(nodes: &[Client]) -> RedisResult<Changes> {
    let mut failure = None;
    for node in nodes {
        match tokio::time::timeout(CONNECT_PATIENCE / 2, changes(node)).await {
            Ok(Ok(changes)) => return Ok(changes),
            Ok(Err(error)) => failure = Some(error),
            Err(_elapsed) => {}
        }
    }
    Err(failure.unwrap_or_else(|| std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
}
