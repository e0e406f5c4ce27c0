//! What runs make goes to the shared cache before it is current, and all nodes hear of it when it is.

use std::sync::Arc;

use caseload_rollup::run::Publish;
use caseload_schema::{
    day::Day,
    id::{Generation, Revision, WorkspaceKey},
    store::workspaces::Workspace,
};
use futures::future::BoxFuture;

use super::{Caches, LedgerView, cached_pointer::CachedPointer};

/// Tells the shared cache.
#[derive(Debug)]
pub struct Publisher(Caches);

impl Publish for Publisher {
    fn blocks<'a>(
        &'a self,
        ws: WorkspaceKey,
        revision: Revision,
        blocks: &'a [(Day, Vec<u8>)],
    ) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if let Some(ws) = self.workspace(ws).await {
                let blocks: Vec<_> = blocks
                    .iter()
                    .map(|(day, bytes)| (*day, revision, bytes.clone()))
                    .collect();
                self.0.0.shared.keep_blocks(&ws, &blocks).await;
            }
        })
    }

    /// They go with the days, once there is a generation.
    fn open<'a>(&'a self, _: WorkspaceKey, _: Revision, _: &'a [u8]) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    fn flipped(&self, ws: WorkspaceKey, _: Generation) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Some(ws) = self.workspace(ws).await {
                self.tell(&ws).await;
            }
        })
    }
}

impl Publisher {
    /// Tells the shared cache of these, where they have one.
    pub fn new(caches: Caches) -> Self {
        Self(caches)
    }

    /// The workspace, where there is anybody to tell about it.
    async fn workspace(&self, ws: WorkspaceKey) -> Option<Arc<Workspace>> {
        if !self.0.0.shared.is_there() {
            return None;
        }
        self.0.workspace_by_key(ws).await.ok().flatten()
    }

    async fn tell(&self, ws: &Arc<Workspace>) {
        let shared = &self.0.0.shared;
        if let Ok(Some(found)) = self.0.confirmed(ws).await
            && found.trouble.is_none()
        {
            let view: &LedgerView = &found.current.view;
            shared.keep_view(ws, view).await;
            let confirmed_at = self.0.0.clock.now();
            shared
                .keep_head(
                    ws,
                    &CachedPointer {
                        ledger: found.current.ledger,
                        confirmed_at,
                    },
                )
                .await;
        }
        shared.tell_change(ws).await;
    }
}
