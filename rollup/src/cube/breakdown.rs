//! Figures by one to three dimensions at once.
//!
//! One scan over the days of a view finds the keys of everything that counts. A figure that does not add up (durations, distinct
//! customers, open conversations) is read for all rows in one scan more when it is first asked for.

mod keys;
mod values;

use std::sync::{Arc, OnceLock};

use caseload_schema::{id::MemberKey, instant::Instant};
use rustc_hash::FxHashMap;

pub use self::keys::{Dimension, Key, Keys, MAX_DIMENSIONS, TeamsOfMembers};
use self::{
    keys::{Common, KeyLists},
    values::{CodesOfBlock, ValueLists},
};
use super::{
    Clock, Durations, Figures, Measure, View,
    selection::{Selection, Timed},
};
use crate::{
    block::{Flags, Seconds, Tags},
    counts::Counts,
};

/// The rows of a view by some dimensions.
///
/// ```
/// # use std::{convert::Infallible, sync::Arc};
/// # use caseload_rollup::cube::{Breakdown, Clock, Dimension, Figures, Filter, Key, Measure, TeamsOfMembers, View};
/// # use caseload_schema::id::MemberKey;
/// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
/// let view = View::new(days, open, both, Filter::default());
/// let go_on = || Ok::<_, Infallible>(());
/// let by = [Dimension::Member, Dimension::Weekday];
/// let made = Breakdown::new(view, &by, TeamsOfMembers::default(), 1_000, go_on).unwrap();
/// let rows = Arc::new(made.expect("few rows")).rows();
/// // Three members (one of them nobody) on Monday, and one on Tuesday.
/// assert_eq!(rows.len(), 4);
/// let first = rows.iter().find(|row| row.keys()[..2] == [Key::Member(MemberKey(1)), Key::Weekday(1)]).unwrap();
/// assert_eq!(first.counts().won, 1);
/// assert_eq!(first.value(Measure::FirstResponseMedian, Clock::Calendar), Some(60.0));
/// assert_eq!(first.value(Measure::Open, Clock::Calendar), None); // a figure of now: not of a weekday
/// ```
#[derive(Debug)]
pub struct Breakdown {
    view: View,
    by: Vec<Dimension>,
    teams: TeamsOfMembers,
    values: ValueLists,
    places: FxHashMap<Keys, u32>,
    counts: Vec<Counts>,
    /// Of each clock and kind.
    durations: [[OnceLock<Vec<Vec<Seconds>>>; 4]; 2],
    customers: OnceLock<Vec<u64>>,
    open: OnceLock<FxHashMap<Keys, OpenFigures>>,
}

/// The figures of now of one row.
#[derive(Debug, Clone, Copy, Default)]
struct OpenFigures {
    open: u64,
    waiting: u64,
    waiting_since: Option<Instant>,
}

/// One row of a [`Breakdown`]. Cheap to clone.
#[derive(Debug, Clone)]
pub struct BreakdownRow {
    of: Arc<Breakdown>,
    keys: Keys,
    /// `None` where nothing counts.
    place: Option<usize>,
}

impl Breakdown {
    /// The rows of `view` by these dimensions, at most [`MAX_DIMENSIONS`] of them; `None` where there are more than `most`. `go_on` is
    /// asked before each day.
    ///
    /// # Errors
    /// What `go_on` says.
    ///
    /// # Panics
    /// With more dimensions than that.
    pub fn new<E>(
        view: View,
        by: &[Dimension],
        teams: TeamsOfMembers,
        most: usize,
        mut go_on: impl FnMut() -> Result<(), E>,
    ) -> Result<Option<Self>, E> {
        assert!(by.len() <= MAX_DIMENSIONS, "{by:?}");
        let mut made = Self {
            values: values_of(&view, by),
            view,
            by: by.to_vec(),
            teams,
            places: FxHashMap::default(),
            counts: Vec::new(),
            durations: Default::default(),
            customers: OnceLock::new(),
            open: OnceLock::new(),
        };
        let mut rows = RowCounts {
            most,
            places: FxHashMap::default(),
            counts: Vec::new(),
            is_full: false,
        };
        made.try_each_part(|part| {
            go_on()?;
            part.count(&mut rows);
            Ok(())
        })?;
        if rows.is_full {
            return Ok(None);
        }
        (made.places, made.counts) = (rows.places, rows.counts);
        Ok(Some(made))
    }

