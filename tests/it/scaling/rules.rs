//! What a statement must be for a cluster to plan it, and for a workspace's node to run it alone. Each rule is a refusal of Citus or a
//! wrong answer that was seen on a cluster; [`super::breaches`] has a statement that breaks it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use caseload_schema::store::citus::{DISTRIBUTED_TABLES, REFERENCE_TABLES};
use sqlparser::{
    ast::{
        Assignment, AssignmentTarget, ConflictTarget, CopySource, DataType, Expr, Insert,
        ObjectName, OnConflict, OnConflictAction, OnInsert, Query, Select, SetExpr, Statement,
        TableFactor, TableObject, Visit, Visitor,
    },
    dialect::PostgreSqlDialect,
    parser::Parser,
};

use super::scopes::{self, Anchor, Fault, Kind, Kinds, Names, last};
use crate::support::database::Database;

/// What a statement may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// An UPDATE, a DELETE or what ON CONFLICT does calls a function that is volatile.
    Volatile,
    /// A distributed table is not tied to one bound workspace.
    NoWorkspace,
    /// A sub-query is tied to a copied table.
    CorrelatedOnReference,
    /// A sub-query without a table calls a function that may give different answers.
    MutableWithoutTable,
    /// Nodes would look up an OID of another node: `regclass`, or the number of a role.
    Oid,
    /// The workspace of a row is changed.
    KeyInSet,
    /// The key of ON CONFLICT does not begin with the workspace.
    ConflictTarget,
    /// Rows are added without saying of which workspace they are.
    RowsWithoutKey,
    /// Rows are added by a query.
    InsertSelect,
    /// LISTEN, NOTIFY, cursors, locks of tables and temporary tables belong to one node's session.
    OfOneSession,
    /// FOR UPDATE or FOR SHARE with a join, or with a sub-query.
    LockedJoin,
}

/// What the rules have to know of the database.
#[derive(Debug)]
pub(super) struct Catalog {
    pub(super) kinds: Kinds,
    /// Functions of which any form may give another answer each time.
    volatile: BTreeSet<String>,
    /// Functions of which any form may give another answer later.
    mutable: BTreeSet<String>,
}

impl Catalog {
    pub(super) fn of(database: &Database) -> Self {
        let functions = |of: &str| -> BTreeSet<String> {
            let sql = format!("SELECT DISTINCT proname FROM pg_proc WHERE provolatile {of}");
            database.sql(&sql).lines().map(str::to_owned).collect()
        };
        let mut kinds: Kinds = BTreeMap::new();
        for table in DISTRIBUTED_TABLES {
            kinds.insert(table.to_owned(), Kind::Distributed);
        }
        for table in REFERENCE_TABLES {
            kinds.insert(table.to_owned(), Kind::Reference);
        }
        // The views of all workspaces are read as distributed tables are.
        let views = database.sql("SELECT 'bi.' || viewname FROM pg_views WHERE schemaname = 'bi'");
        kinds.extend(
            views
                .lines()
                .map(|view| (view.to_owned(), Kind::Distributed)),
        );
        Self {
            kinds,
            volatile: functions("= 'v'"),
            mutable: functions("<> 'i'"),
        }
    }
}

/// The statements of a text.
#[track_caller]
pub(super) fn parse(sql: &str) -> Vec<Statement> {
    Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap_or_else(|error| panic!("{error}: {sql}"))
}

/// The rules that a statement breaks, of those that go to one node.
pub(super) fn broken(statement: &Statement, catalog: &Catalog) -> BTreeSet<Rule> {
    broken_with(statement, catalog, Anchor::Value)
}

/// The rules that the query of a view breaks.
pub(super) fn broken_by_view(query: &Statement, catalog: &Catalog) -> BTreeSet<Rule> {
    broken_with(query, catalog, Anchor::EachOther)
}

fn broken_with(statement: &Statement, catalog: &Catalog, anchor: Anchor) -> BTreeSet<Rule> {
    let mut broken = BTreeSet::new();
    for fault in scopes::faults(statement, &catalog.kinds, anchor) {
        broken.insert(match fault {
            Fault::Untied(_) => Rule::NoWorkspace,
            Fault::CorrelatedOnReference(_) => Rule::CorrelatedOnReference,
        });
    }
    let mut looks = Looks {
        catalog,
        queries: Vec::new(),
        broken: BTreeSet::new(),
    };
    let _ = statement.visit(&mut looks);
    broken.append(&mut looks.broken);
    match statement {
        Statement::Update(update) => {
            broken.extend(of_assignments(&update.assignments, catalog));
            broken.extend(volatile(statement, catalog));
        }
        Statement::Delete(_) => broken.extend(volatile(statement, catalog)),
        Statement::Insert(insert) => broken.extend(of_insert(insert, catalog)),
        Statement::Copy {
            source:
                CopySource::Table {
                    table_name,
                    columns,
                },
            ..
        } => {
            let named = columns.iter().any(|column| column.value == "workspace_id");
            if is_distributed(table_name, catalog) && !named {
                broken.insert(Rule::RowsWithoutKey);
            }
        }
        Statement::LISTEN { .. }
        | Statement::NOTIFY { .. }
        | Statement::Declare { .. }
        | Statement::Lock { .. } => {
            broken.insert(Rule::OfOneSession);
        }
        Statement::CreateTable(table) if table.temporary => {
            broken.insert(Rule::OfOneSession);
        }
        _ => {}
    }
    broken
}

