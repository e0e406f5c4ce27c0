//! Ratings, how many and how good, and the surveys that ask for them.

use async_graphql::{Object, SimpleObject};
use caseload_rollup::cube::Counts;

/// The ratings among counts.
#[derive(Debug)]
pub(super) struct RatingStats(pub(super) Counts);

/// Ratings given in the period.
#[Object]
impl RatingStats {
    /// How many.
    async fn count(&self) -> u64 {
        self.0.ratings()
    }

    /// The mean score, 1 to 5; null with no rating.
    async fn average(&self) -> Option<f64> {
        self.0.rating_average()
    }

    /// The share of scores 4 and 5, 0 to 1; null with no rating.
    async fn satisfied(&self) -> Option<f64> {
        self.0.satisfied()
    }

    /// Always five, 1 to 5.
    async fn scores(&self) -> Vec<ScoreCount> {
        (1..)
            .zip(self.0.scores)
            .map(|(score, count)| ScoreCount { score, count })
            .collect()
    }
}

/// How often a score was given.
#[derive(Debug, SimpleObject)]
pub(super) struct ScoreCount {
    /// 1 to 5.
    score: u8,
    /// How often.
    count: u64,
}

/// Satisfaction surveys sent in the period.
#[derive(Debug, SimpleObject)]
pub(super) struct SurveyStats {
    /// How many.
    pub(super) asked: u64,
    /// Of those, the ones that a rating answers now, whenever it was given.
    pub(super) answered: u64,
    /// Answered out of asked, 0 to 1; null with none.
    pub(super) rate: Option<f64>,
}
