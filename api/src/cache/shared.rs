//! What machines share: nothing, or Redis. Whichever it is, what comes out is what was put in, or nothing.

use caseload_schema::id::Revision;
use std::sync::Arc;

use caseload_schema::{
    day::Day,
    directory::Directory,
    store::{blocks::seal, ledger::Ledger, workspaces::Workspace},
};
use tokio::sync::broadcast;

use super::{
    cached_pointer::CachedPointer,
    directory_codec,
    memory::BlockKey,
    redis::{BadAddress, Redis},
    sealed::{Keyspace, key_prefix},
    view::LedgerView,
};
use crate::config::Secret;

/// Beside blocks, three values a workspace. They are replaced as it moves on, and say themselves what they are.
const HEAD: &str = "head";
const VIEW: &str = "view";
const DIRECTORY: &str = "directory";

/// The cache that machines share.
#[derive(Debug, Clone, Default)]
pub enum SharedCache {
    /// There is none: what is kept is kept by each process for itself.
    #[default]
    None,
    /// Redis.
    Redis(Redis),
}

impl SharedCache {
    /// The one at that address; none where it is empty. To be called within a runtime.
    pub fn open(redis_url: &Secret) -> Result<Self, BadAddress> {
        if redis_url.expose().is_empty() {
            Ok(Self::None)
        } else {
            Redis::open(redis_url).map(Self::Redis)
        }
    }

    /// Whether it can be asked at the moment; true where there is none.
    pub fn is_up(&self) -> bool {
        match self {
            Self::None => true,
            Self::Redis(redis) => redis.is_up(),
        }
    }

    /// Whether there is one.
    pub(super) const fn is_there(&self) -> bool {
        matches!(self, Self::Redis(_))
    }

    /// The encoded blocks, as far as they are there and bear the seal that the ledger says.
    pub(super) async fn blocks(
        &self,
        ws: &Workspace,
        wanted: &[BlockKey],
    ) -> Vec<(Day, Revision, Vec<u8>)> {
        let Self::Redis(redis) = self else {
            return Vec::new();
        };
        let keyspace = Keyspace::of(ws);
        let sealed: Vec<&BlockKey> = wanted.iter().filter(|key| key.seal.is_some()).collect();
        let names: Vec<String> = sealed
            .iter()
            .map(|key| block_name(&keyspace, key.day, key.revision))
            .collect();
        let locked = redis.values(&names).await;
        let found =
            sealed
                .into_iter()
                .zip(names)
                .zip(locked)
                .filter_map(|((key, name), locked)| {
                    let bytes = keyspace
                        .open(&name, locked?)
                        .filter(|bytes| seal(bytes) == key.seal)?;
                    Some((key.day, key.revision, bytes))
                });
        found.collect()
    }

    /// Keeps blocks.
    pub(super) async fn keep_blocks(&self, ws: &Workspace, blocks: &[(Day, Revision, Vec<u8>)]) {
        let Self::Redis(redis) = self else { return };
        let keyspace = Keyspace::of(ws);
        let lock = |(day, revision, bytes): &(Day, Revision, Vec<u8>)| {
            let name = block_name(&keyspace, *day, *revision);
            let locked = keyspace.seal(&name, bytes)?;
            Some((name, locked))
        };
        let locked: Vec<_> = blocks.iter().filter_map(lock).collect();
        redis.keep(&locked).await;
    }

    /// Days and open conversations of the ledger's generation.
    pub(super) async fn view(&self, ws: &Workspace, ledger: &Ledger) -> Option<LedgerView> {
        let bytes = self.value(ws, VIEW).await?;
        LedgerView::decode(&bytes).filter(|view| view.is_of(ledger))
    }

    /// Keeps the days and open conversations of a generation.
    pub(super) async fn keep_view(&self, ws: &Workspace, view: &LedgerView) {
        self.keep_value(ws, VIEW, &view.encode()).await;
    }

    /// The directory at that version.
    pub(super) async fn directory(&self, ws: &Workspace, version: i64) -> Option<Directory> {
        directory_codec::decode(version, &self.value(ws, DIRECTORY).await?)
    }

    /// Keeps the directory of a version.
    pub(super) async fn keep_directory(&self, ws: &Workspace, version: i64, directory: &Directory) {
        self.keep_value(ws, DIRECTORY, &directory_codec::encode(version, directory))
            .await;
    }

    /// What was current when somebody last asked the store, and when that was.
    pub(super) async fn head(&self, ws: &Workspace) -> Option<CachedPointer> {
        CachedPointer::decode(&self.value(ws, HEAD).await?)
    }

    /// Keeps what is current.
    pub(super) async fn keep_head(&self, ws: &Workspace, head: &CachedPointer) {
        self.keep_value(ws, HEAD, &head.encode()).await;
    }

    /// Tells all nodes that the figures of the workspace have changed.
    pub(super) async fn tell_change(&self, ws: &Workspace) {
        if let Self::Redis(redis) = self {
            redis.tell(&key_prefix(ws)).await;
        }
    }

    /// Places of workspaces whose figures have changed, as other nodes tell, where they can.
    pub(crate) fn changes(&self) -> Option<broadcast::Receiver<Arc<str>>> {
        match self {
            Self::None => None,
            Self::Redis(redis) => Some(redis.changes()),
        }
    }

    async fn value(&self, ws: &Workspace, what: &str) -> Option<Vec<u8>> {
        let Self::Redis(redis) = self else {
            return None;
        };
        let keyspace = Keyspace::of(ws);
        let name = [keyspace.name(format_args!("{what}"))];
        let locked = redis.values(&name).await.pop().flatten()?;
        keyspace.open(&name[0], locked)
    }

    async fn keep_value(&self, ws: &Workspace, what: &str, value: &[u8]) {
        let Self::Redis(redis) = self else { return };
        let keyspace = Keyspace::of(ws);
        let name = keyspace.name(format_args!("{what}"));
        if let Some(locked) = keyspace.seal(&name, value) {
            redis.keep(&[(name, locked)]).await;
        }
    }
}

fn block_name(keyspace: &Keyspace, day: Day, revision: Revision) -> String {
    keyspace.name(format_args!("block:{day}:{revision}"))
}
