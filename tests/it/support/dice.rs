//! Choices made from a list of numbers: random ones give random choices, and a shorter or smaller list (what proptest
//! shrinks to) gives fewer and plainer ones.

use proptest::prelude::*;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[derive(Debug, Clone)]
pub(crate) struct Dice {
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    Numbers(std::vec::IntoIter<u32>),
    Seeded(Box<ChaCha8Rng>),
}

impl Dice {
    /// Chooses by these numbers, and by zeros once they are used up.
    pub(crate) fn of(numbers: Vec<u32>) -> Self {
        Self {
            source: Source::Numbers(numbers.into_iter()),
        }
    }

    /// Chooses without end, the same for the same seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self {
            source: Source::Seeded(Box::new(ChaCha8Rng::seed_from_u64(seed))),
        }
    }

    /// Every list of at most `most` numbers.
    pub(crate) fn any(most: usize) -> impl Strategy<Value = Self> {
        proptest::collection::vec(any::<u32>(), 0..most).prop_map(Self::of)
    }

    /// Whether there is nothing left to choose by.
    pub(crate) fn is_used_up(&self) -> bool {
        matches!(&self.source, Source::Numbers(numbers) if numbers.len() == 0)
    }

    /// From 0 to `sides` - 1.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        let number = match &mut self.source {
            Source::Numbers(numbers) => numbers.next().unwrap_or_default(),
            Source::Seeded(rng) => rng.next_u32(),
        };
        number as usize % sides.max(1)
    }

    /// True `times` out of `of`.
    pub(crate) fn chance(&mut self, times: usize, of: usize) -> bool {
        of - times <= self.roll(of)
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.roll(from.len())]
    }

    /// Each of `from` with the same chance of `times` out of `of`.
    pub(crate) fn some(&mut self, from: &[&str], times: usize, of: usize) -> Vec<String> {
        from.iter()
            .filter(|_| self.chance(times, of))
            .map(|&one| one.to_owned())
            .collect()
    }
}
