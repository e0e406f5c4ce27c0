//! What every measure is computed from.

use caseload_schema::instant::Instant;

use super::{Clock, Durations, Measure, View};
use crate::counts::Counts;

/// The figures of one part of the facts: all that a measure can ask for.
pub trait Figures: std::fmt::Debug + Send + Sync {
    /// All figures that add up.
    fn counts(&self) -> Counts;

    /// Distinct customers who had a conversation created, or wrote.
    fn customers(&self) -> u64;

    /// Seconds from first inbound message to first reply, of each conversation whose first reply is among these facts.
    fn first_responses(&self, clock: Clock) -> Durations;

    /// Seconds from creation to closing, of each conversation closed.
    fn closing_times(&self, clock: Clock) -> Durations;

    /// Seconds of each wait that a reply ended.
    fn reply_times(&self, clock: Clock) -> Durations;

    /// Seconds from creation to the earliest closing, of each conversation closed for the first time.
    fn first_closing_times(&self, clock: Clock) -> Durations;

    /// The conversations open now, whatever the period.
    fn open(&self) -> u64;

    /// The open conversations whose customer waits for a reply.
    fn waiting(&self) -> u64;

    /// Since when the one of them has been waiting who has waited the longest; `None` where nobody waits.
    fn waiting_since(&self) -> Option<Instant>;

    /// The value of one measure; `None` where there is nothing to average or to divide by.
    fn value(&self, measure: Measure, clock: Clock) -> Option<f64> {
        let count = match measure {
            Measure::Conversations => self.counts().conversations,
            Measure::LabeledConversations => self.counts().labeled_conversations,
            Measure::Messages => self.counts().messages(),
            Measure::InboundMessages => self.counts().inbound_messages,
            Measure::Replies => self.counts().replies,
            Measure::Customers => self.customers(),
            Measure::NewCustomers => self.counts().new_customers,
            Measure::Unanswered => self.counts().unanswered,
            Measure::Closed => self.counts().closed,
            Measure::Won => self.counts().won,
            Measure::Lost => self.counts().lost,
            Measure::Open => self.open(),
            Measure::FollowUpsCompleted => self.counts().follow_ups_completed,
            Measure::Ratings => self.counts().ratings(),
            Measure::Reopened => self.counts().reopened,
            Measure::ClosedByOneReply => self.counts().closed_by_one_reply,
            Measure::ClosedByBot => self.counts().closed_by_bot,
            Measure::Surveys => self.counts().surveys_asked,
            Measure::Waiting => self.waiting(),
            Measure::SurveyRate => return self.counts().survey_rate(),
            Measure::WinRate => return self.counts().win_rate(),
            Measure::RatingAverage => return self.counts().rating_average(),
            Measure::Satisfied => return self.counts().satisfied(),
            Measure::FirstResponseMean => return self.first_responses(clock).mean(),
            Measure::FirstResponseMedian => return self.first_responses(clock).median(),
            Measure::ClosingTimeMean => return self.closing_times(clock).mean(),
            Measure::ClosingTimeMedian => return self.closing_times(clock).median(),
            Measure::ReplyTimeMean => return self.reply_times(clock).mean(),
            Measure::ReplyTimeMedian => return self.reply_times(clock).median(),
            Measure::FirstClosingTimeMean => return self.first_closing_times(clock).mean(),
            Measure::FirstClosingTimeMedian => return self.first_closing_times(clock).median(),
        };
        Some(count as f64)
    }
}

impl Figures for View {
    fn counts(&self) -> Counts {
        self.counts()
    }

    fn customers(&self) -> u64 {
        self.customers()
    }

    fn first_responses(&self, clock: Clock) -> Durations {
        self.first_responses(clock)
    }

    fn closing_times(&self, clock: Clock) -> Durations {
        self.closing_times(clock)
    }

    fn reply_times(&self, clock: Clock) -> Durations {
        self.reply_times(clock)
    }

    fn first_closing_times(&self, clock: Clock) -> Durations {
        self.first_closing_times(clock)
    }

    fn open(&self) -> u64 {
        self.open()
    }

    fn waiting(&self) -> u64 {
        self.waiting()
    }

    fn waiting_since(&self) -> Option<Instant> {
        self.waiting_since()
    }
}
