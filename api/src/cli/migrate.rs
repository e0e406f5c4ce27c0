//! `caseload migrate`

use std::io::{self, Write as _};

use caseload_schema::store::citus::Spread;
use clap::Args;

use super::{Outcome, open, settings::Settings};

#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Also distributes the tables over the nodes of a Citus cluster, with the rows that they have. The database address must
    /// be that of the coordinator, and no other process of caseload may run meanwhile.
    #[arg(long)]
    citus: bool,
}

impl Migrate {
    /// Brings the database to this version.
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let config = settings.load()?;
        let store = open::connect(&config).await?;
        let mut out = io::stdout();
        if self.citus {
            let done = store.migrate_and_spread().await?;
            writeln!(out, "{}", described(&done))?;
            if !done.readers.is_empty() {
                writeln!(out, "{}", described_readers(&done.readers))?;
            }
        } else {
            store.migrate().await?;
        }
        writeln!(out, "the database is up to date")?;
        Ok(Outcome::Done)
    }
}

fn described(done: &Spread) -> String {
    let Spread {
        version,
        spread,
        before,
        ..
    } = done;
    if spread.is_empty() {
        return format!("Citus {version}: all {before} tables were spread already");
    }
    format!(
        "Citus {version}: {} tables are spread now: {}; {before} were before",
        spread.len(),
        spread.join(", ")
    )
}

fn described_readers(readers: &[String]) -> String {
    format!(
        "these roles could read the views of bi and can't on a cluster: {}. Let their tools use caseload export or the owner of \
         the tables, and take the roles away with caseload bi revoke",
        readers.join(", ")
    )
}
