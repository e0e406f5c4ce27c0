//! `caseload verify`

use caseload_rollup::verify;
use clap::Args;

use super::{Outcome, open, range::Range, settings::Settings};

/// Recomputes from the facts and compares with what is stored.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The workspace's id; may be left out where there is only one.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    #[command(flatten)]
    range: Range,
}

impl Verify {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let period = self.range.period()?;
        let store = open::store(settings, &settings.load()?).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        let verified = verify::verify(&store, workspace.key, period, |difference| match difference.day {
            Some(day) => println!("{day}: {}", difference.what),
            None => println!("{}", difference.what),
        })
        .await?;
        let verify::Verified { days, pending, differences } = verified;
        println!("{days} days compared, {pending} left out because they wait for a rollup, {differences} differences");
        Ok(if differences == 0 { Outcome::Done } else { Outcome::Partly })
    }
}
