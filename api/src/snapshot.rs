//! What one request reads: the figures of one generation, and the directory of names as it is now.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use caseload_rollup::{
    block::Block,
    cube::{Days, View},
};
use caseload_schema::{
    clock::Clock,
    day::Day,
    directory::Directory,
    id::WorkspaceKey,
    instant::Instant,
    period::Period,
    store::{
        Store, StoreError,
        ledger::{Ledger, LedgerDay},
        workspaces::Workspace,
    },
};
use tokio::sync::OnceCell;

use crate::{
    auth::Selection,
    cache::{Caches, LedgerView, LoadError, Trouble, has_moved},
    error::ApiError,
};

/// How often a ledger that moves while it is read is read again before that counts as a failure.
const MAX_READS: usize = 5;

/// Days that are loaded once, by whoever needs them first.
type SharedDays = Arc<OnceCell<Days>>;

/// A count that is made once, by whoever needs it first.
type SharedCount = Arc<OnceCell<u64>>;

/// One workspace at one generation. Blocks are loaded when they are asked for, each period once.
#[derive(Debug)]
pub struct Snapshot {
    store: Store,
    caches: Caches,
    workspace: Arc<Workspace>,
    ledger: Ledger,
    view: Arc<LedgerView>,
    directory: Arc<Directory>,
    now: Instant,
    today: Day,
    loaded: Mutex<HashMap<(Day, Day), SharedDays>>,
    pending: Mutex<HashMap<(Day, Day), SharedCount>>,
    trouble: Mutex<Option<Trouble>>,
}

impl Snapshot {
    /// The workspace as it is now; `None` where it has no ledger, which is where it does not exist.
    pub async fn open(
        store: &Store,
        caches: &Caches,
        workspace: Arc<Workspace>,
        clock: &Clock,
    ) -> Result<Option<Self>, StoreError> {
        let Some((ledger, view, trouble)) = read_ledger(store, caches, workspace.key).await? else {
            return Ok(None);
        };
        let directory = caches.directory(store, workspace.key, ledger.directory_version).await?;
        let now = clock.now();
        Ok(Some(Self {
            store: store.clone(),
            caches: caches.clone(),
            now,
            today: ledger.zone.day_of(now),
            workspace,
            ledger,
            view,
            directory,
            loaded: Mutex::default(),
            pending: Mutex::default(),
            trouble: Mutex::new(trouble),
        }))
    }

    /// Where details that are not in memory come from.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The workspace.
    pub fn workspace(&self) -> &Arc<Workspace> {
        &self.workspace
    }

    /// The workspace's key.
    pub fn key(&self) -> WorkspaceKey {
        self.workspace.key
    }

    /// The ledger's one row.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Names, as they are now.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// When it was opened: what the request takes for now.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The day that it is now in the workspace's zone.
    pub fn today(&self) -> Day {
        self.today
    }

    /// What stood in the way of figures of this snapshot, if anything did.
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last day that has a block.
    pub fn last_day(&self) -> Option<Day> {
        self.view.days.last().map(|day| day.day)
    }

    /// When the figures of `day` were made: its block, or, of a day without events, the last run.
    pub fn rolled_up_at(&self, day: Day) -> Instant {
        let own =
            self.view.days.binary_search_by_key(&day, |entry| entry.day).ok().map(|at| self.view.days[at].rolled_up_at);
        own.or(self.ledger.rolled_up_at).unwrap_or(Instant::from_micros(0))
    }

    /// The figures of a period.
    pub async fn view(&self, selection: &Selection, period: Period) -> Result<View, ApiError> {
        let days = self.days(period.from(), period.to()).await?;
        Ok(View::new(days, Arc::clone(&self.view.open), period, selection.filter().clone()))
    }

    /// The figures of a period that can tell the backlog too, for which everything later is needed.
    pub async fn view_with_backlog(&self, selection: &Selection, period: Period) -> Result<View, ApiError> {
        let last = self.last_day().unwrap_or(period.to()).max(period.to());
        let days = self.days(period.from(), last).await?;
        Ok(View::new(days, Arc::clone(&self.view.open), period, selection.filter().clone()))
    }

    /// Days of a period whose facts changed since they were rolled up. Every report of a list asks for the same period's:
    /// they are counted once.
    pub async fn pending_days(&self, period: Period) -> Result<u64, ApiError> {
        let cell = {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(pending.entry((period.from(), period.to())).or_default())
        };
        let count = || self.store.count_pending_days(self.key(), Some(period));
        Ok(*cell.get_or_try_init(count).await?)
    }

    /// The blocks from `from` to `to`, both included, in order. They stay in memory no longer than the caller keeps them
    /// and the cache has room.
    pub async fn blocks(&self, from: Day, to: Day) -> Result<Vec<Arc<Block>>, ApiError> {
        match self.caches.blocks(&self.store, self.key(), self.entries(from, to)).await {
            Ok(blocks) => Ok(blocks),
            Err(LoadError::Store(error)) => Err(error.into()),
            Err(LoadError::Trouble(trouble)) => Err(self.report(trouble).await?),
        }
    }

    /// The conversations that are open, by themselves: a view of `period` without its blocks.
    pub fn open_only(&self, selection: &Selection, period: Period) -> View {
        View::new(Days::new(Vec::new()), Arc::clone(&self.view.open), period, selection.filter().clone())
    }

    /// The figures of one day whose block is at hand.
    pub fn view_of_block(&self, selection: &Selection, day: Day, block: Option<Arc<Block>>) -> View {
        let days = Days::new(block.into_iter().collect());
        View::new(days, Arc::clone(&self.view.open), Period::day(day), selection.filter().clone())
    }

    async fn days(&self, from: Day, to: Day) -> Result<Days, ApiError> {
        let cell = {
            let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(loaded.entry((from, to)).or_default())
        };
        let days = cell.get_or_try_init(|| async { Ok(Days::new(self.blocks(from, to).await?)) }).await;
        days.cloned()
    }

    fn entries(&self, from: Day, to: Day) -> &[LedgerDay] {
        let days = &self.view.days;
        let start = days.partition_point(|entry| entry.day < from);
        let end = days.partition_point(|entry| entry.day <= to);
        &days[start..end.max(start)]
    }

    /// Keeps what stood in the way, for whoever handles the request to settle.
    async fn report(&self, trouble: Trouble) -> Result<ApiError, StoreError> {
        let moved = has_moved(&self.store, self.key(), self.ledger.generation).await?;
        let trouble = if moved { Trouble::Moved } else { trouble };
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
        Ok(ApiError::unavailable())
    }
}

type Read = (Ledger, Arc<LedgerView>, Option<Trouble>);

/// Ledger row and days of one and the same generation. Where the open conversations can't be read, the days are left out
/// and the trouble stands beside them.
async fn read_ledger(store: &Store, caches: &Caches, ws: WorkspaceKey) -> Result<Option<Read>, StoreError> {
    for _ in 0..MAX_READS {
        let Some(ledger) = store.ledger(ws).await? else {
            return Ok(None);
        };
        match caches.ledger_view(store, ws, &ledger).await {
            Ok(view) => return Ok(Some((ledger, view, None))),
            Err(LoadError::Store(error)) => return Err(error),
            Err(LoadError::Trouble(Trouble::Moved)) => {}
            Err(LoadError::Trouble(trouble)) => {
                let view = LedgerView { generation: ledger.generation, days: Vec::new(), open: Arc::default() };
                return Ok(Some((ledger, Arc::new(view), Some(trouble))));
            }
        }
    }
    Err(StoreError::Unavailable("the ledger moved each time it was read".to_owned()))
}
