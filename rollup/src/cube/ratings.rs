//! The single ratings.

use std::cmp::Reverse;

use caseload_schema::{
    id::{ConversationKey, CustomerKey, RatingKey},
    instant::Instant,
};

use super::View;

/// Which ratings to list. `None` restricts nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RatingFilter {
    /// The lowest score.
    pub min: Option<u8>,
    /// The highest score.
    pub max: Option<u8>,
    /// Only those with a comment, or only those without.
    pub has_comment: Option<bool>,
}

/// A rating of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatedRow {
    /// The rating.
    pub rating: RatingKey,
    /// The conversation it belongs to.
    pub conversation: ConversationKey,
    /// Whose conversation that is.
    pub customer: CustomerKey,
    /// When it was given.
    pub rated_at: Instant,
    /// 1 to 5.
    pub score: u8,
}

impl View {
    /// The ratings that pass, newest first, those of one instant by key.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, RatingFilter, View};
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// let bad = RatingFilter { max: Some(2), ..RatingFilter::default() };
    /// assert_eq!(view.ratings(RatingFilter::default()).len(), 1);
    /// assert!(view.ratings(bad).is_empty());
    /// ```
    pub fn ratings(&self, filter: RatingFilter) -> Vec<RatedRow> {
        let mut listed = Vec::new();
        for selection in self.selections() {
            let rows = selection.block().rows();
            let passing = selection.ratings().filter(|rating| {
                filter.min.is_none_or(|min| min <= rating.score)
                    && filter.max.is_none_or(|max| rating.score <= max)
                    && filter
                        .has_comment
                        .is_none_or(|wanted| rating.has_comment == wanted)
            });
            listed.extend(passing.map(|rating| RatedRow {
                rating: rating.key,
                conversation: rows.conversations[rating.row as usize],
                customer: rows.customers[rating.row as usize],
                rated_at: rating.rated_at,
                score: rating.score,
            }));
        }
        listed.sort_unstable_by_key(|row| (Reverse(row.rated_at), row.rating));
        listed
    }
}
