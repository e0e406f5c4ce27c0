//! Channels and their figures.

use std::{cmp::Reverse, sync::Arc};

use async_graphql::Object;
use caseload_schema::id::ChannelKey;

use super::{figures::Figures, metrics::Metrics};

/// The figures of one channel.
#[derive(Debug)]
pub(super) struct ChannelReport {
    name: Arc<str>,
    key: ChannelKey,
    figures: Figures,
}

/// All channels for which anything counts: most conversations first, then by name.
pub(super) fn channel_reports(figures: &Figures) -> Vec<ChannelReport> {
    let directory = figures.snapshot().directory();
    let mut counted: Vec<_> = figures
        .view()
        .channels()
        .into_iter()
        .filter_map(|count| {
            Some((
                Reverse(count.conversations),
                Arc::clone(directory.channel(count.channel)?),
                count.channel,
            ))
        })
        .collect();
    counted.sort();
    counted
        .into_iter()
        .map(|(_, name, key)| ChannelReport {
            name,
            key,
            figures: figures.clone(),
        })
        .collect()
}

/// The figures of the conversations of one channel.
#[Object]
impl ChannelReport {
    /// Its name, such as `email`.
    async fn channel(&self) -> &str {
        &self.name
    }

    /// All measures of its conversations.
    async fn metrics(&self) -> Metrics {
        Metrics::new(self.figures.view().on_channel(self.key))
    }
}
