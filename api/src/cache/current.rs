//! What is current in a workspace: the ledger, the days it points to, the open conversations, and the names.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use caseload_rollup::block::OpenBlock;
use caseload_schema::{
    directory::Directory,
    id::WorkspaceKey,
    instant::Instant,
    store::{StoreError, ledger::Ledger, workspaces::Workspace},
};

use super::{Caches, LedgerView, LoadError, Trouble, head::Head};

/// How often a ledger that moves while it is read is read again before that counts as a failure.
const MAX_READS: usize = 5;

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
    confirmed_at: AtomicI64,
    told_at: AtomicI64,
}

/// What is current, or what stands in its way.
#[derive(Debug, Clone)]
pub struct Found {
    /// What is current; without days where there is trouble.
    pub current: Arc<Current>,
    /// Why the open conversations can't be read.
    pub trouble: Option<Trouble>,
}

/// What a load of a ledger's parts is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CurrentKey {
    ws: WorkspaceKey,
    generation: i64,
    head: i64,
    directory_version: i64,
}

/// What a ledger points to.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    view: Result<Arc<LedgerView>, Trouble>,
    directory: Arc<Directory>,
}

impl Current {
    fn new(ledger: Ledger, view: Arc<LedgerView>, directory: Arc<Directory>) -> Arc<Self> {
        let (confirmed_at, told_at) = (AtomicI64::new(i64::MIN), AtomicI64::new(i64::MIN));
        Arc::new(Self {
            ledger,
            view,
            directory,
            confirmed_at,
            told_at,
        })
    }

    fn confirmed_at(&self) -> i64 {
        self.confirmed_at.load(Ordering::Relaxed)
    }

