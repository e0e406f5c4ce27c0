//! What is recorded of who did what.

mod imports;
