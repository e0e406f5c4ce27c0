//! The schema: its types.

use async_graphql::{SDLExportOptions, SchemaBuilder, ValidationMode};
use caseload_rollup::schedule::Handle;

use super::{events::SessionOfEachEvent, mutation::Mutation, query::Query, subscription::Subscription};
use crate::config::Config;

/// The schema of the whole API.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

type Builder = SchemaBuilder<Query, Mutation, Subscription>;

/// The schema, for documents that have been checked. What a change asks for is told to `scheduler`.
pub fn schema(config: &Config, scheduler: &Handle) -> Schema {
    fast(Schema::build(Query, Mutation::default(), Subscription), config, scheduler)
}

/// The same for operations whose answers go on: [`EachEvent`](super::EachEvent) counts here.
pub fn schema_of_streams(config: &Config, scheduler: &Handle) -> Schema {
    fast(Schema::build(Query, Mutation::default(), Subscription).extension(SessionOfEachEvent), config, scheduler)
}

/// What reaches the executor has been checked (see `crate::document`): it looks no more than it has to.
fn fast(builder: Builder, config: &Config, scheduler: &Handle) -> Schema {
    let builder = builder.data(scheduler.clone()).data(config.nightly_at).validation_mode(ValidationMode::Fast);
    if config.introspection { builder.finish() } else { builder.disable_introspection().disable_suggestions().finish() }
}

/// The schema as text, as the command prints it.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().prefer_single_line_descriptions().use_space_ident().indent_width(2);
    schema(&Config::default(), &Handle::default()).sdl_with_options(options)
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
