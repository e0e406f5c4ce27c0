//! Figures by channel.

use std::collections::BTreeMap;

use caseload_schema::id::ChannelKey;

use super::View;
use crate::block::Flags;

/// A channel for which something counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelCount {
    /// The channel.
    pub channel: ChannelKey,
    /// The conversations created on it.
    pub conversations: u64,
}

impl View {
    /// All channels for which any measure but `open` and the backlog counts something, by key.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, View};
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let channels = View::new(days, open, both, Filter::default()).channels();
    /// let counts: Vec<_> = channels.iter().map(|one| (one.channel.0, one.conversations)).collect();
    /// assert_eq!(counts, [(1, 2), (2, 1)]);
    /// ```
    pub fn channels(&self) -> Vec<ChannelCount> {
        let mut conversations: BTreeMap<ChannelKey, u64> = BTreeMap::new();
        for selection in self.selections() {
            let (rows, tags) = (selection.block().rows(), selection.block().tags());
            let mut counted = vec![false; tags.channels().len()];
            let mut created = vec![0; tags.channels().len()];
            selection.each_row(|row| {
                let channel = tags.channel_of(row);
                counted[channel] |= rows.counts(row);
                created[channel] += rows.flags[row].count(Flags::CREATED);
            });
            selection
                .event_rows()
                .for_each(|row| counted[tags.channel_of(row)] = true);
            for ((&channel, counted), created) in tags.channels().iter().zip(counted).zip(created) {
                if counted {
                    *conversations.entry(channel).or_default() += created;
                }
            }
        }
        let counted = conversations.into_iter();
        counted
            .map(|(channel, conversations)| ChannelCount {
                channel,
                conversations,
            })
            .collect()
    }
}
