//! Fields and fragments where they are selected: `FieldsOnCorrectType`, `ScalarLeafs`, `KnownFragmentNames`,
//! `PossibleFragmentSpreads`, `KnownTypeNames`, `FragmentsOnCompositeTypes`.

use std::sync::LazyLock;

use async_graphql::{
    Name, Positioned,
    parser::types::{
        BaseType, DirectiveLocation, Field, FragmentSpread, InlineFragment, Selection,
        SelectionSet, Type, TypeCondition,
    },
};

use super::{
    super::types::{Definition, FieldDefinition, Kind, named},
    Checks,
};

/// `__typename`, which everything has that can be selected from.
static TYPENAME: LazyLock<FieldDefinition> = LazyLock::new(|| FieldDefinition {
    ty: Type {
        base: BaseType::Named(Name::new("String")),
        nullable: false,
    },
    arguments: Vec::new(),
});

/// What is known about that field.
pub(super) fn definition<'a>(parent: &'a Definition, name: &str) -> Option<&'a FieldDefinition> {
    if name == "__typename" && parent.is_composite() {
        Some(&TYPENAME)
    } else {
        parent.fields()?.get(name)
    }
}

impl<'a> Checks<'a> {
    /// `parent`: what is selected from; `None` where that is not known, and said elsewhere.
    pub(super) fn selections(&mut self, set: &'a SelectionSet, parent: Option<&'a Definition>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(field, parent),
                Selection::InlineFragment(inline) => self.inline(inline, parent),
                Selection::FragmentSpread(spread) => self.spread(spread, parent),
            }
        }
    }

    fn field(&mut self, field: &'a Positioned<Field>, parent: Option<&'a Definition>) {
        let name = &field.node.name.node;
        self.directives(&field.node.directives, DirectiveLocation::Field);
        let found = parent.and_then(|parent| definition(parent, name));
        if let Some(parent) = parent
            && found.is_none()
        {
            let closed = !self.types.introspection && parent.name == self.types.query;
            if closed && (name == "__schema" || name == "__type") {
                self.say(
                    field.pos,
                    format!("Introspection is off, {name} can't be queried."),
                );
            } else {
                self.say(
                    field.pos,
                    format!("Cannot query field \"{name}\" on type \"{}\".", parent.name),
                );
            }
        }
        self.arguments(
            &field.node.arguments,
            found.map(|found| found.arguments.as_slice()),
            field.pos,
            || {
                parent
                    .map(|parent| format!("field \"{}.{name}\"", parent.name))
                    .unwrap_or_default()
            },
        );
        let set = &field.node.selection_set.node;
        let within = found.and_then(|found| self.types.get(named(&found.ty)));
        match (found, within.is_some_and(Definition::is_composite)) {
            (Some(found), true) if set.items.is_empty() => {
                let message = format!(
                    "Field \"{name}\" of type \"{}\" must have a selection of subfields.",
                    found.ty
                );
                self.say(field.pos, message);
            }
            (Some(found), false) if !set.items.is_empty() => {
                let has_none = format!("since type \"{}\" has no subfields", found.ty);
                self.say(
                    field.node.selection_set.pos,
                    format!("Field \"{name}\" must not have a selection {has_none}."),
                );
                self.selections(set, None);
            }
            _ => self.selections(set, within),
        }
    }

    fn inline(&mut self, inline: &'a Positioned<InlineFragment>, parent: Option<&'a Definition>) {
        self.directives(&inline.node.directives, DirectiveLocation::InlineFragment);
        let Some(condition) = &inline.node.type_condition else {
            return self.selections(&inline.node.selection_set.node, parent);
        };
        let on = self.type_condition(&condition.node);
        if let (Some(parent), Some(on)) = (parent, on)
            && !parent.overlaps(on)
        {
            let message = format!(
                "as objects of type \"{}\" can never be of type \"{}\".",
                parent.name, on.name
            );
            self.say(
                inline.pos,
                format!("Fragment cannot be spread here {message}"),
            );
        }
        self.selections(&inline.node.selection_set.node, on);
    }

    fn spread(&mut self, spread: &'a Positioned<FragmentSpread>, parent: Option<&'a Definition>) {
        self.directives(&spread.node.directives, DirectiveLocation::FragmentSpread);
        let name = &spread.node.fragment_name.node;
        let Some(fragment) = self.document.fragments.get(name) else {
            return self.say(
                spread.node.fragment_name.pos,
                format!("Unknown fragment \"{name}\"."),
            );
        };
        self.current.spreads.push(name);
        let on = self
            .types
            .get(&fragment.node.type_condition.node.on.node)
            .filter(|on| on.is_composite());
        if let (Some(parent), Some(on)) = (parent, on)
            && !parent.overlaps(on)
        {
            let message = format!(
                "as objects of type \"{}\" can never be of type \"{}\".",
                parent.name, on.name
            );
            self.say(
                spread.pos,
                format!("Fragment \"{name}\" cannot be spread here {message}"),
            );
        }
    }

    /// The type that a fragment is on, where that is one to select from.
    pub(super) fn type_condition(
        &mut self,
        condition: &'a TypeCondition,
    ) -> Option<&'a Definition> {
        let name = &condition.on;
        let Some(on) = self.types.get(&name.node) else {
            self.say(name.pos, format!("Unknown type \"{}\".", name.node));
            return None;
        };
        if let Kind::Scalar | Kind::Enum(_) | Kind::Input { .. } = on.kind {
            self.say(
                name.pos,
                format!(
                    "Fragment cannot condition on non composite type \"{}\".",
                    name.node
                ),
            );
            return None;
        }
        Some(on)
    }
}
