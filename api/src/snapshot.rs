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
    hours::Clocks,
    id::{HoursKey, WorkspaceKey},
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
    access::Selection,
    cache::{Caches, Current, Found, Generations, LoadError, SnapshotFault},
    error::ApiError,
};

/// Days that are loaded once, by whoever needs them first.
type SharedDays = Arc<OnceCell<Days>>;

/// A count that is made once, by whoever needs it first.
type SharedCount = Arc<OnceCell<u64>>;

/// One workspace at one generation. Blocks are loaded when they are asked for, each period once.
#[derive(Debug)]
pub struct Snapshot {
    caches: Caches,
    /// Whether blocks that are read are to leave the memory to others.
    in_passing: bool,
    workspace: Arc<Workspace>,
    current: Arc<Current>,
    now: Instant,
    today: Day,
    loaded: Mutex<HashMap<(Day, Day), SharedDays>>,
    pending: Mutex<HashMap<(Day, Day), SharedCount>>,
    trouble: Arc<Mutex<Option<SnapshotFault>>>,
}

impl Snapshot {
    /// The workspace as it is now; `None` where it has no ledger, which is where it does not exist. While the database is
    /// out of reach, as it was when that was last heard of.
    pub async fn open(
        caches: &Caches,
        workspace: Arc<Workspace>,
        clock: &Clock,
    ) -> Result<Option<Self>, StoreError> {
        let Some(Found { current, trouble }) = caches.current(&workspace).await? else {
            return Ok(None);
        };
        let now = clock.now();
        Ok(Some(Self {
            caches: caches.clone(),
            in_passing: false,
            now,
            today: current.ledger.time.zone.day_of(now),
            workspace,
            current,
            loaded: Mutex::default(),
            pending: Mutex::default(),
            trouble: Arc::new(Mutex::new(trouble)),
        }))
    }

    /// The same figures, for who reads years of them once.
    #[must_use]
    pub fn in_passing(&self) -> Self {
        Self {
            caches: self.caches.clone(),
            in_passing: true,
            workspace: Arc::clone(&self.workspace),
            current: Arc::clone(&self.current),
            now: self.now,
            today: self.today,
            loaded: Mutex::default(),
            pending: Mutex::default(),
            trouble: Arc::clone(&self.trouble),
        }
    }

    /// Where details that are not in memory come from.
    pub fn store(&self) -> &Store {
        self.caches.store()
    }

    /// Who wants to know of new generations is told by this.
    pub fn generations(&self) -> &Generations {
        self.caches.generations()
    }

    /// The same, unless it is known to be out of reach: then nobody waits for it.
    pub fn reachable_store(&self) -> Result<&Store, ApiError> {
        self.caches.circuit_breaker().check()?;
        Ok(self.caches.store())
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
        &self.current.ledger
    }

    /// The clocks that its figures follow.
    pub async fn clocks(&self) -> Result<&Clocks, ApiError> {
        let ledger = &self.current.ledger;
        let load = || async {
            let hours = match ledger.time.hours {
                HoursKey::NONE => None,
                hours => {
                    let store = self.reachable_store()?;
                    store.business_hours(self.key(), hours).await?
                }
            };
            Ok::<_, ApiError>(Clocks::new(ledger.time.zone, hours))
        };
        self.current.clocks.get_or_try_init(load).await
    }

