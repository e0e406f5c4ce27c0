//! Redis as the cache that machines share. A failure of any kind is a miss.

mod address;
mod connection;
mod limits;
mod link;

use std::{
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use redis::{Pipeline, RedisResult, Value};
use tokio::{sync::broadcast, task::JoinSet, time::timeout};

pub use self::address::BadAddress;
use self::{
    address::Address,
    connection::Connection,
    limits::{KEPT, MAX_BATCH_BYTES, MAX_KEYS, MAX_VALUE_BYTES, READ_PATIENCE, WRITE_PATIENCE},
    link::{Link, Meaning},
};
use super::sealed::CHANGES;
use crate::config::Secret;

/// Redis. Clones share one link, which goes when the last of them does.
#[derive(Debug, Clone)]
pub struct Redis(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    link: Arc<Link>,
    reads: Refusals,
    writes: Refusals,
    /// Whether another server may be behind the same address.
    moves: bool,
    /// What keeps the link up; it ends when this is dropped.
    _keeper: Mutex<JoinSet<()>>,
}

impl Redis {
    /// Redis at that address. It need not be there yet. To be called within a runtime.
    pub fn open(url: &Secret) -> Result<Self, BadAddress> {
        // The first to come decides for the process; it is the same in all places.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let address = Address::parse(url)?;
        let moves = matches!(address, Address::Sentinel(_));
        let link = Arc::new(Link::new());
        let mut keeper = JoinSet::new();
        keeper.spawn(Arc::clone(&link).keep(address));
        let (reads, writes) = (Refusals::default(), Refusals::default());
        Ok(Self(Arc::new(Inner {
            link,
            reads,
            writes,
            moves,
            _keeper: Mutex::new(keeper),
        })))
    }

    /// Whether it can be asked at the moment.
    pub fn is_up(&self) -> bool {
        self.0.link.is_up()
    }

    /// Places of workspaces whose figures have changed, as other nodes tell.
    pub(super) fn changes(&self) -> broadcast::Receiver<Arc<str>> {
        self.0.link.changes()
    }

    /// The values of keys of one workspace, in their order; `None` for each that is not to be had.
    pub(super) async fn values(&self, keys: &[String]) -> Vec<Option<Vec<u8>>> {
        let mut values = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MAX_KEYS) {
            let command = redis::cmd("MGET").arg(keys).clone();
            let answer = self
                .ask(READ_PATIENCE, &self.0.reads, async move |mut link| {
                    link.ask(&command).await
                })
                .await;
            let Some(found) = answer.and_then(|answer| texts(answer, keys.len())) else {
                break;
            };
            values.extend(found);
        }
        values.resize(keys.len(), None);
        values
    }

    /// Keeps values under keys of one workspace, for [`KEPT`]. Those that are too large are left out.
    pub(super) async fn keep(&self, entries: &[(String, Vec<u8>)]) {
        for batch in batches(entries) {
            let taken = self
                .ask(WRITE_PATIENCE, &self.0.writes, async move |mut link| {
                    link.ask_all(&batch).await
                })
                .await;
            if taken.is_none() {
                return;
            }
        }
    }

    /// Tells all nodes that the figures of the workspace in that place have changed.
    pub(super) async fn tell(&self, place: &str) {
        let command = redis::cmd("PUBLISH").arg(CHANGES).arg(place).clone();
        self.ask(WRITE_PATIENCE, &self.0.reads, async move |mut link| {
            link.ask(&command).await
        })
        .await;
    }

    /// What Redis says within that time.
    async fn ask<T, F, Fut>(
        &self,
        patience: Duration,
        refusals: &Refusals,
        question: F,
    ) -> Option<T>
    where
        F: FnOnce(Connection) -> Fut,
        Fut: Future<Output = RedisResult<T>>,
    {
        let connection = self.0.link.connection().await?;
        let error = match timeout(patience, question(connection)).await {
            Ok(Ok(answer)) => {
                refusals.over();
                return Some(answer);
            }
            Ok(Err(error)) => error,
            Err(_elapsed) => {
                self.0.link.doubt();
                return None;
            }
        };
        match Meaning::of(&error) {
            Meaning::Moved if self.0.moves => self.0.link.lose(),
            Meaning::Moved | Meaning::Refused => refusals.one_more(&error),
            Meaning::Silent => self.0.link.doubt(),
        }
        None
    }
}

/// Whether commands of a kind are refused, as told in the log: once when it begins, once when it is over.
#[derive(Debug, Default)]
struct Refusals(AtomicBool);

impl Refusals {
    fn one_more(&self, error: &redis::RedisError) {
        if !self.0.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "Redis refuses commands; what it does not keep is read from the database");
        }
    }

    fn over(&self) {
        if self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed) {
            tracing::info!("Redis takes commands again");
        }
    }
}

/// Commands that keep `entries`, so many at a time as one round trip may take.
fn batches(entries: &[(String, Vec<u8>)]) -> Vec<Pipeline> {
    let (mut batches, mut bytes) = (Vec::new(), usize::MAX);
    for (key, value) in entries {
        if MAX_VALUE_BYTES < value.len() {
            continue;
        }
        bytes = bytes.saturating_add(value.len());
        if MAX_BATCH_BYTES < bytes {
            batches.push(redis::pipe());
            bytes = value.len();
        }
        if let Some(batch) = batches.last_mut() {
            batch
                .cmd("SET")
                .arg(key)
                .arg(value)
                .arg("EX")
                .arg(KEPT.as_secs());
        }
    }
    batches
}

/// The texts of a list of that length.
fn texts(answer: Value, length: usize) -> Option<Vec<Option<Vec<u8>>>> {
    let Value::Array(values) = answer else {
        return None;
    };
    let text = |value| match value {
        Value::BulkString(text) => Some(text),
        _ => None,
    };
    (values.len() == length).then(|| values.into_iter().map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_goes_in_batches_without_what_is_too_large() {
        let sizes = |sizes: &[usize]| {
            let entries: Vec<_> = sizes
                .iter()
                .map(|size| (size.to_string(), vec![0; *size]))
                .collect();
            batches(&entries)
                .iter()
                .map(Pipeline::len)
                .collect::<Vec<_>>()
        };
        assert_eq!(sizes(&[]), Vec::<usize>::new());
        assert_eq!(sizes(&[1, 2, 3]), [3]);
        assert_eq!(sizes(&[MAX_BATCH_BYTES, 1]), [1, 1]);
        assert_eq!(
            sizes(&[1, MAX_BATCH_BYTES - 1, 1, MAX_VALUE_BYTES + 1, 1]),
            [2, 2]
        );
        assert_eq!(sizes(&[MAX_VALUE_BYTES]), [1]);
    }
}
