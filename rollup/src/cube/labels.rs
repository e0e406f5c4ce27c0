//! Figures by label.

use std::collections::BTreeMap;

use caseload_schema::id::LabelKey;

use super::{View, selection::Selection};
use crate::{block::Flags, counts::share};

/// A label for which something counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelCount {
    /// The label.
    pub label: LabelKey,
    /// The conversations created that have it now.
    pub conversations: u64,
    /// Of the conversations created that have any label; 0 where there is none.
    pub share: f64,
}

impl View {
    /// All labels for which any measure but `open` and the backlog counts something, by key.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, LabelCount, View};
    /// # use caseload_schema::id::LabelKey;
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// // One of three conversations has a label, so that it is all of those that have one.
    /// let labels = View::new(days, open, both, Filter::default()).labels();
    /// assert_eq!(labels, [LabelCount { label: LabelKey(5), conversations: 1, share: 1.0 }]);
    /// ```
    pub fn labels(&self) -> Vec<LabelCount> {
        let mut conversations: BTreeMap<LabelKey, u64> = BTreeMap::new();
        let mut labeled = 0;
        for selection in self.selections() {
            let tags = selection.block().tags();
            let sets = SetCounts::of(&selection);
            labeled += (0..tags.count_sets())
                .filter(|&set| tags.is_set_labeled(set))
                .map(|set| sets.created[set])
                .sum::<u64>();
            for (label, holders) in tags.labels() {
                if holders.iter().any(|&set| sets.counted[set as usize]) {
                    let created: u64 = holders.iter().map(|&set| sets.created[set as usize]).sum();
                    *conversations.entry(label).or_default() += created;
                }
            }
        }
        let counted = conversations.into_iter();
        counted
            .map(|(label, conversations)| LabelCount {
                label,
                conversations,
                share: share(conversations, labeled).unwrap_or(0.0),
            })
            .collect()
    }
}

/// What counts of each label set of a block.
struct SetCounts {
    /// Whether anything counts.
    counted: Vec<bool>,
    /// The conversations created.
    created: Vec<u64>,
}

impl SetCounts {
    fn of(selection: &Selection<'_>) -> Self {
        let (rows, tags) = (selection.block().rows(), selection.block().tags());
        let mut counted = vec![false; tags.count_sets()];
        let mut created = vec![0; tags.count_sets()];
        selection.each_row(|row| {
            let set = tags.set_of(row);
            counted[set] |= rows.counts(row);
            created[set] += rows.flags[row].count(Flags::CREATED);
        });
        selection
            .event_rows()
            .for_each(|row| counted[tags.set_of(row)] = true);
        Self { counted, created }
    }
}
