//! The process among others: how it is reached, watched, stopped, and what it does when a database fails it for a moment.

mod chances;
mod crowded;
mod drain;
mod migrate;
mod slow;
mod tls;
mod traces;
mod watched;
pub(crate) mod wire;
