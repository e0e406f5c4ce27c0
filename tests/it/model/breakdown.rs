//! Figures by some dimensions at once: every combination of keys, each by itself.

use std::{cmp::Ordering, collections::BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use super::{
    asked::Asked,
    book::Book,
    metrics::{Figures, change_between},
    scope::Scope,
    time::Span,
};

/// The names of the dimensions, and, in small letters, keys of attributes.
pub(crate) const DIMENSIONS: [&str; 14] = [
    "MEMBER", "TEAM", "LABEL", "CHANNEL", "CUSTOMER", "OUTCOME", "WEEKDAY", "DAY", "WEEK", "MONTH",
    "YEAR", "plan", "seats", "no_such",
];

/// A dimension as the argument of a query.
pub(crate) fn dimension_input(by: &str) -> Value {
    let is_attribute = by.starts_with(char::is_lowercase);
    let name = if is_attribute {
        "attribute"
    } else {
        "dimension"
    };
    json!({name: by})
}

const OF_TIME: [&str; 5] = ["WEEKDAY", "DAY", "WEEK", "MONTH", "YEAR"];

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Breakdown {
    pub(crate) by: Vec<&'static str>,
    pub(crate) span: Span,
    pub(crate) order_by: Option<&'static str>,
    pub(crate) descending: bool,
    /// Of what rows are compared with an earlier period.
    pub(crate) measure: &'static str,
}

impl Breakdown {
    /// Whether rows can be compared with an earlier period.
    pub(crate) fn has_earlier(&self) -> bool {
        let of_time = |by: &&str| OF_TIME.contains(by) && *by != "WEEKDAY";
        !self.by.iter().any(of_time)
    }

    fn is_by_time(&self) -> bool {
        self.by.iter().any(|by| OF_TIME.contains(by))
    }
}

/// The id and the name of a key; `None` where there is none.
type Named = Option<(String, String)>;

/// What a row is restricted to: a key of each dimension.
#[derive(Debug, Clone)]
struct Cell {
    keys: Vec<Named>,
    scope: Scope,
    /// The days that lie in the keys of time, as (dimension, key).
    times: Vec<(&'static str, String)>,
}

impl Cell {
    fn with(&self, key: Named, scope: Scope) -> Self {
        let mut cell = self.clone();
        cell.keys.push(key);
        cell.scope = scope;
        cell
    }

    fn holds(&self, day: NaiveDate) -> bool {
        self.times.iter().all(|(by, key)| time_key(by, day) == *key)
    }
}

/// The weekday, or the first day of the whole day, week, month or year, of a day.
fn time_key(by: &str, day: NaiveDate) -> String {
    match by {
        "WEEKDAY" => day.weekday().number_from_monday().to_string(),
        "DAY" => day.to_string(),
        "WEEK" => day.week(chrono::Weekday::Mon).first_day().to_string(),
        "MONTH" => day.format("%Y-%m-01").to_string(),
        "YEAR" => day.format("%Y-01-01").to_string(),
        other => panic!("{other} is no dimension of time"),
    }
}

impl Book<'_> {
    /// The rows of a breakdown, in their order.
    pub(crate) fn breakdown(&self, asked: &Breakdown, scope: &Scope) -> Vec<Value> {
        let mut cells = vec![Cell {
            keys: Vec::new(),
            scope: scope.clone(),
            times: Vec::new(),
        }];
        for by in &asked.by {
            cells = cells
                .iter()
                .flat_map(|cell| self.split(cell, by, asked.span))
                .collect();
        }
        let mut rows = Vec::new();
        for cell in cells {
            let figures = self.figures_of(&cell, asked.span);
            if figures.anything() {
                let value = asked.order_by.and_then(|by| value(asked, &figures, by));
                rows.push((value, cell.keys.clone(), self.row(asked, &cell, &figures)));
            }
        }
        rows.sort_by(|a, b| in_order(asked, (a.0, &a.1), (b.0, &b.1)));
        rows.into_iter().map(|(_, _, row)| row).collect()
    }

    fn figures_of(&self, cell: &Cell, span: Span) -> Figures {
        let holds = |day| span.holds(day) && cell.holds(day);
        Figures::of_days(self, &holds, &cell.scope)
    }

    fn row(&self, asked: &Breakdown, cell: &Cell, figures: &Figures) -> Value {
        let keys: Vec<Value> = cell
            .keys
            .iter()
            .map(|key| {
                let (id, name) = key.clone().unzip();
                json!({"id": id, "name": name})
            })
            .collect();
        let metrics = |figures: &Figures| {
            if asked.is_by_time() {
                figures.json_of_then()
            } else {
                figures.json()
            }
        };
        let mut row = json!({"keys": keys, "metrics": metrics(figures)});
        if asked.has_earlier() {
            for by in ["PERIOD", "YEAR_BEFORE"] {
                let before = Asked::from(asked.span).previous(by).span();
                let earlier = self.figures_of(cell, before);
                row[by] = metrics(&earlier);
                row[format!("{by}_CHANGE")] = change_between(
                    self,
                    asked.measure,
                    before,
                    (
                        value(asked, figures, asked.measure),
                        value(asked, &earlier, asked.measure),
                    ),
                );
            }
        }
        row
    }

    /// One cell for each key of one more dimension.
    fn split(&self, cell: &Cell, by: &'static str, span: Span) -> Vec<Cell> {
        let world = self.world;
        let scope = &cell.scope;
        let same = |id: &str| Some((id.to_owned(), id.to_owned()));
        match by {
            "MEMBER" => {
                let members = world.everyone();
                let of = |member: &String| {
                    let named = Some((member.clone(), world.member_name(member)));
                    cell.with(named, scope.credited_to(Some(member)))
                };
                let mut cells: Vec<_> = members.iter().map(of).collect();
                cells.push(cell.with(None, scope.credited_to(None)));
                cells
            }
            "TEAM" => {
                let mut without: BTreeSet<_> = world.everyone().into_iter().map(Some).collect();
                without.insert(None);
                let mut cells = Vec::new();
                for (id, team) in &world.teams {
                    let members: Vec<_> = team.members.iter().cloned().collect();
                    without.retain(|of| of.as_ref().is_none_or(|of| !team.members.contains(of)));
                    let named = Some((id.clone(), team.name.clone()));
                    cells.push(cell.with(named, scope.credited_to_any(&members)));
                }
                cells.push(cell.with(None, scope.credited_to_one_of(without)));
                cells
            }
            "LABEL" => {
                let labels = self.cases.iter().flat_map(|case| &case.conversation.labels);
                let labels: BTreeSet<&String> = labels.collect();
                let of = |label: &String| {
                    let named = Some((label.clone(), world.label_title(label)));
                    cell.with(named, scope.labeled(label))
                };
                let mut cells: Vec<_> = labels.into_iter().map(of).collect();
                cells.push(cell.with(None, scope.unlabeled()));
                cells
            }
            "CHANNEL" => {
                let channels = self.cases.iter().map(|case| &case.conversation.channel);
                let channels: BTreeSet<&String> = channels.collect();
                let of = |channel: &String| cell.with(same(channel), scope.on_channel(channel));
                channels.into_iter().map(of).collect()
            }
            "CUSTOMER" => {
                let customers = self.cases.iter().map(|case| &case.conversation.customer);
                let customers: BTreeSet<&String> = customers.collect();
                let of = |customer: &String| {
                    let name = world.customers.get(customer).and_then(|it| it.name.clone());
                    let name = name.unwrap_or_else(|| customer.clone());
                    cell.with(Some((customer.clone(), name)), scope.of_customer(customer))
                };
                customers.into_iter().map(of).collect()
            }
            "OUTCOME" => {
                let outcomes = [Some("won"), Some("lost"), None];
                let of = |outcome: Option<&str>| {
                    let named = outcome.and_then(|outcome| same(&outcome.to_uppercase()));
                    cell.with(named, scope.ended(outcome))
                };
                outcomes.map(of).into()
            }
            key if key.starts_with(char::is_lowercase) => {
                let attributes = self.cases.iter().map(|case| &case.conversation.attributes);
                let values = attributes.filter_map(|of| of.get(key)).flatten();
                let values: BTreeSet<&String> = values.collect();
                let of =
                    |value: &String| cell.with(same(value), scope.with_attribute(key, Some(value)));
                let mut cells: Vec<_> = values.into_iter().map(of).collect();
                cells.push(cell.with(None, scope.with_attribute(key, None)));
                cells
            }
            _ => {
                let days = span.days().into_iter().map(|day| time_key(by, day));
                let keys: BTreeSet<String> = days.collect();
                let of = |key: String| {
                    let mut cell = cell.with(same(&key), scope.clone());
                    cell.times.push((by, key));
                    cell
                };
                keys.into_iter().map(of).collect()
            }
        }
    }
}

/// The value that a row has of a measure: none of a figure of now where the row is a part of the time.
fn value(asked: &Breakdown, figures: &Figures, measure: &str) -> Option<f64> {
    let is_of_now = ["OPEN", "WAITING"].contains(&measure);
    figures
        .value(measure)
        .filter(|_| !(is_of_now && asked.is_by_time()))
}

fn in_order(
    asked: &Breakdown,
    (a, a_keys): (Option<f64>, &Vec<Named>),
    (b, b_keys): (Option<f64>, &Vec<Named>),
) -> Ordering {
    let turned = |order: Ordering, is_turned: bool| if is_turned { order.reverse() } else { order };
    let by_value = match (a, b) {
        (Some(a), Some(b)) => turned(a.total_cmp(&b), asked.descending),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    let of_keys = a_keys.iter().zip(b_keys).map(|(a, b)| match (a, b) {
        (Some((a_id, a_name)), Some((b_id, b_name))) => {
            let order = (a_name, a_id).cmp(&(b_name, b_id));
            turned(order, asked.order_by.is_none() && asked.descending)
        }
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    of_keys.fold(by_value, Ordering::then)
}
