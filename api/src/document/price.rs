//! What a query costs: one for each field, times the rows of the lists that it stands in.
//!
//! A row is counted where the answer will have one: a list by its `first`, or by how many there are; a series by the points
//! that the period really has. Each fragment is priced once, however often it is spread.

use async_graphql::{
    Name, Positioned, Value as ConstValue, Variables,
    parser::types::{
        BaseType, Directive, Field, OperationDefinition, OperationType, Selection, SelectionSet,
        Type,
    },
};
use async_graphql_value::Value;
use caseload_schema::{
    day::Day,
    period::{Period, Preset},
};
use rustc_hash::FxHashMap;

use super::{
    Document,
    types::{Definition, InputDefinition, Types, named},
};
use crate::graphql::period_of;

/// How many there are of what lists hold.
#[derive(Debug, Clone, Copy)]
pub struct World {
    /// The day that it is.
    pub today: Day,
    /// Members of the workspace.
    pub members: usize,
    /// Its teams.
    pub teams: usize,
    /// Its labels.
    pub labels: usize,
    /// Its channels.
    pub channels: usize,
}

/// The most rows that a list can be asked for.
const MAX_ROWS: u64 = 1_000;

/// Rows of a list about which nothing else is known.
const SOME_ROWS: u64 = 10;

/// The cost of one part of a document: what it is by itself, and what it is times the points of a series by day, week, month
/// and year, as long as the period is not known.
#[derive(Debug, Clone, Copy, Default)]
struct Price {
    fixed: u64,
    by: [u64; 4],
}

impl Price {
    fn plus(self, other: Self) -> Self {
        let by = std::array::from_fn(|at| self.by[at].saturating_add(other.by[at]));
        Self {
            fixed: self.fixed.saturating_add(other.fixed),
            by,
        }
    }

    fn times(self, rows: u64) -> Self {
        Self {
            fixed: self.fixed.saturating_mul(rows),
            by: self.by.map(|one| one.saturating_mul(rows)),
        }
    }

    /// With the points that a series has in that period.
    fn within(self, period: Period) -> Self {
        let days = u64::try_from(period.len()).unwrap_or(u64::MAX);
        let points =
            [days, days / 7 + 2, days / 28 + 2, days / 365 + 2].map(|points| points.min(days));
        let series = self
            .by
            .iter()
            .zip(points)
            .map(|(one, points)| one.saturating_mul(points));
        Self {
            fixed: series.fold(self.fixed, u64::saturating_add),
            by: [0; 4],
        }
    }
}

/// What that operation costs with those variables.
pub(super) fn price(
    types: &Types,
    document: &Document,
    operation: &OperationDefinition,
    variables: &Variables,
    world: World,
) -> u64 {
    let root = match operation.ty {
        OperationType::Query => Some(&types.query),
        OperationType::Mutation => types.mutation.as_ref(),
        OperationType::Subscription => types.subscription.as_ref(),
    };
    let mut pricing = Pricing {
        types,
        document,
        variables,
        world,
        fragments: FxHashMap::default(),
    };
    let root = root.and_then(|root| types.get(root));
    let price = pricing.set(&operation.selection_set.node, root);
    price
        .within(Period::preset(Preset::Last30Days, world.today))
        .fixed
}

struct Pricing<'a> {
    types: &'a Types,
    document: &'a Document,
    variables: &'a Variables,
    world: World,
    fragments: FxHashMap<&'a Name, Price>,
}

