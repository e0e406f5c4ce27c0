//! What a run works with, and whom it tells.

use std::sync::Arc;

use caseload_schema::{clock::Clock, day::Day, id::WorkspaceKey, store::Store};
use futures::future::BoxFuture;

/// Whom runs tell what they make, such as a cache that several machines share.
///
/// Nothing here can fail: whoever can't take something in says so itself, and reads it from the store later. What has been
/// told under a revision is never told otherwise, because no block is ever changed.
pub trait Publish: std::fmt::Debug + Send + Sync {
    /// New blocks, which are stored under `revision` and not current before the run's flip.
    fn blocks<'a>(&'a self, ws: WorkspaceKey, revision: i64, blocks: &'a [(Day, Vec<u8>)]) -> BoxFuture<'a, ()>;

    /// The open conversations, stored under `revision` and not current before the run's flip.
    fn open<'a>(&'a self, ws: WorkspaceKey, revision: i64, open: &'a [u8]) -> BoxFuture<'a, ()>;

    /// A run has ended well, and this generation is current now. It may be the one that was current before.
    fn flipped(&self, ws: WorkspaceKey, generation: i64) -> BoxFuture<'_, ()>;
}

/// Tells nobody.
#[derive(Debug)]
struct Nobody;

impl Publish for Nobody {
    fn blocks<'a>(&'a self, _: WorkspaceKey, _: i64, _: &'a [(Day, Vec<u8>)]) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn open<'a>(&'a self, _: WorkspaceKey, _: i64, _: &'a [u8]) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn flipped(&self, _: WorkspaceKey, _: i64) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Who does the work of runs. Clones share everything.
#[derive(Debug, Clone)]
pub struct Hand {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) publish: Arc<dyn Publish>,
}

impl Hand {
    /// A hand that tells nobody what it makes.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, publish: Arc::new(Nobody) }
    }

    /// The same, but it tells `publish`.
    #[must_use]
    pub fn publishing_to(self, publish: Arc<dyn Publish>) -> Self {
        Self { publish, ..self }
    }
}
