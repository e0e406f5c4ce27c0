//! The HTTP surface.

mod connections;
mod cors;
#[cfg(feature = "dashboard")]
mod dashboard;
mod errors;
mod graphql;
mod health;
mod import;
pub(crate) mod limits;
mod listeners;
mod observe;
mod opening;
mod origin;
mod prescan;
mod router;
mod selections;
mod serve;
mod socket;
mod spool;

pub(crate) use listeners::Listeners;
pub use router::{health_router, router};
pub use serve::{Duty, serve, serve_as};
