//! What analysts get: tables in every format, over HTTP and by command, and views in SQL.

mod consumers;
mod flips;
mod http;
mod memory;
mod pages;
mod read;
mod tables;
mod views;
