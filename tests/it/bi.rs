//! What analysts get: tables in every format, over HTTP and by command, and views in SQL.

pub(crate) mod consumers;
pub(crate) mod flips;
mod http;
mod memory;
mod pages;
mod parts;
mod read;
mod tables;
mod views;
