//! Figures by one to three dimensions at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, Object, OneofObject, SimpleObject};
use caseload_rollup::cube::{self, Breakdown, Key, Keys, MAX_DIMENSIONS, TeamsOfMembers};
use caseload_schema::{id::CustomerKey, store::customers::Customer};
use tokio::sync::OnceCell;

use super::{
    connection::{BreakdownConnection, Slice},
    context::{ContextExt as _, Deadline},
    cursor::{After, List},
    figures::Figures,
    inputs::Comparison,
    measure::{Change, Clock, Measure},
    metrics::Metrics,
    page::{self, Rows},
};
use crate::error::ApiError;

/// The most rows of a breakdown. Each takes some hundred bytes while it is answered.
const MAX_ROWS: usize = 100_000;

/// How many characters of a name are looked at to sort rows; behind them the id decides.
const SORTED_CHARS: usize = 500;

/// What figures are broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(super) enum Dimension {
    /// Who is credited.
    Member,
    /// The teams that who is credited is in now; a row for each.
    Team,
    /// The labels that the conversation has now; a row for each.
    Label,
    /// The conversation's channel.
    Channel,
    /// The conversation's customer.
    Customer,
    /// How the conversation ended: won, lost, or neither.
    Outcome,
    /// The weekday, 1 (Monday) to 7.
    Weekday,
    /// The day.
    Day,
    /// The ISO week, Monday first.
    Week,
    /// The calendar month.
    Month,
    /// The calendar year.
    Year,
}

impl From<Dimension> for cube::Dimension {
    fn from(dimension: Dimension) -> Self {
        match dimension {
            Dimension::Member => Self::Member,
            Dimension::Team => Self::Team,
            Dimension::Label => Self::Label,
            Dimension::Channel => Self::Channel,
            Dimension::Customer => Self::Customer,
            Dimension::Outcome => Self::Outcome,
            Dimension::Weekday => Self::Weekday,
            Dimension::Day => Self::Day,
            Dimension::Week => Self::Week,
            Dimension::Month => Self::Month,
            Dimension::Year => Self::Year,
        }
    }
}

/// Exactly one of the two.
#[derive(Debug, Clone, OneofObject)]
pub(super) enum DimensionInput {
    /// One that every workspace has.
    Dimension(Dimension),
    /// The key of an attribute: the values that the conversation has now; a row for each.
    Attribute(String),
}

impl DimensionInput {
    fn resolve(self) -> cube::Dimension {
        match self {
            Self::Dimension(dimension) => dimension.into(),
            Self::Attribute(key) => cube::Dimension::Attribute(key.into()),
        }
    }
}

/// Which way rows are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(super) enum Direction {
    /// The least first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// What rows are sorted by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    /// The measure; `None`: the keys alone.
    pub(super) by: Option<cube::Measure>,
    /// The clock of that measure, where it is a duration.
    pub(super) clock: cube::Clock,
    /// Which way. Rows without a value, and keys that are none, come last either way.
    pub(super) direction: Direction,
}

/// What a row has for one dimension. Both are null where it has none.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub(super) struct BreakdownKey {
    /// The id of the member, team, label or customer; the channel; the attribute's value; WON or LOST; the weekday, 1 to 7; the
    /// first day of the whole day, week, month or year.
    id: Option<String>,
    /// The name that is shown; else the id again.
    name: Option<String>,
}

impl BreakdownKey {
    fn named(id: &str, name: &str) -> Self {
        Self {
            id: Some(id.to_owned()),
            name: Some(name.to_owned()),
        }
    }

    fn of(id: &str) -> Self {
        Self::named(id, id)
    }
}

/// The report that all rows belong to. What they are compared with is made once for all of them.
#[derive(Debug)]
struct Report {
    figures: Figures,
    by: Vec<cube::Dimension>,
    deadline: Deadline,
    before: OnceCell<Arc<Breakdown>>,
    year_before: OnceCell<Arc<Breakdown>>,
}

impl Report {
    fn breakdown(&self, figures: &Figures) -> Result<Arc<Breakdown>, ApiError> {
        let teams = figures.snapshot().directory().teams().iter();
        let teams = TeamsOfMembers::new(teams.map(|team| (team.key, &*team.members)));
        let (view, deadline) = (figures.view().clone(), self.deadline);
        let made = Breakdown::new(view, &self.by, teams, MAX_ROWS, || deadline.check())?;
        let made = made.ok_or_else(|| {
            ApiError::too_complex(format!(
                "the breakdown has more than {MAX_ROWS} rows; ask for a shorter period, a narrower filter or fewer dimensions"
            ))
        })?;
        Ok(Arc::new(made))
    }

