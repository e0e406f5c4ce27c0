//! The member who asks.

use std::sync::Arc;

use caseload_schema::{directory::Member, role::Role, store::workspaces::Workspace};

use super::Scope;

/// The member who asks, with the role that they have now.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Their workspace: the only one that this request can see.
    pub workspace: Arc<Workspace>,
    /// Their entry in the directory.
    pub member: Arc<Member>,
    /// What they may do.
    pub role: Role,
    /// Whose figures they may read.
    pub scope: Scope,
}

impl Viewer {
    /// A member of that workspace, as the directory has them now.
    pub fn new(workspace: Arc<Workspace>, member: Arc<Member>) -> Self {
        Self { workspace, role: member.role, scope: Scope::of(&member), member }
    }
}
