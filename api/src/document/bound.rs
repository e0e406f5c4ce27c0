//! One operation of a document, with its variables: what is executed.

use std::sync::Arc;

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use async_graphql_value::Value;
use rustc_hash::FxHashSet;

use super::{Document, problem::Problem};
use crate::error::ApiError;

/// One operation of a document, with its variables.
#[derive(Debug, Clone)]
pub struct Bound {
    pub(super) document: Arc<Document>,
    pub(super) name: Option<Name>,
    pub(super) variables: Variables,
}

impl Document {
    /// What kind of operation that name stands for; `None` where it is not clear which one.
    pub fn operation_type(&self, name: Option<&str>) -> Option<OperationType> {
        self.operation(name).ok().map(|(_, operation)| operation.ty)
    }

    /// The operation of that name; the only one where none is named.
    pub(super) fn operation(&self, name: Option<&str>) -> Result<(Option<&Name>, &OperationDefinition), Problem> {
        let operations = self.executable.operations.iter();
        let (name, operation) = match name {
            Some(wanted) => {
                let mut named = operations.filter(|(name, _)| name.is_some_and(|name| name == wanted));
                named.next().ok_or_else(|| ApiError::bad_input("there is no operation of that operationName"))?
            }
            None if operations.len() > 1 => {
                return Err(ApiError::bad_input("there are several operations: send the operationName of one").into());
            }
            None => {
                let mut all = operations;
                all.next().ok_or_else(|| ApiError::bad_input("the document has no operation"))?
            }
        };
        Ok((name, &operation.node))
    }
}

impl Bound {
    /// What kind of operation it is.
    pub fn operation_type(&self) -> OperationType {
        self.definition().node.ty
    }

    pub(super) fn definition(&self) -> &Positioned<OperationDefinition> {
        match (&self.document.executable.operations, &self.name) {
            (DocumentOperations::Single(operation), _) => operation,
            (DocumentOperations::Multiple(operations), Some(name)) => &operations[name],
            (DocumentOperations::Multiple(_), None) => unreachable!("an operation without a name is alone"),
        }
    }

    /// Whether the document is one of those that the operator trusts.
    pub fn is_trusted(&self) -> bool {
        self.document.is_trusted
    }

    /// As the executor takes it: that operation alone, with the fragments that it reaches. An argument whose variable has no
    /// value is left out, so that its default counts.
    pub fn request(&self) -> async_graphql::Request {
        let mut operation = self.definition().clone();
        let mut fragments = self.document.executable.fragments.clone();
        let defined = operation.node.variable_definitions.iter().map(|one| one.node.name.node.clone());
        let absent: FxHashSet<_> = defined.filter(|name| !self.variables.contains_key(name)).collect();
        if !absent.is_empty() {
            leave_out(&mut operation.node.selection_set.node, &absent);
            for fragment in fragments.values_mut() {
                leave_out(&mut fragment.node.selection_set.node, &absent);
            }
        }
        let mut request = async_graphql::Request::new(String::new()).variables(self.variables.clone());
        request.set_parsed_query(ExecutableDocument { operations: DocumentOperations::Single(operation), fragments });
        request
    }
}

fn leave_out(set: &mut SelectionSet, absent: &FxHashSet<Name>) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let is_there = |value: &Value| !matches!(value, Value::Variable(name) if absent.contains(name));
                field.node.arguments.retain(|(_, value)| is_there(&value.node));
                leave_out(&mut field.node.selection_set.node, absent);
            }
            Selection::InlineFragment(inline) => leave_out(&mut inline.node.selection_set.node, absent),
            Selection::FragmentSpread(_) => {}
        }
    }
}
