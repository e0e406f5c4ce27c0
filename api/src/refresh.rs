//! The loop that keeps figures fresh: rolls up, in between, whatever has changed.

use std::time::Duration;

use caseload_rollup::{
    plan,
    run::{self, Hand, RunDays, RunError, RunOutcome, RunRequest},
};
use caseload_schema::{
    id::WorkspaceKey,
    store::{Store, runs::RunKind},
};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Refreshes every `interval` until `stop`. A run that has begun is finished first.
pub async fn every(app: App, interval: Duration, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {
                app.ticks().tick();
                app.refresh_once().await;
            }
        }
    }
}

/// What a refresh asks for: the days whose facts have changed.
pub const REQUEST: RunRequest = RunRequest { kind: RunKind::Refresh, days: RunDays::Pending, requested_by: None };

/// Rolls up every workspace that has something to roll up, one after the other: a long run, such as a first one, keeps those
/// behind it waiting, and one machine's processors from being claimed by all of them at once. Failures are logged here and
/// tried again next time.
pub async fn once(store: &Store, hand: &Hand) {
    let workspaces = match store.list_workspaces().await {
        Ok(workspaces) => workspaces,
        Err(error) => return tracing::error!(%error, "the workspaces can't be listed"),
    };
    for entry in workspaces {
        match workspace(store, hand, entry.key).await {
            Ok(Some(outcome)) => tracing::info!(
                workspace = %entry.id,
                days = outcome.days,
                changed_days = outcome.changed_days,
                facts_read = outcome.facts_read,
                "refreshed"
            ),
            Ok(None) => {}
            Err(RunError::Busy) => tracing::debug!(workspace = %entry.id, "another run is under way"),
            Err(error) => tracing::error!(workspace = %entry.id, %error, "a refresh failed"),
        }
    }
}

/// Rolls up one workspace, where it has something to roll up.
pub async fn workspace(store: &Store, hand: &Hand, ws: WorkspaceKey) -> Result<Option<RunOutcome>, RunError> {
    let Some(ledger) = store.ledger(ws).await? else {
        return Ok(None);
    };
    if !plan::is_due(&ledger, store.count_pending_days(ws, None).await?) {
        return Ok(None);
    }
    run::run(hand, ws, REQUEST, &|_| ()).await.map(Some)
}