    /// The parts of `ledger`, where they are these.
    fn parts_of(&self, ledger: &Ledger) -> Option<Parts> {
        let same =
            self.view.is_of(ledger) && self.ledger.directory_version == ledger.directory_version;
        same.then(|| Parts {
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
            Err(error @ StoreError::Unavailable(_)) => {
                let current = self.last_known(ws).await.ok_or(error)?;
                Ok(Some(Found {
                    current,
                    trouble: None,
                }))
            }
            confirmed => confirmed,
        }
    }

    /// Whether the ledger is of another generation than that by now.
    pub async fn has_moved(&self, ws: WorkspaceKey, from: &Ledger) -> Result<bool, StoreError> {
        let now = self.0.outage.quick(false, self.0.store.ledger(ws)).await?;
        Ok(now.is_none_or(|now| (now.generation, now.head) != (from.generation, from.head)))
    }

    /// What the database says now.
    pub(super) async fn confirmed(&self, ws: &Arc<Workspace>) -> Result<Option<Found>, StoreError> {
        for _ in 0..MAX_READS {
            let at = self.0.clock.now();
            let another_way = self.0.memory.current(ws.key).is_some() || self.0.shared.is_there();
            let Some(ledger) = self
                .0
                .outage
                .quick(another_way, self.0.store.ledger(ws.key))
                .await?
            else {
                return Ok(None);
            };
            match self.complete(ws, ledger).await {
                Ok(found) => {
                    self.confirm(ws, &found, at);
                    return Ok(Some(found));
                }
                Err(LoadError::Store(error)) => return Err(error),
                Err(LoadError::Trouble(_)) => {}
            }
        }
        Err(StoreError::Database(
            "the ledger moved each time it was read".to_owned(),
        ))
    }

    /// The ledger with what it points to, kept in memory.
    async fn complete(&self, ws: &Arc<Workspace>, ledger: Ledger) -> Result<Found, LoadError> {
        let known = self.0.memory.current(ws.key);
        if let Some(current) = known.as_ref().filter(|known| known.ledger == ledger) {
            return Ok(Found {
                current: Arc::clone(current),
                trouble: None,
            });
        }
        let Parts { view, directory } = match known.and_then(|known| known.parts_of(&ledger)) {
            Some(parts) => parts,
            None => self.parts(ws, ledger).await?,
        };
        // Whoever loaded them has made one of them already.
        if let Some(current) = self
            .0
            .memory
            .current(ws.key)
            .filter(|known| known.ledger == ledger)
        {
            return Ok(Found {
                current,
                trouble: None,
            });
        }
        match view {
            Ok(view) => {
                let current = Current::new(ledger, view, directory);
                self.0.memory.keep_current(ws.key, &current);
                Ok(Found {
                    current,
                    trouble: None,
                })
            }
            Err(trouble) => {
                let view = LedgerView {
                    generation: ledger.generation,
                    head: ledger.head,
                    days: Vec::new(),
                    open: Arc::default(),
                };
                Ok(Found {
                    current: Current::new(ledger, Arc::new(view), directory),
                    trouble: Some(trouble),
                })
            }
        }
    }

    /// What the ledger points to, loaded once however many ask.
    async fn parts(&self, ws: &Arc<Workspace>, ledger: Ledger) -> Result<Parts, LoadError> {
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
        let load = |_| async move { Ok([(key, caches.load_parts(&of, ledger).await?)].into()) };
        let mut loaded = self.0.currents.values(vec![key], known, load).await?;
        Ok(loaded.remove(&key).ok_or(super::flights::LoadLost)?)
    }

    async fn load_parts(&self, ws: &Arc<Workspace>, ledger: Ledger) -> Result<Parts, LoadError> {
        let known = self.0.memory.current(ws.key);
        let view = match known.as_ref().filter(|known| known.view.is_of(&ledger)) {
            Some(known) => Ok(Arc::clone(&known.view)),
            None => match self.load_view(ws, &ledger).await {
                Err(LoadError::Trouble(trouble @ Trouble::Damaged(_))) => Err(trouble),
                view => Ok(view?),
            },
        };
        let directory = match known
            .filter(|known| known.ledger.directory_version == ledger.directory_version)
        {
            Some(known) => Arc::clone(&known.directory),
            None => self.load_directory(ws, ledger.directory_version).await?,
        };
        if let Ok(view) = &view {
            let current = Current::new(ledger, Arc::clone(view), Arc::clone(&directory));
            self.0.memory.keep_current(ws.key, &current);
        }
        Ok(Parts { view, directory })
    }

    /// Days and open conversations of the ledger's generation; [`Trouble::Moved`] where the ledger moves meanwhile.
    async fn load_view(
        &self,
        ws: &Arc<Workspace>,
        ledger: &Ledger,
    ) -> Result<Arc<LedgerView>, LoadError> {
        if let Some(view) = self.0.shared.view(ws, ledger).await {
            return Ok(Arc::new(view));
        }
        let days = self.0.outage.long(self.0.store.ledger_days(ws.key)).await?;
        let open = self.open_block(ws.key, ledger).await;
        if self.has_moved(ws.key, ledger).await? {
            return Err(LoadError::Trouble(Trouble::Moved));
        }
        let Ledger {
            generation, head, ..
        } = *ledger;
        let view = Arc::new(LedgerView {
            generation,
            head,
            days,
            open: Arc::new(open?),
        });
        let (caches, ws, kept) = (self.clone(), Arc::clone(ws), Arc::clone(&view));
        self.behind_the_back(async move { caches.0.shared.keep_view(&ws, &kept).await });
        Ok(view)
    }

    async fn open_block(&self, ws: WorkspaceKey, ledger: &Ledger) -> Result<OpenBlock, LoadError> {
        let Some(bytes) = self
            .0
            .outage
            .long(self.0.store.open_block(ws, ledger.open_revision))
            .await?
        else {
            let never_run = ledger.generation == 0;
            return if never_run {
                Ok(OpenBlock::default())
            } else {
                Err(LoadError::Trouble(Trouble::Damaged(Vec::new())))
            };
        };
        OpenBlock::decode(&bytes).map_err(|error| {
            tracing::warn!(workspace = ws.0, revision = ledger.open_revision, %error, "the open conversations can't be read");
            LoadError::Trouble(Trouble::Damaged(Vec::new()))
        })
    }

    async fn load_directory(
        &self,
        ws: &Arc<Workspace>,
        version: i64,
    ) -> Result<Arc<Directory>, LoadError> {
        if let Some(directory) = self.0.shared.directory(ws, version).await {
            return Ok(Arc::new(directory));
        }
        let directory = Arc::new(self.0.outage.long(self.0.store.directory(ws.key)).await?);
        let (caches, ws, kept) = (self.clone(), Arc::clone(ws), Arc::clone(&directory));
        self.behind_the_back(
            async move { caches.0.shared.keep_directory(&ws, version, &kept).await },
        );
        Ok(directory)
    }

    /// The database has said so at that moment: other nodes may rely on it for as long as this one does.
    fn confirm(&self, ws: &Arc<Workspace>, found: &Found, at: Instant) {
        let current = &found.current;
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
        let first = current
            .told_at
            .compare_exchange(told_at, at.micros(), Ordering::Relaxed, Ordering::Relaxed)
            .is_ok();
        if first {
            let head = Head {
                ledger: current.ledger,
                confirmed_at: at,
            };
            let (caches, ws) = (self.clone(), Arc::clone(ws));
            self.behind_the_back(async move { caches.0.shared.keep_head(&ws, &head).await });
        }
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
        let Head {
            ledger,
            confirmed_at,
        } = self.0.shared.head(ws).await?;
        let now = self.0.clock.now();
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
        self.0.memory.keep_current(ws.key, &current);
        Some(current)
    }

    fn behind_the_back(&self, work: impl Future<Output = ()> + Send + 'static) {
        if self.0.shared.is_there() {
            self.0.tasks.spawn(work);
        }
    }
}
