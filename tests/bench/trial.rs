//! All measurements on one store.

use std::{
    io::Cursor,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use caseload_rollup::block;
use caseload_schema::{day::Day, id::WorkspaceKey, store::Store};

use super::{
    bare, blocks,
    generate::{self, Share, Written},
    latency::{self, Latency},
    options::{Options, Section},
    pages,
    postgres::Server,
    rebuild,
    tasks::{self, Cost},
};

/// Late conversations on one day.
const LATE: u64 = 20;
/// Days that get some, one after the other.
const LATE_DAYS: i32 = 7;

/// A store that is measured, and a second one with the same empty tables.
#[derive(Debug)]
pub(crate) struct Trial {
    database: Database,
    url: String,
    store: Store,
}

#[derive(Debug)]
enum Database {
    Sqlite { file: PathBuf, bare: PathBuf },
    Postgres { server: Server },
}

impl Trial {
    pub(crate) async fn sqlite(folder: &Path) -> anyhow::Result<Self> {
        let (file, bare) = (folder.join("caseload.db"), folder.join("bare.db"));
        let url = format!("sqlite://{}", file.display());
        migrated(&format!("sqlite://{}", bare.display())).await?;
        Ok(Self {
            store: migrated(&url).await?,
            url,
            database: Database::Sqlite { file, bare },
        })
    }

    pub(crate) async fn postgres() -> anyhow::Result<Self> {
        let server = Server::start()?;
        let url = server.create_database("caseload")?;
        migrated(&server.create_database("bare")?).await?;
        Ok(Self {
            store: migrated(&url).await?,
            url,
            database: Database::Postgres { server },
        })
    }

    /// What is measured, with its settings.
    pub(crate) fn name(&self) -> anyhow::Result<String> {
        match &self.database {
            Database::Sqlite { .. } => Ok(format!(
                "SQLite {}, WAL, synchronous = FULL",
                rusqlite::version()
            )),
            Database::Postgres { server } => Ok(format!("{}, default settings", server.version()?)),
        }
    }

    pub(crate) async fn run(
        &self,
        options: &Options,
        shares: &[Share],
        written: Written,
        folder: &Path,
    ) -> anyhow::Result<()> {
        for Share { workspace, .. } in shares {
            self.store
                .create_workspace(workspace, workspace, generate::zone(), tasks::clock().now())
                .await?;
        }
        let importing = tasks::spawn("import", &self.url, &[&folder.display().to_string()])?;
        self.report_load(options, importing, written, folder)?;
        let rolling = tasks::spawn("rollup", &self.url, &[])?;
        self.report_rollup(options, rolling, written).await?;
        let blocks = blocks::measure(&self.store).await?;
        if options.wants(Section::Blocks) {
            report_blocks(&blocks, options.conversations);
        }
        if options.wants(Section::Day) {
            for share in [shares.first(), shares.get(1)].into_iter().flatten() {
                self.report_day(share).await?;
            }
            let per_row = rolling.seconds * 1e6 / blocks.rows as f64;
            line(
                "  for comparison, full rollup",
                &format!("{per_row:.1} µs a conversation-day"),
            );
        }
        if options.wants(Section::Latency) {
            self.report_latency(&shares[0]).await?;
        }
        if options.wants(Section::Pages) {
            self.report_pages(&shares[0]).await?;
        }
        if options.wants(Section::Rebuild) {
            self.report_rebuild().await?;
        }
        Ok(())
    }

    fn report_load(
        &self,
        options: &Options,
        cost: Cost,
        written: Written,
        folder: &Path,
    ) -> anyhow::Result<()> {
        let rate = written.records as f64 / cost.seconds;
        let peak = cost.peak_mib;
        line(
            "import",
            &format!(
                "{:.1} s, {rate:.0} records/s, peak {peak:.0} MiB",
                cost.seconds
            ),
        );
        if !options.wants(Section::Load) {
            return Ok(());
        }
        let (bare, how) = match &self.database {
            Database::Sqlite { file, bare } => (bare::load_sqlite(file, bare)?, "prepared inserts"),
            Database::Postgres { server } => (
                bare::load_postgres(server, "caseload", "bare", folder)?,
                "COPY",
            ),
        };
        let rate = written.records as f64 / bare.as_secs_f64();
        line(
            &format!("bare load ({how})"),
            &format!("{:.1} s, {rate:.0} records/s", bare.as_secs_f64()),
        );
        line(
            "  import reaches of its rate",
            &format!("{:.2}", bare.as_secs_f64() / cost.seconds),
        );
        Ok(())
    }

    async fn report_rollup(
        &self,
        options: &Options,
        cost: Cost,
        written: Written,
    ) -> anyhow::Result<()> {
        let rate = written.records as f64 / cost.seconds;
        line(
            "full rollup",
            &format!(
                "{:.1} s, {rate:.0} records/s, peak {:.0} MiB",
                cost.seconds, cost.peak_mib
            ),
        );
        if options.wants(Section::Rollup) {
            let read = match &self.database {
                Database::Sqlite { file, .. } => bare::read_sqlite(file)?,
                Database::Postgres { server } => {
                    let copied = bare::copy_postgres(server, "caseload")?;
                    line(
                        "the server's part of it (COPY to nowhere)",
                        &format!("{:.1} s", copied.as_secs_f64()),
                    );
                    bare::read_postgres(&self.url).await?
                }
            };
            line(
                "bare read of the same facts, as values",
                &format!("{:.1} s", read.as_secs_f64()),
            );
            line(
                "  rollup takes, as a multiple",
                &format!("{:.2}", cost.seconds / read.as_secs_f64()),
            );
        }
        Ok(())
    }

    /// A few conversations come late, all on one day; several times over.
    async fn report_day(&self, share: &Share) -> anyhow::Result<()> {
        let workspace = self
            .store
            .find_workspace(&share.workspace)
            .await?
            .context("the workspace is there")?
            .key;
        let mut taken = Vec::new();
        let mut rows = 0;
        for day in generate::last_day()
            .plus(-LATE_DAYS)
            .until(generate::last_day())
        {
            let mut late = Vec::new();
            generate::write_late(share, day, LATE, &mut late)?;
            tasks::import(&self.store, workspace, Cursor::new(late)).await?;
            let pending = self.store.count_pending_days(workspace, None).await?;
            ensure!(pending == 1, "{pending} days are dirty");
            let started = Instant::now();
            tasks::roll_up(&self.store, workspace).await?;
            taken.push(started.elapsed());
            rows += self.rows_of(workspace, day).await?;
        }
        taken.sort_unstable();
        let (median, each) = (taken[taken.len() / 2], rows / taken.len());
        let per_row = median.as_secs_f64() * 1e6 / each as f64;
        line(
            &format!("one dirty day of {} conversations", share.conversations),
            &format!(
                "{} for a day of {each} conversations, {per_row:.1} µs each",
                millis(median)
            ),
        );
        Ok(())
    }

    async fn rows_of(&self, workspace: WorkspaceKey, day: Day) -> anyhow::Result<usize> {
        let days = self.store.ledger_days(workspace).await?;
        let entry = days
            .iter()
            .find(|entry| entry.day == day)
            .context("the day is there")?;
        let found = self
            .store
            .blocks(workspace, &[(day, entry.revision)])
            .await?;
        let (_, _, bytes) = found.first().context("the block is there")?;
        Ok(block::decode(bytes)?.len())
    }

    async fn report_latency(&self, share: &Share) -> anyhow::Result<()> {
        let who = format!("team(LAST_90_DAYS), {} members", share.members);
        line(
            &format!("{who}, cold"),
            &shown(latency::cold(&self.store, 20).await?),
        );
        line(
            &format!("{who}, warm"),
            &shown(latency::warm(&self.store, 300, latency::REPORT).await?),
        );
        line(
            "  breakdown(LAST_YEAR) by member, label and month, warm",
            &shown(latency::warm(&self.store, 100, latency::BREAKDOWN).await?),
        );
        let by_http = latency::http(&self.store, 300).await?;
        let by_http = by_http.map_or_else(|| NO_OHA.to_owned(), percentiles);
        line("  through HTTP (oha, one connection)", &by_http);
        Ok(())
    }

    async fn report_pages(&self, share: &Share) -> anyhow::Result<()> {
        let pages::Pages {
            hundred,
            thousand,
            earliest,
            exported,
        } = pages::measure(&self.store, share.members).await?;
        let times = |of: Duration| {
            format!(
                "{} of processor time, {:.1} as long",
                millis(of),
                of.div_duration_f64(thousand)
            )
        };
        line("dailyRollups, 1,000 rows of all columns", &times(thousand));
        line("  100 rows", &times(hundred));
        line("  1,000 rows of the first days", &times(earliest));
        line("  1,000 rows as NDJSON", &times(exported));
        Ok(())
    }

    async fn report_rebuild(&self) -> anyhow::Result<()> {
        let Some(beside) = rebuild::measure(&self.store).await? else {
            line("beside a rebuild", NO_OHA);
            return Ok(());
        };
        let (idle, rebuilding) = (beside.idle, beside.rebuilding);
        line(
            &format!("{} of it a second (oha), idle", rebuild::RATE),
            &percentiles(idle),
        );
        let rebuilds = beside.rebuilds;
        line(
            &format!("  while all is rebuilt {rebuilds} times"),
            &percentiles(rebuilding),
        );
        let times =
            |rebuilding: Duration, idle: Duration| rebuilding.as_secs_f64() / idle.as_secs_f64();
        let (p50, p99) = (
            times(rebuilding.p50, idle.p50),
            times(rebuilding.p99, idle.p99),
        );
        line("  as a multiple", &format!("p50 {p50:.2}, p99 {p99:.2}"));
        Ok(())
    }
}

const NO_OHA: &str = "no oha found: cargo install oha";

fn report_blocks(blocks: &blocks::Blocks, conversations: u64) {
    let rows = blocks.rows as f64;
    line(
        "day blocks",
        &format!(
            "{} days, {} conversation-days, {:.1} bytes each, {:.1} a conversation",
            blocks.days,
            blocks.rows,
            blocks.bytes as f64 / rows,
            blocks.bytes as f64 / conversations as f64,
        ),
    );
    line(
        "decoding",
        &format!(
            "{:.1} M conversation-days/s",
            rows / blocks.decoding.as_secs_f64() / 1e6
        ),
    );
}

async fn migrated(url: &str) -> anyhow::Result<Store> {
    let store = Store::connect(url).await?;
    store.migrate().await?;
    Ok(store)
}

fn line(what: &str, figures: &str) {
    println!("  {what:<44} {figures}");
}

fn shown(latency: Latency) -> String {
    format!(
        "{}, {} of processor time each",
        percentiles(latency),
        millis(latency.cpu)
    )
}

fn percentiles(latency: Latency) -> String {
    format!("p50 {}, p99 {}", millis(latency.p50), millis(latency.p99))
}

fn millis(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}
