//! Which days a night compares with their facts.

use std::collections::BTreeSet;

use caseload_schema::day::Day;

/// Up to `count` of `days`, by chance; the same ones for the same `seed`.
///
/// ```
/// use caseload_rollup::plan::sample;
/// use caseload_schema::day::Day;
/// let days = (0..365).map(Day::from_number).collect();
/// let chosen = sample(&days, 7, 42);
/// assert_eq!(chosen.len(), 7);
/// assert_eq!(chosen, sample(&days, 7, 42)); // who takes a run over compares the same days
/// ```
pub fn sample(days: &BTreeSet<Day>, count: usize, seed: u64) -> BTreeSet<Day> {
    let mut left: Vec<Day> = days.iter().copied().collect();
    let mut state = seed;
    let mut chosen = BTreeSet::new();
    while chosen.len() < count && !left.is_empty() {
        chosen.insert(left.swap_remove((next(&mut state) % left.len() as u64) as usize));
    }
    chosen
}

/// `SplitMix64`, by Steele, Lea and Flood.
const fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