    /// Whether any dimension splits the time.
    fn is_by_time(&self) -> bool {
        self.by.iter().any(Dimension::is_of_time)
    }

    /// Every row for which any measure but `open`, `waiting` and the backlog counts something, in no order.
    pub fn rows(self: &Arc<Self>) -> Vec<BreakdownRow> {
        let counted = self
            .places
            .iter()
            .map(|(&keys, &place)| (keys, place as usize));
        let counted = counted.filter(|&(_, place)| self.counts[place].any());
        counted
            .map(|(keys, place)| BreakdownRow {
                of: Arc::clone(self),
                keys,
                place: Some(place),
            })
            .collect()
    }

    /// The value of an attribute behind a key of one of its rows.
    pub fn value_of(&self, key: Key) -> Option<&str> {
        match key {
            Key::Value { dimension, code } => self.values.get(dimension, code),
            _ => None,
        }
    }

    /// The row with the keys of a row of another breakdown by the same dimensions, also where nothing counts.
    pub fn row_like(self: &Arc<Self>, other: &BreakdownRow) -> BreakdownRow {
        let own = |key: Key| match key {
            Key::Value { dimension, .. } => {
                let value = other.of.value_of(key).unwrap_or_default();
                self.values.key(dimension, value)
            }
            key => key,
        };
        self.row(other.keys.map(own))
    }

    /// The row of these keys of its own, also where nothing counts.
    pub fn row(self: &Arc<Self>, keys: Keys) -> BreakdownRow {
        BreakdownRow {
            of: Arc::clone(self),
            keys,
            place: self.places.get(&keys).map(|&place| place as usize),
        }
    }

    /// Calls `visit` with each part of the days whose rows have the same credit and time, until it fails.
    fn try_each_part<E>(
        &self,
        mut visit: impl FnMut(&mut Part<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.by.iter().any(Dimension::is_of_credit) {
            for selection in self.view.selections() {
                let codes = self.codes(selection.block().tags());
                visit(&mut self.part(selection, None, &codes))?;
            }
            return Ok(());
        }
        let predicate = &self.view.predicate;
        for block in self.view.days.within(self.view.period) {
            let members: Vec<_> = block.members().iter().collect();
            let codes = self.codes(block.tags());
            for place in predicate.places(block.members()) {
                let selection = Selection::of_group(block, place, predicate);
                visit(&mut self.part(selection, members[place], &codes))?;
            }
        }
        Ok(())
    }

    fn each_part(&self, mut visit: impl FnMut(&mut Part<'_>)) {
        let all = self.try_each_part(|part| {
            visit(part);
            Ok::<_, std::convert::Infallible>(())
        });
        match all {
            Ok(()) => {}
        }
    }

    fn codes(&self, tags: &Tags) -> Arc<CodesOfBlock> {
        Arc::new(self.values.codes(&self.by, tags.attributes()))
    }

    fn part<'a>(
        &'a self,
        selection: Selection<'a>,
        credited: Option<MemberKey>,
        codes: &Arc<CodesOfBlock>,
    ) -> Part<'a> {
        let common = Common {
            credited,
            day: Some(selection.block().day()),
        };
        Part {
            keys: KeyLists::new(&self.by, &self.teams, common, Arc::clone(codes)),
            selection,
        }
    }

