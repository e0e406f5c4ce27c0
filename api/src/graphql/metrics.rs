//! All measures of one scope and period.

use std::sync::OnceLock;

use async_graphql::Object;
use caseload_rollup::cube::{Counts, View};

use super::{durations::DurationStats, ratings::RatingStats};

/// All measures of one scope and period.
#[derive(Debug)]
pub(super) struct Metrics {
    view: View,
    counts: OnceLock<Counts>,
    shows_open: bool,
}

impl Metrics {
    /// Measures that are computed when they are asked for, the counts together.
    pub(super) fn new(view: View) -> Self {
        Self { view, counts: OnceLock::new(), shows_open: true }
    }

    /// The same for a part of the time, where `open`, a figure of now, means nothing.
    pub(super) fn of_the_past(view: View) -> Self {
        Self { shows_open: false, ..Self::new(view) }
    }

    fn counts(&self) -> &Counts {
        self.counts.get_or_init(|| self.view.counts())
    }
}

/// All measures of one period and one scope: workspace, team, member, label or channel.
#[Object]
impl Metrics {
    /// Conversations created.
    async fn conversations(&self) -> u64 {
        self.counts().conversations
    }

    /// Of the conversations created, those that have a label now.
    async fn labeled_conversations(&self) -> u64 {
        self.counts().labeled_conversations
    }

    /// Inbound messages and replies.
    async fn messages(&self) -> u64 {
        self.counts().messages()
    }

    /// Messages written by customers.
    async fn inbound_messages(&self) -> u64 {
        self.counts().inbound_messages
    }

    /// Messages written by human members and visible to the customer.
    async fn replies(&self) -> u64 {
        self.counts().replies
    }

    /// Distinct customers over the whole period who had a conversation created or wrote a message.
    async fn customers(&self) -> u64 {
        self.view.customers()
    }

    /// Customers whose first activity ever in the workspace is in the period.
    async fn new_customers(&self) -> u64 {
        self.counts().new_customers
    }

    /// Created in the period, written to by a customer, and without a reply yet.
    async fn unanswered(&self) -> u64 {
        self.counts().unanswered
    }

    /// Conversations closed in the period and closed now.
    async fn closed(&self) -> u64 {
        self.counts().closed
    }

    /// Of the conversations closed, those won.
    async fn won(&self) -> u64 {
        self.counts().won
    }

    /// Of the conversations closed, those lost.
    async fn lost(&self) -> u64 {
        self.counts().lost
    }

    /// Won out of those won or lost, 0 to 1; null when both are 0.
    async fn win_rate(&self) -> Option<f64> {
        self.counts().win_rate()
    }

    /// A figure of now, whatever the period. Null in a series and in a daily rollup.
    async fn open(&self) -> Option<u64> {
        self.shows_open.then(|| self.view.open())
    }

    /// Follow-ups done.
    async fn follow_ups_completed(&self) -> u64 {
        self.counts().follow_ups_completed
    }

    /// From a conversation's first inbound message to the first reply to it.
    async fn first_response(&self) -> DurationStats {
        DurationStats(self.view.first_responses())
    }

    /// From a conversation's creation to its latest closing.
    async fn closing_time(&self) -> DurationStats {
        DurationStats(self.view.closing_times())
    }

    /// What customers answered to satisfaction surveys.
    async fn ratings(&self) -> RatingStats {
        RatingStats(*self.counts())
    }
}
