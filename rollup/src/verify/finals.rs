//! Final days: their facts are gone, so that their rows are compared with their blocks.

use std::sync::Arc;

use caseload_schema::{
    id::WorkspaceKey,
    store::{
        Conn, StoreError, blocks,
        ledger::LedgerDay,
        summaries::{self, DaySummary},
    },
};

use super::{Difference, Report, compare_summaries};
use crate::{block::decode, summary::summarize};

/// Days that are read at a time.
const STRIDE: usize = 64;

/// Reports the final days, ascending, whose block is missing or damaged, or whose rows are not its own.
pub(super) async fn check(
    conn: &mut Conn,
    ws: WorkspaceKey,
    days: &[LedgerDay],
    report: Report<'_>,
) -> Result<(), StoreError> {
    for days in days.chunks(STRIDE) {
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Ok(());
        };
        let wanted: Vec<_> = days
            .iter()
            .map(|entry| (entry.day, entry.revision))
            .collect();
        let stored = blocks::list(conn, ws, &wanted).await?;
        let summaries = summaries::list(conn, ws, first.day, last.day).await?;
        for entry in days {
            let block = stored
                .iter()
                .find(|(day, ..)| *day == entry.day)
                .map(|(.., bytes)| decode(bytes));
            let nothing = DaySummary::default();
            let rows = summaries
                .get(&(entry.day, entry.revision))
                .unwrap_or(&nothing);
            let found = match block {
                None => vec!["the block of this final day is missing".to_owned()],
                Some(Err(damage)) => vec![format!(
                    "the block of this final day can't be read: {damage}"
                )],
                Some(Ok(block)) => compare_summaries(&summarize(&Arc::new(block)), rows),
            };
            for what in found {
                report(Difference {
                    day: Some(entry.day),
                    what,
                });
            }
        }
    }
    Ok(())
}
