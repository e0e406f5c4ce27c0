//! What one authenticated request works with.

use std::sync::Arc;

use caseload_schema::{audit::Actor, id::WorkspaceKey};

use crate::{access::Viewer, snapshot::Snapshot};

/// The caller of one request, and the figures of one generation.
#[derive(Debug, Clone)]
pub struct Session {
    /// The caller.
    pub viewer: Viewer,
    /// What is read.
    pub snapshot: Arc<Snapshot>,
}

impl Session {
    /// The caller's identity for limits that are counted by caller.
    pub fn key(&self) -> (WorkspaceKey, Actor) {
        (self.snapshot.key(), self.viewer.actor())
    }

    /// Whether both sessions belong to the same caller with the same rights.
    pub fn has_same_rights(&self, other: &Self) -> bool {
        self.key() == other.key() && self.viewer.has_same_rights(&other.viewer)
    }
}
