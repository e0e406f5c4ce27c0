//! What a query costs: one for each field, times the rows of the lists that it stands in.
//!
//! A row is counted where the answer will have one: a list by its `first`, or by how many there are; a series by the points
//! that the period really has (below `previous`, those of the period that was asked for: the earlier one has a few days more
//! or less). Each fragment is priced once, however often it is spread. What asks for the schema itself has a price of its own
//! (see [`introspection`]).

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
    Document, introspection,
    lists::{self, MAX_ROWS, Size},
    types::{Definition, FieldDefinition, InputDefinition, Types, named},
};
use crate::graphql::period_of;

/// How many there are of what lists hold.
#[derive(Debug, Clone, Copy)]
pub struct Cardinalities {
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

/// What an operation costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    /// What it asks of the workspace.
    pub(super) figures: u64,
    /// What it asks of the schema.
    pub(super) introspection: u64,
}

/// The cost of one part of a document: what it is by itself, and what it is times the points of a series by day, week, month
/// and year, as long as the period is not known.
#[derive(Debug, Clone, Copy, Default)]
struct Price {
    fixed: u64,
    by: [u64; 4],
    introspection: u64,
}

impl Price {
    const FIELD: Self = Self {
        fixed: 1,
        by: [0; 4],
        introspection: 0,
    };

    fn plus(self, other: Self) -> Self {
        Self {
            fixed: self.fixed.saturating_add(other.fixed),
            by: std::array::from_fn(|at| self.by[at].saturating_add(other.by[at])),
            introspection: self.introspection.saturating_add(other.introspection),
        }
    }

    fn times(self, rows: u64) -> Self {
        Self {
            fixed: self.fixed.saturating_mul(rows),
            by: self.by.map(|one| one.saturating_mul(rows)),
            introspection: self.introspection.saturating_mul(rows),
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
            ..self
        }
    }
}

/// What that operation costs with those variables.
pub(super) fn compute(
    types: &Types,
    document: &Document,
    operation: &OperationDefinition,
    variables: &Variables,
    world: Cardinalities,
) -> Cost {
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
    let price = pricing.set(&operation.selection_set.node, root, InTypeList::No);
    let price = price.within(Period::preset(Preset::Last30Days, world.today));
    Cost {
        figures: price.fixed,
        introspection: price.introspection,
    }
}

/// Whether what is priced stands within a list of a type of the schema: its fields, its interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum InTypeList {
    Yes,
    No,
}

struct Pricing<'a> {
    types: &'a Types,
    document: &'a Document,
    variables: &'a Variables,
    world: Cardinalities,
    fragments: FxHashMap<(&'a Name, InTypeList), Price>,
}

