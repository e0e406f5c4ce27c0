//! Dice: the few distributions that the sample workspace is drawn from.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded source of chance. The same seed gives the same draws on every machine.
#[derive(Debug)]
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Uniform in `[0, 1)`.
    fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// True with probability `p`.
    pub(super) fn happens(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Uniform in `[low, high)`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..high)
    }

    /// Uniform among the indexes of something that has `count` of them.
    pub(super) fn index(&mut self, count: usize) -> usize {
        self.0.random_range(0..count)
    }

    /// One of them, each as likely as the next.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.index(of.len())]
    }

    /// An index, as likely as its weight.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (at, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return at;
            }
        }
        weights.len() - 1
    }

    /// Standard normal (Box and Muller's method).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Whole seconds, log-normal: half of them below `median`, with a tail that `sigma` makes heavier.
    pub(super) fn seconds(&mut self, median: f64, sigma: f64) -> i64 {
        (median * (sigma * self.normal()).exp()).min(LONGEST_SECONDS) as i64
    }

    /// How many of something that comes `mean` times on average (Knuth's method: fine for means below some hundred).
    pub(super) fn poisson(&mut self, mean: f64) -> usize {
        let floor = (-mean).exp();
        let mut product = self.unit();
        let mut count = 0;
        while floor < product {
            product *= self.unit();
            count += 1;
        }
        count
    }
}

/// Forty days: tails are heavy, not endless.
const LONGEST_SECONDS: f64 = 40.0 * 86_400.0;

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn half_of_the_log_normal_draws_lie_below_the_median() {
        let mut chance = Chance::new(1);
        let below = (0..10_000)
            .filter(|_| chance.seconds(600.0, 1.2) < 600)
            .count();
        assert!((4_800..5_200).contains(&below), "{below}");
    }

    #[test]
    fn poisson_draws_have_their_mean() {
        let mut chance = Chance::new(2);
        let sum: usize = (0..10_000).map(|_| chance.poisson(50.0)).sum();
        assert!((497_000..503_000).contains(&sum), "{sum}");
    }

    #[test]
    fn a_weight_of_zero_is_never_drawn() {
        let mut chance = Chance::new(3);
        assert!((0..1_000).all(|_| chance.weighted(&[0.0, 1.0, 0.0]) == 1));
    }
}
