//! Channels and their figures.

use std::{cmp::Reverse, sync::Arc};

use async_graphql::{Context, Object};
use caseload_rollup::cube::View;
use caseload_schema::id::ChannelKey;

use super::{
    context::ContextExt as _,
    figures::Figures,
    inputs::Comparison,
    measure::{Change, Clock, Measure},
    metrics::Metrics,
};
use crate::error::ApiError;

/// The figures of one channel.
#[derive(Debug)]
pub(super) struct ChannelReport {
    name: Arc<str>,
    key: ChannelKey,
    figures: Figures,
}

impl ChannelReport {
    fn part(&self, view: &View) -> View {
        view.on_channel(self.key)
    }
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
        Metrics::new(self.part(self.figures.view()))
    }

    /// All measures of an earlier period.
    async fn previous(
        &self,
        #[graphql(default_with = "Comparison::Period", desc = "Which one.")] by: Comparison,
    ) -> Result<Metrics, ApiError> {
        let earlier = self.figures.previous(by).await?;
        Ok(Metrics::new(self.part(earlier.view())))
    }

    /// A measure against that of an earlier period.
    async fn change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] measure: Measure,
        #[graphql(default_with = "Comparison::Period", desc = "Which earlier period.")]
        by: Comparison,
        #[graphql(
            default_with = "Clock::Calendar",
            desc = "By which clock, of a duration."
        )]
        clock: Clock,
    ) -> Result<Change, ApiError> {
        ctx.deadline()?.check()?;
        let part = |view: &View| self.part(view);
        self.figures
            .change_of(part, (measure.into(), clock.into()), by)
            .await
    }
}
