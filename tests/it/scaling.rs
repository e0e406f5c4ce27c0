//! What docs/scaling.md says of databases that are spread by workspace is so, as far as that can be seen without a cluster.

mod away;
mod breaches;
mod lost;
mod migrations;
mod plans;
mod recorded;
mod rules;
mod scopes;
mod silent;
mod spread;
mod statements;
mod tables;
mod transactions;
mod workload;
