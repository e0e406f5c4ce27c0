//! `caseload import`

use std::{
    fs::File,
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use caseload_schema::{
    clock::Clock,
    import::{self, Encoding, ImportOptions, Report, Sender, Source},
};
use clap::Args;

use super::{Outcome, open, progress::Progress, serve::signal, settings::Settings};

/// How long an import that is to stop may take for the records that it has read. Three batches take a second or two; what
/// waits for standard input is not waited for.
const STOP_TIME: Duration = Duration::from_secs(10);

/// Imports facts. A line that is refused does not stop the others.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The workspace's id; not needed if there is only one workspace.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    /// Imports all records of all files, or nothing.
    #[arg(long, env = "CASELOAD_STRICT")]
    strict: bool,
    /// Prints the report as JSON.
    #[arg(long, env = "CASELOAD_JSON")]
    json: bool,
    /// Accepts Zstandard windows up to 128 MiB, as `zstd --long` and `--ultra` make them; without it, up to 8 MiB.
    #[arg(long, env = "CASELOAD_LONG")]
    long: bool,
    /// Files of newline-delimited JSON; `.gz` and `.zst` are decompressed, `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

impl Import {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let stop = Arc::new(AtomicBool::new(false));
        let sources = self
            .files
            .iter()
            .map(|file| source(file, self.long, &stop))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let store = open::store(settings, &settings.load()?).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        let options = ImportOptions {
            sender: Sender::Operator,
            strict: self.strict,
            clock: Clock::system(),
        };
        let progress = Progress::new("records imported");
        let kept = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&kept);
        let import = import::import(&store, workspace.key, options, sources, move |at| {
            counted.store(at.kept, Ordering::Relaxed);
            progress.done(at.records);
        });
        let ended = tokio::select! {
            ended = import => ended.map_err(anyhow::Error::from),
            late = stopped(&stop) => Err(late.err().unwrap_or_else(|| anyhow::anyhow!("stopped"))),
        };
        let report = ended.map_err(|error| {
            let kept = what_is_kept(kept.load(Ordering::Relaxed));
            anyhow::anyhow!("{error:#}; at least {kept}")
        })?;
        let was_stopped = stop.load(Ordering::Relaxed);
        let kept = report.records() - report.rejected;
        anyhow::ensure!(
            !(was_stopped && self.strict),
            "{STOPPED}; nothing was taken: --strict takes all or nothing"
        );
        let report = if was_stopped {
            without_the_break(report)
        } else {
            report
        };
        if self.json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            print(&report, self.strict);
        }
        anyhow::ensure!(!was_stopped, "{STOPPED}; {}", what_is_kept(kept));
        Ok(if report.rejected == 0 {
            Outcome::Done
        } else {
            Outcome::Partly
        })
    }
}

/// The report of an import that a signal ended: the input that broke off there is no record that was refused.
fn without_the_break(mut report: Report) -> Report {
    let all = report.errors.len();
    report
        .errors
        .retain(|error| !error.reason.contains(STOPPED));
    report.rejected -= (all - report.errors.len()) as u64;
    report
}

/// What an import that did not come to its end leaves, and what to do.
fn what_is_kept(records: u64) -> String {
    let kept = match records {
        0 => "no record is kept".to_owned(),
        1 => "1 record is kept".to_owned(),
        _ => format!("{records} records are kept"),
    };
    format!("{kept}, and running it again is safe: stored records count as unchanged")
}

/// Lets the sources end at the first signal. Comes back where the import has not ended within [`STOP_TIME`], or at the second
/// signal.
async fn stopped(stop: &AtomicBool) -> anyhow::Result<()> {
    signal().await?;
    stop.store(true, Ordering::Relaxed);
    tokio::select! {
        second = signal() => second,
        () = tokio::time::sleep(STOP_TIME) => Ok(()),
    }
}

/// Why a source breaks off, as the reader of records repeats it.
const STOPPED: &str = "stopped by a signal";

/// A source that breaks off once it is to stop.
struct Stoppable<R> {
    reader: R,
    stop: Arc<AtomicBool>,
}

impl<R: Read> Read for Stoppable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other(STOPPED));
        }
        self.reader.read(buffer)
    }
}

fn source(file: &str, long: bool, stop: &Arc<AtomicBool>) -> anyhow::Result<Source> {
    let encoding = match file.rsplit_once('.') {
        Some((_, ending)) if ending.eq_ignore_ascii_case("gz") => Encoding::Gzip,
        Some((_, ending)) if ending.eq_ignore_ascii_case("zst") && long => Encoding::ZstdLong,
        Some((_, ending)) if ending.eq_ignore_ascii_case("zst") => Encoding::Zstd,
        _ => Encoding::Identity,
    };
    let reader: Box<dyn Read + Send> = if file == "-" {
        Box::new(io::stdin())
    } else {
        let opened = File::open(file).with_context(|| format!("can't read {file}"))?;
        anyhow::ensure!(
            !opened.metadata()?.is_dir(),
            "{file} is a directory; name the files in it"
        );
        Box::new(opened)
    };
    Ok(Source {
        name: Some(file.to_owned()),
        encoding,
        reader: Box::new(Stoppable {
            reader,
            stop: Arc::clone(stop),
        }),
    })
}

fn print(report: &Report, strict: bool) {
    let Report {
        accepted,
        unchanged,
        stale,
        rejected,
        days_touched,
        ..
    } = report;
    println!(
        "{accepted} accepted, {unchanged} unchanged, {stale} stale, {rejected} refused; {days_touched} days touched"
    );
    for error in &report.errors {
        let file = error.file.as_deref().unwrap_or_default();
        let field = error
            .field
            .as_ref()
            .map(|field| format!("{field}: "))
            .unwrap_or_default();
        println!("{file}:{}: {field}{}", error.line, error.reason);
    }
    if report.errors.len() < usize::try_from(*rejected).unwrap_or(usize::MAX) {
        println!("and {} more", rejected - report.errors.len() as u64);
    }
    if strict && *rejected != 0 {
        println!("nothing was taken: --strict takes all or nothing");
    }
}
