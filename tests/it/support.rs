//! What the tests stand on: databases, the application, random worlds, and the comparison of answers.

pub(crate) mod app;
pub(crate) mod cluster;
pub(crate) mod command;
pub(crate) mod compare;
pub(crate) mod database;
pub(crate) mod dice;
pub(crate) mod facts;
pub(crate) mod log;
pub(crate) mod pooler;
pub(crate) mod postgres;
pub(crate) mod postmaster;
pub(crate) mod queries;
pub(crate) mod redis;
pub(crate) mod stores;
