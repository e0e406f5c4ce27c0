//! Exact means, quantiles and distributions.

use std::sync::OnceLock;

use crate::{block::Seconds, counts::share};

/// All single values of a duration, in seconds.
///
/// ```
/// # use caseload_rollup::cube::{Clock, Filter, View};
/// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
/// // Two first responses, after 60 and 180 seconds.
/// let seconds = View::new(days, open, both, Filter::default()).first_responses(Clock::Calendar);
/// assert_eq!((seconds.count(), seconds.mean()), (2, Some(120.0)));
/// assert_eq!(seconds.p90(), Some(168.0)); // nine tenths of the way from 60 to 180
/// ```
#[derive(Debug, Clone, Default)]
pub struct Durations {
    seconds: Vec<Seconds>,
    coarse: OnceLock<Coarse>,
}

/// How many durations lie in a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationRange {
    /// Where it starts, in seconds; a value here belongs to it.
    pub from: u64,
    /// Where it ends, in seconds; a value here belongs to the next one. The last range has no end.
    pub to: Option<u64>,
    /// The values in it.
    pub count: u64,
}

/// The values that met a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Within {
    /// How many did.
    pub count: u64,
    /// Of all values; `None` where there are none.
    pub share: Option<f64>,
}

/// Where the ranges of a distribution start: 0, 5, 15 and 60 minutes, 4, 8 and 24 hours.
const RANGES: [Seconds; 7] = [0, 300, 900, 3_600, 14_400, 28_800, 86_400];

/// Up to here one selection is quicker than putting values into buckets first.
const FEW: usize = 16_384;

impl Durations {
    pub(crate) fn new(seconds: Vec<Seconds>) -> Self {
        Self {
            seconds,
            coarse: OnceLock::new(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.seconds.len() as u64
    }

    /// The mean; `None` where there are none.
    pub fn mean(&self) -> Option<f64> {
        let sum: u64 = self.seconds.iter().map(|&seconds| u64::from(seconds)).sum();
        (!self.seconds.is_empty()).then(|| sum as f64 / self.seconds.len() as f64)
    }

    /// The value at place `q · (n − 1)` of the sorted values, interpolated linearly between its two neighbours (what SQL
    /// calls `percentile_cont`). `None` where there are no values, or `q` does not lie in 0 to 1.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.seconds.is_empty() || !(0.0..=1.0).contains(&q) {
            return None;
        }
        let place = q * (self.seconds.len() - 1) as f64;
        let fraction = place.fract();
        let (low, high) = self.neighbours(place as usize);
        Some(if fraction == 0.0 {
            f64::from(low)
        } else {
            f64::from(low) + f64::from(high - low) * fraction
        })
    }

    /// The quantile at 0.5.
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }

    /// The quantile at 0.9.
    pub fn p90(&self) -> Option<f64> {
        self.quantile(0.9)
    }

    /// The values that are not above so many seconds.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Clock, Filter, View, Within};
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// // Two first responses, after 60 and 180 seconds.
    /// let seconds = View::new(days, open, both, Filter::default()).first_responses(Clock::Calendar);
    /// assert_eq!(seconds.within(60), Within { count: 1, share: Some(0.5) });
    /// assert_eq!(seconds.within(59).count, 0);
    /// ```
    pub fn within(&self, target: Seconds) -> Within {
        let count = self
            .seconds
            .iter()
            .filter(|&&value| value <= target)
            .count() as u64;
        Within {
            count,
            share: share(count, self.count()),
        }
    }

    /// How many values lie in each of the seven ranges.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Clock, DurationRange, Filter, View};
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// // The one conversation that was closed took an hour.
    /// let ranges = View::new(days, open, both, Filter::default()).closing_times(Clock::Calendar).distribution();
    /// assert_eq!(ranges[3], DurationRange { from: 3_600, to: Some(14_400), count: 1 }); // seconds
    /// ```
    pub fn distribution(&self) -> [DurationRange; 7] {
        let mut counts = [0; RANGES.len()];
        for seconds in &self.seconds {
            counts[RANGES.iter().filter(|&from| from <= seconds).count() - 1] += 1;
        }
        let range = |at: usize| DurationRange {
            from: u64::from(RANGES[at]),
            to: RANGES.get(at + 1).map(|&to| u64::from(to)),
            count: counts[at],
        };
        std::array::from_fn(range)
    }

    /// The value at `place` of the sorted values, and the one behind it (the last one twice).
    fn neighbours(&self, place: usize) -> (Seconds, Seconds) {
        if FEW < self.seconds.len() {
            return self
                .coarse
                .get_or_init(|| Coarse::of(&self.seconds))
                .neighbours(&self.seconds, place);
        }
        let mut seconds = self.seconds.clone();
        let (_, &mut low, above) = seconds.select_nth_unstable(place);
        (low, above.iter().copied().min().unwrap_or(low))
    }
}

/// How many values lie in each of some buckets of growing width: what the quantiles of many values have in common.
#[derive(Debug, Clone)]
struct Coarse {
    /// How many values lie in each bucket and those below it.
    ends: Vec<usize>,
}

impl Coarse {
    fn of(seconds: &[Seconds]) -> Self {
        let mut ends = vec![0; BUCKETS];
        for &value in seconds {
            ends[bucket(value)] += 1;
        }
        let mut end = 0;
        for count in &mut ends {
            end += *count;
            *count = end;
        }
        Self { ends }
    }

