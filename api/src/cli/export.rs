//! `caseload export`

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use caseload_rollup::cube::Filter;
use caseload_schema::{clock::Clock, day::Day, directory::Directory, period::Period, store::Store};
use clap::{Args, Subcommand};
use tokio_util::task::TaskTracker;

use super::{Outcome, open, parse_day, settings::Settings};
use crate::{
    access::Scope,
    cache::{CacheBytes, Caches, SharedCache},
    export::{self, Dataset, Export as Rows, Format, Restriction, Sink},
    snapshot::Snapshot,
};

#[derive(Debug, Subcommand)]
pub(super) enum Export {
    /// The daily rollups: one row for each day and member.
    Daily(Table),
    /// One row for each day and label.
    Labels(Table),
    /// One row for each day and channel.
    Channels(Table),
    /// The ratings of the period, with comments and names of customers: one row for each.
    Feedback(Table),
    /// The conversations created in the period, with names of customers: one row for each.
    Conversations(Table),
}

/// Writes a table.
#[derive(Debug, Args)]
pub(super) struct Table {
    /// The workspace's id; not needed if there is only one workspace.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    /// The first day.
    #[arg(long, env = "CASELOAD_FROM", value_name = "DAY", value_parser = parse_day)]
    from: Day,
    /// The last day, included.
    #[arg(long, env = "CASELOAD_TO", value_name = "DAY", value_parser = parse_day)]
    to: Day,
    /// Only rows that are credited to this member; may be given more than once.
    #[arg(long = "member", value_name = "ID")]
    members: Vec<String>,
    /// Only rows that are credited to nobody; together with --member, these rows as well.
    #[arg(long)]
    unassigned: bool,
    /// Only rows of conversations with this label; may be given more than once.
    #[arg(long = "label", value_name = "ID")]
    labels: Vec<String>,
    /// Only rows of conversations of this channel; may be given more than once.
    #[arg(long = "channel", value_name = "NAME")]
    channels: Vec<String>,
    /// Only rows of conversations with this attribute, such as plan:pro; a key alone selects those without it. May be given more than
    /// once: values of one key are alternatives.
    #[arg(long = "attribute", value_name = "KEY:VALUE")]
    attributes: Vec<String>,
    /// csv, ndjson, parquet or arrow. In csv, a text that a spreadsheet would run as a formula begins with a '.
    #[arg(long, env = "CASELOAD_FORMAT", value_name = "csv|ndjson|parquet|arrow", value_parser = format)]
    format: Format,
    /// The file to write; standard output by default.
    #[arg(short, long, env = "CASELOAD_OUTPUT", value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        match self {
            Self::Daily(table) => table.run(settings, Dataset::Daily).await,
            Self::Labels(table) => table.run(settings, Dataset::Labels).await,
            Self::Channels(table) => table.run(settings, Dataset::Channels).await,
            Self::Feedback(table) => table.run(settings, Dataset::Feedback).await,
            Self::Conversations(table) => table.run(settings, Dataset::Conversations).await,
        }
    }
}

impl Table {
    async fn run(&self, settings: &Settings, dataset: Dataset) -> anyhow::Result<Outcome> {
        let period = Period::new(self.from, self.to)?;
        let config = settings.load()?;
        let store = open::store(settings, &config).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        let snapshot = snapshot(&store, &workspace.id).await?;
        let selection = Scope::Everyone.select(self.filter(snapshot.directory())?);
        let written = async {
            let rows = Rows::open(&snapshot, dataset, selection, period).await?;
            let (mut out, sink) = (self.open()?, Sink::default());
            let send = || std::future::ready(out.write_all(&sink.take()));
            export::write(rows, self.format, Box::new(sink.clone()), send).await?;
            out.flush().context("the rows can't be written")
        };
        let written = written.await;
        if snapshot.trouble().is_some() {
            anyhow::bail!(
                "stored figures can't be read; find them with caseload verify, rebuild them with caseload rollup --from --to"
            );
        }
        written.map(|()| Outcome::Done)
    }

    fn filter(&self, directory: &Directory) -> anyhow::Result<Filter> {
        let restriction = Restriction {
            members: self.members.clone(),
            unassigned: self.unassigned,
            labels: self.labels.clone(),
            channels: self.channels.clone(),
            attributes: self.attributes.clone(),
        };
        restriction
            .resolve(directory)
            .map_err(|unknown| anyhow::anyhow!("--{}: {}", unknown.parameter, unknown.problem))
    }

    fn open(&self) -> anyhow::Result<Box<dyn Write + Send>> {
        let create = |path: &Path| {
            File::create(path).with_context(|| format!("can't write {}", path.display()))
        };
        Ok(match &self.output {
            Some(path) => Box::new(create(path)?),
            None => Box::new(io::stdout()),
        })
    }
}

async fn snapshot(store: &Store, id: &str) -> anyhow::Result<Snapshot> {
    // Each block is read once or twice, so keeping them is of no use.
    let (clock, tasks) = (Clock::system(), TaskTracker::new());
    let caches = Caches::new(
        store.clone(),
        clock.clone(),
        CacheBytes(0),
        SharedCache::None,
        tasks,
    );
    let workspace = caches
        .workspace(id)
        .await?
        .context("the workspace has gone")?;
    let snapshot = Snapshot::open(&caches, workspace, &clock).await?;
    snapshot.context("the workspace has no ledger")
}

fn format(name: &str) -> Result<Format, String> {
    Format::parse(name).ok_or_else(|| "write csv, ndjson, parquet or arrow".to_owned())
}
