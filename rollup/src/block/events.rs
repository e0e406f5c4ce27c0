//! What is credited apart from its conversation's row: ratings, follow-ups and surveys.

use caseload_schema::{id::RatingKey, instant::Instant};

use crate::counts::Counts;

/// All events of a block, each list in the order of the block's members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Events {
    pub(crate) ratings: Vec<RatingEvent>,
    pub(crate) follow_ups: Vec<FollowUpEvent>,
    pub(crate) surveys: Vec<SurveyEvent>,
}

impl Events {
    pub(super) fn weight(&self) -> usize {
        size_of_val(&*self.ratings) + size_of_val(&*self.follow_ups) + size_of_val(&*self.surveys)
    }
}

/// A rating given on the day, in the group of whom it is credited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RatingEvent {
    /// The row of its conversation.
    pub(crate) row: u32,
    /// Its key.
    pub(crate) key: RatingKey,
    /// When it was given.
    pub(crate) rated_at: Instant,
    /// 1 to 5.
    pub(crate) score: u8,
    /// Whether there is a comment.
    pub(crate) has_comment: bool,
}

/// The follow-ups of one conversation completed on the day, in the group of whom they are credited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FollowUpEvent {
    /// The row of their conversation.
    pub(crate) row: u32,
    /// How many.
    pub(crate) completed: u32,
}

/// The surveys of one conversation sent on the day, in the group of whom they are credited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SurveyEvent {
    /// The row of their conversation.
    pub(crate) row: u32,
    /// How many.
    pub(crate) asked: u32,
    /// How many of them a rating answers.
    pub(crate) answered: u32,
}

impl RatingEvent {
    /// Adds it to `counts`.
    pub(crate) fn count(&self, counts: &mut Counts) {
        counts.scores[usize::from(self.score - 1)] += 1;
    }
}

impl FollowUpEvent {
    /// Adds them to `counts`.
    pub(crate) fn count(self, counts: &mut Counts) {
        counts.follow_ups_completed += u64::from(self.completed);
    }
}

impl SurveyEvent {
    /// Adds them to `counts`.
    pub(crate) fn count(&self, counts: &mut Counts) {
        counts.surveys_asked += u64::from(self.asked);
        counts.surveys_answered += u64::from(self.answered);
    }
}
