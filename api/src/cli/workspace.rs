//! `caseload workspace`

use caseload_schema::{audit::Actor, clock::Clock, zone::Zone};
use clap::Subcommand;

use super::{Outcome, open, settings::Settings};

#[derive(Debug, Subcommand)]
pub(super) enum WorkspaceCommand {
    /// Makes a workspace.
    Create {
        /// 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit.
        id: String,
        /// Its name, for people.
        #[arg(long, env = "CASELOAD_NAME")]
        name: String,
        /// The IANA time zone in which its days lie.
        #[arg(long, env = "CASELOAD_TIMEZONE", default_value = "UTC", value_name = "ZONE", value_parser = Zone::parse)]
        timezone: Zone,
    },
    /// Lists all workspaces: id, time zone, name.
    List,
    /// Changes the time zone. It takes effect with the next rollup, which rebuilds every day in it.
    SetTimezone {
        /// The workspace's id.
        id: String,
        /// An IANA time zone.
        #[arg(value_parser = Zone::parse)]
        zone: Zone,
    },
}

impl WorkspaceCommand {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let store = open::store(settings, &settings.load()?).await?;
        match self {
            Self::Create { id, name, timezone } => {
                store
                    .create_workspace(id, name, *timezone, Clock::system().now())
                    .await?;
                println!("made workspace {id} in {}", timezone.name());
            }
            Self::List => {
                for workspace in store.list_workspaces().await? {
                    let zone = store
                        .ledger(workspace.key)
                        .await?
                        .map_or("", |ledger| ledger.zone.name());
                    println!("{}\t{zone}\t{}", workspace.id, workspace.name);
                }
            }
            Self::SetTimezone { id, zone } => {
                let workspace = open::workspace(&store, Some(id)).await?;
                store
                    .request_zone(workspace.key, *zone, Actor::Operator, Clock::system().now())
                    .await?;
                println!("{id} moves to {} with its next rollup", zone.name());
            }
        }
        Ok(Outcome::Done)
    }
}
