//! All measures of one scope and period.

use std::sync::OnceLock;

use async_graphql::{Context, Object};
use caseload_rollup::cube::{Counts, Figures};

use super::{
    context::ContextExt as _,
    durations::DurationStats,
    measure::Clock,
    ratings::{RatingStats, SurveyStats},
    scalars::DateTime,
};
use crate::error::ApiError;

/// All measures of one scope and period.
#[derive(Debug)]
pub(super) struct Metrics {
    figures: Box<dyn Figures>,
    counts: OnceLock<Counts>,
    shows_open: bool,
}

impl Metrics {
    /// Measures that are computed when they are asked for, the counts together.
    pub(super) fn new(figures: impl Figures + 'static) -> Self {
        Self {
            figures: Box::new(figures),
            counts: OnceLock::new(),
            shows_open: true,
        }
    }

    /// The same for a part of the time, where `open`, a figure of now, means nothing.
    pub(super) fn of_the_past(figures: impl Figures + 'static) -> Self {
        Self {
            shows_open: false,
            ..Self::new(figures)
        }
    }

    fn figures(&self, ctx: &Context<'_>) -> Result<&dyn Figures, ApiError> {
        ctx.deadline()?.check()?;
        Ok(&*self.figures)
    }

    fn counts(&self, ctx: &Context<'_>) -> Result<&Counts, ApiError> {
        let figures = self.figures(ctx)?;
        Ok(self.counts.get_or_init(|| figures.counts()))
    }
}

/// All measures of one period and one scope: workspace, team, member, label, channel, or a row of a breakdown.
#[Object]
impl Metrics {
    /// Conversations created.
    async fn conversations(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.conversations)
    }

    /// Of the conversations created, those that have a label now.
    async fn labeled_conversations(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.labeled_conversations)
    }

    /// Inbound messages and replies.
    async fn messages(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.messages())
    }

    /// Messages written by customers.
    async fn inbound_messages(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.inbound_messages)
    }

    /// Messages written by human members and visible to the customer.
    async fn replies(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.replies)
    }

    /// Distinct customers over the whole period who had a conversation created or wrote a message.
    async fn customers(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.figures(ctx)?.customers())
    }

    /// Customers whose first activity ever in the workspace is in the period.
    async fn new_customers(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.new_customers)
    }

    /// Created in the period, written to by a customer, and without a reply yet.
    async fn unanswered(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.unanswered)
    }

    /// Conversations closed in the period and closed now.
    async fn closed(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.closed)
    }

    /// Of the conversations closed, those won.
    async fn won(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.won)
    }

    /// Of the conversations closed, those lost.
    async fn lost(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.lost)
    }

    /// Won out of those won or lost, 0 to 1; null when both are 0.
    async fn win_rate(&self, ctx: &Context<'_>) -> Result<Option<f64>, ApiError> {
        Ok(self.counts(ctx)?.win_rate())
    }

    /// Conversations open now, whatever the period. Null in a series, in a daily rollup and in a breakdown by time.
    async fn open(&self, ctx: &Context<'_>) -> Result<Option<u64>, ApiError> {
        let figures = self.figures(ctx)?;
        Ok(self.shows_open.then(|| figures.open()))
    }

    /// Follow-ups done.
    async fn follow_ups_completed(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.follow_ups_completed)
    }

    /// From a conversation's first inbound message to the first reply to it.
    async fn first_response(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Clock::Calendar", desc = "By which clock.")] clock: Clock,
    ) -> Result<DurationStats, ApiError> {
        Ok(DurationStats(
            self.figures(ctx)?.first_responses(clock.into()),
        ))
    }

    /// From a conversation's creation to its latest closing.
    async fn closing_time(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Clock::Calendar", desc = "By which clock.")] clock: Clock,
    ) -> Result<DurationStats, ApiError> {
        Ok(DurationStats(
            self.figures(ctx)?.closing_times(clock.into()),
        ))
    }

    /// From the inbound message that began a wait to the reply that ended it: one value for each reply that a customer waited for.
    async fn reply_time(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Clock::Calendar", desc = "By which clock.")] clock: Clock,
    ) -> Result<DurationStats, ApiError> {
        Ok(DurationStats(self.figures(ctx)?.reply_times(clock.into())))
    }

    /// From a conversation's creation to its earliest closing, also where it was opened again.
    async fn first_closing_time(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Clock::Calendar", desc = "By which clock.")] clock: Clock,
    ) -> Result<DurationStats, ApiError> {
        Ok(DurationStats(
            self.figures(ctx)?.first_closing_times(clock.into()),
        ))
    }

    /// How often conversations were opened again.
    async fn reopened(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.reopened)
    }

    /// Of the conversations closed, those that a customer wrote to and that have exactly one reply.
    async fn closed_by_one_reply(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.closed_by_one_reply)
    }

    /// Of the conversations closed, those that a customer wrote to, with at least one automatic message and no reply.
    async fn closed_by_bot(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        Ok(self.counts(ctx)?.closed_by_bot)
    }

    /// Satisfaction surveys sent in the period.
    async fn surveys(&self, ctx: &Context<'_>) -> Result<SurveyStats, ApiError> {
        let counts = self.counts(ctx)?;
        Ok(SurveyStats {
            asked: counts.surveys_asked,
            answered: counts.surveys_answered,
            rate: counts.survey_rate(),
        })
    }

    /// Open conversations whose customer waits for a reply now, whatever the period. Null where `open` is null.
    async fn waiting(&self, ctx: &Context<'_>) -> Result<Option<u64>, ApiError> {
        let figures = self.figures(ctx)?;
        Ok(self.shows_open.then(|| figures.waiting()))
    }

    /// Since when the one of them has been waiting who has waited the longest. Null where `open` is null, and where nobody waits.
    async fn waiting_since(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        let figures = self.figures(ctx)?;
        let since = self.shows_open.then(|| figures.waiting_since()).flatten();
        Ok(since.map(DateTime))
    }

    /// What customers answered to satisfaction surveys.
    async fn ratings(&self, ctx: &Context<'_>) -> Result<RatingStats, ApiError> {
        Ok(RatingStats(*self.counts(ctx)?))
    }
}
