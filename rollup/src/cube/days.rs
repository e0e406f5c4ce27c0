//! The blocks that a view looks at.

use std::sync::Arc;

use caseload_schema::{day::Day, period::Period};

use crate::block::Block;

/// Days on which something happened, ascending, each once. Cheap to clone.
///
/// ```
/// # use caseload_rollup::cube::Days;
/// # use caseload_schema::period::Period;
/// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
/// let [monday, tuesday] = [both.from(), both.to()];
/// let reversed = days.blocks().iter().rev().cloned().collect();
/// assert_eq!(Days::new(reversed).blocks()[0].day(), monday); // in order again
/// assert_eq!(days.within(Period::day(tuesday)).len(), 1);
/// assert_eq!(days.within(Period::day(tuesday.next())).len(), 0); // nothing happened then
/// ```
#[derive(Debug, Clone, Default)]
pub struct Days(Arc<[Arc<Block>]>);

impl Days {
    /// From blocks of different days, in any order.
    pub fn new(mut blocks: Vec<Arc<Block>>) -> Self {
        blocks.sort_by_key(|block| block.day());
        blocks.dedup_by_key(|block| block.day());
        Self(blocks.into())
    }

    /// All of them.
    pub fn blocks(&self) -> &[Arc<Block>] {
        &self.0
    }

    /// Those of a period.
    pub fn within(&self, period: Period) -> &[Arc<Block>] {
        &self.0[self.count_before(period.from())..self.count_before(period.to().next())]
    }

    /// How many lie before `day`.
    pub(super) fn count_before(&self, day: Day) -> usize {
        self.0.partition_point(|block| block.day() < day)
    }
}
