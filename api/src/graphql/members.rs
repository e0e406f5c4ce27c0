//! Members.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use caseload_schema::{
    audit::Actor,
    directory, role,
    store::members::{NewRole, RoleRefusal},
};

use super::{
    authorization::{Nullable, check, permitted},
    context::ContextExt as _,
};
use crate::error::ApiError;

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
        let allowed = ctx
            .viewer()
            .and_then(|viewer| check(viewer, "Member", "email", Some(self.0.key)));
        allowed.map(|()| self.0.email.as_deref()).transpose()
    }
}

/// Changes to members.
#[derive(Debug, Default)]
pub(super) struct MemberMutations;

#[Object]
impl MemberMutations {
    /// Gives a member another role, which holds from then on, whatever tokens they have. Only an owner makes or unmakes an
    /// owner, and the last one stays.
    async fn set_member_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] member_id: ID,
        #[graphql(desc = "The role to have.")] role: Role,
    ) -> Result<Member, ApiError> {
        let viewer = permitted(ctx, "Mutation", "setMemberRole")?;
        let by = viewer
            .member()
            .ok_or_else(|| refused(RoleRefusal::NotAllowed))?
            .key;
        let snapshot = ctx.snapshot()?;
        let new = NewRole {
            by: Actor::Member(by),
            member_id: member_id.0,
            role: role.into(),
            at: snapshot.now(),
        };
        let changed = snapshot
            .store()
            .set_member_role(snapshot.key(), new)
            .await?;
        changed
            .map(|member| Member(Arc::new(member)))
            .map_err(refused)
    }
}

fn refused(refusal: RoleRefusal) -> ApiError {
    match refusal {
        RoleRefusal::NotAllowed => ApiError::forbidden("your role may not change roles"),
        RoleRefusal::OwnersOnly => ApiError::forbidden("only an owner makes or unmakes an owner"),
        RoleRefusal::NotFound => ApiError::not_found("there is no such member"),
        RoleRefusal::LastOwner => {
            ApiError::bad_input("memberId: the last owner stays one; make another owner first")
        }
    }
}
