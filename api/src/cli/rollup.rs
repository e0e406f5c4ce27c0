//! `caseload rollup`

use std::time::Instant;

use caseload_rollup::run::{self, RunDays, RunRequest};
use caseload_schema::{
    clock::Clock,
    day::Day,
    period::Period,
    store::runs::{RunKind, RunProgress},
};
use clap::Args;
use serde_json::json;

use super::{Outcome, open, parse_day, progress::Progress, settings::Settings};

/// Rolls up what is pending, or a range of days from its facts, now.
#[derive(Debug, Args)]
pub(super) struct Rollup {
    /// The workspace's id; may be left out where there is only one.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    #[command(flatten)]
    range: Range,
    /// Prints what was done as JSON.
    #[arg(long, env = "CASELOAD_JSON")]
    json: bool,
}

/// A range of days.
#[derive(Debug, Args)]
pub(super) struct Range {
    /// The first day.
    #[arg(long, env = "CASELOAD_FROM", value_name = "DAY", value_parser = parse_day, requires = "to")]
    from: Option<Day>,
    /// The last day, included.
    #[arg(long, env = "CASELOAD_TO", value_name = "DAY", value_parser = parse_day, requires = "from")]
    to: Option<Day>,
}

impl Range {
    /// The range, where one was given.
    pub(super) fn period(&self) -> anyhow::Result<Option<Period>> {
        Ok(self.from.zip(self.to).map(|(from, to)| Period::new(from, to)).transpose()?)
    }
}

impl Rollup {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let (kind, days) = match self.range.period()? {
            Some(period) => (RunKind::Rebuild, RunDays::Of(period)),
            None => (RunKind::Refresh, RunDays::Pending),
        };
        let store = open::store(settings, &settings.load()?).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        let began = Instant::now();
        let progress = Progress::new("days rolled up");
        let show = |at: RunProgress| progress.done_of(at.days_done.cast_unsigned(), at.days_total.cast_unsigned());
        let request = RunRequest { kind, days, requested_by: None };
        let outcome = run::run(&store, workspace.key, request, &Clock::system(), &show).await?;
        drop(progress);
        let seconds = began.elapsed().as_secs_f64();
        if self.json {
            println!("{}", report(&outcome, seconds));
        } else {
            let run::RunOutcome { days, changed_days, facts_read, .. } = outcome;
            println!(
                "rolled up {days} days from {facts_read} facts in {seconds:.1} s; the figures of {changed_days} changed"
            );
        }
        Ok(Outcome::Done)
    }
}

fn report(outcome: &run::RunOutcome, seconds: f64) -> serde_json::Value {
    json!({
        "run": outcome.run,
        "generation": outcome.generation,
        "days": outcome.days,
        "changed_days": outcome.changed_days,
        "facts_read": outcome.facts_read,
        "seconds": seconds,
    })
}
