//! The definitions of docs/metrics.md and docs/import.md as plain loops over plain facts: slow, obvious, and without
//! one line of the engine. What it answers is JSON in the shape of the GraphQL queries of [`crate::support::queries`].

pub(crate) mod apply;
pub(crate) mod asked;
pub(crate) mod book;
pub(crate) mod breakdown;
pub(crate) mod check;
pub(crate) mod hours;
pub(crate) mod lists;
pub(crate) mod metrics;
pub(crate) mod reports;
pub(crate) mod scope;
pub(crate) mod tables;
pub(crate) mod time;
pub(crate) mod world;
