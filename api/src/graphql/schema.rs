//! The schema: its types, and the limits that queries must keep.

use async_graphql::{EmptyMutation, EmptySubscription, SDLExportOptions};

use super::query::Query;
use crate::{config::Config, http::limits::MAX_DIRECTIVES};

/// The schema of the whole API.
pub type Schema = async_graphql::Schema<Query, EmptyMutation, EmptySubscription>;

/// The schema with the limits of that configuration.
pub fn schema(config: &Config) -> Schema {
    let builder = Schema::build(Query, EmptyMutation, EmptySubscription)
        .limit_depth(config.max_depth)
        .limit_complexity(config.max_complexity)
        .limit_aliases(config.max_aliases)
        .limit_directives(MAX_DIRECTIVES);
    if config.introspection { builder.finish() } else { builder.disable_introspection().disable_suggestions().finish() }
}

/// The schema as text, as the command prints it.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().prefer_single_line_descriptions().use_space_ident().indent_width(2);
    schema(&Config::default()).sdl_with_options(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_the_one_that_is_served() {
        let committed = include_str!("../../schema.graphql");
        assert!(
            sdl() == committed,
            "api/schema.graphql is out of date; write it with: caseload schema > api/schema.graphql"
        );
    }
}
