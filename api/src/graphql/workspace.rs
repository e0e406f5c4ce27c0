//! The viewer's workspace.

use async_graphql::{Context, ID, Object};
use caseload_schema::{
    instant::Instant,
    store::Ledger,
    zone::{Offset, Zone},
};

use super::{
    api_tokens::ApiToken,
    attributes::{Attribute, attributes},
    authorization::{Nullable, guarded, permitted},
    context::ContextExt as _,
    hours::Hours,
    members::Member,
    rollup_runs::wake,
    scalars::{Date, DateTime},
    teams::Team,
};
use crate::error::ApiError;

/// Facts lie a day ahead at most; a page that is left open goes on for a while.
const OFFSETS_AHEAD_SECONDS: i64 = 366 * 86_400;

/// The viewer's workspace.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// What the ledger says after a change; that of the request's snapshot where there was none.
    changed: Option<Ledger>,
}

impl Workspace {
    /// The workspace after a change to its ledger.
    pub(super) fn changed(changed: Option<Ledger>) -> Self {
        Self { changed }
    }
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
        Ok(ctx.snapshot()?.ledger().time.zone.name())
    }

    /// How far that zone's clocks are from UTC, and since when, until a year from now: by these rules its days are made.
    async fn timezone_offsets(&self, ctx: &Context<'_>) -> Result<Vec<TimezoneOffset>, ApiError> {
        let snapshot = ctx.snapshot()?;
        let until = snapshot.now().plus_seconds(OFFSETS_AHEAD_SECONDS);
        let offsets = snapshot.ledger().time.zone.offsets().iter();
        let until_then = offsets.take_while(|offset| offset.begins_at < until);
        Ok(until_then.copied().map(TimezoneOffset).collect())
    }

    /// The day that it is there now.
    async fn today(&self, ctx: &Context<'_>) -> Result<Date, ApiError> {
        Ok(Date(ctx.snapshot()?.today()))
    }

    /// The earliest day on which anything counts, whoever asks and whatever the filter; null without facts.
    async fn first_day(&self, ctx: &Context<'_>) -> Result<Option<Date>, ApiError> {
        Ok(ctx.snapshot()?.first_day().map(Date))
    }

    /// A zone that was asked for and takes effect when its rebuild is done.
    async fn pending_timezone(&self, ctx: &Context<'_>) -> Result<Option<&'static str>, ApiError> {
        let ledger = self.changed.unwrap_or(*ctx.snapshot()?.ledger());
        let asked_for = ledger.pending_time.map(|time| time.zone.name());
        // The same zone by other rules, or with other hours, was not asked for.
        Ok(asked_for.filter(|name| *name != ledger.time.zone.name()))
    }

    /// The business hours that figures follow: new ones with their rebuild's switch. Null: all time counts as business hours.
    async fn business_hours(&self, ctx: &Context<'_>) -> Result<Option<Hours>, ApiError> {
        let clocks = ctx.snapshot()?.clocks().await?;
        Ok(clocks.working.clone().map(Hours))
    }

    /// Whether other business hours were asked for and take effect when their rebuild is done.
    async fn has_pending_business_hours(&self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        let ledger = self.changed.unwrap_or(*ctx.snapshot()?.ledger());
        Ok(ledger.latest_time().hours != ledger.time.hours)
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

    /// The keys of the attributes that conversations have, in code point order, as far as figures know the conversations.
    async fn attributes(&self, ctx: &Context<'_>) -> Nullable<Vec<Attribute>> {
        let attributes = async { attributes(ctx.snapshot()?).await.map(Some) };
        guarded(ctx, "Workspace", "attributes", attributes).await
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

/// How far a zone's clocks are from UTC, since an instant.
#[derive(Debug)]
pub(super) struct TimezoneOffset(Offset);

/// How far the clocks of a time zone are from UTC, since an instant and until the next one of the list.
#[Object]
impl TimezoneOffset {
    /// Since then; 1970-01-01T00:00:00Z for all that was before.
    async fn from(&self) -> DateTime {
        DateTime(self.0.begins_at.max(Instant::from_micros(0)))
    }

    /// Seconds ahead of UTC; negative west of Greenwich.
    async fn seconds(&self) -> i32 {
        self.0.seconds
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
        Ok(Workspace::changed(changed))
    }
}
