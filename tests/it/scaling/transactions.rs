//! What one transaction may do: it is of one workspace, so that one node runs all of it.

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::ast::{Expr, Insert, SetExpr, Statement, Value, ValueWithSpan};

use super::{
    rules::{Catalog, is_plain, parse},
    scopes::last,
};

/// A statement that was sent, and what it was sent with.
#[derive(Debug, Clone)]
pub(super) struct Said {
    /// The session.
    pub(super) session: String,
    /// The statement, or several of them.
    pub(super) text: String,
    /// The values of `$1` and so on, as the log shows them.
    pub(super) parameters: Vec<String>,
}

/// What is wrong with a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It is of these workspaces.
    TwoWorkspaces(Vec<i64>),
    /// A statement of several tables comes after plans for any workspace were asked for.
    JoinPlannedForAny(String),
}

/// The workspace of the leader's lease, which any transaction may lock.
const LEADER: i64 = 0;

#[derive(Default)]
struct Transaction {
    is_open: bool,
    plans_for_any: bool,
    workspaces: BTreeSet<i64>,
}

/// What is wrong with the transactions of a log, in the order of the log.
pub(super) fn troubles(log: &[Said], catalog: &Catalog) -> Vec<Trouble> {
    let mut sessions: BTreeMap<&str, Transaction> = BTreeMap::new();
    let mut troubles = Vec::new();
    for said in log {
        let transaction = sessions.entry(&said.session).or_default();
        let word = said.text.split([' ', ';']).next().unwrap_or_default();
        match word.to_uppercase().as_str() {
            "BEGIN" => {
                *transaction = Transaction {
                    is_open: true,
                    ..Transaction::default()
                };
            }
            "COMMIT" | "ROLLBACK" => {
                let of = std::mem::take(transaction).workspaces;
                if 1 < of.len() {
                    troubles.push(Trouble::TwoWorkspaces(of.into_iter().collect()));
                }
            }
            _ if !transaction.is_open => {}
            _ => {
                let is_several = !parse(&said.text).iter().all(|one| is_plain(one, catalog));
                if transaction.plans_for_any && is_several {
                    troubles.push(Trouble::JoinPlannedForAny(said.text.clone()));
                }
                transaction.plans_for_any |= said.text.contains("force_generic_plan");
                transaction.workspaces.extend(workspaces(said));
            }
        }
    }
    troubles
}

/// The workspaces that a statement is compared with, or whose rows an INSERT adds; but for that of the leader. The rows of a COPY are
/// not in the log.
fn workspaces(said: &Said) -> Vec<i64> {
    let mut found = compared(said);
    for statement in parse(&said.text) {
        if let Statement::Insert(insert) = &statement {
            found.extend(inserted(insert, &said.parameters));
        }
    }
    found.retain(|workspace| *workspace != LEADER);
    found
}

/// The workspaces of the rows that an INSERT adds.
fn inserted(insert: &Insert, parameters: &[String]) -> Vec<i64> {
    let key = insert
        .columns
        .iter()
        .position(|column| last(column) == "workspace_id");
    let rows = insert.source.as_deref().map(|source| &*source.body);
    let (Some(key), Some(SetExpr::Values(rows))) = (key, rows) else {
        return Vec::new();
    };
    let value = |row: &[Expr]| match row.get(key)? {
        Expr::Value(ValueWithSpan {
            value: Value::Placeholder(name),
            ..
        }) => {
            let at: usize = name.strip_prefix('$')?.parse().ok()?;
            parameters.get(at.checked_sub(1)?)?.parse().ok()
        }
        Expr::Value(ValueWithSpan {
            value: Value::Number(number, _),
            ..
        }) => number.parse().ok(),
        _ => None,
    };
    rows.rows.iter().filter_map(|row| value(row)).collect()
}

fn compared(said: &Said) -> Vec<i64> {
    let text = said.text.replace('"', "");
    let values = text.split("workspace_id = ").skip(1).filter_map(|rest| {
        let end = rest
            .find(|sign: char| sign != '$' && !sign.is_ascii_digit())
            .unwrap_or(rest.len());
        let value = &rest[..end];
        match value.strip_prefix('$') {
            Some(number) => {
                let at: usize = number.parse().ok()?;
                said.parameters.get(at.checked_sub(1)?)?.parse().ok()
            }
            None => value.parse().ok(),
        }
    });
    values.collect()
}
