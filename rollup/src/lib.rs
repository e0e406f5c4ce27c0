//! Day blocks, the cube over them, and what makes them from facts.
//!
//! - [`fold()`](fold::fold): the facts of some days → one [`Block`](block::Block) a day. Pure.
//! - [`block`]: a day's conversations, column-wise, and how they are written as bytes. Pure.
//! - [`cube`]: every figure, for any period and filter, as an exact scan over blocks. Pure.
//! - [`summary`]: the rows that people and BI tools read, from one block. Pure.
//! - [`plan`]: what is due, and in which chunks. Pure.
//! - [`run`]: the rollup itself, the only writer of blocks.
//! - [`schedule`]: what makes runs begin by themselves, and does them.
//! - [`verify`]: compares what is stored with the facts.

pub mod block;
pub mod counts;
pub mod cube;
mod distinct;
pub mod fold;
pub mod plan;
pub mod run;
#[cfg(test)]
mod sample;
pub mod schedule;
pub mod summary;
pub mod verify;
