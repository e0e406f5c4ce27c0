//! The GraphQL API: one file a noun. Resolvers authorise, turn arguments into domain types, make one call, and wrap.

#![expect(
    clippy::unused_async,
    reason = "every field is a future to the executor, also one that has nothing to wait for"
)]

mod api_tokens;
mod attributes;
mod audit;
mod authorization;
mod benchmark;
mod breakdown;
mod busy_hours;
mod channels;
mod connection;
mod context;
mod conversations;
mod cursor;
mod customers;
mod daily_rollups;
mod details;
mod durations;
mod errors;
mod events;
mod feedback;
mod figures;
mod hours;
mod inputs;
mod labels;
mod leaderboard;
mod measure;
mod member_report;
mod members;
mod metrics;
mod mutation;
mod page;
mod periods;
mod query;
mod ratings;
mod rollup_runs;
mod rollup_status;
mod scalars;
mod schema;
mod series;
mod subgraph;
mod subscription;
mod team_report;
mod teams;
mod viewer;
mod workspace;

pub use context::Deadline;
pub use cursor::rewrite_cursor;
pub use errors::{has_timed_out, to_server_error, with_codes};
pub use events::EachEvent;
pub(crate) use inputs::period_of;
pub(crate) use scalars::is_scalar;
pub use schema::{Schema, schema, schema_of_streams, sdl};
pub use subgraph::subgraph_sdl;
