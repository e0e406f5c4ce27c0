//! The facts of a period, one row each, oldest first: selected by one generation, shown as they are now.

mod conversations;
mod feedback;
mod people;

use std::{collections::VecDeque, sync::Arc};

use caseload_rollup::{
    block::Block,
    cube::{Clock, Measure, RatingFilter},
};
use caseload_schema::{
    day::Day,
    id::{ConversationKey, RatingKey},
    instant::Instant,
    period::Period,
};

use self::people::Names;
use super::column::{Column, Rows};
use crate::{access::Selection, daily::chunks, error::ApiError, snapshot::Snapshot};

/// Rows whose details are fetched at once: enough for one query to be worth it, few enough to hold their texts.
const PAGE: usize = 500;

/// Which facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    /// Ratings, by when they were given.
    Feedback,
    /// Conversations, by when they were created.
    Conversations,
}

/// Keys of facts of one day, by when they happened; those of one instant are never apart.
#[derive(Debug)]
enum Page {
    Feedback(Day, Vec<(Instant, RatingKey)>),
    Conversations(Day, Vec<(Instant, ConversationKey)>),
}

/// A walk through the facts of a period.
#[derive(Debug)]
pub(super) struct Facts {
    snapshot: Arc<Snapshot>,
    selection: Selection,
    fact: Fact,
    names: Names,
    columns: Arc<[Column]>,
    periods: VecDeque<Period>,
    blocks: VecDeque<Arc<Block>>,
    pages: VecDeque<Page>,
}

impl Facts {
    pub(super) fn open(
        snapshot: Arc<Snapshot>,
        selection: Selection,
        period: Period,
        fact: Fact,
    ) -> Self {
        let names = Names::of(snapshot.directory());
        let columns = match fact {
            Fact::Feedback => feedback::columns(&names),
            Fact::Conversations => conversations::columns(&names),
        };
        let periods = chunks(period.from(), period.to()).collect();
        let (blocks, pages) = (VecDeque::new(), VecDeque::new());
        Self {
            snapshot,
            selection,
            fact,
            names,
            columns: columns.into(),
            periods,
            blocks,
            pages,
        }
    }

    pub(super) fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    /// Adds some of the next rows, or none; false behind the last.
    pub(super) async fn append_next(&mut self, to: &mut Rows) -> Result<bool, ApiError> {
        if let Some(page) = self.pages.pop_front() {
            match page {
                Page::Feedback(day, keys) => {
                    feedback::append(&self.snapshot, &self.names, day, &keys, to).await?;
                }
                Page::Conversations(day, keys) => {
                    conversations::append(&self.snapshot, &self.names, day, &keys, to).await?;
                }
            }
        } else if let Some(block) = self.blocks.pop_front() {
            self.turn(block);
        } else if let Some(period) = self.periods.pop_front() {
            self.blocks = self
                .snapshot
                .blocks(period.from(), period.to())
                .await?
                .into();
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Cuts a day into pages.
    fn turn(&mut self, block: Arc<Block>) {
        let day = block.day();
        let view = self
            .snapshot
            .view_of_block(&self.selection, day, Some(block));
        match self.fact {
            Fact::Feedback => {
                let ratings = view.ratings(RatingFilter::default()).into_iter();
                let keys = ratings.map(|row| (row.rated_at, row.rating)).collect();
                self.pages
                    .extend(cut(keys).into_iter().map(|keys| Page::Feedback(day, keys)));
            }
            Fact::Conversations => {
                let created = view
                    .conversations(Measure::Conversations, Clock::Calendar)
                    .into_iter();
                let keys = created
                    .map(|row| (row.created_at, row.conversation))
                    .collect();
                self.pages.extend(
                    cut(keys)
                        .into_iter()
                        .map(|keys| Page::Conversations(day, keys)),
                );
            }
        }
    }
}

/// Cuts keys into pages, oldest first. What happened at the same instant stays together, since ids that are yet to be read
/// decide its order.
fn cut<K: Copy + Ord>(mut keys: Vec<(Instant, K)>) -> Vec<Vec<(Instant, K)>> {
    keys.sort_unstable();
    let mut pages: Vec<Vec<(Instant, K)>> = Vec::new();
    for key in keys {
        match pages.last_mut() {
            Some(page) if page.len() < PAGE || page.last().is_some_and(|last| last.0 == key.0) => {
                page.push(key);
            }
            _ => pages.push(vec![key]),
        }
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_at_one_instant_is_on_one_page() {
        let at = |seconds| Instant::from_seconds(seconds);
        let keys: Vec<_> = (0..PAGE as i64 - 1)
            .chain([PAGE as i64; 3])
            .chain([PAGE as i64 + 1])
            .map(at)
            .zip(0..)
            .collect();
        let pages = cut(keys.iter().rev().copied().collect());
        assert_eq!(
            pages.iter().map(Vec::len).collect::<Vec<_>>(),
            [PAGE + 2, 1]
        );
        assert_eq!(pages.concat(), keys);
        assert_eq!(cut::<i32>(Vec::new()), Vec::<Vec<_>>::new());
    }
}
