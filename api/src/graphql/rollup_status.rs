//! How fresh the figures are.

use async_graphql::{Context, Enum, ID, Object};
use caseload_schema::store::runs::{self, Run};

use super::{
    authorization::{Nullable, guarded},
    context::ContextExt as _,
    members::Member,
    periods::DayRange,
    scalars::DateTime,
};
use crate::error::ApiError;

/// What made a run begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "runs::RunKind")]
pub(super) enum RunKind {
    /// The night.
    Nightly,
    /// Facts that changed during the day.
    Refresh,
    /// Someone who asked for it.
    Rebuild,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "runs::RunState")]
pub(super) enum RunState {
    /// Not begun yet.
    Queued,
    /// Under way.
    Running,
    /// Done: its figures are those that are read.
    Succeeded,
    /// It ended without effect; see `error`.
    Failed,
    /// It was stopped without effect.
    Cancelled,
}

/// How fresh the figures are.
#[derive(Debug)]
pub(super) struct RollupStatus;

/// How fresh the figures are.
#[Object]
impl RollupStatus {
    /// Grows by one with each change of the figures.
    async fn generation(&self, ctx: &Context<'_>) -> Result<i64, ApiError> {
        Ok(ctx.snapshot()?.ledger().generation)
    }

    /// When the last run ended; null before the first.
    async fn rolled_up_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(ctx.snapshot()?.ledger().rolled_up_at.map(DateTime))
    }

    /// Days whose facts changed since they were rolled up.
    async fn pending_days(&self, ctx: &Context<'_>) -> Result<u64, ApiError> {
        let snapshot = ctx.snapshot()?;
        Ok(snapshot.store().count_pending_days(snapshot.key(), None).await?)
    }

    /// When the next nightly run is due; null where none is planned.
    async fn next_nightly_at(&self) -> Option<DateTime> {
        None
    }

    /// The run that began last.
    async fn last_run(&self, ctx: &Context<'_>) -> Nullable<RollupRun> {
        let run = async {
            let snapshot = ctx.snapshot()?;
            Ok(snapshot.store().last_run(snapshot.key()).await?.map(RollupRun))
        };
        guarded(ctx, "RollupStatus", "lastRun", run).await
    }
}

/// A run.
#[derive(Debug)]
pub(super) struct RollupRun(Run);

/// One rollup of some days.
#[Object]
impl RollupRun {
    /// Its id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What made it begin.
    async fn kind(&self) -> RunKind {
        self.0.kind.into()
    }

    /// How far it is.
    async fn state(&self) -> RunState {
        self.0.state.into()
    }

    /// The days that were asked for; null where those with changed facts were, or all.
    async fn range(&self) -> Option<DayRange> {
        self.0.range.map(DayRange::from)
    }

    /// Who asked for it; null where no one did.
    async fn requested_by(&self, ctx: &Context<'_>) -> Result<Option<Member>, ApiError> {
        let directory = ctx.snapshot()?.directory();
        Ok(self.0.requested_by.and_then(|key| directory.member(key)).cloned().map(Member))
    }

    /// How many days it has to roll up.
    async fn days_total(&self) -> i64 {
        self.0.days_total
    }

    /// How many of them are done.
    async fn days_done(&self) -> i64 {
        self.0.days_done
    }

    /// How many facts it has read.
    async fn facts_read(&self) -> f64 {
        self.0.facts_read as f64
    }

    /// When it was asked for.
    async fn queued_at(&self) -> DateTime {
        DateTime(self.0.queued_at)
    }

    /// When it began.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(DateTime)
    }

    /// When it ended, one way or another.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// Why it failed.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }
}
