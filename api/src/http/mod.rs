//! The HTTP surface.

mod classes;
mod connections;
mod cors;
#[cfg(feature = "dashboard")]
mod dashboard;
mod errors;
mod exports;
mod files;
mod graphql;
mod health;
mod import;
pub(crate) mod limits;
mod listeners;
mod observe;
mod opening;
mod origin;
mod places;
mod rates;
mod router;
mod serve;
mod socket;
mod spool;

pub(crate) use classes::Classes;
pub use graphql::Asked;
pub(crate) use listeners::Listeners;
pub(crate) use rates::Rates;
pub use router::{health_router, router};
pub use serve::{Duty, serve, serve_as};
