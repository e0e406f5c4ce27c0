//! Runs: what is asked of them, and how far they are.

use async_graphql::{Context, Enum, ID, Object};
use caseload_rollup::schedule::Handle;
use caseload_schema::id::RunId;
use caseload_schema::store::{
    RunDays,
    runs::{self, Run},
};

use super::{
    authorization::permitted,
    connection::{RollupRunConnection, Slice},
    context::ContextExt as _,
    cursor::{After, List, Place},
    inputs::DateRange,
    members::Member,
    periods::DayRange,
    scalars::DateTime,
};
use crate::{error::ApiError, snapshot::Snapshot};

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

/// A run.
#[derive(Debug, Clone)]
pub(super) struct RollupRun(pub(super) Run);

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
        Ok(self
            .0
            .requested_by
            .and_then(|key| directory.member(key))
            .cloned()
            .map(Member))
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

    /// How many days that nothing had changed it made anew all the same, to compare them with what was stored.
    async fn checked_days(&self) -> i64 {
        self.0.checked_days
    }

    /// How many of those were not what their facts say. It has put them right; but something is wrong.
    async fn differing_days(&self) -> i64 {
        self.0.differing_days
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

/// A page of runs, the latest first.
pub(super) async fn rollup_runs(
    snapshot: &Snapshot,
    first: usize,
    after: Option<String>,
) -> Result<RollupRunConnection, ApiError> {
    let after = After::read(after.as_deref(), List::RollupRuns)?.place;
    let before = after.as_ref().map(|after| RunId(-after.sort));
    let mut runs = snapshot
        .store()
        .list_runs(snapshot.key(), before, first as i64 + 1)
        .await?;
    let has_next = first < runs.len();
    runs.truncate(first);
    let node = |run: Run| {
        let place = Place {
            sort: -run.id.0,
            id: None,
        };
        (RollupRun(run), place)
    };
    let slice = Slice {
        nodes: runs.into_iter().map(node).collect(),
        has_next,
        has_previous: after.is_some(),
    };
    Ok(RollupRunConnection::new(List::RollupRuns, slice))
}

/// The run of that id.
pub(super) async fn rollup_run(snapshot: &Snapshot, id: &ID) -> Result<RollupRun, ApiError> {
    let run = match number(id) {
        Some(number) => snapshot.store().find_run(snapshot.key(), number).await?,
        None => None,
    };
    run.map(RollupRun).ok_or_else(|| unknown(id))
}

pub(super) fn number(id: &ID) -> Option<RunId> {
    id.parse().ok().map(RunId)
}

pub(super) fn unknown(id: &ID) -> ApiError {
    ApiError::not_found(format!("there is no run {:?}", id.as_str()))
}

/// Changes to runs.
#[derive(Debug, Default)]
pub(super) struct RunMutations;

#[Object]
impl RunMutations {
    /// Recomputes days from the facts. Returns at once; follow the run. While one of the same days waits or is under way,
    /// that one is returned.
    async fn rebuild_rollups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which days; all where absent.")] range: Option<DateRange>,
    ) -> Result<RollupRun, ApiError> {
        let viewer = permitted(ctx, "Mutation", "rebuildRollups")?;
        let snapshot = ctx.snapshot()?;
        let days = range.map_or(Ok(RunDays::All), |range| {
            range.resolve("range").map(RunDays::Of)
        })?;
        let run = snapshot
            .store()
            .request_rebuild(snapshot.key(), days, viewer.actor(), snapshot.now())
            .await?;
        wake(ctx);
        run.map(RollupRun).ok_or_else(ApiError::unavailable)
    }

    /// Ends a run that waits or is under way: its figures never come into effect. One that has ended stays as it is.
    async fn cancel_rollup_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> Result<RollupRun, ApiError> {
        let viewer = permitted(ctx, "Mutation", "cancelRollupRun")?;
        let snapshot = ctx.snapshot()?;
        let number = number(&id).ok_or_else(|| unknown(&id))?;
        let run = snapshot
            .store()
            .cancel_run(snapshot.key(), number, viewer.actor(), snapshot.now())
            .await?;
        run.map(RollupRun).ok_or_else(|| unknown(&id))
    }
}

/// Has this process look at once what is to be done.
pub(super) fn wake(ctx: &Context<'_>) {
    if let Some(scheduler) = ctx.data_opt::<Handle>() {
        scheduler.wake();
    }
}