    async fn earlier(&self, by: Comparison) -> Result<&Arc<Breakdown>, ApiError> {
        let of_time = self
            .by
            .iter()
            .find(|dimension| dimension.is_of_time() && **dimension != cube::Dimension::Weekday);
        if let Some(dimension) = of_time {
            return Err(ApiError::bad_input(format!(
                "rows by {} have no earlier period; leave out previous and change, or the dimension",
                name_of(dimension)
            )));
        }
        let cell = match by {
            Comparison::Period => &self.before,
            Comparison::YearBefore => &self.year_before,
        };
        cell.get_or_try_init(|| async { self.breakdown(&self.figures.previous(by).await?) })
            .await
    }
}

/// The figures of one row of a breakdown.
#[derive(Debug, Clone)]
pub(super) struct BreakdownRow {
    keys: Vec<BreakdownKey>,
    row: cube::BreakdownRow,
    report: Arc<Report>,
}

/// The figures of exactly the facts that have the row's keys.
#[Object]
impl BreakdownRow {
    /// As many as dimensions, in their order.
    async fn keys(&self) -> &[BreakdownKey] {
        &self.keys
    }

    /// All measures. `open`, `waiting` and `waitingSince` are null with a dimension of time.
    async fn metrics(&self) -> Metrics {
        metrics_of(self.row.clone())
    }

    /// All measures of the same keys in an earlier period. Not with a dimension of time but WEEKDAY.
    async fn previous(
        &self,
        #[graphql(default_with = "Comparison::Period", desc = "Which one.")] by: Comparison,
    ) -> Result<Metrics, ApiError> {
        let earlier = self.report.earlier(by).await?;
        Ok(metrics_of(earlier.row_like(&self.row)))
    }

    /// A measure against that of the same keys in an earlier period. Not with a dimension of time but WEEKDAY.
    async fn change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] measure: Measure,
        #[graphql(default_with = "Comparison::Period", desc = "Which earlier period.")]
        by: Comparison,
        #[graphql(
            default_with = "Clock::Calendar",
            desc = "By which clock, of a duration."
        )]
        clock: Clock,
    ) -> Result<Change, ApiError> {
        ctx.deadline()?.check()?;
        let earlier = self.report.earlier(by).await?;
        let measure: cube::Measure = measure.into();
        let before = earlier.row_like(&self.row);
        let value = |row: &cube::BreakdownRow| row.value(measure, clock.into());
        let change = cube::change(value(&self.row), value(&before));
        let comparable = self.report.figures.is_comparable(by);
        Ok(Change::new(measure, change, comparable))
    }
}

fn metrics_of(row: cube::BreakdownRow) -> Metrics {
    if row.is_by_time() {
        Metrics::of_the_past(row)
    } else {
        Metrics::new(row)
    }
}

/// As clients name it.
fn name_of(dimension: &cube::Dimension) -> String {
    match dimension {
        cube::Dimension::Attribute(key) => format!("attribute {key:?}"),
        dimension => format!("{dimension:?}").to_uppercase(),
    }
}

/// One to three dimensions, each once.
fn resolve_dimensions(by: Vec<DimensionInput>) -> Result<Vec<cube::Dimension>, ApiError> {
    if !(1..=MAX_DIMENSIONS).contains(&by.len()) {
        return Err(ApiError::bad_input(format!(
            "by takes one to {MAX_DIMENSIONS} dimensions, was given {}",
            by.len()
        )));
    }
    let mut dimensions = Vec::with_capacity(by.len());
    for (at, input) in by.into_iter().enumerate() {
        let dimension = input.resolve();
        if dimensions.contains(&dimension) {
            return Err(ApiError::bad_input(format!(
                "by[{at}]: {} stands there twice; name each dimension once",
                name_of(&dimension)
            )));
        }
        dimensions.push(dimension);
    }
    Ok(dimensions)
}

/// Where a page of rows begins, and how many it has.
#[derive(Debug)]
pub(super) struct Pages {
    /// How many rows at most.
    pub(super) first: usize,
    /// The cursor behind which it begins.
    pub(super) after: Option<String>,
    /// Whether who asks may read the names of customers.
    pub(super) names_customers: bool,
}

