//! What is kept in memory between requests. Nothing here can be stale: blocks are immutable under their revision, and
//! what changes is kept together with the number that changes with it. Without any of it requests are slower, never wrong.

use std::{hash::Hash, sync::Arc};

use caseload_rollup::block::{self, Block, OpenBlock};
use caseload_schema::{
    day::Day,
    directory::Directory,
    id::WorkspaceKey,
    store::{
        Store, StoreError,
        ledger::{Ledger, LedgerDay},
        workspaces::Workspace,
    },
};
use moka::sync::Cache;

/// Workspaces whose names are kept.
const MAX_WORKSPACES: u64 = 1_000;

/// A ledger view and a directory may each take one such part of the memory for caches in all workspaces together, blocks take
/// the rest: at the default of 256 MiB, a part is enough for the ledgers of a hundred workspaces of ten years with a few
/// thousand open conversations each.
const PARTS: u64 = 8;

/// About what a member, label or team of a directory takes: itself, its texts, and its places in two indexes.
const ENTRY_BYTES: usize = 512;

/// Which blocks are current, and the open conversations, of one generation.
#[derive(Debug)]
pub struct LedgerView {
    /// The generation of all of it.
    pub generation: i64,
    /// Days that have a block, ascending.
    pub days: Vec<LedgerDay>,
    /// The conversations open when that generation was made.
    pub open: Arc<OpenBlock>,
}

impl LedgerView {
    /// How many bytes of memory it takes, about.
    fn weight(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.days) + self.open.weight()
    }
}

/// Why figures that should be there can't be read as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The ledger has moved on, and what it pointed to before has been swept. A fresh snapshot will do.
    Moved,
    /// Blocks of these days (none: the open conversations) are missing, damaged, or of a version not known here. They
    /// have to be made from the facts again.
    Damaged(Vec<Day>),
}

/// Why blocks could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// See [`Trouble`].
    #[error("blocks are missing or damaged: {0:?}")]
    Trouble(Trouble),
}

/// The caches of one process.
#[derive(Debug, Clone)]
pub struct Caches {
    workspaces: Cache<String, Arc<Workspace>>,
    directories: Cache<WorkspaceKey, (i64, Arc<Directory>)>,
    ledgers: Cache<WorkspaceKey, Arc<LedgerView>>,
    blocks: Cache<(WorkspaceKey, Day, i64), Arc<Block>>,
}

impl Caches {
    /// Empty caches that may take `bytes` of memory: decoded blocks three quarters, ledgers and directories an eighth each.
    pub fn new(bytes: u64) -> Self {
        let part = bytes / PARTS;
        Self {
            workspaces: Cache::new(MAX_WORKSPACES),
            directories: weighing(part, |(_, directory): &(i64, Arc<Directory>)| entries(directory) * ENTRY_BYTES),
            ledgers: weighing(part, |view: &Arc<LedgerView>| view.weight()),
            blocks: weighing(bytes - 2 * part, |block: &Arc<Block>| block.weight()),
        }
    }

    /// The workspace of that id. One that isn't there is asked for again each time.
    pub async fn workspace(&self, store: &Store, id: &str) -> Result<Option<Arc<Workspace>>, StoreError> {
        if let Some(known) = self.workspaces.get(id) {
            return Ok(Some(known));
        }
        let found = store.find_workspace(id).await?.map(Arc::new);
        if let Some(workspace) = &found {
            self.workspaces.insert(id.to_owned(), Arc::clone(workspace));
        }
        Ok(found)
    }

    /// The directory, at least as new as `version`.
    pub async fn directory(&self, store: &Store, ws: WorkspaceKey, version: i64) -> Result<Arc<Directory>, StoreError> {
        if let Some((known, directory)) = self.directories.get(&ws)
            && known == version
        {
            return Ok(directory);
        }
        let directory = Arc::new(store.directory(ws).await?);
        self.directories.insert(ws, (version, Arc::clone(&directory)));
        Ok(directory)
    }