    fn durations(&self, timed: Timed, clock: Clock) -> &[Vec<Seconds>] {
        self.durations[clock as usize][timed as usize].get_or_init(|| {
            let lengths = self
                .counts
                .iter()
                .map(|counts| timed.count(counts) as usize);
            let mut seconds: Vec<_> = lengths.map(Vec::with_capacity).collect();
            self.each_part(|part| {
                let Part { selection, keys } = part;
                let rows = selection.block().rows();
                selection.each_duration(timed, clock, |row, value| {
                    keys.set_row(&rows.tags, row, rows.customers[row], rows.flags[row]);
                    keys.each(|keys| seconds[self.places[&keys] as usize].push(value));
                });
            });
            seconds
        })
    }

    fn customers(&self) -> &[u64] {
        self.customers.get_or_init(|| {
            let mut seen = Vec::new();
            self.each_part(|part| {
                let Part { selection, keys } = part;
                let rows = selection.block().rows();
                selection.each_row(|row| {
                    if rows.has_customer(row) {
                        keys.set_row(&rows.tags, row, rows.customers[row], rows.flags[row]);
                        keys.each(|keys| seen.push((self.places[&keys], rows.customers[row])));
                    }
                });
            });
            seen.sort_unstable();
            seen.dedup();
            let mut counts = vec![0; self.counts.len()];
            for (place, _) in seen {
                counts[place as usize] += 1;
            }
            counts
        })
    }

    fn open(&self) -> &FxHashMap<Keys, OpenFigures> {
        self.open.get_or_init(|| {
            let mut figures: FxHashMap<Keys, OpenFigures> = FxHashMap::default();
            let open = &self.view.open;
            let codes = self.codes(open.tags());
            for credited in open.members().iter() {
                let common = Common {
                    credited,
                    day: None,
                };
                let mut lists = KeyLists::new(&self.by, &self.teams, common, Arc::clone(&codes));
                for row in self.view.credited_to(credited).open_rows() {
                    // Nothing that is open has an outcome.
                    lists.set_row(open.tags(), row, open.customer(row), Flags::default());
                    let since = open.waiting_since(row);
                    lists.each(|keys| figures.entry(keys).or_default().add(since));
                }
            }
            figures
        })
    }
}

/// The values of the dimensions that are attributes, of the days and of what is open.
fn values_of(view: &View, by: &[Dimension]) -> ValueLists {
    let days = view.days.within(view.period);
    let mut blocks: Vec<&Tags> = days.iter().map(|block| block.tags()).collect();
    blocks.push(view.open.tags());
    ValueLists::of(by, &blocks)
}

impl OpenFigures {
    fn add(&mut self, waiting_since: Option<Instant>) {
        self.open += 1;
        if let Some(since) = waiting_since {
            self.waiting += 1;
            self.waiting_since = Some(self.waiting_since.map_or(since, |before| before.min(since)));
        }
    }
}

/// What passes of one day, or of one member's share in it.
struct Part<'a> {
    selection: Selection<'a>,
    keys: KeyLists,
}

impl Part<'_> {
    /// Adds everything that passes to the rows that it counts in.
    fn count(&mut self, to: &mut RowCounts) {
        let Self { selection, keys } = self;
        let rows = selection.block().rows();
        let mut of_row = |row: usize, add: &dyn Fn(&mut Counts)| {
            if !to.is_full {
                keys.set_row(&rows.tags, row, rows.customers[row], rows.flags[row]);
                keys.each(|keys| to.add(keys, add));
            }
        };
        selection.each_row(|row| of_row(row, &|counts| rows.count(row, counts)));
        for rating in selection.ratings() {
            of_row(rating.row as usize, &|counts| rating.count(counts));
        }
        for event in selection.follow_ups() {
            of_row(event.row as usize, &|counts| event.count(counts));
        }
        for event in selection.surveys() {
            of_row(event.row as usize, &|counts| event.count(counts));
        }
    }
}

/// The counts of each row that was found.
struct RowCounts {
    /// How many there may be.
    most: usize,
    places: FxHashMap<Keys, u32>,
    counts: Vec<Counts>,
    /// Whether there are more than that: then nothing is added any more.
    is_full: bool,
}

