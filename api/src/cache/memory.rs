//! What one process keeps in memory between requests.

use std::{hash::Hash, sync::Arc};

use caseload_rollup::block::Block;
use caseload_schema::{
    day::Day,
    directory::Directory,
    id::{Revision, WorkspaceKey},
    period::Period,
    store::{ledger::LedgerDay, workspaces::Workspace},
};
use moka::sync::Cache;

use super::current::Current;

/// Workspaces whose names are kept.
const MAX_WORKSPACES: u64 = 1_000;

/// Periods whose pending days are kept, for a time without the database.
const MAX_COUNTS: u64 = 10_000;

/// Ledgers and directories together may take two such parts of the memory for caches in all workspaces together, blocks take
/// the rest: at the default of 256 MiB, that is enough for a hundred workspaces of ten years with a few thousand open
/// conversations each.
const PARTS: u64 = 8;

/// About what a member, label or team of a directory takes: itself, its texts, and its places in two indexes.
const ENTRY_BYTES: usize = 512;

/// A block, wherever it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BlockKey {
    ws: WorkspaceKey,
    pub(super) day: Day,
    pub(super) revision: Revision,
    pub(super) seal: Option<i64>,
}

impl BlockKey {
    pub(super) fn new(ws: WorkspaceKey, of: &LedgerDay) -> Self {
        Self {
            ws,
            day: of.day,
            revision: of.revision,
            seal: of.seal,
        }
    }
}

/// Days whose facts have changed: of a period, or of all time.
type Counted = (WorkspaceKey, Option<(Day, Day)>);

#[derive(Debug)]
pub(super) struct Memory {
    workspaces: Cache<String, Arc<Workspace>>,
    by_key: Cache<WorkspaceKey, Arc<Workspace>>,
    current: Cache<WorkspaceKey, Arc<Current>>,
    blocks: Cache<BlockKey, Arc<Block>>,
    pending: Cache<Counted, u64>,
}

impl Memory {
    /// With room for `bytes`: decoded blocks three quarters, ledgers and directories the rest.
    pub(super) fn new(bytes: u64) -> Self {
        let parts = 2 * (bytes / PARTS);
        Self {
            workspaces: Cache::new(MAX_WORKSPACES),
            by_key: Cache::new(MAX_WORKSPACES),
            current: weighing(parts, |current: &Arc<Current>| {
                current.view.weight() + entries(&current.directory) * ENTRY_BYTES
            }),
            blocks: weighing(bytes - parts, |block: &Arc<Block>| block.weight()),
            pending: Cache::new(MAX_COUNTS),
        }
    }

    pub(super) fn workspace(&self, id: &str) -> Option<Arc<Workspace>> {
        self.workspaces.get(id)
    }

    pub(super) fn workspace_by_key(&self, ws: WorkspaceKey) -> Option<Arc<Workspace>> {
        self.by_key.get(&ws)
    }

    pub(super) fn keep_workspace(&self, workspace: &Arc<Workspace>) {
        self.workspaces
            .insert(workspace.id.clone(), Arc::clone(workspace));
        self.by_key.insert(workspace.key, Arc::clone(workspace));
    }

    pub(super) fn current(&self, ws: WorkspaceKey) -> Option<Arc<Current>> {
        self.current.get(&ws)
    }

    pub(super) fn keep_current(&self, ws: WorkspaceKey, current: &Arc<Current>) {
        self.current.insert(ws, Arc::clone(current));
    }

    pub(super) fn block(&self, key: &BlockKey) -> Option<Arc<Block>> {
        self.blocks.get(key)
    }

    pub(super) fn keep_block(&self, key: BlockKey, block: &Arc<Block>) {
        self.blocks.insert(key, Arc::clone(block));
    }

    pub(super) fn pending(&self, ws: WorkspaceKey, period: Option<Period>) -> Option<u64> {
        self.pending.get(&counted(ws, period))
    }

    pub(super) fn keep_pending(&self, ws: WorkspaceKey, period: Option<Period>, days: u64) {
        self.pending.insert(counted(ws, period), days);
    }
}

fn counted(ws: WorkspaceKey, period: Option<Period>) -> Counted {
    (ws, period.map(|period| (period.from(), period.to())))
}

/// A cache of values that together weigh at most `bytes`.
fn weighing<K, V>(bytes: u64, weight: impl Fn(&V) -> usize + Send + Sync + 'static) -> Cache<K, V>
where
    K: Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    let weigher = move |_: &K, value: &V| u32::try_from(weight(value)).unwrap_or(u32::MAX);
    Cache::builder()
        .max_capacity(bytes)
        .weigher(weigher)
        .build()
}

fn entries(directory: &Directory) -> usize {
    1 + directory.members().len() + directory.teams().len() + directory.labels().len()
}
