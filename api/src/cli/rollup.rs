//! `caseload rollup`

use std::time::Instant;

use caseload_rollup::run::{self, RunDays, RunRequest};
use caseload_schema::{audit::Actor, clock::Clock, store::runs::RunKind};
use clap::Args;
use serde_json::json;

use super::{Outcome, open, progress::Progress, range::Range, settings::Settings};
use crate::rollups::{self, REFRESH};

/// Rolls up pending days now, or rebuilds a range of days from its facts. If another run is under way, it helps that run first.
#[derive(Debug, Args)]
pub(super) struct Rollup {
    /// The workspace's id; not needed if there is only one workspace.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    #[command(flatten)]
    range: Range,
    /// Prints the result as JSON.
    #[arg(long, env = "CASELOAD_JSON")]
    json: bool,
}

impl Rollup {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let request = match self.range.period()? {
            Some(period) => RunRequest {
                kind: RunKind::Rebuild,
                days: RunDays::Of(period),
                requested_by: None,
            },
            None => REFRESH,
        };
        let config = settings.load()?;
        let store = open::store(settings, &config).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        let began = Instant::now();
        let progress = Progress::new("days rolled up");
        let show = |at| progress.of_run(at);
        if request.days != RunDays::Pending {
            // For the record of who asked. What is asked for once more below is the same run.
            store
                .request_rebuild(
                    workspace.key,
                    request.days,
                    Actor::Operator,
                    Clock::system().now(),
                )
                .await?;
        }
        let worker = rollups::worker(&store, &config, &Clock::system())
            .publishing_to(open::publisher(&store, &config)?);
        let outcome = run::run(&worker, workspace.key, request, &show).await?;
        drop(progress);
        let seconds = began.elapsed().as_secs_f64();
        if self.json {
            println!("{}", report(&outcome, seconds));
        } else {
            let run::RunOutcome {
                days,
                changed_days,
                facts_read,
                ..
            } = outcome;
            println!(
                "rolled up {days} days from {facts_read} facts in {seconds:.1} s; the figures of {changed_days} changed"
            );
        }
        Ok(Outcome::Done)
    }
}

fn report(outcome: &run::RunOutcome, seconds: f64) -> serde_json::Value {
    json!({
        "run": outcome.run.0,
        "generation": outcome.generation.0,
        "days": outcome.days,
        "changed_days": outcome.changed_days,
        "facts_read": outcome.facts_read,
        "seconds": seconds,
    })
}
