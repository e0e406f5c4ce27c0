//! What each SELECT, UPDATE and DELETE of a statement ties to a workspace: its tables, and the equalities of `workspace_id` that
//! every row has to fulfil.

use std::{collections::BTreeMap, ops::ControlFlow};

use sqlparser::ast::{
    BinaryOperator, Delete, Expr, FromTable, Join, JoinConstraint, JoinOperator, ObjectName, Query,
    Select, SetExpr, Statement, TableFactor, TableWithJoins, Update, UpdateTableFromKind, Value,
    Visit, Visitor,
};

/// How a table, or what stands in its place, is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A distributed table, or a query over some.
    Distributed,
    /// A table that every node has a copy of.
    Reference,
    /// A table of PostgreSQL's own, or a function: each node has its own.
    Local,
}

/// One side of an equality of workspaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    /// A value: bound, or written out.
    Value,
    /// The column of the table with that name in this scope.
    Table(String),
    /// The column of a table of a query around this one.
    Outer(String),
}

/// The tables of one SELECT, UPDATE or DELETE, and what its rows are compared with.
#[derive(Debug, Default)]
pub(super) struct Scope {
    tables: BTreeMap<String, Kind>,
    equal: Vec<(Side, Side)>,
}

/// What is wrong in a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// This distributed table is not tied to a bound workspace, nor to another table that is.
    Untied(String),
    /// A sub-query is tied to this reference table instead of a distributed one.
    CorrelatedOnReference(String),
}

/// Where rows have to be tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// A workspace that is bound: the statement goes to one node.
    Value,
    /// Each other: a view of all workspaces, in which each shard is joined with its like.
    EachOther,
}

/// How names are spread, with the views and the queries of WITH that stand for tables.
pub(super) type Kinds = BTreeMap<String, Kind>;

/// The faults of all scopes of `statement`.
pub(super) fn faults(statement: &Statement, kinds: &Kinds, anchor: Anchor) -> Vec<Fault> {
    let mut walk = Walk {
        kinds: kinds.clone(),
        anchor,
        outer: Vec::new(),
        faults: Vec::new(),
    };
    match statement {
        Statement::Update(update) => walk.update(update),
        Statement::Delete(delete) => walk.delete(delete),
        Statement::Query(query) => walk.query(query),
        Statement::CreateView(view) => walk.query(&view.query),
        _ => {}
    }
    walk.faults
}

struct Walk {
    kinds: Kinds,
    anchor: Anchor,
    /// The scopes around this one, the outermost first.
    outer: Vec<Scope>,
    faults: Vec<Fault>,
}

impl Walk {
    fn query(&mut self, query: &Query) {
        let before = self.kinds.clone();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.query(&cte.query);
            let kind = self.kind_of_query(&cte.query);
            self.kinds.insert(cte.alias.name.value.clone(), kind);
        }
        self.set(&query.body);
        self.kinds = before;
    }

    fn set(&mut self, body: &SetExpr) {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation { left, right, .. } => {
                self.set(left);
                self.set(right);
            }
            _ => {}
        }
    }

    fn select(&mut self, select: &Select) {
        let mut scope = self.scope_of(&select.from);
        if let Some(selection) = &select.selection {
            add_equalities(&mut scope, selection);
        }
        self.close(scope, select);
    }

    fn update(&mut self, update: &Update) {
        let mut tables = vec![update.table.clone()];
        if let Some(UpdateTableFromKind::AfterSet(from) | UpdateTableFromKind::BeforeSet(from)) =
            &update.from
        {
            tables.extend(from.iter().cloned());
        }
        let mut scope = self.scope_of(&tables);
        if let Some(selection) = &update.selection {
            add_equalities(&mut scope, selection);
        }
        self.close(scope, update);
    }

    fn delete(&mut self, delete: &Delete) {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let using = delete.using.iter().flatten();
        let tables: Vec<TableWithJoins> = from.iter().chain(using).cloned().collect();
        let mut scope = self.scope_of(&tables);
        if let Some(selection) = &delete.selection {
            add_equalities(&mut scope, selection);
        }
        self.close(scope, delete);
    }

    /// The tables of FROM, with what ON says of them. What queries in FROM hold is looked at in [`Walk::close`].
    fn scope_of(&mut self, from: &[TableWithJoins]) -> Scope {
        let mut scope = Scope::default();
        let factors = |table: &TableWithJoins| -> Vec<TableFactor> {
            let joined = table.joins.iter().map(|join| join.relation.clone());
            std::iter::once(table.relation.clone())
                .chain(joined)
                .collect()
        };
        for factor in from.iter().flat_map(factors) {
            self.add_factor(&mut scope, &factor);
        }
        for join in from.iter().flat_map(|table| &table.joins) {
            if let Some(on) = condition(join) {
                add_equalities(&mut scope, on);
            }
        }
        scope
    }

    fn add_factor(&mut self, scope: &mut Scope, factor: &TableFactor) {
        match factor {
            TableFactor::Table {
                name, alias, args, ..
            } => {
                let alias = alias.as_ref().map(|alias| alias.name.value.clone());
                let alias = alias.unwrap_or_else(|| last(name));
                let kind = if args.is_some() {
                    Kind::Local
                } else {
                    self.kind(name)
                };
                scope.tables.insert(alias, kind);
            }
            TableFactor::Derived {
                subquery,
                alias: Some(alias),
                ..
            } => {
                let kind = self.kind_of_query(subquery);
                scope.tables.insert(alias.name.value.clone(), kind);
            }
            TableFactor::NestedJoin {
                table_with_joins, ..
            } => {
                let inner = self.scope_of(std::slice::from_ref(table_with_joins));
                scope.tables.extend(inner.tables);
                scope.equal.extend(inner.equal);
            }
            _ => {}
        }
    }

    fn kind(&self, name: &ObjectName) -> Kind {
        let whole = name.to_string().replace('"', "");
        self.kinds.get(&whole).copied().unwrap_or(Kind::Local)
    }

    /// Distributed where any table of it is.
    fn kind_of_query(&self, query: &Query) -> Kind {
        let mut names = Names(Vec::new());
        let _ = query.visit(&mut names);
        let kinds: Vec<Kind> = names.0.iter().map(|name| self.kind(name)).collect();
        [Kind::Distributed, Kind::Reference]
            .into_iter()
            .find(|kind| kinds.contains(kind))
            .unwrap_or(Kind::Local)
    }

    /// Looks at what the scope ties, and at the sub-queries of its expressions.
    fn close(&mut self, scope: Scope, expressions: &impl Visit) {
        let tied = scope.tied(self.anchor);
        for (name, kind) in &scope.tables {
            if *kind == Kind::Distributed && !tied.contains(name) {
                self.faults.push(Fault::Untied(name.clone()));
            }
        }
        for (one, other) in &scope.equal {
            for side in [one, other] {
                if let Side::Outer(name) = side
                    && self.outer_kind(name) == Some(Kind::Reference)
                {
                    self.faults.push(Fault::CorrelatedOnReference(name.clone()));
                }
            }
        }
        self.outer.push(scope);
        let mut found = SubQueries {
            depth: 0,
            found: Vec::new(),
        };
        let _ = expressions.visit(&mut found);
        for query in found.found {
            self.query(&query);
        }
        self.outer.pop();
    }

    fn outer_kind(&self, name: &str) -> Option<Kind> {
        let mut scopes = self.outer.iter().rev();
        scopes.find_map(|scope| scope.tables.get(name).copied())
    }
}

