//! The HTTP surface.

mod errors;
mod graphql;
mod health;
mod import;
pub(crate) mod limits;
mod prescan;
mod router;
mod selections;
mod serve;
mod spool;

pub use router::router;
pub use serve::serve;
