//! `caseload retention`

use anyhow::bail;
use caseload_rollup::verify;
use caseload_schema::{
    clock::Clock,
    day::Day,
    id::WorkspaceKey,
    store::{Store, retention::Dropped},
    zone::Zone,
};
use clap::Args;
use serde_json::json;

use super::{Outcome, open, progress::Progress, settings::Settings};

/// Drops the facts of old conversations. The days before become final: their figures never change again.
#[derive(Debug, Args)]
pub(super) struct Retention {
    /// The workspace's id; not needed if there is only one workspace.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    /// The number of whole months before the current one that keep their facts.
    #[arg(long, env = "CASELOAD_KEEP_MONTHS", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_200))]
    keep_months: u32,
    /// Prints what would be dropped, and drops nothing.
    #[arg(long, env = "CASELOAD_DRY_RUN")]
    dry_run: bool,
    /// Prints the result as JSON.
    #[arg(long, env = "CASELOAD_JSON")]
    json: bool,
}

impl Retention {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let store = open::store(settings, &settings.load()?).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        let ws = workspace.key;
        let Some(ledger) = store.ledger(ws).await? else {
            bail!("workspace {} is gone", workspace.id)
        };
        let before = cut(ledger.time.zone, &Clock::system(), self.keep_months);
        let dropped = if self.dry_run {
            store.count_droppable(ws, before).await?
        } else {
            if !ledger.is_final(before.plus(-1)) {
                compare(&store, ws).await?;
            }
            store.make_final(ws, before).await?;
            drop_facts(&store, ws).await?
        };
        self.report(
            ledger
                .final_before
                .map_or(before, |already| already.max(before)),
            dropped,
        );
        Ok(Outcome::Done)
    }

    fn report(&self, before: Day, dropped: Dropped) {
        let Dropped {
            conversations,
            messages,
            ratings,
            follow_ups,
            events,
            surveys,
        } = dropped;
        if self.json {
            let report = json!({
                "final_before": before.to_string(), "dry_run": self.dry_run, "conversations": conversations,
                "messages": messages, "ratings": ratings, "follow_ups": follow_ups, "events": events,
                "surveys": surveys,
            });
            return println!("{report}");
        }
        let what = format!(
            "{conversations} conversations, {messages} messages, {ratings} ratings, {follow_ups} follow-ups, {events} events, \
             {surveys} surveys"
        );
        if self.dry_run {
            println!("would drop {what}, and make the days before {before} final");
        } else {
            println!("dropped {what}; the days before {before} are final");
        }
    }
}

/// The first day of the first month that keeps its facts.
fn cut(zone: Zone, clock: &Clock, months: u32) -> Day {
    let this_month = zone.day_of(clock.now()).month_start();
    (0..months).fold(this_month, |month, _| month.plus(-1).month_start())
}

/// What is dropped can't be compared with its figures again: they have to be right now.
async fn compare(store: &Store, ws: WorkspaceKey) -> anyhow::Result<()> {
    let compared = verify::verify(store, ws, None, |_| ()).await?;
    if compared.differences != 0 {
        bail!(
            "{} figures differ from their facts, so nothing was dropped; list them with caseload verify, and rebuild them \
             with caseload rollup --from DAY --to DAY",
            compared.differences
        );
    }
    Ok(())
}

async fn drop_facts(store: &Store, ws: WorkspaceKey) -> anyhow::Result<Dropped> {
    let progress = Progress::new("conversations dropped");
    let (mut all, mut after) = (Dropped::default(), 0);
    while let Some((dropped, last)) = store.drop_facts(ws, after).await? {
        all += dropped;
        after = last;
        progress.done(all.conversations);
    }
    Ok(all)
}
