//! The viewer's workspace.

use async_graphql::{Context, ID, Object};
use caseload_schema::{store::Ledger, zone::Zone};

use super::{
    api_tokens::ApiToken,
    authorization::{Nullable, guarded, permitted},
    context::ContextExt as _,
    members::Member,
    rollup_runs::wake,
    scalars::Date,
    teams::Team,
};
use crate::error::ApiError;

/// The viewer's workspace.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// What the ledger says after a change; that of the request's snapshot where there was none.
    changed: Option<Ledger>,
}

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
        let ledger = self.changed.unwrap_or(*ctx.snapshot()?.ledger());
        Ok(ledger.pending_zone.map(Zone::name))
    }

    /// All members, in name order, those who left among them.
    async fn members(&self, ctx: &Context<'_>) -> Nullable<Vec<Member>> {
        let members = async {
            Ok(Some(
                ctx.snapshot()?
                    .directory()
                    .members()
                    .iter()
                    .cloned()
                    .map(Member)
                    .collect(),
            ))
        };
        guarded(ctx, "Workspace", "members", members).await
    }

    /// All teams, in name order.
    async fn teams(&self, ctx: &Context<'_>) -> Nullable<Vec<Team>> {
        let teams = async {
            Ok(Some(
                ctx.snapshot()?
                    .directory()
                    .teams()
                    .iter()
                    .cloned()
                    .map(Team)
                    .collect(),
            ))
        };
        guarded(ctx, "Workspace", "teams", teams).await
    }

    /// The tokens that machines use, those revoked among them.
    async fn api_tokens(&self, ctx: &Context<'_>) -> Nullable<Vec<ApiToken>> {
        let tokens = async {
            let snapshot = ctx.snapshot()?;
            Ok(Some(
                snapshot
                    .reachable_store()?
                    .list_api_tokens(snapshot.key())
                    .await?
                    .into_iter()
                    .map(ApiToken)
                    .collect(),
            ))
        };
        guarded(ctx, "Workspace", "apiTokens", tokens).await
    }
}

/// Changes to where days begin.
#[derive(Debug, Default)]
pub(super) struct ZoneMutations;

#[Object]
impl ZoneMutations {
    /// Moves the workspace's days to another time zone. Everything is rebuilt in it, and takes effect with that run's switch;
    /// until then figures stay those of the zone before. Asking for that one takes the wish back.
    async fn set_timezone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The zone's IANA name, such as Europe/Rome.")] timezone: String,
    ) -> Result<Workspace, ApiError> {
        let viewer = permitted(ctx, "Mutation", "setTimezone")?;
        let zone = Zone::parse(&timezone)
            .map_err(|error| ApiError::bad_input(format!("timezone: {error}")))?;
        let snapshot = ctx.snapshot()?;
        let changed = snapshot
            .store()
            .request_zone(snapshot.key(), zone, viewer.actor(), snapshot.now())
            .await?;
        wake(ctx);
        Ok(Workspace { changed })
    }
}
