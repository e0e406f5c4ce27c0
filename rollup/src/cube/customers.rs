//! Distinct customers.

use super::{View, selection::Selection};
use crate::distinct::Distinct;

impl View {
    /// Distinct customers who had a conversation created, or wrote.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, View};
    /// # use caseload_schema::period::Period;
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// let on = |day| view.within(Period::day(day)).customers();
    /// assert_eq!((on(both.from()), on(both.to())), (2, 1));
    /// assert_eq!(view.customers(), 2); // the one of Tuesday had written on Monday already
    /// ```
    pub fn customers(&self) -> u64 {
        let selections: Vec<Selection<'_>> = self.selections().collect();
        if let [day] = &*selections
            && day.is_whole()
        {
            return day.block().customers();
        }
        let mut seen = nobody_of(&selections);
        for selection in &selections {
            let rows = selection.block().rows();
            match &mut seen {
                Distinct::Bits(bits) => {
                    selection.each_row(|row| bits.add(rows.customers[row], rows.has_customer(row)));
                }
                Distinct::Keys(keys) => {
                    keys.extend(
                        selection
                            .rows()
                            .filter(|&row| rows.has_customer(row))
                            .map(|row| rows.customers[row]),
                    );
                }
            }
        }
        seen.count()
    }
}

/// An empty set for the customers of what passes.
fn nobody_of(selections: &[Selection<'_>]) -> Distinct {
    let ranges = || {
        selections
            .iter()
            .map(|selection| selection.block().customer_range())
    };
    let low = ranges().map(|(low, _)| low).min();
    let high = ranges().map(|(_, high)| high).max();
    let most = selections.iter().map(Selection::count_looked_at).sum();
    low.zip(high).map_or_else(Distinct::default, |(low, high)| {
        Distinct::new(low, high, most)
    })
}
