//! Arguments: `KnownArgumentNames`, `UniqueArgumentNames`, `ProvidedRequiredArguments`, and the type of each.

use std::collections::HashSet;

use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value;

use super::{super::types::InputDefinition, Checks, values::Place};

impl<'a> Checks<'a> {
    /// Of a field or a directive at `at` that takes `known`; `None` where that is not known, and said elsewhere. `owner` names
    /// it.
    pub(super) fn arguments(
        &mut self,
        given: &'a [(Positioned<Name>, Positioned<Value>)],
        known: Option<&'a [InputDefinition]>,
        at: Pos,
        owner: impl Fn() -> String,
    ) {
        let mut seen = HashSet::new();
        for (name, value) in given {
            if !seen.insert(&name.node) {
                self.say(
                    name.pos,
                    format!("There can be only one argument named \"{}\".", name.node),
                );
            }
            let definition =
                known.and_then(|known| known.iter().find(|one| one.name == name.node.as_str()));
            if known.is_some() && definition.is_none() {
                self.say(
                    name.pos,
                    format!("Unknown argument \"{}\" on {}.", name.node, owner()),
                );
            }
            let place = Place {
                at: value.pos,
                has_default: definition.is_some_and(|one| one.default.is_some()),
                one_of: None,
            };
            self.value(&value.node, definition.map(|one| &one.ty), place);
        }
        for missing in known
            .unwrap_or_default()
            .iter()
            .filter(|one| one.is_required())
        {
            if !given
                .iter()
                .any(|(name, _)| name.node == missing.name.as_str())
            {
                let message = format!(
                    "argument \"{}\" of type \"{}\" is required",
                    missing.name, missing.ty
                );
                self.say(
                    at,
                    format!("In {}: {message}, but it was not provided.", owner()),
                );
            }
        }
    }
}
