//! Directives: `KnownDirectives`, `UniqueDirectivesPerLocation`, and their arguments.

use std::collections::HashSet;

use async_graphql::{
    Positioned,
    parser::types::{Directive, DirectiveLocation},
};

use super::Checks;

impl<'a> Checks<'a> {
    pub(super) fn directives(
        &mut self,
        directives: &'a [Positioned<Directive>],
        location: DirectiveLocation,
    ) {
        let mut seen = HashSet::new();
        for directive in directives {
            let name = &directive.node.name.node;
            let known = self.types.directive(name);
            match known {
                None => self.say(directive.pos, format!("Unknown directive \"@{name}\".")),
                Some(known) if !known.locations.contains(&location) => {
                    self.say(
                        directive.pos,
                        format!("Directive \"@{name}\" may not be used here."),
                    );
                }
                Some(_) => {}
            }
            if known.is_some_and(|known| !known.is_repeatable) && !seen.insert(name) {
                self.say(
                    directive.pos,
                    format!("The directive \"@{name}\" can only be used once at this location."),
                );
            }
            let arguments = known.map(|known| known.arguments.as_slice());
            self.arguments(&directive.node.arguments, arguments, directive.pos, || {
                format!("directive \"@{name}\"")
            });
        }
    }
}