    /// Days and open conversations of the ledger's generation; [`Trouble::Moved`] where the ledger moves meanwhile.
    pub async fn ledger_view(
        &self,
        store: &Store,
        ws: WorkspaceKey,
        ledger: &Ledger,
    ) -> Result<Arc<LedgerView>, LoadError> {
        if let Some(view) = self.ledgers.get(&ws).filter(|view| view.generation == ledger.generation) {
            return Ok(view);
        }
        let days = store.ledger_days(ws).await?;
        let open = open_block(store, ws, ledger).await;
        if has_moved(store, ws, ledger.generation).await? {
            return Err(LoadError::Trouble(Trouble::Moved));
        }
        let view = Arc::new(LedgerView { generation: ledger.generation, days, open: Arc::new(open?) });
        self.ledgers.insert(ws, Arc::clone(&view));
        Ok(view)
    }

    /// The blocks of those days, in the same order; what is not in memory comes in one query.
    pub async fn blocks(
        &self,
        store: &Store,
        ws: WorkspaceKey,
        days: &[LedgerDay],
    ) -> Result<Vec<Arc<Block>>, LoadError> {
        let mut found: Vec<_> = days.iter().map(|day| self.blocks.get(&(ws, day.day, day.revision))).collect();
        let missing: Vec<_> = days
            .iter()
            .zip(&found)
            .filter(|(_, block)| block.is_none())
            .map(|(day, _)| (day.day, day.revision))
            .collect();
        if !missing.is_empty() {
            for (day, block) in self.load(store, ws, &missing).await? {
                if let Ok(at) = days.binary_search_by_key(&day, |wanted| wanted.day) {
                    found[at] = Some(block);
                }
            }
        }
        let absent = days.iter().zip(&found).filter(|(_, block)| block.is_none()).map(|(day, _)| day.day).collect();
        let blocks: Vec<_> = found.into_iter().flatten().collect();
        if blocks.len() < days.len() { Err(LoadError::Trouble(Trouble::Damaged(absent))) } else { Ok(blocks) }
    }

    async fn load(
        &self,
        store: &Store,
        ws: WorkspaceKey,
        wanted: &[(Day, i64)],
    ) -> Result<Vec<(Day, Arc<Block>)>, LoadError> {
        let stored = store.blocks(ws, wanted).await?;
        let decoded = tokio::task::spawn_blocking(move || decode(stored)).await;
        let decoded = decoded.map_err(|error| StoreError::Database(format!("decoding blocks panicked: {error}")))?;
        let mut loaded = Vec::with_capacity(decoded.len());
        for (day, revision, block) in decoded {
            self.blocks.insert((ws, day, revision), Arc::clone(&block));
            loaded.push((day, block));
        }
        Ok(loaded)
    }
}

/// A cache of values that together weigh at most `bytes`.
fn weighing<K, V>(bytes: u64, weight: impl Fn(&V) -> usize + Send + Sync + 'static) -> Cache<K, V>
where
    K: Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    let weigher = move |_: &K, value: &V| u32::try_from(weight(value)).unwrap_or(u32::MAX);
    Cache::builder().max_capacity(bytes).weigher(weigher).build()
}

fn entries(directory: &Directory) -> usize {
    1 + directory.members().len() + directory.teams().len() + directory.labels().len()
}

/// Whether a newer generation has been made.
pub async fn has_moved(store: &Store, ws: WorkspaceKey, generation: i64) -> Result<bool, StoreError> {
    Ok(store.ledger(ws).await?.is_none_or(|ledger| ledger.generation != generation))
}

/// The blocks that are whole. What is left out is reported once, here.
fn decode(stored: Vec<(Day, i64, Vec<u8>)>) -> Vec<(Day, i64, Arc<Block>)> {
    stored
        .into_iter()
        .filter_map(|(day, revision, bytes)| match block::decode(&bytes) {
            Ok(block) if block.day() == day => Some((day, revision, Arc::new(block))),
            Ok(block) => {
                tracing::warn!(%day, revision, holds = %block.day(), "a stored block holds another day");
                None
            }
            Err(error) => {
                tracing::warn!(%day, revision, %error, "a stored block can't be read");
                None
            }
        })
        .collect()
}

async fn open_block(store: &Store, ws: WorkspaceKey, ledger: &Ledger) -> Result<OpenBlock, LoadError> {
    let Some(bytes) = store.open_block(ws, ledger.open_revision).await? else {
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
