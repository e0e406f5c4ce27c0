//! From a stretch's facts to what is new in it. Pure.

use std::sync::Arc;

use caseload_schema::{day::Day, store::summaries::DaySummary};

use super::read::{ChunkInput, count};
use crate::{fold::fold, summary::summarize};

/// What a stretch of days comes to.
#[derive(Debug, Default)]
pub(super) struct ChunkOutput {
    /// Days made.
    pub(super) days: i64,
    /// Facts they were made of.
    pub(super) facts_read: i64,
    /// The blocks that are not what is stored.
    pub(super) blocks: Vec<(Day, Vec<u8>)>,
    /// The summary rows of those blocks' days.
    pub(super) summaries: Vec<(Day, DaySummary)>,
    /// Days that had a block and have nothing to hold any more.
    pub(super) emptied: Vec<Day>,
}

/// Folds a stretch and leaves out what is stored already.
pub(super) fn fold_chunk(reading: ChunkInput) -> ChunkOutput {
    let ChunkInput {
        clocks,
        first,
        last,
        facts,
        stored,
    } = reading;
    let mut made = ChunkOutput {
        days: i64::from(last.number() - first.number() + 1),
        facts_read: count(&facts) as i64,
        ..ChunkOutput::default()
    };
    let blocks = fold(&clocks, &facts, &|day| first <= day && day <= last);
    let mut empty: Vec<Day> = first
        .until(last.next())
        .filter(|day| stored.is_in_ledger(*day))
        .collect();
    for block in blocks {
        let day = block.day();
        empty.retain(|other| *other != day);
        let (bytes, summaries) = (block.encode(), summarize(&Arc::new(block)));
        if !stored.is(day, &bytes, &summaries) {
            made.blocks.push((day, bytes));
            made.summaries.push((day, summaries));
        }
    }
    made.emptied = empty;
    made
}
