//! Requests by class: each has its own number that may be under way at a time, so that exports can't starve dashboards.

use std::sync::Arc;

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    error::ApiError,
    http::limits::{MAX_EXPORTS, MAX_IMPORTS, MAX_QUERIES, MAX_WAIT},
};

/// The turns of each class.
#[derive(Debug, Clone)]
pub(in crate::http) struct Classes {
    queries: Arc<Semaphore>,
    exports: Arc<Semaphore>,
    imports: Arc<Semaphore>,
}

impl Default for Classes {
    fn default() -> Self {
        Self {
            queries: Arc::new(Semaphore::new(MAX_QUERIES)),
            exports: Arc::new(Semaphore::new(MAX_EXPORTS)),
            imports: Arc::new(Semaphore::new(MAX_IMPORTS)),
        }
    }
}

impl Classes {
    /// A turn to compute an answer, kept for as long as that takes.
    pub(in crate::http) async fn query(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        turn(&self.queries).await
    }

    /// A turn to write an export, kept until its last byte.
    pub(in crate::http) async fn export(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        turn(&self.exports).await
    }

    /// A turn to import, kept for as long as that takes. It is waited for however long it takes, with the body unread.
    pub(in crate::http) async fn import(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.imports)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed")
    }
}

async fn turn(semaphore: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, ApiError> {
    match timeout(MAX_WAIT, Arc::clone(semaphore).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        Ok(Err(_)) | Err(_) => Err(ApiError::busy()),
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn one_class_does_not_take_the_turns_of_another() {
        let classes = Classes::default();
        let mut exports = Vec::new();
        for _ in 0..MAX_EXPORTS {
            exports.push(classes.export().await.unwrap());
        }
        assert!(classes.export().now_or_never().is_none());
        assert!(classes.query().await.is_ok());
        exports.pop();
        assert!(classes.export().await.is_ok());
    }

    #[tokio::test]
    async fn one_import_too_many_waits_until_another_is_done() {
        let classes = Classes::default();
        let mut turns = Vec::new();
        for _ in 0..MAX_IMPORTS {
            turns.push(classes.import().await);
        }
        assert!(classes.import().now_or_never().is_none());
        turns.pop();
        assert!(classes.import().now_or_never().is_some());
    }
}
