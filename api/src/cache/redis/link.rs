//! The link to Redis: kept up by one task, and skipped by everyone while it is down.
//!
//! Nobody who asks waits for a connection. One call that fails, or is not answered in time, has all others skip Redis at once
//! while the task asks it for a sign of life; if there is none, it is looked for until it is back. So an outage costs
//! requests one wait at most, and the log has one line when it begins and one when it ends.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use redis::{ErrorKind, RedisError, ServerErrorKind};
use tokio::{
    sync::{Notify, broadcast, watch},
    time::timeout,
};

use super::{
    address::Address,
    connection::{Changes, Connection, connect},
    limits::{CONNECT_PATIENCE, LATEST_RETRY, READ_PATIENCE, SOONEST_RETRY},
};

/// Changes that are kept for a listener who is slow; one who misses some takes it that everything has changed.
const CHANGES_KEPT: usize = 256;

/// What is known of the link.
#[derive(Clone)]
enum State {
    /// The first attempt is under way.
    Connecting,
    Up(Connection),
    /// There is none, or there is doubt about it.
    Down,
}

/// The link, as those see it who use it.
pub(super) struct Link {
    state: watch::Sender<State>,
    doubt: Notify,
    /// Whether there is more than doubt.
    lost: AtomicBool,
    changes: broadcast::Sender<Arc<str>>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("is_up", &self.is_up())
            .finish_non_exhaustive()
    }
}

impl Link {
    pub(super) fn new() -> Self {
        Self {
            state: watch::Sender::new(State::Connecting),
            doubt: Notify::new(),
            lost: AtomicBool::new(false),
            changes: broadcast::Sender::new(CHANGES_KEPT),
        }
    }

    /// The connection; `None` while there is none. A process that has just begun waits a moment for its first one.
    pub(super) async fn connection(&self) -> Option<Connection> {
        if matches!(*self.state.borrow(), State::Connecting) {
            let mut states = self.state.subscribe();
            // Whether or not it has been decided by then.
            let _ = timeout(
                READ_PATIENCE,
                states.wait_for(|state| !matches!(state, State::Connecting)),
            )
            .await;
        }
        match &*self.state.borrow() {
            State::Up(connection) => Some(connection.clone()),
            State::Connecting | State::Down => None,
        }
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(*self.state.borrow(), State::Up(_))
    }

    /// Places of workspaces whose figures have changed.
    pub(super) fn changes(&self) -> broadcast::Receiver<Arc<str>> {
        self.changes.subscribe()
    }

    /// Something was not answered, or not as it should be: everyone skips Redis until it has given a sign of life.
    pub(super) fn doubt(&self) {
        let doubted = self.state.send_if_modified(|state| {
            let was_up = matches!(state, State::Up(_));
            if was_up {
                *state = State::Down;
            }
            was_up
        });
        if doubted {
            self.doubt.notify_one();
        }
    }

    /// The server is none to go on with: another connection is made.
    pub(super) fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
        self.doubt();
    }

    /// Keeps the link up for as long as this is polled.
    pub(super) async fn keep(self: Arc<Self>, mut address: Address) {
        let mut log = Log::default();
        let mut wait = SOONEST_RETRY;
        loop {
            match open(&mut address).await {
                Ok((connection, changes)) => {
                    log.up();
                    wait = SOONEST_RETRY;
                    self.serve(connection, changes).await;
                    self.state.send_replace(State::Down);
                }
                Err(why) => {
                    self.state.send_replace(State::Down);
                    log.down(&why);
                    tokio::time::sleep(wait).await;
                    wait = LATEST_RETRY.min(2 * wait);
                }
            }
        }
    }

    /// Lends the connection until it is lost.
    async fn serve(&self, connection: Connection, mut changes: Changes) {
        use futures::StreamExt as _;
        self.state.send_replace(State::Up(connection.clone()));
        loop {
            tokio::select! {
                () = self.doubt.notified() => {
                    let lost = self.lost.swap(false, Ordering::Relaxed);
                    if lost || sign_of_life(&mut connection.clone()).await.is_err() {
                        return;
                    }
                    self.state.send_replace(State::Up(connection.clone()));
                }
                change = changes.next() => match change {
                    Some(change) => {
                        // Nobody may be listening.
                        let _ = self.changes.send(String::from_utf8_lossy(change.get_payload_bytes()).into());
                    }
                    None => return,
                },
            }
        }
    }
}

async fn open(address: &mut Address) -> Result<(Connection, Changes), Silence> {
    let (mut connection, changes) = within(2 * CONNECT_PATIENCE, connect(address)).await?;
    sign_of_life(&mut connection).await?;
    Ok((connection, changes))
}

async fn sign_of_life(connection: &mut Connection) -> Result<(), Silence> {
    within(CONNECT_PATIENCE, connection.ask(&redis::cmd("PING")))
        .await
        .map(drop)
}

async fn within<T>(
    time: Duration,
    answer: impl Future<Output = redis::RedisResult<T>>,
) -> Result<T, Silence> {
    match timeout(time, answer).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Silence::Error(error)),
        Err(_elapsed) => Err(Silence::Hanging),
    }
}

/// Why there is no link.
#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error("it does not answer")]
    Hanging,
    #[error("{0}")]
    Error(RedisError),
}

/// What an error says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nobody may be there.
    Silent,
    /// Somebody else writes: this server was the master, and is a replica now.
    Moved,
    /// It is there, and does not want to: it is full, or does not let this user.
    Refused,
}

impl Meaning {
    pub(super) fn of(error: &RedisError) -> Self {
        use ServerErrorKind::{BusyLoading, ClusterDown, MasterDown, ReadOnly, TryAgain};
        match error.kind() {
            ErrorKind::Server(ReadOnly) => Self::Moved,
            ErrorKind::Server(BusyLoading | ClusterDown | MasterDown | TryAgain) => Self::Silent,
            ErrorKind::Server(_) | ErrorKind::Extension => Self::Refused,
            _ => Self::Silent,
        }
    }
}

/// One line when the link goes down, one when it is back.
#[derive(Debug, Default)]
struct Log {
    told_down: bool,
}

impl Log {
    fn up(&mut self) {
        if std::mem::take(&mut self.told_down) {
            tracing::info!("Redis is there again");
        } else {
            tracing::debug!("connected to Redis");
        }
    }

    fn down(&mut self, why: &Silence) {
        if !std::mem::replace(&mut self.told_down, true) {
            tracing::warn!(%why, "Redis can't be reached; answers come from memory and the database until it can");
        }
    }
}
