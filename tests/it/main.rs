//! Caseload from outside: both stores, every answer compared with a model that shares no code with it.

mod access;
mod audit;
mod backup;
mod bi;
mod caching;
mod clients;
mod commands;
mod dirty;
mod exact;
mod front;
mod import;
mod laws;
mod lifecycle;
mod migrations;
mod model;
mod nightly;
mod nodes;
mod outages;
mod repair;
mod retention;
mod scaling;
mod subgraph;
mod support;
mod tokens;
mod verify;
mod zones;
