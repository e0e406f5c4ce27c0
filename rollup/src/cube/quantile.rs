//! Quantiles of values that are few.

/// The value at place `q · (n − 1)` of `sorted`, which ascends, interpolated linearly between its two neighbours (what SQL calls
/// `percentile_cont`). `None` where there are no values, or `q` does not lie in 0 to 1.
///
/// ```
/// use caseload_rollup::cube::quantile;
/// assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 0.5), Some(3.0));
/// assert_eq!(quantile(&[], 0.5), None);
/// ```
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let place = q * last as f64;
    let (low, fraction) = (sorted[place as usize], place.fract());
    let high = sorted[(place as usize + 1).min(last)];
    // Without the second term where nothing lies between: a product with 0 may be no number.
    Some(if fraction == 0.0 {
        low
    } else {
        low + (high - low) * fraction
    })
}