impl<'a> Pricing<'a> {
    fn set(
        &mut self,
        set: &'a SelectionSet,
        parent: Option<&'a Definition>,
        within: InTypeList,
    ) -> Price {
        let mut price = Price::default();
        for selection in &set.items {
            if self.is_skipped(selection.node.directives()) {
                continue;
            }
            price = price.plus(match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent, within),
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref();
                    let on = on.map_or(parent, |on| self.types.get(&on.node.on.node));
                    self.set(&inline.node.selection_set.node, on, within)
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, within)
                }
            });
        }
        price
    }

    fn fragment(&mut self, name: &'a Name, within: InTypeList) -> Price {
        if let Some(known) = self.fragments.get(&(name, within)) {
            return *known;
        }
        let Some(fragment) = self.document.executable.fragments.get(name) else {
            return Price::default();
        };
        let on = self.types.get(&fragment.node.type_condition.node.on.node);
        let price = self.set(&fragment.node.selection_set.node, on, within);
        self.fragments.insert((name, within), price);
        price
    }

    fn field(
        &mut self,
        field: &'a Field,
        parent: Option<&'a Definition>,
        within: InTypeList,
    ) -> Price {
        let Some(parent) = parent else {
            return Price::FIELD;
        };
        let name = field.name.node.as_str();
        let definition = parent.fields().and_then(|fields| fields.get(name));
        if introspection::is_part(&parent.name, name) {
            return self.introspection(field, parent, definition, within);
        }
        let Some(definition) = definition else {
            return Price::FIELD;
        };
        let below = self.set(
            &field.selection_set.node,
            self.types.get(named(&definition.ty)),
            InTypeList::No,
        );
        let rows = self.rows(parent, field, definition);
        let below = match rows {
            Rows::Known(rows) => below.times(rows),
            Rows::Points(by) => {
                let mut series = Price { fixed: 0, ..below };
                series.by[by] = series.by[by].saturating_add(below.fixed);
                series
            }
        };
        let priced = Price::FIELD.plus(below);
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

    /// A field of the schema's description, `None` for `__typename`.
    fn introspection(
        &mut self,
        field: &'a Field,
        parent: &Definition,
        definition: Option<&'a FieldDefinition>,
        within: InTypeList,
    ) -> Price {
        let own = Price {
            introspection: 1,
            ..Price::default()
        };
        let Some(definition) = definition else {
            return own;
        };
        let is_type_list = parent.name == "__Type" && is_list(&definition.ty);
        let below = self.set(
            &field.selection_set.node,
            self.types.get(named(&definition.ty)),
            if is_type_list {
                InTypeList::Yes
            } else {
                within
            },
        );
        let priced = own.plus(below);
        if is_type_list && within == InTypeList::Yes {
            priced.times(introspection::ROWS_OF_A_TYPE)
        } else {
            priced
        }
    }

    fn rows(&self, parent: &Definition, field: &Field, definition: &FieldDefinition) -> Rows {
        let first = definition
            .arguments
            .iter()
            .find(|argument| argument.name == "first");
        let size = lists::size(&parent.name, &field.name.node);
        if first.is_none() && size.is_none() && !is_list(&definition.ty) {
            return Rows::Known(1);
        }
        let size = size.unwrap_or(Size::First);
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let members = count(self.world.members);
        let there_are = match size {
            Size::Points => return Rows::Points(self.granularity(field)),
            Size::Members => members,
            Size::Teams => count(self.world.teams),
            Size::Labels => count(self.world.labels),
            Size::Channels => count(self.world.channels),
            Size::DailyRows => {
                let days = self
                    .period(field)
                    .map_or(30, |period| u64::try_from(period.len()).unwrap_or(u64::MAX));
                days.saturating_mul(members.saturating_add(1))
            }
            Size::Representations => match self.argument(field, "representations") {
                Some(ConstValue::List(all)) => count(all.len()),
                _ => 1,
            },
            Size::AtMostMembers(most) => members.min(most),
            Size::Rows(rows) => rows,
            Size::First => MAX_ROWS,
        };
        let asked = first.map_or(u64::MAX, |first| self.first(field, first));
        Rows::Known(asked.min(there_are).max(1))
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

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
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
        document::{DocumentRef, DocumentStore},
    };

    fn documents(sdl: &str) -> DocumentStore {
        let config = Config {
            max_complexity: usize::MAX,
            introspection: true,
            dashboard: false,
            ..Config::default()
        };
        DocumentStore::new(sdl, &config).unwrap()
    }

    /// What it costs, or why it is refused.
    fn priced(library: &DocumentStore, query: &str, members: usize) -> Result<u64, String> {
        let document = library
            .find(DocumentRef::Text(query))
            .unwrap_or_else(|problems| panic!("{query}: {problems:?}"));
        let given = json!({"period": {"preset": "LAST_90_DAYS"}, "filter": {"channels": ["email"]}, "first": 7});
        let bound = library
            .bind(document, None, &Variables::from_json(given))
            .unwrap();
        let world = Cardinalities {
            today: Day::from_number(20_000),
            members,
            teams: 3,
            labels: 30,
            channels: 4,
        };
        let price = library.cost(&bound, world);
        price.map_err(|problem| problem.message().to_owned())
    }

    fn price(query: &str, members: usize) -> u64 {
        priced(&documents(&crate::graphql::sdl()), query, members).unwrap()
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
            "{ team { teams { team { id } metrics { closed } } } }",
            1 + (1 + 3 * (2 + 2)),
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

    /// A schema with so many types, each of so many fields with an argument.
    fn synthetic(types: usize, fields: usize) -> String {
        use std::fmt::Write as _;
        let mut sdl = "type Query { t0: T0 }\n".to_owned();
        for at in 0..types {
            let field = |field: usize| format!("f{field}(a: Int): [T{}!]! ", (at + field) % types);
            let fields = (0..fields).map(field).collect::<String>();
            writeln!(sdl, "type T{at} {{ {fields} }}").expect("a String takes all");
        }
        sdl + "schema { query: Query }"
    }

    /// What tools ask for: each piece of the schema once, with references as deep as the longest query has them.
    fn of_a_tool(names: &str) -> String {
        let reference = "kind name ofType { ".repeat(9) + "kind name" + &" }".repeat(9);
        let value = format!(
            "name description type {{ {reference} }} defaultValue isDeprecated deprecationReason {names}"
        );
        format!(
            "{{ __schema {{ description queryType {{ name kind {names} }} mutationType {{ name kind {names} }}
                subscriptionType {{ name kind {names} }} {names} types {{ ...T }}
                directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...V }} {names} }} }} }}
             fragment V on __InputValue {{ {value} }} fragment R on __Type {{ {reference} {names} }}
             fragment T on __Type {{ kind name description specifiedByURL isOneOf {names}
                fields(includeDeprecated: true) {{ name description args(includeDeprecated: true) {{ ...V }} type {{ ...R }}
                    isDeprecated deprecationReason {names} }}
                inputFields(includeDeprecated: true) {{ ...V }} interfaces {{ ...R }} possibleTypes {{ ...R }}
                enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason {names} }} }}"
        )
    }

    #[test]
    fn what_tools_ask_of_a_schema_costs_the_same_however_large_it_is() {
        let sizes = [synthetic(1, 1), synthetic(30, 10), synthetic(1_000, 40)];
        let libraries = sizes.map(|sdl| documents(&sdl));
        let own = documents(&crate::graphql::sdl());
        for names in ["", "__typename"] {
            let query = of_a_tool(names);
            let cost = priced(&own, &query, 50).unwrap();
            assert!(
                200 < cost && cost < introspection::MAX_COST * 3 / 4,
                "{cost}"
            );
            for library in &libraries {
                assert_eq!(priced(library, &query, 50), Ok(cost));
            }
        }
    }

    #[test]
    fn types_within_types_cost_more_with_each_step() {
        let own = documents(&crate::graphql::sdl());
        let circle = |steps: usize| {
            let within = "fields { type { ".repeat(steps) + "name" + &" } }".repeat(steps);
            priced(
                &own,
                &format!("{{ __schema {{ types {{ {within} }} }} }}"),
                50,
            )
        };
        assert_eq!(circle(1), Ok(2 + 3));
        assert_eq!(circle(2), Ok(2 + 2 + 20 * 3));
        for steps in [3, 6, 12] {
            assert!(
                circle(steps)
                    .unwrap_err()
                    .starts_with("the introspection costs ")
            );
        }
        let wide = "interfaces { fields { name } } possibleTypes { fields { name } } ".repeat(30);
        let wide = priced(
            &own,
            &format!("{{ __type(name: \"Query\") {{ {wide} }} }}"),
            50,
        );
        assert!(wide.is_err(), "{wide:?}");
    }

    #[test]
    fn what_is_asked_of_the_schema_does_not_count_as_figures_do() {
        let config = Config {
            max_complexity: 10,
            max_depth: 3,
            introspection: true,
            dashboard: false,
            ..Config::default()
        };
        let narrow = DocumentStore::new(&crate::graphql::sdl(), &config).unwrap();
        assert!(priced(&narrow, &of_a_tool(""), 50).is_ok());
        assert!(priced(&narrow, "{ labels(first: 20) { share } }", 50).is_err());
    }
}
