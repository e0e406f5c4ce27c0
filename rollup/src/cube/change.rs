//! A figure beside that of the previous period.

/// By how much a figure changed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Change {
    /// The figure now.
    pub current: Option<f64>,
    /// The figure before.
    pub previous: Option<f64>,
    /// Now − before; `None` where either is.
    pub absolute: Option<f64>,
    /// (Now − before) / before; `None` where before is 0 or either is `None`.
    pub relative: Option<f64>,
}

/// The change from `previous` to `current`.
///
/// ```
/// use caseload_rollup::cube::change;
/// let replies = change(Some(90.0), Some(120.0));
/// assert_eq!((replies.absolute, replies.relative), (Some(-30.0), Some(-0.25)));
/// // From nothing there is no percentage.
/// assert_eq!(change(Some(90.0), Some(0.0)).relative, None);
/// ```
pub fn change(current: Option<f64>, previous: Option<f64>) -> Change {
    let absolute = current.zip(previous).map(|(now, before)| now - before);
    let relative = absolute
        .zip(previous.filter(|&before| before != 0.0))
        .map(|(change, before)| change / before);
    Change {
        current,
        previous,
        absolute,
        relative,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        current: Option<f64>,
        previous: Option<f64>,
        absolute: Option<f64>,
        relative: Option<f64>,
    ) {
        assert_eq!(
            change(current, previous),
            Change {
                current,
                previous,
                absolute,
                relative
            }
        );
    }

    #[test]
    fn a_change_needs_both_figures_and_a_relative_one_something_before() {
        check(Some(3.0), Some(2.0), Some(1.0), Some(0.5));
        check(Some(3.0), Some(0.0), Some(3.0), None);
        check(None, Some(2.0), None, None);
        check(Some(0.0), None, None, None);
    }
}