impl<'a> Pricing<'a> {
    fn set(&mut self, set: &'a SelectionSet, parent: Option<&'a Definition>) -> Price {
        let mut price = Price::default();
        for selection in &set.items {
            if self.is_skipped(selection.node.directives()) {
                continue;
            }
            price = price.plus(match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent),
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref();
                    let on = on.map_or(parent, |on| self.types.get(&on.node.on.node));
                    self.set(&inline.node.selection_set.node, on)
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node),
            });
        }
        price
    }

    fn fragment(&mut self, name: &'a Name) -> Price {
        if let Some(known) = self.fragments.get(name) {
            return *known;
        }
        let Some(fragment) = self.document.executable.fragments.get(name) else {
            return Price::default();
        };
        let on = self.types.get(&fragment.node.type_condition.node.on.node);
        let price = self.set(&fragment.node.selection_set.node, on);
        self.fragments.insert(name, price);
        price
    }

    fn field(&mut self, field: &'a Field, parent: Option<&'a Definition>) -> Price {
        let own = Price {
            fixed: 1,
            by: [0; 4],
        };
        let Some(parent) = parent else { return own };
        let Some(definition) = parent
            .fields()
            .and_then(|fields| fields.get(field.name.node.as_str()))
        else {
            return own;
        };
        let below = self.set(
            &field.selection_set.node,
            self.types.get(named(&definition.ty)),
        );
        let rows = self.rows(parent, field, &definition.ty, &definition.arguments);
        let below = match rows {
            Rows::Known(rows) => below.times(rows),
            Rows::Points(by) => {
                let mut series = Price {
                    fixed: 0,
                    by: below.by,
                };
                series.by[by] = series.by[by].saturating_add(below.fixed);
                series
            }
        };
        let priced = own.plus(below);
        match definition
            .arguments
            .iter()
            .find(|argument| argument.name == "period")
        {
            Some(_) => self
                .period(field)
                .map_or(priced, |period| priced.within(period)),
            None => priced,
        }
    }

    fn rows(
        &self,
        parent: &Definition,
        field: &Field,
        ty: &Type,
        arguments: &[InputDefinition],
    ) -> Rows {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let World {
            members,
            teams,
            labels,
            channels,
            ..
        } = self.world;
        let (members, labels) = (count(members), count(labels));
        let is_list = matches!(ty.base, BaseType::List(_));
        let there_are = match (parent.name.as_str(), field.name.node.as_str()) {
            ("TeamReport" | "MemberReport", "series") => {
                return Rows::Points(self.granularity(field));
            }
            ("TeamReport", "leaderboard" | "members") | ("Workspace", "members") => members,
            ("Query", "labels") | (_, "topLabels") => labels,
            ("Query", "dailyRollups") => {
                let days = self
                    .period(field)
                    .map_or(30, |period| u64::try_from(period.len()).unwrap_or(u64::MAX));
                days.saturating_mul(members.saturating_add(1))
            }
            ("Query", "_entities") => match self.argument(field, "representations") {
                Some(ConstValue::List(all)) => count(all.len()),
                _ => 1,
            },
            ("Workspace", "teams") => count(teams),
            ("Team", "members") => members.min(20),
            ("TeamReport", "channels") => count(channels),
            ("TeamReport", "busyHours") => 168,
            ("DurationStats", "distribution") => 7,
            ("RatingStats", "scores") => 5,
            ("Conversation" | "Feedback", _) if is_list => 3,
            ("__Schema", "types") => 80,
            ("__Type", "fields") => 15,
            ("__Type" | "__Field" | "__Directive", _) if is_list => 5,
            // Its rows are counted where the connection is asked for.
            (name, _) if name.ends_with("Connection") => 1,
            _ if is_list && !arguments.iter().any(|argument| argument.name == "first") => SOME_ROWS,
            _ => MAX_ROWS,
        };
        match arguments.iter().find(|argument| argument.name == "first") {
            Some(first) => Rows::Known(self.first(field, first).min(there_are).max(1)),
            None if is_list => Rows::Known(there_are.max(1)),
            None => Rows::Known(1),
        }
    }

    fn first(&self, field: &Field, definition: &InputDefinition) -> u64 {
        let given = self
            .argument(field, "first")
            .or_else(|| definition.default.clone());
        match given {
            Some(ConstValue::Number(first)) => first
                .as_i64()
                .map_or(MAX_ROWS, |first| u64::try_from(first).unwrap_or(0)),
            _ => MAX_ROWS,
        }
    }

    fn granularity(&self, field: &Field) -> usize {
        match self.argument(field, "by") {
            Some(ConstValue::Enum(by)) if by == "WEEK" => 1,
            Some(ConstValue::Enum(by)) if by == "MONTH" => 2,
            Some(ConstValue::Enum(by)) if by == "YEAR" => 3,
            _ => 0,
        }
    }

    /// `None` where it is no period: the resolver refuses it.
    fn period(&self, field: &Field) -> Option<Period> {
        period_of(self.argument(field, "period"), self.world.today)
    }

    fn argument(&self, field: &Field, name: &str) -> Option<ConstValue> {
        self.constant(&field.get_argument(name)?.node)
    }

    fn constant(&self, value: &Value) -> Option<ConstValue> {
        match value {
            Value::Variable(name) => self.variables.get(name).cloned(),
            other => other
                .clone()
                .into_const_with(|name| self.variables.get(&name).cloned().ok_or(()))
                .ok(),
        }
    }

    fn is_skipped(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let skipped = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            let condition = directive
                .node
                .get_argument("if")
                .and_then(|value| self.constant(&value.node));
            condition == Some(ConstValue::Boolean(skipped))
        })
    }
}

