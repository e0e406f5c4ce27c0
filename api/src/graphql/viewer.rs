//! Who is asking.

use async_graphql::{Context, Object};

use super::{
    api_tokens::ApiScope,
    context::ContextExt as _,
    members::{Member, Role},
    workspace::Workspace,
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
        Ok(ctx.viewer()?.member().cloned().map(Member))
    }

    /// The role that they have now.
    async fn role(&self, ctx: &Context<'_>) -> Result<Option<Role>, ApiError> {
        Ok(ctx.viewer()?.role().map(Role::from))
    }

    /// What an API token may do; null for a member.
    async fn scopes(&self, ctx: &Context<'_>) -> Result<Option<Vec<ApiScope>>, ApiError> {
        let scopes = ctx.viewer()?.api_scopes();
        Ok(scopes.map(|scopes| scopes.iter().copied().map(ApiScope::from).collect()))
    }

    /// Their workspace.
    async fn workspace(&self) -> Workspace {
        Workspace::default()
    }
}
