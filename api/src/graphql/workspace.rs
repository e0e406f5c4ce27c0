//! The viewer's workspace.

use async_graphql::{Context, ID, Object};

use super::{
    api_tokens::ApiToken,
    authorization::{Nullable, guarded},
    context::ContextExt as _,
    inputs::EVERYONE,
    members::Member,
    scalars::Date,
    teams::Team,
};
use crate::error::ApiError;

/// The viewer's workspace.
#[derive(Debug)]
pub(super) struct Workspace;

/// The company whose figures these are.
#[Object]
impl Workspace {
    /// Its id.
    async fn id(&self, ctx: &Context<'_>) -> Result<ID, ApiError> {
        Ok(ID(ctx.viewer()?.workspace.id.clone()))
    }

    /// Its name.
    async fn name<'a>(&self, ctx: &Context<'a>) -> Result<&'a str, ApiError> {
        Ok(&ctx.viewer()?.workspace.name)
    }

    /// The IANA time zone in which its days lie.
    async fn timezone(&self, ctx: &Context<'_>) -> Result<&'static str, ApiError> {
        Ok(ctx.snapshot()?.ledger().zone.name())
    }

    /// The day that it is there now.
    async fn today(&self, ctx: &Context<'_>) -> Result<Date, ApiError> {
        Ok(Date(ctx.snapshot()?.today()))
    }

    /// A zone that was asked for and takes effect when its rebuild is done.
    async fn pending_timezone(&self, ctx: &Context<'_>) -> Result<Option<&'static str>, ApiError> {
        Ok(ctx.snapshot()?.ledger().pending_zone.map(caseload_schema::zone::Zone::name))
    }

    /// All members, in name order, those who left among them.
    #[graphql(complexity = "EVERYONE * child_complexity")]
    async fn members(&self, ctx: &Context<'_>) -> Nullable<Vec<Member>> {
        let members = async { Ok(Some(ctx.snapshot()?.directory().members().iter().cloned().map(Member).collect())) };
        guarded(ctx, "Workspace", "members", members).await
    }

    /// All teams, in name order.
    #[graphql(complexity = "10 * child_complexity")]
    async fn teams(&self, ctx: &Context<'_>) -> Nullable<Vec<Team>> {
        let teams = async { Ok(Some(ctx.snapshot()?.directory().teams().iter().cloned().map(Team).collect())) };
        guarded(ctx, "Workspace", "teams", teams).await
    }

    /// The tokens that machines use, those revoked among them.
    #[graphql(complexity = "10 * child_complexity")]
    async fn api_tokens(&self, ctx: &Context<'_>) -> Nullable<Vec<ApiToken>> {
        let tokens = async {
            let snapshot = ctx.snapshot()?;
            Ok(Some(snapshot.store().list_api_tokens(snapshot.key()).await?.into_iter().map(ApiToken).collect()))
        };
        guarded(ctx, "Workspace", "apiTokens", tokens).await
    }
}
