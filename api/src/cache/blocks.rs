//! Blocks: from memory, else from the shared cache, else from the store.

use std::{collections::HashMap, sync::Arc};

use caseload_rollup::block::{self, Block};
use caseload_schema::{
    day::Day,
    id::Revision,
    store::{StoreError, ledger::LedgerDay, workspaces::Workspace},
};

use super::{Caches, LoadError, SnapshotFault, hits::Level, memory::BlockKey};

type Blocks = HashMap<BlockKey, Arc<Block>>;

/// A block, and the bytes that it was read from.
type Read = (BlockKey, Arc<Block>, Vec<u8>);

impl Caches {
    /// The blocks of those days, in the same order; what is not in memory comes in one query.
    pub async fn blocks(
        &self,
        ws: &Arc<Workspace>,
        days: &[LedgerDay],
    ) -> Result<Vec<Arc<Block>>, LoadError> {
        let keys = || days.iter().map(|day| BlockKey::new(ws.key, day));
        let mut found: Vec<_> = keys().map(|key| self.0.memory.block(&key)).collect();
        let missing: Vec<_> = keys()
            .zip(&found)
            .filter(|(_, block)| block.is_none())
            .map(|(key, _)| key)
            .collect();
        self.0.hits.add(Level::Memory, days.len() - missing.len());
        if !missing.is_empty() {
            let (caches, of) = (self.clone(), Arc::clone(ws));
            let load = |keys| async move { caches.load_blocks(&of, keys).await };
            let loaded = self
                .0
                .blocks
                .values(missing, |key| self.0.memory.block(key), load)
                .await?;
            for (key, block) in keys().zip(&mut found).filter(|(_, block)| block.is_none()) {
                *block = loaded.get(&key).cloned();
            }
        }
        all_of(days, found)
    }

    /// The same for who reads years in passing: what is not in memory is read, and takes nobody's place there.
    pub async fn blocks_in_passing(
        &self,
        ws: &Arc<Workspace>,
        days: &[LedgerDay],
    ) -> Result<Vec<Arc<Block>>, LoadError> {
        let keys: Vec<BlockKey> = days.iter().map(|day| BlockKey::new(ws.key, day)).collect();
        let mut blocks: Blocks = keys
            .iter()
            .filter_map(|key| Some((*key, self.0.memory.block(key)?)))
            .collect();
        let missing = |blocks: &Blocks| {
            keys.iter()
                .filter(|key| !blocks.contains_key(key))
                .copied()
                .collect::<Vec<_>>()
        };
        let rest = missing(&blocks);
        if !rest.is_empty() {
            let shared = self.0.shared.blocks(ws, &rest).await;
            blocks.extend(
                read(&rest, shared)
                    .await?
                    .into_iter()
                    .map(|(key, block, _)| (key, block)),
            );
        }
        let rest = missing(&blocks);
        if !rest.is_empty() {
            let wanted: Vec<(Day, Revision)> =
                rest.iter().map(|key| (key.day, key.revision)).collect();
            let stored = self
                .0
                .circuit_breaker
                .call_slow(self.0.store.blocks(ws.key, &wanted))
                .await?;
            blocks.extend(
                read(&rest, stored)
                    .await?
                    .into_iter()
                    .map(|(key, block, _)| (key, block)),
            );
        }
        all_of(days, keys.iter().map(|key| blocks.remove(key)).collect())
    }

    async fn load_blocks(
        &self,
        ws: &Arc<Workspace>,
        keys: Vec<BlockKey>,
    ) -> Result<Blocks, LoadError> {
        let shared = self.0.shared.blocks(ws, &keys).await;
        let mut blocks = Blocks::new();
        self.take_in(Level::Redis, read(&keys, shared).await?, &mut blocks);
        let rest: Vec<BlockKey> = keys
            .into_iter()
            .filter(|key| !blocks.contains_key(key))
            .collect();
        if rest.is_empty() {
            return Ok(blocks);
        }
        let wanted: Vec<(Day, Revision)> = rest.iter().map(|key| (key.day, key.revision)).collect();
        let stored = self
            .0
            .circuit_breaker
            .call_slow(self.0.store.blocks(ws.key, &wanted))
            .await?;
        let bytes = self.take_in(Level::Store, read(&rest, stored).await?, &mut blocks);
        if self.0.shared.is_there() && !bytes.is_empty() {
            let (caches, ws) = (self.clone(), Arc::clone(ws));
            self.0
                .tasks
                .spawn(async move { caches.0.shared.keep_blocks(&ws, &bytes).await });
        }
        Ok(blocks)
    }

    /// Keeps in memory what was read, and gives its bytes back.
    fn take_in(
        &self,
        from: Level,
        read: Vec<Read>,
        blocks: &mut Blocks,
    ) -> Vec<(Day, Revision, Vec<u8>)> {
        self.0.hits.add(from, read.len());
        let take = |(key, block, bytes): Read| {
            self.0.memory.keep_block(key, &block);
            blocks.insert(key, block);
            (key.day, key.revision, bytes)
        };
        read.into_iter().map(take).collect()
    }
}

/// A block for each day, or which are missing.
fn all_of(
    days: &[LedgerDay],
    found: Vec<Option<Arc<Block>>>,
) -> Result<Vec<Arc<Block>>, LoadError> {
    let absent = days
        .iter()
        .zip(&found)
        .filter(|(_, block)| block.is_none())
        .map(|(day, _)| day.day)
        .collect();
    let blocks: Vec<_> = found.into_iter().flatten().collect();
    if blocks.len() < days.len() {
        Err(LoadError::Fault(SnapshotFault::Corrupt(absent)))
    } else {
        Ok(blocks)
    }
}

/// Decodes blocks. What is damaged is left out, and reported once, here.
async fn read(
    keys: &[BlockKey],
    stored: Vec<(Day, Revision, Vec<u8>)>,
) -> Result<Vec<Read>, LoadError> {
    if stored.is_empty() {
        return Ok(Vec::new());
    }
    let keys: HashMap<(Day, Revision), BlockKey> = keys
        .iter()
        .map(|key| ((key.day, key.revision), *key))
        .collect();
    let decode = move || {
        let whole = |(day, revision, bytes): (Day, Revision, Vec<u8>)| {
            let key = *keys.get(&(day, revision))?;
            decode(key, &bytes).map(|block| (key, Arc::new(block), bytes))
        };
        stored.into_iter().filter_map(whole).collect()
    };
    let decoded = tokio::task::spawn_blocking(decode).await;
    Ok(decoded
        .map_err(|error| StoreError::Database(format!("decoding blocks panicked: {error}")))?)
}

fn decode(key: BlockKey, bytes: &[u8]) -> Option<Block> {
    let BlockKey { day, revision, .. } = key;
    match block::decode(bytes) {
        Ok(block) if block.day() == day => Some(block),
        Ok(block) => {
            tracing::warn!(%day, %revision, holds = %block.day(), "a kept block holds another day");
            None
        }
        Err(error) => {
            tracing::warn!(%day, %revision, %error, "a kept block can't be read");
            None
        }
    }
}