impl RowCounts {
    fn add(&mut self, keys: Keys, add: &dyn Fn(&mut Counts)) {
        let place = if let Some(&place) = self.places.get(&keys) {
            place
        } else if self.counts.len() < self.most {
            self.places.insert(keys, self.counts.len() as u32);
            self.counts.push(Counts::default());
            self.counts.len() as u32 - 1
        } else {
            self.is_full = true;
            return;
        };
        add(&mut self.counts[place as usize]);
    }
}

impl BreakdownRow {
    /// Its key for each dimension.
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whether it is a part of the time, for which figures of now mean nothing.
    pub fn is_by_time(&self) -> bool {
        self.of.is_by_time()
    }

    fn durations(&self, timed: Timed, clock: Clock) -> Durations {
        let seconds = self
            .place
            .map(|place| self.of.durations(timed, clock)[place].clone());
        Durations::new(seconds.unwrap_or_default())
    }

    fn open_figures(&self) -> OpenFigures {
        self.of.open().get(&self.keys).copied().unwrap_or_default()
    }

    /// The value of one measure; `None` where there is nothing to average or to divide by, and for figures of now in a row that
    /// is a part of the time.
    pub fn value(&self, measure: Measure, clock: Clock) -> Option<f64> {
        let is_of_now = matches!(measure, Measure::Open | Measure::Waiting);
        if is_of_now && self.is_by_time() {
            return None;
        }
        Figures::value(self, measure, clock)
    }
}

impl Figures for BreakdownRow {
    fn counts(&self) -> Counts {
        self.place
            .map_or_else(Counts::default, |place| self.of.counts[place])
    }

    fn customers(&self) -> u64 {
        self.place.map_or(0, |place| self.of.customers()[place])
    }

    fn first_responses(&self, clock: Clock) -> Durations {
        self.durations(Timed::FirstResponse, clock)
    }

    fn closing_times(&self, clock: Clock) -> Durations {
        self.durations(Timed::Closing, clock)
    }

    fn reply_times(&self, clock: Clock) -> Durations {
        self.durations(Timed::Reply, clock)
    }

    fn first_closing_times(&self, clock: Clock) -> Durations {
        self.durations(Timed::FirstClosing, clock)
    }

    fn open(&self) -> u64 {
        self.open_figures().open
    }

    fn waiting(&self) -> u64 {
        self.open_figures().waiting
    }

