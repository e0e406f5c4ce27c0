//! The front of the API as clients meet it: over a real port, by every protocol that it speaks.

mod abuse;
mod events;
mod headers;
mod http;
pub(crate) mod server;
pub(crate) mod sockets;
