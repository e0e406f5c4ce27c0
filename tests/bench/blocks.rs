//! How large day blocks are, and how fast they are decoded.

use std::time::{Duration, Instant};

use caseload_rollup::block;
use caseload_schema::store::Store;

/// All current blocks of a store.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Blocks {
    pub(crate) days: u64,
    /// Conversations on days.
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) decoding: Duration,
}

pub(crate) async fn measure(store: &Store) -> anyhow::Result<Blocks> {
    let mut total = Blocks::default();
    for workspace in store.list_workspaces().await? {
        let days = store.ledger_days(workspace.key).await?;
        for days in days.chunks(100) {
            let wanted: Vec<_> = days.iter().map(|day| (day.day, day.revision)).collect();
            for (_, _, bytes) in store.blocks(workspace.key, &wanted).await? {
                let started = Instant::now();
                let block = block::decode(&bytes)?;
                total.decoding += started.elapsed();
                total.days += 1;
                total.rows += block.len() as u64;
                total.bytes += bytes.len() as u64;
            }
        }
    }
    Ok(total)
}
