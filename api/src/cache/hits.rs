//! From where blocks came: counted for whoever operates this, and for tests.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::telemetry::metrics::CACHE_HITS;

/// Where a block was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Memory,
    Redis,
    Store,
}

/// How many blocks were found where, since the process began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hits {
    /// Decoded, in this process.
    pub memory: u64,
    /// In Redis.
    pub redis: u64,
    /// In the database.
    pub store: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters([AtomicU64; 3]);

impl Counters {
    pub(super) fn add(&self, level: Level, blocks: usize) {
        if blocks == 0 {
            return;
        }
        let name = match level {
            Level::Memory => "memory",
            Level::Redis => "redis",
            Level::Store => "store",
        };
        metrics::counter!(CACHE_HITS, "level" => name).increment(blocks as u64);
        self.0[level as usize].fetch_add(blocks as u64, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> Hits {
        let [memory, redis, store] = &self.0;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Hits {
            memory: read(memory),
            redis: read(redis),
            store: read(store),
        }
    }
}
