//! Caseload's front: the command, the GraphQL API, HTTP, exports. Figures come from `caseload_rollup`, facts and names from
//! `caseload_schema`.

pub mod access;
pub mod app;
pub mod auth;
pub mod cache;
pub mod cli;
pub mod config;
pub mod daily;
pub mod document;
pub mod error;
pub mod export;
pub mod graphql;
pub mod http;
pub mod rollups;
pub mod session;
pub mod snapshot;
pub mod telemetry;
