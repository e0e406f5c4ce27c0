//! The schema: its types.

use std::fmt;

use async_graphql::{
    ObjectType, Request, Response, SDLExportOptions, SchemaBuilder, ValidationMode,
};
use caseload_rollup::schedule::Handle;
use futures::{StreamExt as _, stream::BoxStream};

use super::{
    events::SessionOfEachEvent, mutation::Mutation, query::Query, subgraph::SubgraphQuery,
    subscription::Subscription,
};
use crate::config::Config;

type Builder<Q> = SchemaBuilder<Q, Mutation, Subscription>;
type Rooted<Q> = async_graphql::Schema<Q, Mutation, Subscription>;

/// The schema of the whole API, by itself or as a subgraph of others.
#[derive(Clone)]
pub enum Schema {
    /// By itself.
    Whole(Rooted<Query>),
    /// As a subgraph.
    Subgraph(Rooted<SubgraphQuery>),
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

impl Schema {
    /// Answers an operation that is no subscription.
    pub async fn execute(&self, request: Request) -> Response {
        match self {
            Self::Whole(schema) => schema.execute(request).await,
            Self::Subgraph(schema) => schema.execute(request).await,
        }
    }

    /// Answers an operation, for as long as there is something to answer.
    pub fn execute_stream(&self, request: Request) -> BoxStream<'static, Response> {
        match self {
            Self::Whole(schema) => schema.execute_stream(request).boxed(),
            Self::Subgraph(schema) => schema.execute_stream(request).boxed(),
        }
    }

    /// The schema as text, with all that can be asked for.
    pub fn sdl(&self) -> String {
        let options = SDLExportOptions::new()
            .prefer_single_line_descriptions()
            .use_space_ident()
            .indent_width(2);
        match self {
            Self::Whole(schema) => schema.sdl_with_options(options),
            Self::Subgraph(schema) => schema.sdl_with_options(options),
        }
    }
}

/// The schema, for documents that have been checked. What a change asks for is told to `scheduler`.
pub fn schema(config: &Config, scheduler: &Handle) -> Schema {
    if config.federation {
        Schema::Subgraph(fast(rooted(SubgraphQuery), config, scheduler))
    } else {
        Schema::Whole(fast(rooted(Query), config, scheduler))
    }
}

/// The same for operations whose answers go on: [`EachEvent`](super::EachEvent) counts here.
pub fn schema_of_streams(config: &Config, scheduler: &Handle) -> Schema {
    if config.federation {
        Schema::Subgraph(fast(
            rooted(SubgraphQuery).extension(SessionOfEachEvent),
            config,
            scheduler,
        ))
    } else {
        Schema::Whole(fast(
            rooted(Query).extension(SessionOfEachEvent),
            config,
            scheduler,
        ))
    }
}

fn rooted<Q: ObjectType + 'static>(query: Q) -> Builder<Q> {
    async_graphql::Schema::build(query, Mutation::default(), Subscription)
}

/// What reaches the executor has been checked (see `crate::document`): it looks no more than it has to.
fn fast<Q: ObjectType + 'static>(
    builder: Builder<Q>,
    config: &Config,
    scheduler: &Handle,
) -> Rooted<Q> {
    let builder = builder
        .data(scheduler.clone())
        .data(config.nightly_at)
        .validation_mode(ValidationMode::Fast);
    if config.introspection {
        builder.finish()
    } else {
        builder
            .disable_introspection()
            .disable_suggestions()
            .finish()
    }
}

/// The schema as text, as the command prints it.
pub fn sdl() -> String {
    schema(&Config::default(), &Handle::default()).sdl()
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
