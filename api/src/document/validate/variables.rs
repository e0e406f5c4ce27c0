//! Variables: `UniqueVariableNames`, `VariablesAreInputTypes`, `NoUndefinedVariables`, `NoUnusedVariables`,
//! `VariablesInAllowedPosition`, and the type of their defaults.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Value as ConstValue,
    parser::types::{BaseType, DirectiveLocation, OperationDefinition, Type, VariableDefinition},
};

use super::{
    super::{
        coerce::literal,
        types::{Definition, named},
    },
    Checks, Uses, VariableUse,
};

impl<'a> Checks<'a> {
    /// What can be said of the definitions by themselves.
    pub(super) fn variable_definitions(&mut self, operation: &'a OperationDefinition) {
        let mut seen = HashSet::new();
        for definition in &operation.variable_definitions {
            let VariableDefinition {
                name,
                var_type,
                directives,
                default_value,
            } = &definition.node;
            if !seen.insert(&name.node) {
                self.say(
                    name.pos,
                    format!("There can be only one variable named \"${}\".", name.node),
                );
            }
            self.directives(directives, DirectiveLocation::VariableDefinition);
            match self.types.get(named(&var_type.node)) {
                None => self.say(
                    var_type.pos,
                    format!("Unknown type \"{}\".", named(&var_type.node)),
                ),
                Some(found) if !found.is_input() => {
                    let message = format!(
                        "Variable \"${}\" cannot be non-input type \"{}\".",
                        name.node, var_type.node
                    );
                    self.say(var_type.pos, message);
                }
                Some(_) => {
                    if let Some(default) = default_value
                        && let Err(wrong) = literal(self.types, &default.node, &var_type.node)
                    {
                        self.say(default.pos, wrong);
                    }
                }
            }
        }
    }

    /// What can be said of an operation's variables together with all that it reaches.
    pub(super) fn variables<'u>(
        &mut self,
        operation_name: Option<&Name>,
        operation: &'a OperationDefinition,
        uses: impl Iterator<Item = &'u Uses<'a>>,
    ) where
        'a: 'u,
    {
        let defined: HashMap<_, _> = operation
            .variable_definitions
            .iter()
            .map(|one| (&one.node.name.node, one))
            .collect();
        let (mut known, mut undefined) = (HashSet::new(), HashSet::new());
        for usage in uses.flat_map(|uses| &uses.variables) {
            match defined.get(usage.name) {
                Some(definition) => {
                    known.insert(usage.name);
                    self.variable_use(&definition.node, usage);
                }
                None if undefined.insert(usage.name) => {
                    let by = operation_name
                        .map(|name| format!(" by operation \"{name}\""))
                        .unwrap_or_default();
                    self.say(
                        usage.at,
                        format!("Variable \"${}\" is not defined{by}.", usage.name),
                    );
                }
                None => {}
            }
        }
        for definition in &operation.variable_definitions {
            let name = &definition.node.name.node;
            if !known.contains(name) {
                self.say(
                    definition.pos,
                    format!("Variable \"${name}\" is never used."),
                );
            }
        }
    }

    fn variable_use(&mut self, definition: &VariableDefinition, usage: &VariableUse<'_>) {
        let ty = &definition.var_type.node;
        let Some(expected) = usage
            .expected
            .filter(|_| self.types.get(named(ty)).is_some_and(Definition::is_input))
        else {
            return;
        };
        let has_default = usage.has_default
            || definition
                .default_value
                .as_ref()
                .is_some_and(|value| value.node != ConstValue::Null);
        let fits = if !expected.nullable && ty.nullable {
            has_default && fits_base(&ty.base, &expected.base)
        } else {
            fits(ty, expected)
        };
        if !fits {
            let message =
                format!("of type \"{ty}\" used in position expecting type \"{expected}\".");
            self.say(usage.at, format!("Variable \"${}\" {message}", usage.name));
        }
        if let Some(one_of) = usage.one_of
            && ty.nullable
        {
            let message =
                format!("must be non-nullable to be used for OneOf Input Object \"{one_of}\".");
            self.say(
                usage.at,
                format!(
                    "Variable \"${}\" is of type \"{ty}\" but {message}",
                    usage.name
                ),
            );
        }
    }
}

/// Whether each value of `ty` is one of `expected`.
fn fits(ty: &Type, expected: &Type) -> bool {
    (expected.nullable || !ty.nullable) && fits_base(&ty.base, &expected.base)
}

fn fits_base(base: &BaseType, expected: &BaseType) -> bool {
    match (base, expected) {
        (BaseType::Named(name), BaseType::Named(expected)) => name == expected,
        (BaseType::List(within), BaseType::List(expected)) => fits(within, expected),
        _ => false,
    }
}
