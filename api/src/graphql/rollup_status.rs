//! How fresh the figures are.

use async_graphql::{Context, Object};
use caseload_rollup::plan::next_night;

use super::{
    authorization::{Nullable, guarded},
    context::ContextExt as _,
    rollup_runs::RollupRun,
    scalars::DateTime,
};
use crate::{config::NightlyAt, error::ApiError};

/// How fresh the figures are.
#[derive(Debug)]
pub(super) struct RollupStatus;

/// How fresh the figures are.
#[Object]
impl RollupStatus {
    /// Grows by one with each change of the figures.
    async fn generation(&self, ctx: &Context<'_>) -> Result<i64, ApiError> {
        Ok(ctx.snapshot()?.ledger().generation.0)
    }

    /// When the last run ended; null before the first.
    async fn rolled_up_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(ctx.snapshot()?.ledger().rolled_up_at.map(DateTime))
    }

    /// Days whose facts changed since they were rolled up.
    async fn pending_days(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        ctx.snapshot()?.all_pending_days().await
    }

    /// When the next nightly run is due. It lies in the past for the moment until that run is asked for.
    async fn next_nightly_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        let Some(NightlyAt(at)) = ctx.data_opt::<NightlyAt>() else {
            return Ok(None);
        };
        let (ledger, now) = (ctx.snapshot()?.ledger(), ctx.snapshot()?.now());
        Ok(Some(DateTime(next_night(
            ledger.time.zone,
            *at,
            ledger.last_night,
            now,
        ))))
    }

    /// Of the days that the latest nightly run compared with their facts, how many differed. It has put them right; but
    /// something is wrong.
    async fn differing_days(&self, ctx: &Context<'_>) -> Result<i64, ApiError> {
        let snapshot = ctx.snapshot()?;
        Ok(snapshot.store().differing_days(snapshot.key()).await?)
    }

    /// The run that began last.
    async fn last_run(&self, ctx: &Context<'_>) -> Nullable<RollupRun> {
        let run = async {
            let snapshot = ctx.snapshot()?;
            Ok(snapshot
                .reachable_store()?
                .last_run(snapshot.key())
                .await?
                .map(RollupRun))
        };
        guarded(ctx, "RollupStatus", "lastRun", run).await
    }
}
