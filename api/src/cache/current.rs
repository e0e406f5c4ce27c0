//! What is current in a workspace: the ledger, the days it points to, the open conversations, and the names.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use caseload_rollup::block::OpenBlock;
use caseload_schema::{
    day::Day,
    directory::Directory,
    hours::Clocks,
    id::{Generation, WorkspaceKey},
    instant::Instant,
    store::{
        StoreError,
        ledger::{Ledger, LedgerContents, LedgerDay},
        workspaces::Workspace,
    },
};
use tokio::sync::OnceCell;

use super::{Caches, Fallback, LedgerView, SnapshotFault, cached_pointer::CachedPointer};

/// How old, at most, what the database said last may be while it is out of reach. A node that alone has lost it does not
/// hear of a role that is taken away, but from the nodes that share a cache with it; a database that fails over is back in
/// less.
const MAX_STALENESS: i64 = 60 * MICROS;

/// How often the shared cache is told that what it holds is still so.
const CONFIRMED_EVERY: i64 = 10 * MICROS;

const MICROS: i64 = 1_000_000;

/// What is current in a workspace, all of one generation.
#[derive(Debug)]
pub struct Current {
    /// The ledger's row.
    pub ledger: Ledger,
    /// The days of its generation, and the open conversations.
    pub view: Arc<LedgerView>,
    /// Names, at least as new as the ledger's version of them.
    pub directory: Arc<Directory>,
    /// The clocks of its figures, once they are asked for.
    pub clocks: OnceCell<Clocks>,
    confirmed_at: AtomicI64,
    told_at: AtomicI64,
}

/// What is current, or what stands in its way.
#[derive(Debug, Clone)]
pub struct Found {
    /// What is current; without days where there is trouble.
    pub current: Arc<Current>,
    /// Why the open conversations can't be read.
    pub trouble: Option<SnapshotFault>,
}

/// What a load of a ledger's parts is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CurrentKey {
    ws: WorkspaceKey,
    generation: Generation,
    head: i64,
    directory_version: i64,
}

/// What a ledger points to.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    /// The ledger that points to it: the one that was asked for, or a later one.
    ledger: Ledger,
    view: Result<Arc<LedgerView>, SnapshotFault>,
    directory: Arc<Directory>,
}

impl Current {
    fn new(ledger: Ledger, view: Arc<LedgerView>, directory: Arc<Directory>) -> Arc<Self> {
        let (confirmed_at, told_at) = (AtomicI64::new(i64::MIN), AtomicI64::new(i64::MIN));
        Arc::new(Self {
            ledger,
            view,
            directory,
            clocks: OnceCell::new(),
            confirmed_at,
            told_at,
        })
    }

    /// Takes the clocks that were asked for before, where its figures follow the same.
    fn take_over(&self, before: &Self) {
        if self.ledger.time == before.ledger.time
            && let Some(clocks) = before.clocks.get()
        {
            // Whoever has set them meanwhile has set the same.
            let _ = self.clocks.set(clocks.clone());
        }
    }

    fn confirmed_at(&self) -> i64 {
        self.confirmed_at.load(Ordering::Relaxed)
    }

    /// The parts of `ledger`, where they are these.
    fn parts_of(&self, ledger: &Ledger) -> Option<Parts> {
        let same =
            self.view.is_of(ledger) && self.ledger.directory_version == ledger.directory_version;
        same.then(|| Parts {
            ledger: *ledger,
            view: Ok(Arc::clone(&self.view)),
            directory: Arc::clone(&self.directory),
        })
    }
}

impl Caches {
    /// What is current; `None` where the workspace has no ledger, which is where it does not exist. While the database is
    /// out of reach, what it said last, for as long as that may be answered from.
    pub async fn current(&self, ws: &Arc<Workspace>) -> Result<Option<Found>, StoreError> {
        match self.confirmed(ws).await {
            Err(error) if error.is_unavailable() => {
                let current = self.last_known(ws).await.ok_or(error)?;
                Ok(Some(Found {
                    current,
                    trouble: None,
                }))
            }
            confirmed => confirmed,
        }
    }

