//! The laws of blocks and cube, on random facts.

mod blocks;
mod facts;
mod laws;
mod model;
