//! What runs come to, as figures and as lines of the log.

use caseload_rollup::run::Publish;
use caseload_schema::{
    id::WorkspaceKey,
    store::{Run, RunKind, RunState},
};
use futures::future::BoxFuture;

use super::metrics as names;

/// Counts the runs that end in this process.
#[derive(Debug)]
pub struct RunMetrics;

impl Publish for RunMetrics {
    fn ended<'a>(&'a self, ws: WorkspaceKey, run: &'a Run) -> BoxFuture<'a, ()> {
        count(ws, run);
        Box::pin(std::future::ready(()))
    }
}

fn count(ws: WorkspaceKey, run: &Run) {
    let (kind, state) = (kind(run.kind), state(run.state));
    let seconds = match run.started_at.zip(run.finished_at) {
        Some((started, finished)) => finished.duration_since(started).as_secs_f64(),
        None => 0.0,
    };
    let (days, facts) = (run.days_done.unsigned_abs(), run.facts_read.unsigned_abs());
    metrics::histogram!(names::RUN_SECONDS, "kind" => kind, "state" => state).record(seconds);
    metrics::counter!(names::RUN_DAYS).increment(days);
    metrics::counter!(names::RUN_FACTS).increment(facts);
    if facts != 0 && 0.0 < seconds {
        metrics::gauge!(names::RUN_FACTS_PER_SECOND).set(facts as f64 / seconds);
    }
    metrics::counter!(names::VERIFIED_DAYS).increment(run.checked_days.unsigned_abs());
    metrics::counter!(names::VERIFY_DIFFERENCES).increment(run.differing_days.unsigned_abs());
    if run.state == RunState::Succeeded {
        let changed_days = run.changed_days;
        tracing::info!(
            workspace = ws.0,
            run = run.id.0,
            kind,
            days,
            changed_days,
            facts_read = facts,
            seconds,
            "rolled up"
        );
    }
}

const fn kind(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Nightly => "nightly",
        RunKind::Refresh => "refresh",
        RunKind::Rebuild => "rebuild",
    }
}

const fn state(state: RunState) -> &'static str {
    match state {
        RunState::Queued => "queued",
        RunState::Running => "running",
        RunState::Succeeded => "succeeded",
        RunState::Failed => "failed",
        RunState::Cancelled => "cancelled",
    }
}
