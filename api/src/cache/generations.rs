//! Who wants to know when the figures of a workspace change, learns of it within a second.
//!
//! One task asks the database for the generations of all workspaces that anybody watches, in one query, twice a second, and
//! at once when another node says that it has changed one. It runs only while somebody watches.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use caseload_schema::{
    id::{Generation, WorkspaceKey},
    store::{Store, StoreError, workspaces::Workspace},
};
use tokio::{
    sync::{broadcast, watch},
    task::JoinSet,
};

use super::{CircuitBreaker, Fallback, SharedCache, key_prefix};

/// How often the database is asked: what another node says may be lost, and there may be nothing through which to say it.
const POLL: Duration = Duration::from_millis(500);

/// The generations of all workspaces. Clones share everything.
#[derive(Debug, Clone)]
pub struct Generations(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sources: Sources,
    watched: Arc<Mutex<Watched>>,
}

/// Whom generations are learnt from.
#[derive(Debug, Clone)]
struct Sources {
    store: Store,
    circuit_breaker: CircuitBreaker,
    shared: SharedCache,
}

#[derive(Debug, Default)]
struct Watched {
    generations: HashMap<WorkspaceKey, Watch>,
    /// The one task that asks. It ends with the last watch.
    asking: JoinSet<()>,
    is_asking: bool,
}

#[derive(Debug)]
struct Watch {
    generation: watch::Sender<Generation>,
    place: String,
}

impl Generations {
    /// Of the workspaces of that store, of whose changes nodes tell each other through `shared`.
    pub fn new(store: Store, circuit_breaker: CircuitBreaker, shared: SharedCache) -> Self {
        let sources = Sources {
            store,
            circuit_breaker,
            shared,
        };
        Self(Arc::new(Inner {
            sources,
            watched: Arc::default(),
        }))
    }

    /// How many workspaces are watched.
    pub fn watched(&self) -> usize {
        lock(&self.0.watched).generations.len()
    }

    /// The workspace's generation, which changes with that of the database until it is dropped; `None` where there is no
    /// such workspace.
    pub async fn watch(
        &self,
        ws: &Workspace,
    ) -> Result<Option<watch::Receiver<Generation>>, StoreError> {
        let found = self.0.sources.store.generations(&[ws.key]).await?;
        let Some((_, now)) = found.into_iter().next() else {
            return Ok(None);
        };
        let mut watched = lock(&self.0.watched);
        let watch = watched.generations.entry(ws.key).or_insert_with(|| Watch {
            generation: watch::Sender::new(now),
            place: key_prefix(ws),
        });
        let receiver = watch.generation.subscribe();
        if !watched.is_asking {
            watched.is_asking = true;
            let (sources, of) = (self.0.sources.clone(), Arc::clone(&self.0.watched));
            watched.asking.spawn(ask(sources, of));
        }
        Ok(Some(receiver))
    }
}

/// Asks until nobody watches.
async fn ask(sources: Sources, watched: Arc<Mutex<Watched>>) {
    let Sources {
        store,
        circuit_breaker,
        shared,
    } = sources;
    let mut changes = shared.changes();
    loop {
        let Some(keys) = still_watched(&watched) else {
            return;
        };
        // Whoever can't be asked now is asked again soon.
        if let Ok(generations) = circuit_breaker
            .call(Fallback::Exists, store.generations(&keys))
            .await
        {
            let watched = lock(&watched);
            for (ws, generation) in generations {
                if let Some(watch) = watched.generations.get(&ws) {
                    watch.generation.send_if_modified(|known| {
                        std::mem::replace(known, generation) != generation
                    });
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            () = told(&mut changes, &watched) => {}
        }
    }
}

/// The workspaces that are watched still; `None`, and no more asking, where there is none.
fn still_watched(watched: &Mutex<Watched>) -> Option<Vec<WorkspaceKey>> {
    let mut watched = lock(watched);
    watched
        .generations
        .retain(|_, watch| 0 < watch.generation.receiver_count());
    watched.is_asking = !watched.generations.is_empty();
    // What has ended before is forgotten.
    while watched.asking.try_join_next().is_some() {}
    watched
        .is_asking
        .then(|| watched.generations.keys().copied().collect())
}

/// Until another node says that it has changed a workspace that is watched here.
async fn told(changes: &mut Option<broadcast::Receiver<Arc<str>>>, watched: &Mutex<Watched>) {
    let Some(changes) = changes else {
        return std::future::pending().await;
    };
    loop {
        match changes.recv().await {
            Ok(place) => {
                let watched = lock(watched);
                if watched
                    .generations
                    .values()
                    .any(|watch| *watch.place == *place)
                {
                    return;
                }
            }
            Err(broadcast::error::RecvError::Lagged(_)) => return,
            Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
        }
    }
}

fn lock(watched: &Mutex<Watched>) -> MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}
