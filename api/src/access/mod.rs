//! What a caller may read: a viewer with a role, and the scope that narrows every query to it.
//!
//! This lies below whatever reads figures. How a caller proves who they are is the concern of [`crate::auth`].

mod scope;
mod viewer;

pub use scope::{Scope, Selection};
pub use viewer::{Identity, Viewer};
