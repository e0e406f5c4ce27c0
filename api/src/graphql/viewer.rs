//! Who is asking.

use async_graphql::{Context, Object};

use super::{
    context::ContextExt as _,
    members::{Member, Role},
    workspace::{ApiScope, Workspace},
};
use crate::error::ApiError;

/// Who is asking.
#[derive(Debug)]
pub(super) struct Viewer;

/// Who is asking. For an API token member and role are null.
#[Object]
impl Viewer {
    /// The member who asks.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>, ApiError> {
        Ok(Some(Member(ctx.viewer()?.member.clone())))
    }

    /// The role that they have now.
    async fn role(&self, ctx: &Context<'_>) -> Result<Option<Role>, ApiError> {
        Ok(Some(ctx.viewer()?.role.into()))
    }

    /// What an API token may do; null for a member.
    async fn scopes(&self) -> Option<Vec<ApiScope>> {
        None
    }

    /// Their workspace.
    async fn workspace(&self) -> Workspace {
        Workspace
    }
}