    fn waiting_since(&self) -> Option<Instant> {
        self.open_figures().waiting_since
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use caseload_schema::{
        facts::Attribute,
        id::{ChannelKey, CustomerKey, LabelKey, TeamKey},
        period::Period,
    };

    use super::*;
    use crate::{
        cube::{AttributeFilter, Filter},
        sample::{Sample, at, days},
    };

    const DIMENSIONS: [Dimension; 11] = [
        Dimension::Member,
        Dimension::Team,
        Dimension::Label,
        Dimension::Channel,
        Dimension::Customer,
        Dimension::Outcome,
        Dimension::Weekday,
        Dimension::Day,
        Dimension::Week,
        Dimension::Month,
        Dimension::Year,
    ];

    fn attribute(key: &str, value: &str) -> Attribute {
        Attribute {
            key: key.into(),
            value: value.into(),
        }
    }

    fn sample() -> Sample {
        let mut sample = Sample::default();
        let first = sample.conversation(1, at(4, 9, 0));
        (first.labels, first.closed_at) = (vec![LabelKey(1), LabelKey(2)], Some(at(5, 9, 0)));
        (first.first_inbound_at, first.first_reply_at) = (Some(at(4, 9, 0)), Some(at(4, 9, 10)));
        first.attributes = vec![
            attribute("plan", "basic"),
            attribute("region", "eu"),
            attribute("region", "us"),
        ];
        let second = sample.conversation(2, at(5, 8, 0));
        (second.labels, second.channel) = (vec![LabelKey(2)], ChannelKey(2));
        (second.customer, second.assignee) = (CustomerKey(2), Some(MemberKey(1)));
        second.attributes = vec![attribute("plan", "pro"), attribute("region", "eu")];
        sample.conversation(3, at(5, 10, 0));
        sample.message(1, at(4, 9, 0), true);
        sample.message(1, at(4, 9, 10), false);
        sample.message(1, at(5, 8, 0), true);
        sample.rating(1, 1, at(5, 12, 0), 5).member = Some(MemberKey(1));
        sample.follow_up(2, at(5, 13, 0), None);
        sample
    }

    /// The filter that lets through what has that value of the key, or none.
    fn having(key: &str, value: Option<&str>) -> AttributeFilter {
        AttributeFilter {
            key: key.to_owned(),
            any_of: value.into_iter().map(str::to_owned).collect(),
            or_none: value.is_none(),
        }
    }

    fn teams() -> TeamsOfMembers {
        let members = [MemberKey(1)];
        TeamsOfMembers::new([(TeamKey(7), &members[..]), (TeamKey(8), &members[..])].into_iter())
    }

    fn rows(view: &View, by: &[Dimension]) -> Vec<BreakdownRow> {
        let made = Breakdown::new(view.clone(), by, teams(), 1_000, || Ok::<_, Infallible>(()));
        Arc::new(made.unwrap().unwrap()).rows()
    }

    /// The view that a filter by these keys, and the periods of those of time, would give; `None` where none can be asked for.
    fn narrowed(view: &View, keys: &Keys, by: &[Dimension]) -> Option<View> {
        let mut view = view.clone();
        for (&key, dimension) in keys.iter().zip(by) {
            view = match (key, dimension) {
                (Key::Member(member), _) => view.credited_to(Some(member)),
                (Key::None, Dimension::Member) => view.credited_to(None),
                (Key::Team(_), _) => view.credited_to_any(&[MemberKey(1)]),
                (Key::Label(label), _) => view.labeled(label),
                (Key::Channel(channel), _) => view.on_channel(channel),
                (Key::From(day), Dimension::Day) => view.within(Period::day(day)),
                _ => return None,
            };
        }
        Some(view)
    }

    fn check(filter: &Filter) {
        let view = sample().view(days(1, 9), filter.clone());
        let mut compared = 0;
        for first in &DIMENSIONS {
            for second in DIMENSIONS.iter().filter(|&second| second != first) {
                let by = [first.clone(), second.clone()];
                for row in rows(&view, &by) {
                    let Some(part) = narrowed(&view, row.keys(), &by) else {
                        continue;
                    };
                    compared += 1;
                    assert_eq!(row.counts(), part.counts(), "{by:?} {:?}", row.keys());
                    assert_eq!(
                        Figures::customers(&row),
                        part.customers(),
                        "{by:?} {:?}",
                        row.keys()
                    );
                    let median = row.value(Measure::FirstResponseMedian, Clock::Calendar);
                    assert_eq!(
                        median,
                        part.value(Measure::FirstResponseMedian, Clock::Calendar)
                    );
                    if !by.iter().any(Dimension::is_of_time) {
                        assert_eq!(
                            row.value(Measure::Open, Clock::Calendar),
                            part.value(Measure::Open, Clock::Calendar)
                        );
                    }
                }
            }
        }
        assert!(20 < compared, "{compared}");
    }

    #[test]
    fn a_row_is_what_a_view_narrowed_by_its_keys_would_give() {
        check(&Filter::default());
        check(&Filter {
            credit: Some([None, Some(MemberKey(1))].into()),
            labels: Some([LabelKey(2)].into()),
            ..Filter::default()
        });
    }

    #[test]
    fn rows_of_dimensions_with_one_value_add_up() {
        let view = sample().view(days(1, 9), Filter::default());
        for dimension in DIMENSIONS {
            if matches!(dimension, Dimension::Team | Dimension::Label) {
                continue;
            }
            let rows = rows(&view, std::slice::from_ref(&dimension));
            let sum: Counts = rows.iter().map(Figures::counts).sum();
            assert_eq!(sum, view.counts(), "{dimension:?}");
        }
    }

    #[test]
    fn who_is_in_two_teams_counts_in_both_and_who_is_in_none_in_the_row_without() {
        let view = sample().view(days(1, 9), Filter::default());
        let mut rows = rows(&view, &[Dimension::Team]);
        rows.sort_by_key(|row| *row.keys());
        let conversations: Vec<_> = rows
            .iter()
            .map(|row| (row.keys()[0], row.counts().conversations))
            .collect();
        let (seven, eight) = (Key::Team(TeamKey(7)), Key::Team(TeamKey(8)));
        assert_eq!(conversations, [(Key::None, 2), (seven, 1), (eight, 1)]);
    }

    #[test]
    fn more_rows_than_may_be_are_none() {
        let view = sample().view(days(1, 9), Filter::default());
        let by = [Dimension::Label, Dimension::Day];
        let found = rows(&view, &by).len();
        let made = |most| {
            Breakdown::new(view.clone(), &by, teams(), most, || Ok::<_, Infallible>(())).unwrap()
        };
        assert!(made(found).is_some());
        assert!(made(found - 1).is_none());
    }

    #[test]
    fn it_ends_where_it_is_told_to() {
        let view = sample().view(days(1, 9), Filter::default());
        let mut days = 0;
        let ended = Breakdown::new(view, &[Dimension::Day], teams(), 1_000, || {
            days += 1;
            if days < 2 { Ok(()) } else { Err("enough") }
        });
        assert_eq!(ended.err(), Some("enough"));
    }

    #[test]
    fn a_row_by_attributes_is_what_their_filter_gives() {
        let by = ["plan", "region"].map(|key| Dimension::Attribute(key.into()));
        let view = sample().view(days(1, 9), Filter::default());
        let mut seen = Vec::new();
        for row in rows(&view, &by) {
            let value = |at: usize| row.of.value_of(row.keys()[at]);
            let filter = Filter {
                attributes: vec![having("plan", value(0)), having("region", value(1))],
                ..Filter::default()
            };
            let part = sample().view(days(1, 9), filter);
            assert_eq!(row.counts(), part.counts());
            assert_eq!(
                row.value(Measure::Open, Clock::Calendar),
                part.value(Measure::Open, Clock::Calendar)
            );
            seen.push([value(0), value(1)].map(|value| value.unwrap_or("-").to_owned()));
        }
        seen.sort();
        let pairs = [["-", "-"], ["basic", "eu"], ["basic", "us"], ["pro", "eu"]];
        assert_eq!(seen, pairs);
    }

    #[test]
    fn a_row_finds_the_same_values_in_another_period() {
        let by = [Dimension::Attribute("region".into())];
        let of = |from, to| {
            let view = sample().view(days(from, to), Filter::default());
            let made = Breakdown::new(view, &by, teams(), 1_000, || Ok::<_, Infallible>(()));
            Arc::new(made.unwrap().unwrap())
        };
        // Before the fifth, nothing but the first conversation was there: `us` has another code then.
        let (now, before) = (of(5, 5), of(4, 4));
        let mut seen: Vec<_> = now
            .rows()
            .iter()
            .map(|row| {
                let value = now.value_of(row.keys()[0]).unwrap_or("-").to_owned();
                (value, before.row_like(row).counts().conversations)
            })
            .collect();
        seen.sort();
        let expected =
            [("-", 0), ("eu", 1), ("us", 1)].map(|(value, count)| (value.to_owned(), count));
        assert_eq!(seen, expected);
        assert_eq!(now.value_of(ValueLists::default().key(0, "eu")), None);
    }
}
