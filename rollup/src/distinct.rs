//! Counting distinct customers.

use caseload_schema::id::CustomerKey;
use rustc_hash::FxHashSet;

/// A bit for each key of a range is quicker than a hash set while the range has at most this many keys for each that is
/// looked at: the bits are cleared at some 100 a nanosecond, and a hash set takes 5 to 10 ns a key.
const BITS_PER_KEY: u64 = 1_024;

/// Customers that were seen.
#[derive(Debug)]
pub(crate) enum Distinct {
    /// Among keys that lie close together.
    Bits(Bits),
    /// Among keys that lie far apart.
    Keys(FxHashSet<CustomerKey>),
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Keys(FxHashSet::default())
    }
}

impl Distinct {
    /// An empty set that will see at most `most` customers, all from `low` to `high`.
    pub(crate) fn new(low: CustomerKey, high: CustomerKey, most: usize) -> Self {
        let range = high.0.wrapping_sub(low.0) as u64;
        if range / BITS_PER_KEY <= most as u64 {
            Self::Bits(Bits {
                low,
                words: vec![0; (range / 64 + 1) as usize],
                count: 0,
            })
        } else {
            Self::default()
        }
    }

    /// How many different ones were seen.
    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::Bits(bits) => bits.count,
            Self::Keys(keys) => keys.len() as u64,
        }
    }
}

/// A set of bits.
#[derive(Debug)]
pub(crate) struct Bits {
    /// The customer of the first bit.
    low: CustomerKey,
    words: Vec<u64>,
    /// How many bits are set.
    count: u64,
}

impl Bits {
    /// Adds `customer`, where it `counts`: without a branch on that, which would be guessed wrong too often.
    pub(crate) fn add(&mut self, customer: CustomerKey, counts: bool) {
        let place = customer.0.wrapping_sub(self.low.0) as u64;
        let (word, bit) = (
            &mut self.words[(place / 64) as usize],
            u64::from(counts) << (place % 64),
        );
        self.count += u64::from(bit & !*word != 0);
        *word |= bit;
    }
}

/// How many different customers there are among few.
pub(crate) fn count_distinct(mut customers: Vec<CustomerKey>) -> u64 {
    customers.sort_unstable();
    customers.dedup();
    customers.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cube::Filter,
        sample::{Sample, at, days},
    };

    /// Asks for one day and for two: the figure of a day is prepared.
    fn check(keys: &[i64], expected: u64) {
        let mut sample = Sample::default();
        for (&key, conversation) in keys.iter().zip(1..) {
            sample.conversation(conversation, at(4, 9, 0)).customer = CustomerKey(key);
            sample.message(conversation, at(5, 9, 0), true);
        }
        let view = sample.view(days(1, 9), Filter::default());
        assert_eq!(view.customers(), expected);
        assert_eq!(view.within(days(4, 4)).customers(), expected);
        assert_eq!(
            count_distinct(keys.iter().copied().map(CustomerKey).collect()),
            expected
        );
    }

    #[test]
    fn each_customer_counts_once_however_far_apart_their_keys() {
        check(&[], 0);
        check(&[7, 7, 7], 1);
        check(&[1, 64, 65, 1, 128], 4);
        check(&[i64::MIN, i64::MAX, 0, i64::MIN], 3);
        check(&[1, 1_000_000_000, 1], 2);
    }
}
