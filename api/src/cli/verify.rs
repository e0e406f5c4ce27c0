//! `caseload verify`

use caseload_rollup::verify;
use caseload_schema::{
    clock::Clock,
    import::{self, Repaired},
};
use clap::Args;

use super::{Outcome, open, range::Range, settings::Settings};

/// Recomputes all figures from the facts, and compares them with the stored ones.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The workspace's id; not needed if there is only one workspace.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    #[command(flatten)]
    range: Range,
    /// Before the comparison, derives again what the import stores with each conversation (first contact, first response). The
    /// next rollup makes the days that this changes.
    #[arg(long)]
    repair: bool,
}

impl Verify {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let period = self.range.period()?;
        let store = open::store(settings, &settings.load()?).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        if self.repair {
            let Repaired { corrections, days } =
                import::repair(&store, workspace.key, &Clock::system()).await?;
            println!(
                "{corrections} corrections, {} days wait for a rollup because of them",
                days.len()
            );
        }
        let verified = verify::verify(&store, workspace.key, period, |difference| match difference
            .day
        {
            Some(day) => println!("{day}: {}", difference.what),
            None => println!("{}", difference.what),
        })
        .await?;
        let verify::Verified {
            days,
            pending,
            differences,
        } = verified;
        println!(
            "{days} days compared, {pending} left out because they wait for a rollup, {differences} differences"
        );
        Ok(if differences == 0 {
            Outcome::Done
        } else {
            Outcome::Partly
        })
    }
}
