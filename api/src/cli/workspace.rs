//! `caseload workspace`

use std::path::PathBuf;

use caseload_schema::{audit::Actor, clock::Clock, url_template::UrlTemplate, zone::Zone};
use clap::{ArgGroup, Subcommand};

use super::{Outcome, hours_file, open, settings::Settings};

#[derive(Debug, Subcommand)]
pub(super) enum WorkspaceCommand {
    /// Creates a workspace.
    Create {
        /// The id: 1 to 63 characters of a-z, 0-9 and -, beginning with a letter or a digit.
        id: String,
        /// The name that people see.
        #[arg(long, env = "CASELOAD_NAME")]
        name: String,
        /// The IANA time zone that its days follow.
        #[arg(
            long,
            env = "CASELOAD_TIMEZONE",
            default_value = "UTC",
            value_name = "ZONE"
        )]
        timezone: String,
    },
    /// Lists all workspaces: id, time zone, name.
    List,
    /// Changes the time zone. The next rollup rebuilds every day in it, and then it takes effect.
    SetTimezone {
        /// The workspace's id.
        id: String,
        /// An IANA time zone.
        zone: String,
    },
    /// Sets where conversations can be opened whose records have no URL.
    SetUrl {
        /// The workspace's id.
        id: String,
        /// An address that begins with https:// or http:// and has {id} in the place of the conversation's id, which is
        /// percent-encoded there. An empty text: none.
        template: String,
    },
    /// Sets the business hours. The next rollup rebuilds every day by them, and then they take effect.
    #[command(group(ArgGroup::new("hours").required(true)))]
    SetHours {
        /// The workspace's id.
        id: String,
        /// A TOML file: `monday = ["09:00-12:30", "13:00-18:00"]` to `sunday`, and dates with hours of their own under `[dates]`, such
        /// as `2026-12-25 = []`, which is closed.
        #[arg(long, env = "CASELOAD_FILE", value_name = "FILE", group = "hours")]
        file: Option<PathBuf>,
        /// None: all time counts as business hours.
        #[arg(long, env = "CASELOAD_ALWAYS", group = "hours")]
        always: bool,
    },
}

impl WorkspaceCommand {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let store = open::store(settings, &settings.load()?).await?;
        match self {
            Self::Create { id, name, timezone } => {
                let zone = Zone::parse(timezone)?;
                store
                    .create_workspace(id, name, zone, Clock::system().now())
                    .await?;
                println!("created workspace {id} in {}", zone.name());
            }
            Self::List => {
                for workspace in store.list_workspaces().await? {
                    let zone = store
                        .ledger(workspace.key)
                        .await?
                        .map_or("", |ledger| ledger.time.zone.name());
                    println!("{}\t{zone}\t{}", workspace.id, workspace.name);
                }
            }
            Self::SetTimezone { id, zone } => {
                let zone = Zone::parse(zone)?;
                let workspace = open::workspace(&store, Some(id)).await?;
                store
                    .request_zone(workspace.key, zone, Actor::Operator, Clock::system().now())
                    .await?;
                println!("{id} changes to {} with its next rollup", zone.name());
            }
            Self::SetUrl { id, template } => {
                let template = match template.as_str() {
                    "" => None,
                    text => Some(UrlTemplate::parse(text)?),
                };
                let workspace = open::workspace(&store, Some(id)).await?;
                store
                    .set_url_template(workspace.key, template.clone())
                    .await?;
                match template {
                    Some(template) => println!("{id} opens conversations at {}", template.as_str()),
                    None => {
                        println!("{id} opens conversations where their records say, and no others");
                    }
                }
            }
            Self::SetHours { id, file, .. } => {
                let hours = file.as_deref().map(hours_file::read).transpose()?;
                let workspace = open::workspace(&store, Some(id)).await?;
                let ledger = store
                    .request_hours(workspace.key, hours, Actor::Operator, Clock::system().now())
                    .await?;
                let is_pending =
                    ledger.is_some_and(|ledger| ledger.latest_time().hours != ledger.time.hours);
                if is_pending {
                    println!("{id} changes to these business hours with its next rollup");
                } else {
                    println!("{id} has these business hours; nothing is to change");
                }
            }
        }
        Ok(Outcome::Done)
    }
}
