//! The HTTP surface.

mod admission;
mod connection_slots;
mod connections;
mod cors;
mod credentials;
#[cfg(feature = "dashboard")]
mod dashboard;
mod errors;
mod exports;
mod first_request_timeout;
mod graphql;
mod headers;
mod health;
mod import;
mod limits;
mod observe;
mod origin;
mod rlimit;
mod router;
mod serve;
mod sign_in;
mod socket;
mod spool;
mod state;

pub use graphql::GraphqlRequest;
pub use router::{health_router, router};
pub use serve::{ServerRole, serve, serve_as};