    /// Which of the days that could not be read under `was` are still the current ones; [`SnapshotFault::Superseded`] where none is. A new
    /// generation says nothing about that: it replaces the days whose facts have changed, and no others.
    pub async fn still_damaged(
        &self,
        ws: WorkspaceKey,
        was: &Current,
        days: Vec<Day>,
    ) -> Result<SnapshotFault, StoreError> {
        if days.is_empty() {
            let now = self
                .0
                .circuit_breaker
                .call(Fallback::None, self.0.store.ledger(ws))
                .await?;
            let is_same = now.is_some_and(|now| now.open_revision == was.ledger.open_revision);
            return Ok(if is_same {
                SnapshotFault::Corrupt(days)
            } else {
                SnapshotFault::Superseded
            });
        }
        let now = self
            .0
            .circuit_breaker
            .call_slow(self.0.store.ledger_days(ws))
            .await?;
        let revision = |entries: &[LedgerDay], day: Day| {
            let at = entries.binary_search_by_key(&day, |entry| entry.day).ok()?;
            Some(entries[at].revision)
        };
        let is_same = |day: &Day| revision(&now, *day) == revision(&was.view.days, *day);
        let still: Vec<Day> = days.into_iter().filter(is_same).collect();
        Ok(if still.is_empty() {
            SnapshotFault::Superseded
        } else {
            SnapshotFault::Corrupt(still)
        })
    }

    /// What the database says now.
    pub(super) async fn confirmed(&self, ws: &Arc<Workspace>) -> Result<Option<Found>, StoreError> {
        // Taken before the query. Taken after it, a slow answer would count as newer than it is, and would be served for longer
        // than `MAX_STALENESS` while the database is out of reach.
        let at = self.0.clock.now();
        let has_fallback = self.0.memory.current(ws.key).is_some() || self.0.shared.is_there();
        let ledger = self.0.store.ledger(ws.key);
        let Some(ledger) = self
            .0
            .circuit_breaker
            .call(Fallback::of(has_fallback), ledger)
            .await?
        else {
            return Ok(None);
        };
        let found = self.complete(ws, ledger).await?;
        if let Some(found) = &found {
            self.confirm(ws, found, at);
        }
        Ok(found)
    }

    /// The ledger with what it points to, kept in memory.
    async fn complete(
        &self,
        ws: &Arc<Workspace>,
        ledger: Ledger,
    ) -> Result<Option<Found>, StoreError> {
        let known = self.0.memory.current(ws.key);
        if let Some(current) = known.as_ref().filter(|known| known.ledger == ledger) {
            return Ok(Some(Found {
                current: Arc::clone(current),
                trouble: None,
            }));
        }
        // A run that changed no figure, or a zone that was asked for, changes the ledger's row and nothing that it points to.
        let parts = match known.and_then(|known| known.parts_of(&ledger)) {
            Some(parts) => parts,
            None => match self.parts(ws, ledger).await? {
                Some(parts) => parts,
                None => return Ok(None),
            },
        };
        Ok(Some(self.found(ws.key, parts)))
    }

    fn found(&self, ws: WorkspaceKey, parts: Parts) -> Found {
        let Parts {
            ledger,
            view,
            directory,
        } = parts;
        // Whoever loaded them has kept one already. A second one would take its place, and the moments at which other requests
        // confirm the first would be lost.
        if let Some(current) = self
            .0
            .memory
            .current(ws)
            .filter(|known| known.ledger == ledger)
        {
            return Found {
                current,
                trouble: None,
            };
        }
        match view {
            Ok(view) => {
                let current = Current::new(ledger, view, directory);
                self.keep_current(ws, &current);
                Found {
                    current,
                    trouble: None,
                }
            }
            Err(trouble) => {
                let view = LedgerView {
                    generation: ledger.generation,
                    head: ledger.head,
                    days: Vec::new(),
                    first_day: None,
                    open: Arc::default(),
                };
                Found {
                    current: Current::new(ledger, Arc::new(view), directory),
                    trouble: Some(trouble),
                }
            }
        }
    }

