//! What is open now, and what was left at the end of a day.

use caseload_schema::instant::Instant;

use super::{View, filter::Passing, row_filter::RowFilter, selection::Selection};
use crate::block::Span;

impl View {
    /// The conversations open now, whatever the period.
    pub fn open(&self) -> u64 {
        if self.predicate.passes_all_rows() {
            return self
                .open_groups()
                .iter()
                .map(|group| group.len() as u64)
                .sum();
        }
        self.open_rows().count() as u64
    }

    /// The open conversations whose customer waits for a reply, whatever the period.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, View};
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// assert_eq!(view.waiting(), 2); // of the two that are open
    /// assert_eq!(view.waiting_since().unwrap().to_string(), "2026-05-04T14:00:00Z");
    /// ```
    pub fn waiting(&self) -> u64 {
        self.waits().count() as u64
    }

    /// Since when the one of them has been waiting who has waited the longest; `None` where nobody waits.
    pub fn waiting_since(&self) -> Option<Instant> {
        self.waits().min()
    }

    fn waits(&self) -> impl Iterator<Item = Instant> {
        self.open_rows()
            .filter_map(|row| self.open.waiting_since(row))
    }

    /// The rows of the open conversations that pass.
    pub(super) fn open_rows(&self) -> impl Iterator<Item = usize> {
        let groups = self.open_groups();
        let rows = groups.iter().map(|group| group.len()).sum();
        let test = RowFilter::new(&self.predicate, self.open.tags(), rows);
        groups
            .into_iter()
            .flat_map(Span::range)
            .filter(move |&row| test.passes(row))
    }

    /// The groups of the open conversations by whom they may be assigned to.
    fn open_groups(&self) -> Vec<Span> {
        match self.predicate.groups(self.open.members()) {
            Passing::All => vec![Span::all(self.open.len())],
            Passing::One(place) => place
                .map(|place| self.open.groups()[place])
                .into_iter()
                .collect(),
            Passing::Some(places) => places.map(|place| self.open.groups()[place]).collect(),
        }
    }

    /// The conversations created by the end of the period's last day and not closed by then, closings as known now.
    ///
    /// Counted backwards from what is open now, through all later days.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, View};
    /// # use caseload_schema::period::Period;
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// let sunday = view.within(Period::day(both.from().plus(-1)));
    /// assert_eq!(sunday.backlog(), 0);
    /// assert_eq!(view.backlog(), 2); // three created on Monday, one closed
    /// ```
    pub fn backlog(&self) -> i64 {
        let backlogs = self.backlogs.get_or_init(|| self.count_backlogs());
        backlogs[self.days.count_before(self.period.to().next())]
    }

    /// The backlog before each day, and behind the last.
    fn count_backlogs(&self) -> Vec<i64> {
        let mut backlog = self.open() as i64;
        let mut backlogs = vec![backlog];
        for block in self.days.blocks().iter().rev() {
            backlog -= Selection::of(block, &self.predicate).backlog_change();
            backlogs.push(backlog);
        }
        backlogs.reverse();
        backlogs
    }
}