fn is_distributed(name: &ObjectName, catalog: &Catalog) -> bool {
    let name = name.to_string().replace('"', "");
    catalog.kinds.get(&name) == Some(&Kind::Distributed)
}

fn of_assignments(assignments: &[Assignment], catalog: &Catalog) -> BTreeSet<Rule> {
    let is_key = |name: &ObjectName| last(name) == "workspace_id";
    let changes_key = assignments
        .iter()
        .any(|assignment| match &assignment.target {
            AssignmentTarget::ColumnName(name) => is_key(name),
            AssignmentTarget::Tuple(names) => names.iter().any(is_key),
        });
    let mut broken = BTreeSet::new();
    if changes_key {
        broken.insert(Rule::KeyInSet);
    }
    for assignment in assignments {
        broken.extend(volatile(assignment, catalog));
    }
    broken
}

fn of_insert(insert: &Insert, catalog: &Catalog) -> BTreeSet<Rule> {
    let mut broken = BTreeSet::new();
    let TableObject::TableName(table) = &insert.table else {
        return broken;
    };
    let by_query = |query: &Query| !matches!(*query.body, SetExpr::Values(_));
    if insert.source.as_deref().is_some_and(by_query) {
        broken.insert(Rule::InsertSelect);
    }
    if !is_distributed(table, catalog) {
        return broken;
    }
    if !insert
        .columns
        .iter()
        .any(|column| last(column) == "workspace_id")
    {
        broken.insert(Rule::RowsWithoutKey);
    }
    if let Some(OnInsert::OnConflict(OnConflict {
        conflict_target,
        action,
    })) = &insert.on
    {
        if let Some(ConflictTarget::Columns { columns, .. }) = conflict_target
            && columns
                .first()
                .is_none_or(|first| first.to_string().replace('"', "") != "workspace_id")
        {
            broken.insert(Rule::ConflictTarget);
        }
        if let OnConflictAction::DoUpdate(update) = action {
            broken.extend(of_assignments(&update.assignments, catalog));
        }
    }
    broken
}

fn volatile(of: &impl Visit, catalog: &Catalog) -> Option<Rule> {
    let mut functions = Functions(Vec::new());
    let _ = of.visit(&mut functions);
    let is_volatile = |name: &String| catalog.volatile.contains(name);
    functions
        .0
        .iter()
        .any(is_volatile)
        .then_some(Rule::Volatile)
}

/// The names of the functions that are called.
struct Functions(Vec<String>);

impl Visitor for Functions {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        if let Expr::Function(function) = expression {
            self.0.push(last(&function.name).to_lowercase());
        }
        ControlFlow::Continue(())
    }
}

/// Rules about queries, wherever they stand.
struct Looks<'c> {
    catalog: &'c Catalog,
    /// Of each query around this place, whether it reads nothing but PostgreSQL's own tables: that is done on one node.
    queries: Vec<bool>,
    broken: BTreeSet<Rule>,
}

impl Visitor for Looks<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let mut names = Names(Vec::new());
        let _ = query.visit(&mut names);
        let is_local = names.0.iter().all(|name| last(name).starts_with("pg_"));
        self.queries.push(is_local && !names.0.is_empty());
        if !query.locks.is_empty() && !is_of_one_table(query) {
            self.broken.insert(Rule::LockedJoin);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        // The outermost query may have no table: that is planned where it came to.
        if select.from.is_empty() && 1 < self.queries.len() {
            let mut functions = Functions(Vec::new());
            let _ = select.visit(&mut functions);
            if functions
                .0
                .iter()
                .any(|name| self.catalog.mutable.contains(name))
            {
                self.broken.insert(Rule::MutableWithoutTable);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        let is_oid = match expression {
            Expr::Cast { data_type, .. } => is_oid_type(data_type),
            Expr::TypedString(typed) => is_oid_type(&typed.data_type),
            Expr::CompoundIdentifier(parts) => {
                parts.last().is_some_and(|part| part.value == "relowner")
            }
            _ => false,
        };
        let is_name = |function: &str| function == "pg_get_userbyid";
        if let Expr::Function(function) = expression
            && is_name(&last(&function.name))
        {
            return ControlFlow::Continue(());
        }
        if is_oid && !self.queries.last().copied().unwrap_or(true) {
            self.broken.insert(Rule::Oid);
        }
        ControlFlow::Continue(())
    }
}

fn is_oid_type(data_type: &DataType) -> bool {
    let text = data_type.to_string().to_lowercase();
    text == "oid" || text.starts_with("reg")
}

/// Whether a query has one table, and no query within.
fn is_of_one_table(query: &Query) -> bool {
    let SetExpr::Select(select) = &*query.body else {
        return false;
    };
    let [table] = &select.from[..] else {
        return false;
    };
    let is_table = matches!(table.relation, TableFactor::Table { .. });
    let mut names = Names(Vec::new());
    let _ = query.visit(&mut names);
    is_table && table.joins.is_empty() && names.0.len() == 1
}

/// Whether a statement reads or writes one distributed table by an equality of its workspace, without a query within: such a statement
/// alone can be planned for any workspace.
pub(super) fn is_plain(statement: &Statement, catalog: &Catalog) -> bool {
    let mut names = Names(Vec::new());
    let _ = statement.visit(&mut names);
    let of_ours: Vec<&ObjectName> = names
        .0
        .iter()
        .filter(|name| {
            catalog
                .kinds
                .contains_key(&name.to_string().replace('"', ""))
        })
        .collect();
    of_ours.len() <= 1
}