impl Scope {
    /// The tables that equalities lead to from an anchor.
    fn tied(&self, anchor: Anchor) -> Vec<String> {
        let is_distributed = |name: &&String| self.tables.get(*name) == Some(&Kind::Distributed);
        let first = self.tables.keys().find(is_distributed).cloned();
        let is_start = |side: &Side| match (anchor, side) {
            (Anchor::Value, Side::Value) | (_, Side::Outer(_)) => true,
            (Anchor::EachOther, Side::Value) | (_, Side::Table(_)) => false,
        };
        let mut tied: Vec<String> = Vec::new();
        // A view of all workspaces begins with any of its tables, unless it is tied to what is around it.
        if anchor == Anchor::EachOther
            && !self.equal.iter().any(|(a, b)| is_start(a) || is_start(b))
        {
            tied.extend(first);
        }
        loop {
            let before = tied.len();
            for (one, other) in &self.equal {
                for (from, to) in [(one, other), (other, one)] {
                    let leads =
                        is_start(from) || matches!(from, Side::Table(name) if tied.contains(name));
                    if let Side::Table(name) = to
                        && leads
                        && !tied.contains(name)
                    {
                        tied.push(name.clone());
                    }
                }
            }
            if tied.len() == before {
                return tied;
            }
        }
    }
}

/// A side of an equality, where it is a workspace.
fn side(scope: &Scope, expression: &Expr) -> Option<Side> {
    match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => side(scope, inner),
        Expr::Value(value) => {
            matches!(value.value, Value::Placeholder(_) | Value::Number(..)).then_some(Side::Value)
        }
        Expr::Identifier(column) if column.value == "workspace_id" => {
            let only = scope
                .tables
                .keys()
                .next()
                .filter(|_| scope.tables.len() == 1);
            only.cloned().map(Side::Table)
        }
        Expr::CompoundIdentifier(parts)
            if parts.last().is_some_and(|p| p.value == "workspace_id") =>
        {
            let table = parts.get(parts.len().checked_sub(2)?)?.value.clone();
            Some(if scope.tables.contains_key(&table) {
                Side::Table(table)
            } else {
                Side::Outer(table)
            })
        }
        _ => None,
    }
}

fn condition(join: &Join) -> Option<&Expr> {
    match &join.join_operator {
        JoinOperator::Join(on)
        | JoinOperator::Inner(on)
        | JoinOperator::Left(on)
        | JoinOperator::LeftOuter(on) => match on {
            JoinConstraint::On(condition) => Some(condition),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn last(name: &ObjectName) -> String {
    let text = name.to_string().replace('"', "");
    text.rsplit('.').next().unwrap_or_default().to_owned()
}

/// The names of all tables.
pub(super) struct Names(pub(super) Vec<ObjectName>);

impl Visitor for Names {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        self.0.push(relation.clone());
        ControlFlow::Continue(())
    }
}

/// The outermost queries within a SELECT, UPDATE or DELETE; those in FROM among them.
struct SubQueries {
    depth: usize,
    found: Vec<Query>,
}

impl Visitor for SubQueries {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.depth == 0 {
            self.found.push(query.clone());
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}

/// Adds the equalities that hold for every row: those that AND leads to.
fn add_equalities(scope: &mut Scope, condition: &Expr) {
    match condition {
        Expr::Nested(inner) => add_equalities(scope, inner),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            add_equalities(scope, left);
            add_equalities(scope, right);
        }
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } => {
            if let (Some(left), Some(right)) = (side(scope, left), side(scope, right)) {
                scope.equal.push((left, right));
            }
        }
        _ => {}
    }
}
