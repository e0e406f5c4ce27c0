//! `caseload export`

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context as _;
use caseload_rollup::cube::Filter;
use caseload_schema::{clock::Clock, day::Day, period::Period, store::Store};
use clap::{Args, Subcommand};
use tokio_util::task::TaskTracker;

use super::{Outcome, open, parse_day, settings::Settings};
use crate::{
    auth::Scope,
    cache::{CacheBytes, Caches, SharedCache},
    export::{Format, write_daily},
    snapshot::Snapshot,
};

#[derive(Debug, Subcommand)]
pub(super) enum Export {
    /// The daily rollups: one row per day and member.
    Daily(Daily),
}

/// Writes the daily rollups.
#[derive(Debug, Args)]
pub(super) struct Daily {
    /// The workspace's id; may be left out where there is only one.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    /// The first day.
    #[arg(long, env = "CASELOAD_FROM", value_name = "DAY", value_parser = parse_day)]
    from: Day,
    /// The last day, included.
    #[arg(long, env = "CASELOAD_TO", value_name = "DAY", value_parser = parse_day)]
    to: Day,
    /// csv (an id or a name that a spreadsheet would run as a formula gets a ' before it) or ndjson.
    #[arg(long, env = "CASELOAD_FORMAT", value_name = "csv|ndjson", value_parser = format)]
    format: Format,
    /// Where to write; standard output where absent.
    #[arg(short, long, env = "CASELOAD_OUTPUT", value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let Self::Daily(daily) = self;
        daily.run(settings).await
    }
}

impl Daily {
    async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let period = Period::new(self.from, self.to)?;
        let config = settings.load()?;
        let store = open::store(settings, &config).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        let snapshot = self.snapshot(&store, &workspace.id).await?;
        let everything = Scope::Everyone.select(Filter::default());
        let mut out = BufWriter::new(self.open()?);
        let written = write_daily(Arc::clone(&snapshot), &everything, period, self.format, &mut out).await;
        if snapshot.trouble().is_some() {
            anyhow::bail!(
                "stored figures can't be read; find them with caseload verify, rebuild them with caseload rollup --from --to"
            );
        }
        written.map(|_| Outcome::Done)
    }

    async fn snapshot(&self, store: &Store, id: &str) -> anyhow::Result<Arc<Snapshot>> {
        // Each block is read once or twice, so keeping them is of no use.
        let (clock, tasks) = (Clock::system(), TaskTracker::new());
        let caches = Caches::new(store.clone(), clock.clone(), CacheBytes(0), SharedCache::None, tasks);
        let workspace = caches.workspace(id).await?.context("the workspace has gone")?;
        let snapshot = Snapshot::open(&caches, workspace, &clock).await?;
        snapshot.map(Arc::new).context("the workspace has no ledger")
    }

    fn open(&self) -> anyhow::Result<Box<dyn Write + Send>> {
        Ok(match &self.output {
            Some(path) => Box::new(File::create(path).with_context(|| format!("can't write {}", path.display()))?),
            None => Box::new(io::stdout()),
        })
    }
}

fn format(name: &str) -> Result<Format, String> {
    match name {
        "csv" => Ok(Format::Csv),
        "ndjson" => Ok(Format::Ndjson),
        _ => Err("write csv or ndjson".to_owned()),
    }
}
