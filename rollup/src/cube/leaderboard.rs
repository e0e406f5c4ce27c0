//! Who is best by a measure.

use super::Measure;

/// A place on the leaderboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// 1 for the best; equal values share a rank, and the next is skipped.
    pub rank: usize,
    /// Whether it is the best, by a measure that tells so.
    pub is_top_performer: bool,
}

/// The places of `values` by `measure`, in their own order. Those without a value share the last rank, one more than the
/// number of those with one.
///
/// ```
/// use caseload_rollup::cube::{Measure, rank};
/// let ranks = rank(Measure::Closed, &[Some(7.0), None, Some(9.0), Some(7.0), Some(1.0)]);
/// assert_eq!(ranks.iter().map(|place| place.rank).collect::<Vec<_>>(), [2, 5, 1, 2, 4]);
/// ```
pub fn rank(measure: Measure, values: &[Option<f64>]) -> Vec<Ranked> {
    let lower = measure.lower_is_better();
    let merit = move |value: f64| if lower { -value } else { value };
    let mut merits: Vec<f64> = values.iter().flatten().map(|&value| merit(value)).collect();
    merits.sort_unstable_by(|a, b| b.total_cmp(a));
    let place = |&value: &Option<f64>| {
        let better = value.map_or(merits.len(), |value| {
            merits.partition_point(|&other| merit(value) < other)
        });
        let is_worth_it = value.is_some_and(|value| lower || 0.0 < value);
        Ranked {
            rank: better + 1,
            is_top_performer: better == 0 && is_worth_it && measure.names_top_performer(),
        }
    };
    values.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(measure: Measure, values: &[Option<f64>], expected: &[(usize, bool)]) {
        let ranks: Vec<_> = rank(measure, values)
            .iter()
            .map(|place| (place.rank, place.is_top_performer))
            .collect();
        assert_eq!(ranks, expected);
    }

    #[test]
    fn more_is_better_but_for_times_and_what_is_left() {
        check(
            Measure::Won,
            &[Some(1.0), Some(2.0)],
            &[(2, false), (1, true)],
        );
        check(
            Measure::FirstResponseMedian,
            &[Some(1.0), Some(2.0)],
            &[(1, true), (2, false)],
        );
        check(
            Measure::Lost,
            &[Some(0.0), Some(2.0)],
            &[(1, false), (2, false)],
        );
    }

    #[test]
    fn equal_values_share_a_rank_and_the_next_is_skipped() {
        check(
            Measure::Replies,
            &[Some(5.0), Some(9.0), Some(5.0), Some(4.0)],
            &[(2, false), (1, true), (2, false), (4, false)],
        );
    }

    #[test]
    fn nothing_is_no_top_performance() {
        check(
            Measure::Closed,
            &[Some(0.0), Some(0.0)],
            &[(1, false), (1, false)],
        );
        check(
            Measure::ClosingTimeMean,
            &[Some(0.0), None],
            &[(1, true), (2, false)],
        );
        check(Measure::WinRate, &[None, None], &[(1, false), (1, false)]);
    }
}
