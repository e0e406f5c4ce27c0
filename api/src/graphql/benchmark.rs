//! How the members' values of one measure spread.

use std::sync::Arc;

use async_graphql::SimpleObject;
use caseload_rollup::cube::{self, quantile};
use caseload_schema::{id::MemberKey, period::Timeframe};

use super::{context::Deadline, figures::Figures, inputs::ReportFilter, measure::Measure};
use crate::{access::Selection, error::ApiError, snapshot::Snapshot};

/// The fewest members whose values are summed up: with fewer, one member's value could be told from the others'.
const FEWEST_MEMBERS: usize = 7;

/// How the values of one measure spread over the members: the only figure of others that agents and viewers may read.
#[derive(Debug, SimpleObject)]
pub(super) struct Benchmark {
    /// Which measure.
    measure: Measure,
    /// How many active members have a value in the period; those for whom nothing counts are left out.
    members: usize,
    /// A quarter of the values are not above it; null with fewer than seven members.
    p25: Option<f64>,
    /// Half of the values are not above it; null with fewer than seven members.
    median: Option<f64>,
    /// Three quarters of the values are not above it; null with fewer than seven members.
    p75: Option<f64>,
}

/// The spread of `measure` over the active members for whom anything counts in the period.
pub(super) async fn benchmark(
    snapshot: &Arc<Snapshot>,
    (measure, clock): (cube::Measure, cube::Clock),
    period: Timeframe,
    filter: ReportFilter,
    deadline: Deadline,
) -> Result<Benchmark, ApiError> {
    // Whoever asks: persons are left out of the filter, so that nobody can ask for the spread of one member's values.
    let filter = filter.without_credit().resolve(snapshot.directory())?;
    let figures = Figures::load(snapshot, Selection::of_a_benchmark(filter), period).await?;
    let members = snapshot.directory().members().iter();
    let keys: Vec<MemberKey> = members
        .filter(|member| member.active)
        .map(|member| member.key)
        .collect();
    let mut values = Vec::new();
    for of_one in figures.credited_to_each(&keys) {
        deadline.check()?;
        if of_one.view().anything_counts() {
            values.extend(of_one.view().value(measure, clock));
        }
    }
    Ok(summarize(measure, values))
}

fn summarize(measure: cube::Measure, mut values: Vec<f64>) -> Benchmark {
    values.sort_unstable_by(f64::total_cmp);
    let is_enough = FEWEST_MEMBERS <= values.len();
    let at = |q: f64| is_enough.then(|| quantile(&values, q)).flatten();
    Benchmark {
        measure: measure.into(),
        members: values.len(),
        p25: at(0.25),
        median: at(0.5),
        p75: at(0.75),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], expected: [Option<f64>; 3]) {
        let made = summarize(cube::Measure::Closed, values.to_vec());
        assert_eq!(made.members, values.len());
        assert_eq!([made.p25, made.median, made.p75], expected);
    }

    #[test]
    fn quartiles_interpolate_between_neighbours() {
        let seven = [5.0, 1.0, 2.0, 8.0, 3.0, 13.0, 21.0];
        check(&seven, [Some(2.5), Some(5.0), Some(10.5)]);
        check(&[4.0; 9], [Some(4.0); 3]);
    }

    #[test]
    fn few_values_are_not_summed_up() {
        check(&[5.0, 1.0, 2.0, 8.0, 3.0, 13.0], [None; 3]);
        check(&[], [None; 3]);
    }
}
