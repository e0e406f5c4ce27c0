//! The measures by name.

use async_graphql::{Enum, SimpleObject};
use caseload_rollup::cube;

/// Every measure that can be compared, ranked by, or drilled into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "cube::Measure")]
pub(super) enum Measure {
    /// Conversations created.
    Conversations,
    /// Conversations created that have a label now.
    LabeledConversations,
    /// Inbound messages and replies.
    Messages,
    /// Messages written by customers.
    InboundMessages,
    /// Messages written by human members to customers.
    Replies,
    /// Distinct customers who had a conversation created or wrote a message.
    Customers,
    /// Customers whose first activity ever this was.
    NewCustomers,
    /// Conversations created, written to by a customer, and without a reply yet.
    Unanswered,
    /// Conversations closed.
    Closed,
    /// Conversations closed as won.
    Won,
    /// Conversations closed as lost.
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
    /// Conversations closed that a customer wrote to, with exactly one reply.
    ClosedByOneReply,
    /// Conversations closed that a customer wrote to, with automatic messages and no reply.
    ClosedByBot,
    /// Satisfaction surveys sent.
    Surveys,
    /// The share of surveys that a rating answers.
    SurveyRate,
    /// Open conversations whose customer waits for a reply now.
    Waiting,
}

/// By which clock durations are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "cube::Clock")]
pub(super) enum Clock {
    /// All time that passes.
    Calendar,
    /// The part of it that lies in the workspace's business hours; all of it where none are set.
    Business,
}

/// A measure beside its value in an earlier period.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct Change {
    /// Which measure.
    pub(super) measure: Measure,
    /// In the period.
    pub(super) current: Option<f64>,
    /// In the earlier period.
    pub(super) previous: Option<f64>,
    /// Current less previous.
    pub(super) absolute: Option<f64>,
    /// Current less previous, as a share of previous; null where that is 0, or where the two are not comparable.
    pub(super) relative: Option<f64>,
    /// Whether the earlier period begins on or after the workspace's first day.
    pub(super) comparable: bool,
}

impl Change {
    /// The change of a measure. From before the workspace's first day nothing grows: what is not comparable has no share.
    pub(super) fn new(measure: cube::Measure, change: cube::Change, comparable: bool) -> Self {
        Self {
            measure: measure.into(),
            current: change.current,
            previous: change.previous,
            absolute: change.absolute,
            relative: change.relative.filter(|_| comparable),
            comparable,
        }
    }
}