/// A page of the rows of `figures` by these dimensions.
pub(super) async fn breakdown(
    figures: Figures,
    by: Vec<DimensionInput>,
    order: Order,
    pages: Pages,
    deadline: Deadline,
) -> Result<BreakdownConnection, ApiError> {
    let report = Report {
        by: resolve_dimensions(by)?,
        figures,
        deadline,
        before: OnceCell::new(),
        year_before: OnceCell::new(),
    };
    let generation = report.figures.snapshot().ledger().generation;
    let list = List::Breakdown(generation, fingerprint(&report.by, order));
    let After { place, changed } = After::read(pages.after.as_deref(), list)?;
    let made = report.breakdown(&report.figures)?;
    let sorted = Sorted {
        report: &report,
        made: &made,
        order,
        names_customers: pages.names_customers,
    };
    let mut rows = Vec::new();
    for row in made.rows() {
        deadline.check()?;
        if row.keys().iter().all(|key| sorted.is_named(*key)) {
            rows.push((sorted.number(&row), *row.keys()));
        }
    }
    deadline.check()?;
    rows.sort_unstable();
    let page = page::page(&sorted, &rows, place, pages.first).await?;
    let keys: Vec<Keys> = page.rows.iter().map(|((_, keys), _)| *keys).collect();
    let customers = sorted.customers(&keys).await?;
    let named: Vec<_> = page
        .rows
        .into_iter()
        .filter_map(|((_, keys), place)| Some((keys, sorted.names(&keys, &customers)?, place)))
        .collect();
    let report = Arc::new(report);
    let nodes = named.into_iter().map(|(keys, names, place)| {
        let row = BreakdownRow {
            keys: names,
            row: made.row(keys),
            report: Arc::clone(&report),
        };
        (row, place)
    });
    let slice = Slice {
        nodes: nodes.collect(),
        has_next: page.has_next,
        has_previous: page.has_previous,
    };
    Ok(BreakdownConnection::new(
        list,
        slice,
        rows.len(),
        generation.0,
        changed,
    ))
}

/// Tells cursors of other dimensions and orders apart.
fn fingerprint(by: &[cube::Dimension], order: Order) -> u32 {
    let dimensions: Vec<String> = by.iter().map(name_of).collect();
    crc32fast::hash(format!("{dimensions:?} {order:?}").as_bytes())
}

/// The rows of a breakdown in their order: by a number, then by the names of their keys.
struct Sorted<'a> {
    report: &'a Report,
    made: &'a Breakdown,
    order: Order,
    names_customers: bool,
}

impl Sorted<'_> {
    /// What sorts a row before its keys do, ascending; rows without a value come last.
    fn number(&self, row: &cube::BreakdownRow) -> i64 {
        let Some(by) = self.order.by else { return 0 };
        let Some(value) = row.value(by, self.order.clock) else {
            return i64::MAX;
        };
        let number = in_order(value);
        match self.order.direction {
            Direction::Ascending => number,
            Direction::Descending => !number,
        }
    }

    /// Whether what it is the key of is still there, as far as the directory knows.
    fn is_named(&self, key: Key) -> bool {
        let directory = self.report.figures.snapshot().directory();
        match key {
            Key::Member(member) => directory.member(member).is_some(),
            Key::Team(team) => directory.team(team).is_some(),
            Key::Label(label) => directory.label(label).is_some(),
            Key::Channel(channel) => directory.channel(channel).is_some(),
            _ => true,
        }
    }

    async fn customers(&self, rows: &[Keys]) -> Result<HashMap<CustomerKey, Customer>, ApiError> {
        let mut keys: Vec<_> = rows
            .iter()
            .flatten()
            .filter_map(|key| match key {
                Key::Customer(customer) => Some(*customer),
                _ => None,
            })
            .collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let snapshot = self.report.figures.snapshot();
        let store = snapshot.reachable_store()?;
        let found = store
            .find_customers(snapshot.key(), &keys)
            .await?
            .into_iter();
        Ok(found.map(|customer| (customer.key, customer)).collect())
    }

    /// As clients get it; `None` where it is no longer there.
    fn name(&self, key: Key, customers: &HashMap<CustomerKey, Customer>) -> Option<BreakdownKey> {
        let directory = self.report.figures.snapshot().directory();
        Some(match key {
            Key::None => BreakdownKey {
                id: None,
                name: None,
            },
            Key::Member(member) => {
                let member = directory.member(member)?;
                BreakdownKey::named(&member.id, &member.name)
            }
            Key::Team(team) => {
                let team = directory.team(team)?;
                BreakdownKey::named(&team.id, &team.name)
            }
            Key::Label(label) => {
                let label = directory.label(label)?;
                BreakdownKey::named(&label.id, &label.title)
            }
            Key::Channel(channel) => BreakdownKey::of(directory.channel(channel)?),
            Key::Customer(customer) => {
                let Customer { id, name, .. } = customers.get(&customer)?;
                let shown = name.as_deref().filter(|_| self.names_customers);
                BreakdownKey::named(id, shown.unwrap_or(id))
            }
            Key::Won => BreakdownKey::of("WON"),
            Key::Lost => BreakdownKey::of("LOST"),
            Key::Weekday(weekday) => BreakdownKey::of(&weekday.to_string()),
            Key::From(day) => BreakdownKey::of(&day.to_string()),
            Key::Value { .. } => BreakdownKey::of(self.made.value_of(key)?),
        })
    }

    /// The keys of a row as clients get them; `None` where one is no longer there.
    fn names(
        &self,
        keys: &Keys,
        customers: &HashMap<CustomerKey, Customer>,
    ) -> Option<Vec<BreakdownKey>> {
        let keys = keys.iter().take(self.report.by.len());
        keys.map(|key| self.name(*key, customers)).collect()
    }

    /// A text that sorts as the keys do.
    fn text(&self, keys: &[BreakdownKey]) -> String {
        let is_reversed = self.order.by.is_none() && self.order.direction == Direction::Descending;
        keys.iter().map(|key| sort_text(key, is_reversed)).collect()
    }
}

