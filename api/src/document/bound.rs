//! One operation of a document, with its variables: what is executed.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition,
        OperationDefinition, OperationType, Selection, SelectionSet,
    },
};
use async_graphql_value::{ConstValue, Value};

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
    pub(super) fn operation(
        &self,
        name: Option<&str>,
    ) -> Result<(Option<&Name>, &OperationDefinition), Problem> {
        let operations = self.executable.operations.iter();
        let (name, operation) = match name {
            Some(wanted) => {
                let mut named =
                    operations.filter(|(name, _)| name.is_some_and(|name| name == wanted));
                named.next().ok_or_else(|| {
                    ApiError::bad_input("there is no operation of that operationName")
                })?
            }
            None if operations.len() > 1 => {
                return Err(ApiError::bad_input(
                    "there are several operations: send the operationName of one",
                )
                .into());
            }
            None => {
                let mut all = operations;
                all.next()
                    .ok_or_else(|| ApiError::bad_input("the document has no operation"))?
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
            (DocumentOperations::Multiple(_), None) => {
                unreachable!("an operation without a name is alone")
            }
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
        if operation.node.ty == OperationType::Subscription {
            let mut roots = Vec::new();
            collect(&operation.node.selection_set.node, &fragments, &mut roots);
            operation.node.selection_set.node.items = merged(roots).into_iter().collect();
        }
        let defined = operation
            .node
            .variable_definitions
            .iter()
            .map(|one| one.node.name.node.clone());
        let absent: HashSet<_> = defined
            .filter(|name| !self.variables.contains_key(name))
            .collect();
        if !absent.is_empty() {
            leave_out(&mut operation.node.selection_set.node, &absent);
            for fragment in fragments.values_mut() {
                leave_out(&mut fragment.node.selection_set.node, &absent);
            }
        }
        let mut request =
            async_graphql::Request::new(String::new()).variables(self.variables.clone());
        request.set_parsed_query(ExecutableDocument {
            operations: DocumentOperations::Single(operation),
            fragments,
        });
        request
    }

    /// Says of each directive in a description of the schema that it is not deprecated, as none is: the executor does not know
    /// that field, and answers null.
    pub fn complete(&self, data: &mut ConstValue) {
        let fragments = &self.document.executable.fragments;
        let root = &self.definition().node.selection_set.node;
        for schema in find(root, "__schema", fragments) {
            for directives in find(&schema.selection_set.node, "directives", fragments) {
                for flag in find(&directives.selection_set.node, "isDeprecated", fragments) {
                    let described = entry(data, schema).and_then(|data| entry(data, directives));
                    let Some(ConstValue::List(rows)) = described else {
                        continue;
                    };
                    for value in rows.iter_mut().filter_map(|row| entry(row, flag)) {
                        *value = ConstValue::Boolean(false);
                    }
                }
            }
        }
    }
}

/// The fields of that name, wherever they are written.
fn find<'a>(set: &'a SelectionSet, name: &str, fragments: &'a Fragments) -> Vec<&'a Field> {
    let mut found = Vec::new();
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) if field.node.name.node == name => found.push(&field.node),
            Selection::Field(_) => {}
            Selection::InlineFragment(inline) => {
                found.extend(find(&inline.node.selection_set.node, name, fragments));
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    let set = &fragment.node.selection_set.node;
                    found.extend(find(set, name, fragments));
                }
            }
        }
    }
    found
}

/// A field's value in an answer.
fn entry<'a>(data: &'a mut ConstValue, field: &Field) -> Option<&'a mut ConstValue> {
    match data {
        ConstValue::Object(fields) => fields.get_mut(&field.response_key().node),
        _ => None,
    }
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// The fields of a subscription's root, wherever they are written: the executor makes a stream of each that stands there, and
/// sees none within fragments.
fn collect(set: &SelectionSet, fragments: &Fragments, fields: &mut Vec<Positioned<Field>>) {
    for selection in set
        .items
        .iter()
        .filter(|selection| !is_left_out(selection.node.directives()))
    {
        match &selection.node {
            Selection::Field(field) => fields.push(field.clone()),
            Selection::InlineFragment(inline) => {
                collect(&inline.node.selection_set.node, fragments, fields);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    collect(&fragment.node.selection_set.node, fragments, fields);
                }
            }
        }
    }
}

/// Whether a directive says so. At a subscription's root they hold no variables.
fn is_left_out(directives: &[Positioned<Directive>]) -> bool {
    directives.iter().any(|directive| {
        let condition = directive
            .node
            .get_argument("if")
            .map(|condition| &condition.node);
        match directive.node.name.node.as_str() {
            "skip" => condition == Some(&Value::Boolean(true)),
            "include" => condition == Some(&Value::Boolean(false)),
            _ => false,
        }
    })
}

/// Fields of one name as the one that they are, with all that is selected from any of them.
fn merged(fields: Vec<Positioned<Field>>) -> Option<Positioned<Selection>> {
    let mut fields = fields.into_iter();
    let mut first = fields.next()?;
    first
        .node
        .selection_set
        .node
        .items
        .extend(fields.flat_map(|field| field.node.selection_set.node.items));
    Some(Positioned::new(Selection::Field(first.clone()), first.pos))
}

fn leave_out(set: &mut SelectionSet, absent: &HashSet<Name>) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                let is_there = |value: &Value| !matches!(value, Value::Variable(name) if absent.contains(name));
                field
                    .node
                    .arguments
                    .retain(|(_, value)| is_there(&value.node));
                leave_out(&mut field.node.selection_set.node, absent);
            }
            Selection::InlineFragment(inline) => {
                leave_out(&mut inline.node.selection_set.node, absent);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Config,
        document::{DocumentRef, DocumentStore},
    };

    /// What is selected below the root fields that the executor gets.
    fn roots(query: &str) -> Vec<Vec<String>> {
        let library = DocumentStore::new(&crate::graphql::sdl(), &Config::default()).unwrap();
        let document = library.find(DocumentRef::Text(query)).unwrap();
        let mut request = library
            .bind(document, None, &Variables::default())
            .unwrap()
            .request();
        let operations = request.parsed_query().unwrap().operations.iter();
        let fields = |set: &SelectionSet| {
            let fields = set
                .items
                .iter()
                .filter_map(|selection| match &selection.node {
                    Selection::Field(field) => Some(field.node.clone()),
                    _ => None,
                });
            fields.collect::<Vec<_>>()
        };
        let names = |field: &Field| {
            fields(&field.selection_set.node)
                .iter()
                .map(|one| one.name.to_string())
                .collect()
        };
        operations
            .flat_map(|(_, operation)| fields(&operation.node.selection_set.node))
            .map(|one| names(&one))
            .collect()
    }

    #[test]
    fn a_subscription_has_one_root_field_wherever_it_is_written() {
        let one = [["generation"]];
        assert_eq!(roots("subscription { rollupStatus { generation } }"), one);
        assert_eq!(
            roots("subscription { ... { ... on Subscription { rollupStatus { generation } } } }"),
            one
        );
        assert_eq!(
            roots(
                "subscription { ...F } fragment F on Subscription { ... { rollupStatus { generation } } }"
            ),
            one
        );
        let twice = "subscription { rollupStatus { generation } ...F } fragment F on Subscription { rollupStatus { pendingDays } }";
        assert_eq!(roots(twice), [["generation", "pendingDays"]]);
        let skipped = "subscription { rollupStatus { generation } ... @skip(if: true) { rollupStatus { pendingDays } } }";
        assert_eq!(roots(skipped), one);
    }
}
