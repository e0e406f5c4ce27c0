//! What is kept between requests: in memory, and in a cache that machines share where there is one. Nothing here can be
//! stale: blocks are immutable under their revision, and what changes is kept together with the mark that changes with it.
//! Without any of it requests are slower, never wrong.
//!
//! A block is looked for in [`memory`], in the [`shared`] cache, and in the database, in this order, and kept in those that did
//! not have it. [`singleflight`] sees to it that it is looked for once, however many ask for it.

mod blocks;
mod cached_pointer;
mod circuit_breaker;
mod current;
mod directory_codec;
mod generations;
mod hits;
mod memory;
mod publish;
mod redis;
mod sealed;
mod shared;
mod singleflight;
mod view;

use std::sync::Arc;

use caseload_rollup::block::Block;
use caseload_schema::{
    clock::Clock,
    day::Day,
    id::{SessionKey, WorkspaceKey},
    period::Period,
    store::{Store, StoreError, sessions::Session, workspaces::Workspace},
};
use tokio_util::task::TaskTracker;

use self::sealed::key_prefix;
pub use self::{
    circuit_breaker::{CircuitBreaker, Fallback},
    current::{Current, Found},
    generations::Generations,
    hits::Hits,
    publish::Publisher,
    redis::{BadAddress, Redis},
    shared::SharedCache,
    view::LedgerView,
};
use self::{
    current::{CurrentKey, Parts},
    hits::Counters,
    memory::{BlockKey, Memory},
    singleflight::{LoadLost, Singleflight},
};

/// Why figures that should be there can't be read as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotFault {
    /// What can't be read any more is not current any more either: it has been replaced, and swept. A fresh snapshot will do.
    Superseded,
    /// Blocks of these days (none: the open conversations) are missing, damaged, or of a version not known here. They
    /// have to be made from the facts again.
    Corrupt(Vec<Day>),
}

/// Why blocks could not be loaded.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoadError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See [`SnapshotFault`].
    #[error("blocks are missing or damaged: {0:?}")]
    Fault(SnapshotFault),
}

impl From<LoadLost> for StoreError {
    fn from(_: LoadLost) -> Self {
        Self::Database("a load ended without a result".to_owned())
    }
}

impl From<LoadLost> for LoadError {
    fn from(lost: LoadLost) -> Self {
        Self::Store(lost.into())
    }
}

/// What a process keeps memory for.
#[derive(Debug, Clone, Copy)]
pub struct CacheBytes(pub u64);

/// The caches of one process. Clones share everything.
#[derive(Debug, Clone)]
pub struct Caches(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    clock: Clock,
    memory: Memory,
    shared: SharedCache,
    circuit_breaker: CircuitBreaker,
    generations: Generations,
    hits: Counters,
    currents: Singleflight<CurrentKey, Parts, StoreError>,
    blocks: Singleflight<BlockKey, Arc<Block>, LoadError>,
    tasks: TaskTracker,
}

impl Caches {
    /// Empty caches that may take so much memory, in front of `store`. What they do behind a request's back is one of `tasks`.
    pub fn new(
        store: Store,
        clock: Clock,
        memory: CacheBytes,
        shared: SharedCache,
        tasks: TaskTracker,
    ) -> Self {
        let circuit_breaker = CircuitBreaker::new(store.clone(), tasks.clone());
        Self(Arc::new(Inner {
            generations: Generations::new(store.clone(), circuit_breaker.clone(), shared.clone()),
            circuit_breaker,
            store,
            clock,
            memory: Memory::new(memory.0),
            shared,
            hits: Counters::default(),
            currents: Singleflight::new(tasks.clone()),
            blocks: Singleflight::new(tasks.clone()),
            tasks,
        }))
    }

    /// Where everything that is kept here comes from.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// What time it is.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Work that outlives the request which began it.
    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// The cache that machines share.
    pub fn shared(&self) -> &SharedCache {
        &self.0.shared
    }

    /// Whether the store can be reached.
    pub fn circuit_breaker(&self) -> &CircuitBreaker {
        &self.0.circuit_breaker
    }

    /// Who wants to know of new generations is told by this.
    pub fn generations(&self) -> &Generations {
        &self.0.generations
    }

    /// Where blocks were found until now.
    pub fn hits(&self) -> Hits {
        self.0.hits.read()
    }

    /// The workspace of that id. One that isn't there is asked for again each time.
    pub async fn workspace(&self, id: &str) -> Result<Option<Arc<Workspace>>, StoreError> {
        if let Some(known) = self.0.memory.workspace(id) {
            return Ok(Some(known));
        }
        let found = self
            .0
            .circuit_breaker
            .call(Fallback::None, self.0.store.find_workspace(id))
            .await?
            .map(Arc::new);
        if let Some(workspace) = &found {
            self.0.memory.keep_workspace(workspace);
        }
        Ok(found)
    }

    /// The workspace of that key.
    pub async fn workspace_by_key(
        &self,
        ws: WorkspaceKey,
    ) -> Result<Option<Arc<Workspace>>, StoreError> {
        if let Some(known) = self.0.memory.workspace_by_key(ws) {
            return Ok(Some(known));
        }
        let found = self
            .0
            .circuit_breaker
            .call(Fallback::None, self.0.store.workspace(ws))
            .await?
            .map(Arc::new);
        if let Some(workspace) = &found {
            self.0.memory.keep_workspace(workspace);
        }
        Ok(found)
    }

    /// The session of that number, from the store: a browser's cookie is looked up each few seconds. A caller that remembers it
    /// waits less.
    pub async fn find_session(
        &self,
        ws: WorkspaceKey,
        key: SessionKey,
        fallback: Fallback,
    ) -> Result<Option<Session>, StoreError> {
        self.0
            .circuit_breaker
            .call(fallback, self.0.store.find_session(ws, key))
            .await
    }

    /// Learns all workspaces, so that they are known should the database go before anybody has asked for them.
    pub async fn learn_workspaces(&self) -> Result<(), StoreError> {
        for workspace in self.0.store.list_workspaces().await? {
            self.0.memory.keep_workspace(&Arc::new(workspace));
        }
        Ok(())
    }

    /// Days, of a period or of all time, whose facts changed since they were rolled up. While the database is out of reach,
    /// as many as there were when it was last asked.
    pub async fn pending_days(
        &self,
        ws: WorkspaceKey,
        period: Option<Period>,
    ) -> Result<u64, StoreError> {
        let known = self.0.memory.pending(ws, period);
        let count = self.0.store.count_pending_days(ws, period);
        match self
            .0
            .circuit_breaker
            .call(Fallback::of(known.is_some()), count)
            .await
        {
            Ok(days) => {
                self.0.memory.keep_pending(ws, period, days);
                Ok(days)
            }
            Err(error) if error.is_unavailable() => known.ok_or(error),
            Err(error) => Err(error),
        }
    }
}
