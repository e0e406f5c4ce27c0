//! Looking in each workspace by itself. A look at all of them at once asks every node of a cluster, and fails while one of
//! them is away; the workspaces of the others can still be reached.

use futures::{StreamExt as _, future::BoxFuture, stream};

use super::{Access, Conn, Result, Store, StoreError};
use crate::id::WorkspaceKey;

/// Workspaces that are asked at the same time: few, since those of a node that is away hold a connection until the database
/// gives up on it.
const AT_ONCE: usize = 4;

/// What was found in the workspaces that can be reached.
#[derive(Debug, Clone)]
pub struct Reached<T> {
    /// What was found.
    pub found: Vec<T>,
    /// Why others could not be reached; `None` where all could.
    pub failed: Option<StoreError>,
}

impl Store {
    /// What was found by `at_once`, a look at all workspaces; where that failed because the database, or a node of it, is not
    /// available, what `look` finds in each workspace. The error of `at_once` where no workspace can be reached.
    pub async fn or_in_each<T, F>(&self, at_once: Result<Vec<T>>, look: F) -> Result<Reached<T>>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Conn, WorkspaceKey) -> BoxFuture<'c, Result<Option<T>>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let error = match at_once {
            Ok(found) => {
                return Ok(Reached {
                    found,
                    failed: None,
                });
            }
            Err(error) if !error.is_unavailable() => return Err(error),
            Err(error) => error,
        };
        let Ok(workspaces) = self.list_workspaces().await else {
            return Err(error);
        };
        let all: Vec<WorkspaceKey> = workspaces.iter().map(|workspace| workspace.key).collect();
        self.in_each(&all, look).await
    }

    /// What `look` finds in each of these workspaces. An error where it can't look in any.
    pub(super) async fn in_each<T, F>(&self, of: &[WorkspaceKey], look: F) -> Result<Reached<T>>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Conn, WorkspaceKey) -> BoxFuture<'c, Result<Option<T>>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let mut looks: Vec<BoxFuture<'static, Result<Option<T>>>> = Vec::with_capacity(of.len());
        for ws in of.iter().copied() {
            let (store, look) = (self.clone(), look.clone());
            looks.push(Box::pin(async move {
                // Once: whoever looks at all workspaces looks again soon.
                let looked = store.run(Access::Read, move |conn| look(conn, ws)).await;
                looked.map_err(StoreError::into_final)
            }));
        }
        let looked: Vec<Result<Option<T>>> = stream::iter(looks).buffered(AT_ONCE).collect().await;
        let reachable = looked.iter().filter(|looked| looked.is_ok()).count();
        let mut reached = Reached {
            found: Vec::new(),
            failed: None,
        };
        for looked in looked {
            match looked {
                Ok(found) => reached.found.extend(found),
                Err(error) if reachable == 0 || !error.is_unavailable() => return Err(error),
                Err(error) => reached.failed = Some(error),
            }
        }
        Ok(reached)
    }
}
