//! What a run works with, and whom it tells.

use std::sync::Arc;

use caseload_schema::{
    clock::Clock,
    day::Day,
    id::{Generation, Revision, WorkspaceKey},
    store::{Run, Store},
};
use futures::future::BoxFuture;

use crate::plan::FACTS_AT_A_TIME;

/// Whom runs tell what they make, such as a cache that several machines share.
///
/// Nothing here can fail: whoever can't take something in says so itself, and reads it from the store later. What has been
/// told under a revision is never told otherwise, because no block is ever changed.
pub trait Publish: std::fmt::Debug + Send + Sync {
    /// New blocks, which are stored under `revision` and not current before the run's flip.
    fn blocks<'a>(
        &'a self,
        _ws: WorkspaceKey,
        _revision: Revision,
        _blocks: &'a [(Day, Vec<u8>)],
    ) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    /// The open conversations, stored under `revision` and not current before the run's flip.
    fn open<'a>(
        &'a self,
        _ws: WorkspaceKey,
        _revision: Revision,
        _open: &'a [u8],
    ) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    /// A run has ended well, and this generation is current now. It may be the one that was current before.
    fn flipped(&self, _ws: WorkspaceKey, _generation: Generation) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    /// A run has ended, well or not: for whoever counts them.
    fn ended<'a>(&'a self, _ws: WorkspaceKey, _run: &'a Run) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// All whom a worker tells.
#[derive(Debug, Clone, Default)]
pub(super) struct Publishers(Vec<Arc<dyn Publish>>);

impl Publishers {
    pub(super) async fn blocks(
        &self,
        ws: WorkspaceKey,
        revision: Revision,
        blocks: &[(Day, Vec<u8>)],
    ) {
        for publish in &self.0 {
            publish.blocks(ws, revision, blocks).await;
        }
    }

    pub(super) async fn open(&self, ws: WorkspaceKey, revision: Revision, open: &[u8]) {
        for publish in &self.0 {
            publish.open(ws, revision, open).await;
        }
    }

    pub(super) async fn flipped(&self, ws: WorkspaceKey, generation: Generation) {
        for publish in &self.0 {
            publish.flipped(ws, generation).await;
        }
    }

    pub(super) async fn ended(&self, ws: WorkspaceKey, run: &Run) {
        for publish in &self.0 {
            publish.ended(ws, run).await;
        }
    }
}

/// How a worker gets along with whatever else its process does.
pub trait Throttle: std::fmt::Debug + Send + Sync {
    /// Waits, a little at most, where others come first.
    fn pause(&self) -> BoxFuture<'_, ()>;

    /// Whether the process is about to end: a worker stops at a day's edge, and leaves the rest to others.
    fn is_stopping(&self) -> bool;
}

/// Nobody else is there.
#[derive(Debug)]
struct NoThrottle;

impl Throttle for NoThrottle {
    fn pause(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn is_stopping(&self) -> bool {
        false
    }
}

/// Who does the work of runs. Any number of them, in any number of processes, work on the same runs. Clones share everything.
#[derive(Debug, Clone)]
pub struct Worker {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(super) publish: Publishers,
    pub(crate) throttle: Arc<dyn Throttle>,
    pub(crate) name: Arc<str>,
    pub(super) sample: usize,
    pub(super) chunk: u64,
}

/// Days that a nightly run compares with their facts where nothing else is asked for: a year in some months.
const SAMPLE: usize = 7;

impl Worker {
    /// A worker that tells nobody what it makes, and is alone in its process.
    pub fn new(store: Store, clock: Clock) -> Self {
        let name = format!("process {}", std::process::id()).into();
        Self {
            store,
            clock,
            publish: Publishers::default(),
            throttle: Arc::new(NoThrottle),
            name,
            sample: SAMPLE,
            chunk: FACTS_AT_A_TIME,
        }
    }

    /// The same, but it also tells `publish`.
    #[must_use]
    pub fn publishing_to(mut self, publish: Arc<dyn Publish>) -> Self {
        self.publish.0.push(publish);
        self
    }

    /// The same, but it minds `throttle`.
    #[must_use]
    pub fn with_throttle(self, throttle: Arc<dyn Throttle>) -> Self {
        Self { throttle, ..self }
    }

    /// The same, under a name that tells people which process it is.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }

    /// The same, but it cuts large runs into chunks of about so many facts.
    #[must_use]
    pub fn cutting(self, facts: u64) -> Self {
        Self {
            chunk: facts,
            ..self
        }
    }

    /// The same, but its nightly runs compare so many days that nothing has changed.
    #[must_use]
    pub fn comparing(self, days: usize) -> Self {
        Self {
            sample: days,
            ..self
        }
    }
}