    /// What the ledger, or a later one, points to, loaded once however many ask; `None` where the workspace is gone.
    async fn parts(
        &self,
        ws: &Arc<Workspace>,
        ledger: Ledger,
    ) -> Result<Option<Parts>, StoreError> {
        let Ledger {
            generation,
            head,
            directory_version,
            ..
        } = ledger;
        let key = CurrentKey {
            ws: ws.key,
            generation,
            head,
            directory_version,
        };
        let known = |_: &CurrentKey| {
            self.0
                .memory
                .current(ws.key)
                .and_then(|known| known.parts_of(&ledger))
        };
        let (caches, of) = (self.clone(), Arc::clone(ws));
        let load = |_| async move {
            let parts = caches.load_parts(&of, ledger).await?;
            // Under the key that was asked for, even if a later ledger was read: the waiting requests look it up by that key.
            Ok(parts.into_iter().map(|parts| (key, parts)).collect())
        };
        let mut loaded = self.0.currents.values(vec![key], known, load).await?;
        Ok(loaded.remove(&key))
    }

    async fn load_parts(
        &self,
        ws: &Arc<Workspace>,
        ledger: Ledger,
    ) -> Result<Option<Parts>, StoreError> {
        let known = self.0.memory.current(ws.key);
        // The view before the directory: it may be that of a later ledger. A directory that was read first could lack members
        // to whom its figures are credited.
        let (ledger, view) = match known.as_ref().filter(|known| known.view.is_of(&ledger)) {
            Some(known) => (ledger, Ok(Arc::clone(&known.view))),
            None => match self.load_view(ws, ledger).await? {
                Some(loaded) => loaded,
                None => return Ok(None),
            },
        };
        let directory = match known
            .filter(|known| known.ledger.directory_version == ledger.directory_version)
        {
            Some(known) => Arc::clone(&known.directory),
            None => self.load_directory(ws, ledger.directory_version).await?,
        };
        // Kept before the load ends: a request that comes between the two would load everything again.
        if let Ok(view) = &view {
            let current = Current::new(ledger, Arc::clone(view), Arc::clone(&directory));
            self.keep_current(ws.key, &current);
        }
        Ok(Some(Parts {
            ledger,
            view,
            directory,
        }))
    }

    /// Days and open conversations of that ledger, or of the one that is current by the time that they are read; `None` where
    /// the workspace is gone.
    ///
    /// The ledger is read again together with what it points to, as of one moment: read one after the other, they would never
    /// be of one generation where figures change faster than the database answers.
    async fn load_view(
        &self,
        ws: &Arc<Workspace>,
        ledger: Ledger,
    ) -> Result<Option<(Ledger, Result<Arc<LedgerView>, SnapshotFault>)>, StoreError> {
        if let Some(view) = self.0.shared.view(ws, &ledger).await {
            return Ok(Some((ledger, Ok(Arc::new(view)))));
        }
        let contents = self.0.store.ledger_contents(ws.key);
        let Some(LedgerContents {
            ledger,
            days,
            first_day,
            open,
        }) = self.0.circuit_breaker.call_slow(contents).await?
        else {
            return Ok(None);
        };
        let view = open_conversations(ws.key, &ledger, open).map(|open| {
            Arc::new(LedgerView {
                generation: ledger.generation,
                head: ledger.head,
                days,
                first_day,
                open: Arc::new(open),
            })
        });
        if let Ok(view) = &view {
            let (caches, ws, kept) = (self.clone(), Arc::clone(ws), Arc::clone(view));
            self.behind_the_back(async move { caches.0.shared.keep_view(&ws, &kept).await });
        }
        Ok(Some((ledger, view)))
    }

    async fn load_directory(
        &self,
        ws: &Arc<Workspace>,
        version: i64,
    ) -> Result<Arc<Directory>, StoreError> {
        if let Some(directory) = self.0.shared.directory(ws, version).await {
            return Ok(Arc::new(directory));
        }
        let directory = Arc::new(
            self.0
                .circuit_breaker
                .call_slow(self.0.store.directory(ws.key))
                .await?,
        );
        let (caches, ws, kept) = (self.clone(), Arc::clone(ws), Arc::clone(&directory));
        self.behind_the_back(
            async move { caches.0.shared.keep_directory(&ws, version, &kept).await },
        );
        Ok(directory)
    }

