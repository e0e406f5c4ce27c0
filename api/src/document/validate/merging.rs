//! `OverlappingFieldsCanBeMerged`: what has one name in the answer must be one thing.
//!
//! All fields of a set with their fragments written out are grouped by their name in the answer. A group must be of one shape,
//! and those of it that may stand in one object must be the same field with the same arguments; then the sets below them are
//! taken together and looked at in the same way. Each field is looked at once for its shape and once for what it is, where
//! the reference implementation compares all pairs.

use async_graphql::{
    Name, Positioned,
    indexmap::IndexMap,
    parser::types::{BaseType, Field, OperationType, Selection, SelectionSet, Type},
};
use rustc_hash::FxHashMap;

use super::{
    super::types::{Definition, Kind, named},
    Checks,
    selections::definition,
};

/// A field, and what it is selected from.
#[derive(Debug, Clone, Copy)]
struct Selected<'a> {
    parent: &'a Definition,
    field: &'a Positioned<Field>,
    ty: &'a Type,
}

type Groups<'a> = IndexMap<&'a Name, Vec<Selected<'a>>>;

impl<'a> Checks<'a> {
    /// Of a document in which everything else is in order.
    pub(super) fn merging(&mut self) {
        let document = self.document;
        for (_, operation) in document.operations.iter() {
            let root = match operation.node.ty {
                OperationType::Query => Some(&self.types.query),
                OperationType::Mutation => self.types.mutation.as_ref(),
                OperationType::Subscription => self.types.subscription.as_ref(),
            };
            if let Some(root) = root.and_then(|root| self.types.get(root)) {
                let mut groups = Groups::default();
                self.group(&operation.node.selection_set.node, root, &mut groups);
                self.same_things(&groups);
                self.same_shapes(&groups);
            }
        }
    }

    fn group(&self, set: &'a SelectionSet, parent: &'a Definition, groups: &mut Groups<'a>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    if let Some(found) = definition(parent, &field.node.name.node) {
                        let selected = Selected {
                            parent,
                            field,
                            ty: &found.ty,
                        };
                        groups
                            .entry(&field.node.response_key().node)
                            .or_default()
                            .push(selected);
                    }
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref();
                    let on = on.map_or(Some(parent), |on| self.types.get(&on.node.on.node));
                    if let Some(on) = on {
                        self.group(&inline.node.selection_set.node, on, groups);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) =
                        self.document.fragments.get(&spread.node.fragment_name.node)
                        && let Some(on) = self.types.get(&fragment.node.type_condition.node.on.node)
                    {
                        self.group(&fragment.node.selection_set.node, on, groups);
                    }
                }
            }
        }
    }

    /// What is selected below all of these.
    fn below(&self, group: &[Selected<'a>]) -> Groups<'a> {
        let mut groups = Groups::default();
        for selected in group {
            if let Some(within) = self.types.get(named(selected.ty)) {
                self.group(&selected.field.node.selection_set.node, within, &mut groups);
            }
        }
        groups
    }

    fn same_shapes(&mut self, groups: &Groups<'a>) {
        for (key, group) in groups {
            if let [first, others @ ..] = group.as_slice() {
                if let Some(other) = others
                    .iter()
                    .find(|other| !self.is_one_shape(first.ty, other.ty))
                {
                    let differ = format!(
                        "they return conflicting types \"{}\" and \"{}\"",
                        first.ty, other.ty
                    );
                    self.conflict(key, other, &differ);
                } else {
                    let below = self.below(group);
                    self.same_shapes(&below);
                }
            }
        }
    }

    fn same_things(&mut self, groups: &Groups<'a>) {
        for (key, group) in groups {
            for together in together(group) {
                if let [first, others @ ..] = together.as_slice() {
                    let (name, arguments) = (&first.field.node.name.node, first.field);
                    let is_other = |other: &&Selected<'_>| other.field.node.name.node != *name;
                    if let Some(other) = others.iter().find(is_other) {
                        let differ = format!(
                            "\"{name}\" and \"{}\" are different fields",
                            other.field.node.name.node
                        );
                        self.conflict(key, other, &differ);
                    } else if let Some(other) = others
                        .iter()
                        .find(|other| !same_arguments(arguments, other.field))
                    {
                        self.conflict(key, other, "they have differing arguments");
                    } else {
                        let below = self.below(&together);
                        self.same_things(&below);
                    }
                }
            }
        }
    }

    fn conflict(&mut self, key: &Name, other: &Selected<'_>, differ: &str) {
        let advice = "Use different aliases on the fields to fetch both if this was intentional.";
        self.say(
            other.field.pos,
            format!("Fields \"{key}\" conflict because {differ}. {advice}"),
        );
    }

    /// Whether answers of both types look alike.
    fn is_one_shape(&self, one: &Type, other: &Type) -> bool {
        if one.nullable != other.nullable {
            return false;
        }
        match (&one.base, &other.base) {
            (BaseType::List(one), BaseType::List(other)) => self.is_one_shape(one, other),
            (BaseType::Named(one), BaseType::Named(other)) => {
                let is_leaf = |name: &Name| self.types.get(name).is_some_and(Definition::is_input);
                one == other || (!is_leaf(one) && !is_leaf(other))
            }
            _ => false,
        }
    }
}

/// Those that may stand in one object: of each object type, with all of abstract types.
fn together<'a>(group: &[Selected<'a>]) -> Vec<Vec<Selected<'a>>> {
    let is_object = |selected: &&Selected<'_>| matches!(selected.parent.kind, Kind::Object(_));
    let mut objects: FxHashMap<&str, Vec<Selected<'a>>> = FxHashMap::default();
    for selected in group.iter().filter(is_object) {
        objects
            .entry(&selected.parent.name)
            .or_default()
            .push(*selected);
    }
    let anywhere: Vec<_> = group
        .iter()
        .filter(|selected| !is_object(selected))
        .copied()
        .collect();
    if objects.is_empty() {
        return vec![anywhere];
    }
    objects
        .into_values()
        .map(|mut group| {
            group.extend(&anywhere);
            group
        })
        .collect()
}

/// In whatever order.
fn same_arguments(one: &Positioned<Field>, other: &Positioned<Field>) -> bool {
    let (one, other) = (&one.node.arguments, &other.node.arguments);
    let same = |(name, value): &(Positioned<Name>, Positioned<_>)| {
        other
            .iter()
            .any(|(other, given): &(Positioned<Name>, Positioned<_>)| {
                other.node == name.node && given.node == value.node
            })
    };
    one.len() == other.len() && one.iter().all(same)
}
