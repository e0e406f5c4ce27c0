//! The viewer's workspace.

use async_graphql::{Context, Enum, ID, Object};
use caseload_schema::store::api_tokens;

use super::{
    authorization::{Nullable, guarded},
    context::ContextExt as _,
    inputs::EVERYONE,
    members::Member,
    scalars::{Date, DateTime},
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

/// What an API token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum ApiScope {
    /// Import facts, and nothing else.
    Import,
    /// Read the daily rollups, and figures as a manager does.
    ReadRollups,
    /// What an admin may, but for making tokens and roles.
    Admin,
}

impl ApiScope {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "IMPORT" => Some(Self::Import),
            "READ_ROLLUPS" => Some(Self::ReadRollups),
            "ADMIN" => Some(Self::Admin),
            _ => None,
        }
    }
}

/// A machine's token.
#[derive(Debug)]
pub(super) struct ApiToken(api_tokens::ApiToken);

/// A token that a machine uses. Its secret is kept only as a hash.
#[Object]
impl ApiToken {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What it was made for.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it may do.
    async fn scopes(&self) -> Vec<ApiScope> {
        self.0.scopes.iter().filter_map(|name| ApiScope::parse(name)).collect()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Until when it holds; null where it does not end.
    async fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// When it was used last.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }

    /// When it was revoked; null while it holds.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }
}