/// How often what stands below a field is there.
enum Rows {
    Known(u64),
    /// As often as a series has points, by that granularity.
    Points(usize),
}

#[cfg(test)]
mod tests {
    use async_graphql::Variables;
    use serde_json::json;

    use super::*;
    use crate::{
        config::Config,
        document::{Library, Wanted},
    };

    fn price(query: &str, members: usize) -> u64 {
        let config = Config {
            max_complexity: usize::MAX,
            ..Config::default()
        };
        let library = Library::new(&crate::graphql::sdl(), &config).unwrap();
        let document = library
            .find(Wanted::Text(query))
            .unwrap_or_else(|problems| panic!("{query}: {problems:?}"));
        let given = json!({"period": {"preset": "LAST_90_DAYS"}, "filter": {"channels": ["email"]}, "first": 7});
        let bound = library
            .bind(document, None, &Variables::from_json(given))
            .unwrap();
        let world = World {
            today: Day::from_number(20_000),
            members,
            teams: 3,
            labels: 30,
            channels: 4,
        };
        library.price(&bound, world).unwrap()
    }

    #[track_caller]
    fn check(query: &str, expected: u64) {
        assert_eq!(price(query, 50), expected, "{query}");
    }

    #[test]
    fn fields_and_aliases_cost_one_each() {
        check("{ viewer { role __typename } a: viewer { role } }", 5);
        check(
            "query($first: Int) { labels(first: $first) { conversations @skip(if: true) share } }",
            1 + 7,
        );
    }

    #[test]
    fn lists_cost_what_they_hold() {
        check("{ labels(first: 20) { share } }", 1 + 20);
        check("{ labels(first: 1000) { share } }", 1 + 30);
        check(
            "{ team { members { member { id } } leaderboard(first: 5) { rank } channels { channel } } }",
            1 + (1 + 50 * 2) + (1 + 5) + (1 + 4),
        );
        check(
            "{ dailyRollups(period: {preset: TODAY}, first: 1000) { nodes { day } } }",
            1 + 51 * 2,
        );
        check(
            "{ conversations(measure: CLOSED, first: 3) { nodes { id labels { id } } } }",
            1 + 3 * (1 + 2 + 3),
        );
    }

    #[test]
    fn a_series_costs_as_many_points_as_its_period_has() {
        let ninety = "query($period: PeriodInput) { team(period: $period) { ";
        check("{ team { series { from } } }", 1 + 1 + 30);
        check(
            "{ team(period: {preset: YESTERDAY}) { series { from } } }",
            1 + 1 + 1,
        );
        check(
            &format!("{ninety} series(by: WEEK) {{ from }} }} }}"),
            1 + 1 + 14,
        );
        check(
            &format!("{ninety} members {{ series {{ from }} }} }} }}"),
            1 + 1 + 50 * (1 + 90),
        );
        check(
            &format!(
                "{ninety} ...F }} b: team {{ ...F }} }} fragment F on TeamReport {{ series {{ from }} }}"
            ),
            2 + 2 + 90 + 30,
        );
    }

    #[test]
    fn fragments_are_priced_once_however_often_they_are_spread() {
        let level = |at: usize| format!("fragment F{at} on TeamReport {{ ...F{} }} ", at + 1);
        let levels = (0..20).map(level).collect::<Vec<_>>().concat();
        check(
            &format!(
                "{{ team {{ ...F0 }} }} {levels} fragment F20 on TeamReport {{ members {{ member {{ id }} }} }}"
            ),
            102,
        );
    }

    #[test]
    fn the_queries_of_the_guide_and_of_a_dashboard_are_affordable() {
        let guide = include_str!("../../../docs/api.md");
        let queries: Vec<_> = guide
            .split("```graphql\n")
            .skip(1)
            .filter_map(|rest| rest.split("```").next())
            .collect();
        assert!(4 <= queries.len());
        let most = u64::try_from(Config::default().max_complexity).unwrap();
        for query in queries {
            assert!(
                price(query, 200) < most / 10,
                "{query}: {}",
                price(query, 200)
            );
        }
        let year = "{ team(period: {preset: LAST_YEAR}) { members { series { from metrics { closed replies } } } } }";
        assert!(most < price(year, 200));
    }
}
