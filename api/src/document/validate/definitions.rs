//! Operations and fragments: `KnownTypeNames`, `FragmentsOnCompositeTypes`, `NoUnusedFragments`, `SingleFieldSubscriptions`.

use std::collections::HashSet;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        Directive, DirectiveLocation, Field, FragmentDefinition, OperationDefinition,
        OperationType, Selection, SelectionSet,
    },
};
use async_graphql_value::Value;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Checks, Uses};

/// The fragments that something reaches, each once.
pub(super) fn reached<'a>(
    from: &Uses<'a>,
    fragments: &FxHashMap<&'a Name, Uses<'a>>,
) -> Vec<&'a Name> {
    let (mut seen, mut reached, mut open) = (HashSet::new(), Vec::new(), from.spreads.clone());
    while let Some(name) = open.pop() {
        if seen.insert(name)
            && let Some(uses) = fragments.get(name)
        {
            reached.push(name);
            open.extend(&uses.spreads);
        }
    }
    reached
}

impl<'a> Checks<'a> {
    pub(super) fn operation(&mut self, operation: &'a OperationDefinition, pos: Pos) {
        let (root, location, kind) = match operation.ty {
            OperationType::Query => (Some(&self.types.query), DirectiveLocation::Query, "query"),
            OperationType::Mutation => (
                self.types.mutation.as_ref(),
                DirectiveLocation::Mutation,
                "mutation",
            ),
            OperationType::Subscription => (
                self.types.subscription.as_ref(),
                DirectiveLocation::Subscription,
                "subscription",
            ),
        };
        self.directives(&operation.directives, location);
        self.variable_definitions(operation);
        let Some(root) = root.and_then(|root| self.types.get(root)) else {
            return self.say(pos, format!("The schema has no {kind} type."));
        };
        self.selections(&operation.selection_set.node, Some(root));
        if operation.ty == OperationType::Subscription {
            self.single_field(operation);
        }
    }

    pub(super) fn fragment(&mut self, fragment: &'a FragmentDefinition) {
        self.directives(&fragment.directives, DirectiveLocation::FragmentDefinition);
        let on = self.type_condition(&fragment.type_condition.node);
        self.selections(&fragment.selection_set.node, on);
    }

    pub(super) fn unused_fragments(&mut self, used: &FxHashSet<&'a Name>) {
        for (name, fragment) in &self.document.fragments {
            if !used.contains(name) {
                self.say(fragment.pos, format!("Fragment \"{name}\" is never used."));
            }
        }
    }

    /// One root field, whatever it is called in the answer, and none that a variable decides about.
    fn single_field(&mut self, operation: &'a OperationDefinition) {
        let mut fields = Vec::new();
        self.collect_roots(
            &operation.selection_set.node,
            &mut HashSet::new(),
            &mut fields,
        );
        let mut keys = HashSet::new();
        let distinct = fields
            .iter()
            .filter(|field| keys.insert(&field.node.response_key().node))
            .count();
        if distinct > 1 {
            self.say(
                operation.selection_set.pos,
                "A subscription must select only one top level field.",
            );
        }
        for field in fields
            .iter()
            .filter(|field| field.node.name.node.starts_with("__"))
        {
            self.say(
                field.pos,
                "A subscription must not select an introspection top level field.",
            );
        }
    }

    fn collect_roots(
        &mut self,
        set: &'a SelectionSet,
        seen: &mut HashSet<&'a Name>,
        fields: &mut Vec<&'a Positioned<Field>>,
    ) {
        for selection in &set.items {
            let depends = |directive: &Positioned<Directive>| {
                let named =
                    directive.node.name.node == "skip" || directive.node.name.node == "include";
                named
                    && directive
                        .node
                        .arguments
                        .iter()
                        .any(|(_, value)| matches!(value.node, Value::Variable(_)))
            };
            if selection.node.directives().iter().any(depends) {
                self.say(
                    selection.pos,
                    "A subscription's top level field must not depend on a variable.",
                );
            }
            match &selection.node {
                Selection::Field(field) => fields.push(field),
                Selection::InlineFragment(inline) => {
                    self.collect_roots(&inline.node.selection_set.node, seen, fields);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if seen.insert(name)
                        && let Some(fragment) = self.document.fragments.get(name)
                    {
                        self.collect_roots(&fragment.node.selection_set.node, seen, fields);
                    }
                }
            }
        }
    }
}
