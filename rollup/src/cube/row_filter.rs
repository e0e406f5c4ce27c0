//! Which rows of a block pass by labels, attributes and channel.

use std::ops::Range;

use super::filter::Predicate;
use crate::block::Tags;

/// A test that rows of one block pass or not.
#[derive(Debug)]
pub(super) struct RowFilter<'a> {
    tags: &'a Tags,
    way: Way<'a>,
}

#[derive(Debug)]
enum Way<'a> {
    /// Every row passes.
    Open,
    /// Each row is looked at: for few rows.
    Each(&'a Predicate),
    /// The sets of labels and of attributes, and the channels, that pass are known: for many rows.
    Known {
        sets: Option<Vec<bool>>,
        attribute_sets: Option<Vec<bool>>,
        channels: Option<Vec<bool>>,
    },
}

/// To look at a row takes about as long as to mark this many sets.
const SETS_PER_ROW: usize = 16;

impl<'a> RowFilter<'a> {
    /// The test for about `rows` rows of a block with these tags.
    pub(super) fn new(predicate: &'a Predicate, tags: &'a Tags, rows: usize) -> Self {
        let way = if predicate.passes_all_rows() {
            Way::Open
        } else if rows * SETS_PER_ROW < predicate.count_sets(tags) {
            Way::Each(predicate)
        } else {
            Way::Known {
                sets: predicate.sets(tags),
                attribute_sets: predicate.attribute_sets(tags),
                channels: predicate.channels(tags),
            }
        };
        Self { tags, way }
    }

    /// Whether every row passes.
    pub(super) const fn is_open(&self) -> bool {
        matches!(self.way, Way::Open)
    }

    /// Calls `visit` with each of `rows` that passes.
    pub(super) fn each(&self, rows: Range<usize>, visit: impl FnMut(usize)) {
        let tags = self.tags;
        match &self.way {
            Way::Open => rows.for_each(visit),
            Way::Known {
                sets: Some(sets),
                attribute_sets: None,
                channels: None,
            } => {
                rows.filter(|&row| sets[tags.set_of(row)]).for_each(visit);
            }
            _ => rows.filter(|&row| self.passes(row)).for_each(visit),
        }
    }

    /// Whether `row` passes.
    #[inline]
    pub(super) fn passes(&self, row: usize) -> bool {
        match &self.way {
            Way::Open => true,
            Way::Each(predicate) => predicate.passes(self.tags, row),
            Way::Known {
                sets,
                attribute_sets,
                channels,
            } => {
                let attributes = self.tags.attributes();
                sets.as_ref().is_none_or(|sets| sets[self.tags.set_of(row)])
                    && attribute_sets
                        .as_ref()
                        .is_none_or(|sets| sets[attributes.set_of(row)])
                    && channels
                        .as_ref()
                        .is_none_or(|channels| channels[self.tags.channel_of(row)])
            }
        }
    }
}
