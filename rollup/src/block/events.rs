//! What is credited apart from its conversation's row: ratings and follow-ups.

use caseload_schema::{id::RatingKey, instant::Instant};

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
    pub(crate) count: u32,
}