    /// Names, as they are now.
    pub fn directory(&self) -> &Directory {
        &self.current.directory
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
    pub fn trouble(&self) -> Option<SnapshotFault> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The first day on which anything counts, whoever asks; `None` where nothing does.
    pub fn first_day(&self) -> Option<Day> {
        self.current.view.first_day
    }

    /// Whether figures can be compared with those of that earlier period: facts reach back to its first day.
    pub fn is_comparable(&self, earlier: Period) -> bool {
        self.first_day()
            .is_some_and(|first| first <= earlier.from())
    }

    /// The last day that has a block.
    pub fn last_day(&self) -> Option<Day> {
        self.current.view.days.last().map(|day| day.day)
    }

    /// When the figures of `day` were made: its block, or, of a day without events, the last run.
    pub fn rolled_up_at(&self, day: Day) -> Instant {
        let own = self
            .current
            .view
            .days
            .binary_search_by_key(&day, |entry| entry.day)
            .ok()
            .map(|at| self.current.view.days[at].rolled_up_at);
        own.or(self.current.ledger.rolled_up_at)
            .unwrap_or(Instant::from_micros(0))
    }

    /// The figures of a period.
    pub async fn view(&self, selection: &Selection, period: Period) -> Result<View, ApiError> {
        let days = self.days(period.from(), period.to()).await?;
        Ok(View::new(
            days,
            Arc::clone(&self.current.view.open),
            period,
            selection.filter().clone(),
        ))
    }

    /// The figures of a period that can tell the backlog too, for which everything later is needed.
    pub async fn view_with_backlog(
        &self,
        selection: &Selection,
        period: Period,
    ) -> Result<View, ApiError> {
        let last = self.last_day().unwrap_or(period.to()).max(period.to());
        let days = self.days(period.from(), last).await?;
        Ok(View::new(
            days,
            Arc::clone(&self.current.view.open),
            period,
            selection.filter().clone(),
        ))
    }

    /// All days that have a block.
    pub async fn all_days(&self) -> Result<Days, ApiError> {
        let days = &self.current.view.days;
        match (days.first(), days.last()) {
            (Some(first), Some(last)) => self.days(first.day, last.day).await,
            _ => Ok(Days::default()),
        }
    }

    /// Days of a period whose facts changed since they were rolled up. Every report of a list asks for the same period's:
    /// they are counted once.
    pub async fn pending_days(&self, period: Period) -> Result<u64, ApiError> {
        let cell = {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(pending.entry((period.from(), period.to())).or_default())
        };
        let count = || self.caches.pending_days(self.key(), Some(period));
        Ok(*cell.get_or_try_init(count).await?)
    }

    /// All days whose facts changed since they were rolled up.
    pub async fn all_pending_days(&self) -> Result<u64, ApiError> {
        Ok(self.caches.pending_days(self.key(), None).await?)
    }

    /// The blocks from `from` to `to`, both included, in order. They stay in memory no longer than the caller keeps them
    /// and the cache has room.
    pub async fn blocks(&self, from: Day, to: Day) -> Result<Vec<Arc<Block>>, ApiError> {
        let blocks = if self.in_passing {
            self.caches
                .blocks_in_passing(&self.workspace, self.entries(from, to))
                .await
        } else {
            self.caches
                .blocks(&self.workspace, self.entries(from, to))
                .await
        };
        match blocks {
            Ok(blocks) => Ok(blocks),
            Err(LoadError::Store(error)) => Err(error.into()),
            Err(LoadError::Fault(trouble)) => Err(self.report(trouble).await?),
        }
    }

    /// The conversations that are open, by themselves: a view of `period` without its blocks.
    pub fn open_only(&self, selection: &Selection, period: Period) -> View {
        View::new(
            Days::new(Vec::new()),
            Arc::clone(&self.current.view.open),
            period,
            selection.filter().clone(),
        )
    }

    /// The figures of one day whose block is at hand.
    pub fn view_of_block(
        &self,
        selection: &Selection,
        day: Day,
        block: Option<Arc<Block>>,
    ) -> View {
        let days = Days::new(block.into_iter().collect());
        View::new(
            days,
            Arc::clone(&self.current.view.open),
            Period::day(day),
            selection.filter().clone(),
        )
    }

    async fn days(&self, from: Day, to: Day) -> Result<Days, ApiError> {
        let cell = {
            let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(loaded.entry((from, to)).or_default())
        };
        let days = cell
            .get_or_try_init(|| async { Ok(Days::new(self.blocks(from, to).await?)) })
            .await;
        days.cloned()
    }

    fn entries(&self, from: Day, to: Day) -> &[LedgerDay] {
        let days = &self.current.view.days;
        let start = days.partition_point(|entry| entry.day < from);
        let end = days.partition_point(|entry| entry.day <= to);
        &days[start..end.max(start)]
    }

    /// What of that trouble is still so.
    pub async fn remaining(&self, trouble: SnapshotFault) -> Result<SnapshotFault, StoreError> {
        match trouble {
            SnapshotFault::Corrupt(days) => {
                let (ws, was) = (self.key(), &self.current);
                self.caches.still_damaged(ws, was, days).await
            }
            SnapshotFault::Superseded => Ok(SnapshotFault::Superseded),
        }
    }

    /// Keeps what stood in the way, for whoever handles the request to recover.
    async fn report(&self, trouble: SnapshotFault) -> Result<ApiError, StoreError> {
        let trouble = self.remaining(trouble).await?;
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(trouble);
        Ok(ApiError::unavailable())
    }
}
