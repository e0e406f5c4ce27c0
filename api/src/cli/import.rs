//! `caseload import`

use std::{
    fs::File,
    io::{self, Read},
};

use anyhow::Context as _;
use caseload_schema::{
    clock::Clock,
    import::{self, Encoding, ImportOptions, Report, Sender, Source},
};
use clap::Args;

use super::{Outcome, open, progress::Progress, settings::Settings};

/// Takes facts in. A refused line never costs the good ones.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The workspace's id; may be left out where there is only one.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    /// All or nothing, over all files.
    #[arg(long, env = "CASELOAD_STRICT")]
    strict: bool,
    /// Prints the report as JSON.
    #[arg(long, env = "CASELOAD_JSON")]
    json: bool,
    /// Newline-delimited JSON; `.gz` and `.zst` are read as they are, `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

impl Import {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let sources = self
            .files
            .iter()
            .map(|file| source(file))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let store = open::store(settings, &settings.load()?).await?;
        let workspace = open::workspace(&store, self.workspace.as_deref()).await?;
        let options = ImportOptions {
            sender: Sender::Operator,
            strict: self.strict,
            clock: Clock::system(),
        };
        let progress = Progress::new("records imported");
        let report = import::import(&store, workspace.key, options, sources, move |at| {
            progress.done(at.records)
        })
        .await?;
        if self.json {
            println!("{}", serde_json::to_string(&report)?);
        } else {
            print(&report, self.strict);
        }
        Ok(if report.rejected == 0 {
            Outcome::Done
        } else {
            Outcome::Partly
        })
    }
}

fn source(file: &str) -> anyhow::Result<Source> {
    let encoding = match file.rsplit_once('.') {
        Some((_, ending)) if ending.eq_ignore_ascii_case("gz") => Encoding::Gzip,
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
        reader,
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
