//! Members.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use caseload_schema::{directory, role};

use super::{
    authorization::{Nullable, check},
    context::ContextExt as _,
};

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "role::Role")]
pub(super) enum Role {
    /// May everything, and alone makes and unmakes owners.
    Owner,
    /// May everything but make owners.
    Admin,
    /// Reads everyone's figures.
    Manager,
    /// Reads their own figures.
    Agent,
    /// Reads their own figures.
    Viewer,
}

/// A member.
#[derive(Debug, Clone)]
pub(super) struct Member(pub(super) Arc<directory::Member>);

/// Someone who has, or had, a seat in the workspace.
#[Object]
impl Member {
    /// The source system's id.
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    /// The name; the id where no member record ever came.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The role of now.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// Whether they work here now. What was credited to them before stays.
    async fn active(&self) -> bool {
        self.0.active
    }

    /// Where their picture is.
    async fn avatar_url(&self) -> Option<&str> {
        self.0.avatar_url.as_deref()
    }

    /// The e-mail address.
    async fn email(&self, ctx: &Context<'_>) -> Nullable<&str> {
        let allowed = ctx.viewer().and_then(|viewer| check(viewer, "Member", "email", Some(self.0.key)));
        allowed.map(|()| self.0.email.as_deref()).transpose()
    }
}
