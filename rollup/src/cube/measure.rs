//! The measures by name.

/// A figure that can be compared, ranked by, and looked behind.
///
/// ```
/// use caseload_rollup::cube::Measure;
/// assert!(Measure::FirstResponseMedian.is_duration()); // its values are seconds
/// assert!(Measure::Unanswered.lower_is_better());
/// // Who has no unanswered conversation may have had none at all.
/// assert!(!Measure::Unanswered.names_top_performer());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Conversations created.
    Conversations,
    /// Of those, the ones with a label.
    LabeledConversations,
    /// Inbound messages and replies.
    Messages,
    /// Messages by customers.
    InboundMessages,
    /// Messages by human members to customers.
    Replies,
    /// Distinct customers who had a conversation created or wrote.
    Customers,
    /// Customers whose first activity ever it was.
    NewCustomers,
    /// Conversations created, written to by a customer, without a first response yet.
    Unanswered,
    /// Conversations closed.
    Closed,
    /// Of those, the ones won.
    Won,
    /// Of the closed, the ones lost.
    Lost,
    /// Won out of those won or lost.
    WinRate,
    /// Conversations open now.
    Open,
    /// Follow-ups done.
    FollowUpsCompleted,
    /// Ratings given.
    Ratings,
    /// The mean score.
    RatingAverage,
    /// The share of scores 4 and 5.
    Satisfied,
    /// Mean seconds to the first response.
    FirstResponseMean,
    /// Median seconds to the first response.
    FirstResponseMedian,
    /// Mean seconds from creation to closing.
    ClosingTimeMean,
    /// Median seconds from creation to closing.
    ClosingTimeMedian,
    /// Mean seconds that customers waited for each reply.
    ReplyTimeMean,
    /// Median seconds that customers waited for each reply.
    ReplyTimeMedian,
    /// Mean seconds from creation to the earliest closing.
    FirstClosingTimeMean,
    /// Median seconds from creation to the earliest closing.
    FirstClosingTimeMedian,
    /// How often conversations were opened again.
    Reopened,
    /// Of the conversations closed, those answered by exactly one reply.
    ClosedByOneReply,
    /// Of the conversations closed, those answered by automatic messages alone.
    ClosedByBot,
    /// Surveys sent.
    Surveys,
    /// Answered surveys out of those sent.
    SurveyRate,
    /// Open conversations whose customer waits for a reply now.
    Waiting,
}

impl Measure {
    /// Whether less of it is better: times, and what was lost or is left to do.
    pub const fn lower_is_better(self) -> bool {
        !self.names_top_performer() || self.is_duration()
    }

    /// Whether the best by it is a top performer. Not where the best may simply have had nothing to do.
    pub const fn names_top_performer(self) -> bool {
        !matches!(
            self,
            Self::Lost | Self::Unanswered | Self::Open | Self::Waiting | Self::Reopened
        )
    }

    /// Whether it is made of durations, in seconds.
    pub const fn is_duration(self) -> bool {
        matches!(
            self,
            Self::FirstResponseMean
                | Self::FirstResponseMedian
                | Self::ClosingTimeMean
                | Self::ClosingTimeMedian
                | Self::ReplyTimeMean
                | Self::ReplyTimeMedian
                | Self::FirstClosingTimeMean
                | Self::FirstClosingTimeMedian
        )
    }
}