    /// The database has said so at that moment: other nodes may rely on it for as long as this one does.
    fn confirm(&self, ws: &Arc<Workspace>, found: &Found, at: Instant) {
        let current = &found.current;
        // The latest moment stays: answers can overtake each other, and an older one must not take a confirmation back.
        current
            .confirmed_at
            .fetch_max(at.micros(), Ordering::Relaxed);
        let told_at = current.told_at.load(Ordering::Relaxed);
        if found.trouble.is_some()
            || !self.0.shared.is_there()
            || at.micros() < told_at.saturating_add(CONFIRMED_EVERY)
        {
            return;
        }
        // Of many requests that come here at once, one writes to the shared cache.
        let first = current
            .told_at
            .compare_exchange(told_at, at.micros(), Ordering::Relaxed, Ordering::Relaxed)
            .is_ok();
        if first {
            let head = CachedPointer {
                ledger: current.ledger,
                confirmed_at: at,
            };
            let (caches, ws) = (self.clone(), Arc::clone(ws));
            self.behind_the_back(async move { caches.0.shared.keep_head(&ws, &head).await });
        }
    }

    /// Keeps it in memory, with the clocks of the one before where they are the same.
    fn keep_current(&self, ws: WorkspaceKey, current: &Arc<Current>) {
        if let Some(known) = self.0.memory.current(ws) {
            current.take_over(&known);
        }
        self.0.memory.keep_current(ws, current);
    }

    /// What the database said last, to this node or to another, if that is not too long ago.
    async fn last_known(&self, ws: &Arc<Workspace>) -> Option<Arc<Current>> {
        let oldest = self.0.clock.now().micros().saturating_sub(MAX_STALENESS);
        let known = self.0.memory.current(ws.key);
        let told = self.told(ws, known.as_ref()).await;
        told.or(known)
            .filter(|current| oldest <= current.confirmed_at())
    }

    /// What another node has told the shared cache, where that is newer than what is known here.
    async fn told(
        &self,
        ws: &Arc<Workspace>,
        known: Option<&Arc<Current>>,
    ) -> Option<Arc<Current>> {
        let CachedPointer {
            ledger,
            confirmed_at,
        } = self.0.shared.head(ws).await?;
        let now = self.0.clock.now();
        // The other node's clock may be ahead: without this limit, its state would be served for too long by as much.
        let confirmed_at = confirmed_at.min(now).micros();
        if known.is_some_and(|known| confirmed_at <= known.confirmed_at()) {
            return None;
        }
        let same = known.filter(|known| known.ledger == ledger).map(Arc::clone);
        let current = if let Some(same) = same {
            same
        } else {
            self.shared_parts(ws, ledger, known).await?
        };
        current
            .confirmed_at
            .fetch_max(confirmed_at, Ordering::Relaxed);
        Some(current)
    }

    /// What that ledger points to, without the database.
    async fn shared_parts(
        &self,
        ws: &Arc<Workspace>,
        ledger: Ledger,
        known: Option<&Arc<Current>>,
    ) -> Option<Arc<Current>> {
        let view = match known.filter(|known| known.view.is_of(&ledger)) {
            Some(known) => Arc::clone(&known.view),
            None => Arc::new(self.0.shared.view(ws, &ledger).await?),
        };
        let directory = match known
            .filter(|known| known.ledger.directory_version == ledger.directory_version)
        {
            Some(known) => Arc::clone(&known.directory),
            None => Arc::new(
                self.0
                    .shared
                    .directory(ws, ledger.directory_version)
                    .await?,
            ),
        };
        let current = Current::new(ledger, view, directory);
        self.keep_current(ws.key, &current);
        Some(current)
    }

    fn behind_the_back(&self, work: impl Future<Output = ()> + Send + 'static) {
        if self.0.shared.is_there() {
            self.0.tasks.spawn(work);
        }
    }
}

/// The open conversations that a ledger points to, from their bytes.
fn open_conversations(
    ws: WorkspaceKey,
    ledger: &Ledger,
    bytes: Option<Vec<u8>>,
) -> Result<OpenBlock, SnapshotFault> {
    let Some(bytes) = bytes else {
        let never_run = ledger.generation == Generation(0);
        return if never_run {
            Ok(OpenBlock::default())
        } else {
            Err(SnapshotFault::Corrupt(Vec::new()))
        };
    };
    OpenBlock::decode(&bytes).map_err(|error| {
        tracing::warn!(workspace = ws.0, revision = %ledger.open_revision, %error, "the open conversations can't be read");
        SnapshotFault::Corrupt(Vec::new())
    })
}