impl Rows for Sorted<'_> {
    type Row = (i64, Keys);

    fn sort(&self, (number, _): &Self::Row) -> i64 {
        *number
    }

    async fn with_ids(&self, rows: &[Self::Row]) -> Result<Vec<(Self::Row, String)>, ApiError> {
        let keys: Vec<Keys> = rows.iter().map(|(_, keys)| *keys).collect();
        let customers = self.customers(&keys).await?;
        let named = rows.iter().filter_map(|row| {
            let names = self.names(&row.1, &customers)?;
            Some((*row, self.text(&names)))
        });
        Ok(named.collect())
    }
}

/// Integers in the order of the values: the bits of a float sort as an integer where it is positive, and the other way round where
/// it is negative.
fn in_order(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// By name, then id, each ended by the least character; none last. Reversed, each byte is written as its complement, in
/// hexadecimal digits.
fn sort_text(key: &BreakdownKey, is_reversed: bool) -> String {
    let (Some(id), Some(name)) = (&key.id, &key.name) else {
        return "z".to_owned();
    };
    // A cursor holds it: of longer names the beginning has to do.
    let name: String = name.chars().take(SORTED_CHARS).collect();
    let text = format!("{name}\0{id}\0");
    if is_reversed {
        let complement = text.bytes().map(|byte| format!("{:02x}", !byte));
        format!("a{}", complement.collect::<String>())
    } else {
        format!("a{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, name: &str) -> BreakdownKey {
        BreakdownKey::named(id, name)
    }

    fn none() -> BreakdownKey {
        BreakdownKey {
            id: None,
            name: None,
        }
    }

    fn sorted(reversed: bool) -> Vec<(String, String)> {
        let names = [
            ("1", "b"),
            ("2", "ab"),
            ("3", "a"),
            ("4", "a"),
            ("5", "ä"),
            ("6", "😀"),
            ("7", ""),
        ];
        let mut keys: Vec<_> = names.map(|(id, name)| vec![key(id, name), none()]).into();
        keys.push(vec![none(), key("8", "a")]);
        keys.push(vec![key("3", "a"), key("9", "z")]);
        let text = |keys: &Vec<BreakdownKey>| -> String {
            keys.iter().map(|key| sort_text(key, reversed)).collect()
        };
        keys.sort_by_key(text);
        let shown = |key: &BreakdownKey| key.id.clone().unwrap_or_else(|| "-".to_owned());
        keys.iter()
            .map(|keys| (shown(&keys[0]), shown(&keys[1])))
            .collect()
    }

    fn pairs(expected: [&str; 9]) -> Vec<(String, String)> {
        let pair = |text: &str| {
            let (first, second) = text.split_once(' ').unwrap();
            (first.to_owned(), second.to_owned())
        };
        expected.map(pair).into()
    }

    #[test]
    fn keys_are_sorted_by_name_then_id_and_none_comes_last_either_way() {
        let up = [
            "7 -", "3 9", "3 -", "4 -", "2 -", "1 -", "5 -", "6 -", "- 8",
        ];
        assert_eq!(sorted(false), pairs(up));
        let down = [
            "6 -", "5 -", "1 -", "2 -", "4 -", "3 9", "3 -", "7 -", "- 8",
        ];
        assert_eq!(sorted(true), pairs(down));
    }

    #[test]
    fn numbers_are_in_the_order_of_the_values() {
        let values = [-7.5, -1.0, 0.0, 0.25, 1.0, 1.5, 1e9];
        assert!(values.map(in_order).is_sorted());
        assert!(in_order(1e300) < i64::MAX);
    }
}
