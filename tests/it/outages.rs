//! What machines do to a process: the database goes away and comes back, the disk is full, the clock jumps. After each of them
//! everything acknowledged is there, the figures are the model's, and nothing is stuck.

mod clock;
mod disk;
mod facts;
mod pooler;
mod postgres;
mod read_only;
