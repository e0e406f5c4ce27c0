//! The schema: its types, and the limits that queries must keep.

use async_graphql::{SDLExportOptions, SchemaBuilder};
use caseload_rollup::schedule::Handle;

use super::{events::SessionOfEachEvent, mutation::Mutation, query::Query, subscription::Subscription};
use crate::{config::Config, http::limits::MAX_DIRECTIVES};

/// The schema of the whole API.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

type Builder = SchemaBuilder<Query, Mutation, Subscription>;

/// The schema with the limits of that configuration. What a change asks for is told to `scheduler`.
pub fn schema(config: &Config, scheduler: &Handle) -> Schema {
    limited(Schema::build(Query, Mutation::default(), Subscription), config, scheduler)
}

/// The same for operations whose answers go on: [`EachEvent`](super::EachEvent) counts here.
pub fn schema_of_streams(config: &Config, scheduler: &Handle) -> Schema {
    limited(Schema::build(Query, Mutation::default(), Subscription).extension(SessionOfEachEvent), config, scheduler)
}

fn limited(builder: Builder, config: &Config, scheduler: &Handle) -> Schema {
    let builder = builder
        .data(scheduler.clone())
        .data(config.nightly_at)
        .limit_depth(config.max_depth)
        .limit_complexity(config.max_complexity)
        .limit_aliases(config.max_aliases)
        .limit_directives(MAX_DIRECTIVES);
    if config.introspection { builder.finish() } else { builder.disable_introspection().disable_suggestions().finish() }
}

/// The schema as text, as the command prints it.
pub fn sdl() -> String {
    let options = SDLExportOptions::new().prefer_single_line_descriptions().use_space_ident().indent_width(2);
    schema(&Config::default(), &Handle::default()).sdl_with_options(options)
}

#[cfg(test)]
mod tests {
    use async_graphql::{Request, Variables};
    use serde_json::json;

    use super::*;

    /// Whether the price of `query` is within the default limits. Nobody asks it: all else about it may fail.
    async fn is_affordable(query: &str) -> bool {
        let variables = json!({"period": {"preset": "LAST_90_DAYS"}, "filter": {"channels": ["email"]}});
        let request = Request::new(query).variables(Variables::from_json(variables));
        let response = schema(&Config::default(), &Handle::default()).execute(request).await;
        let said: Vec<_> = response.errors.into_iter().map(|error| error.message).collect();
        assert!(!said.iter().any(|message| message.contains("Unknown")), "{said:?}");
        !said.iter().any(|message| message.contains("too complex"))
    }

    #[tokio::test]
    async fn the_queries_of_the_guide_and_of_a_dashboard_are_affordable() {
        let guide = include_str!("../../../docs/api.md");
        let queries: Vec<_> = guide.split("```graphql\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert!(4 <= queries.len());
        for query in queries {
            assert!(is_affordable(query).await, "{query}");
        }
        let sparklines = "{ team { leaderboard(first: 50) { rank report { member { name }
            metrics { closed replies firstResponse { median p90 } ratings { average } }
            series(by: DAY) { from metrics { closed } } } } } }";
        assert!(is_affordable(sparklines).await);
        let weekly =
            "{ team { members { member { name } series(by: WEEK) { from metrics { closed replies open } } } } }";
        assert!(is_affordable(weekly).await);
    }

    #[tokio::test]
    async fn the_days_of_everyone_are_not() {
        let days = "{ team { members { series { from metrics { closed replies } } } } }";
        assert!(!is_affordable(days).await);
        let team = "{ team { leaderboard { report { series(by: DAY) { from metrics { closed replies } } } } } }";
        assert!(!is_affordable(team).await);
    }

    #[test]
    fn the_committed_schema_is_the_one_that_is_served() {
        let committed = include_str!("../../schema.graphql");
        assert!(
            sdl() == committed,
            "api/schema.graphql is out of date; write it with: caseload schema > api/schema.graphql"
        );
    }
}