    /// The value at `place` of the sorted values, and the one behind it (the last one twice).
    fn neighbours(&self, seconds: &[Seconds], place: usize) -> (Seconds, Seconds) {
        let (start, mut values) = self.around(seconds, place);
        let (_, &mut low, above) = values.select_nth_unstable(place - start);
        let high = above.iter().copied().min();
        let next = || {
            self.around(seconds, (place + 1).min(seconds.len() - 1))
                .1
                .into_iter()
                .min()
        };
        (low, high.or_else(next).unwrap_or(low).max(low))
    }

    /// The values of the bucket that the value at `place` lies in, and how many lie below them.
    fn around(&self, seconds: &[Seconds], place: usize) -> (usize, Vec<Seconds>) {
        let bucket = self.ends.partition_point(|&end| end <= place);
        let start = if bucket == 0 {
            0
        } else {
            self.ends[bucket - 1]
        };
        let (low, width) = range(bucket);
        let mut values = Vec::with_capacity(self.ends[bucket] - start);
        values.extend(
            seconds
                .iter()
                .filter(|&&value| value.wrapping_sub(low) <= width),
        );
        (start, values)
    }
}

/// Values share a bucket where their highest six bits are the same.
const PRECISION: u32 = 6;
const BUCKETS: usize = bucket(Seconds::MAX) + 1;

/// The bucket of a value: never a lower one for a higher value.
const fn bucket(value: Seconds) -> usize {
    let bits = Seconds::BITS - value.leading_zeros();
    let shift = bits.saturating_sub(PRECISION);
    ((shift as usize) << (PRECISION - 1)) + (value >> shift) as usize
}

/// The lowest value of a bucket, and how far its highest lies above it.
const fn range(bucket: usize) -> (Seconds, Seconds) {
    let shift = (bucket >> (PRECISION - 1)).saturating_sub(1);
    let highest_bits = (bucket - (shift << (PRECISION - 1))) as Seconds;
    (highest_bits << shift, (1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seconds: &[Seconds], q: f64, expected: impl Into<Option<f64>>) {
        assert_eq!(
            Durations::new(seconds.to_vec()).quantile(q),
            expected.into()
        );
    }

    #[test]
    fn quantiles_interpolate_between_neighbours() {
        check(&[], 0.5, None);
        check(&[7], 0.9, 7.0);
        check(&[10, 0], 0.5, 5.0);
        check(&[3, 1, 2], 0.5, 2.0);
        check(&[4, 1, 3, 2], 0.9, 3.7);
        check(&[4, 1, 3, 2], 0.0, 1.0);
        check(&[4, 1, 3, 2], 1.0, 4.0);
    }

    #[test]
    fn a_quantile_lies_between_0_and_1() {
        check(&[1], -0.1, None);
        check(&[1], 1.1, None);
        check(&[1], f64::NAN, None);
    }

    #[test]
    fn buckets_keep_the_order() {
        let values = (0..32).flat_map(|bits| {
            [
                1 << bits,
                (1 << bits) + (1 << bits) / 3,
                ((1 << bits) - 1) * 2 + 1,
            ]
        });
        let buckets: Vec<usize> = std::iter::once(0).chain(values).map(bucket).collect();
        assert!(buckets.is_sorted());
        assert!(buckets.iter().all(|&bucket| bucket < BUCKETS));
    }

    #[test]
    fn ranges_of_buckets_follow_one_another() {
        let mut next = 0;
        for at in 0..BUCKETS {
            let (low, width) = range(at);
            assert_eq!((low, bucket(low), bucket(low + width)), (next, at, at));
            next = (low + width).wrapping_add(1);
        }
        assert_eq!(next, 0, "the last one ends with the highest number");
    }

    #[test]
    fn many_values_have_the_same_quantiles_as_when_sorted() {
        let spread = |at: u64| (at * 2_654_435_761) % 1_000_003 * (at % 7);
        let seconds: Vec<Seconds> = (0..40_000).map(|at| spread(at) as Seconds).collect();
        let mut sorted = seconds.clone();
        sorted.sort_unstable();
        let durations = Durations::new(seconds);
        for place in [0, 1, 19_999, 35_999, 39_998, 39_999] {
            assert_eq!(
                durations.neighbours(place),
                (sorted[place], sorted[(place + 1).min(39_999)])
            );
        }
    }

    #[test]
    fn a_value_on_an_edge_belongs_to_the_range_it_opens() {
        let durations = Durations::new(vec![0, 299, 300, 3_600, 86_399, 86_400, 1_000_000]);
        let counts = durations.distribution().map(|range| range.count);
        assert_eq!(counts, [2, 1, 0, 1, 0, 1, 2]);
        assert_eq!(
            durations.distribution()[6],
            DurationRange {
                from: 86_400,
                to: None,
                count: 2
            }
        );
    }

    #[test]
    fn a_value_that_is_the_target_has_met_it() {
        let durations = Durations::new(vec![0, 59, 60, 61, 3_600]);
        let within = |target| {
            let Within { count, share } = durations.within(target);
            (count, share)
        };
        assert_eq!(within(0), (1, Some(0.2)));
        assert_eq!(within(60), (3, Some(0.6)));
        assert_eq!(within(Seconds::MAX), (5, Some(1.0)));
        let none = Durations::default().within(60);
        assert_eq!((none.count, none.share), (0, None));
    }

    #[test]
    fn a_mean_of_nothing_is_null() {
        assert_eq!(Durations::default().mean(), None);
        assert_eq!(Durations::new(vec![1, 2]).mean(), Some(1.5));
    }
}
