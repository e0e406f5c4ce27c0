//! The command: one file for each subcommand.

mod bi;
mod demo;
mod export;
mod health;
mod import;
mod migrate;
mod open;
mod progress;
mod range;
mod retention;
mod rollup;
mod schema;
mod serve;
mod settings;
mod token;
mod verify;
mod worker;
mod workspace;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use caseload_schema::day::Day;
use clap::{Parser, Subcommand, error::ErrorKind};

use self::settings::Settings;
use crate::telemetry::Telemetry;

/// Exact figures of customer care, for any period, in milliseconds.
#[derive(Debug, Parser)]
#[command(
    name = "caseload",
    version,
    about,
    propagate_version = true,
    arg_required_else_help = true
)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything with nothing installed: sample data, its figures, the server, and tokens to try it with.
    Demo(demo::Demo),
    /// The API, and what keeps figures fresh.
    Serve(serve::Serve),
    /// What keeps figures fresh, without the API; as many as are wanted.
    Worker,
    /// Brings the database to this version.
    Migrate,
    /// Makes workspaces, lists them, changes their time zone.
    #[command(subcommand)]
    Workspace(workspace::WorkspaceCommand),
    /// Takes facts in: newline-delimited JSON, also gzip and Zstandard.
    Import(import::Import),
    /// Rolls up what is pending, or a range of days from its facts, now.
    Rollup(rollup::Rollup),
    /// Compares what is stored with the facts, and prints each difference.
    Verify(verify::Verify),
    /// Drops the facts of old conversations; their figures stay, for good.
    Retention(retention::Retention),
    /// Writes figures for other tools.
    #[command(subcommand)]
    Export(export::Export),
    /// Lets roles of PostgreSQL read the views for business intelligence.
    #[command(subcommand)]
    Bi(bi::Bi),
    /// Signs a token for a member, for trying things out.
    Token(token::Token),
    /// Prints the GraphQL schema; with --federation, as a gateway is composed from it.
    Schema,
    /// Asks the server at the configured address whether it is alive.
    Health,
}

/// How a command ended that could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Done.
    Done,
    /// Done, but something was refused or differs.
    Partly,
}

/// Reads the arguments, runs the command, and says in one line on standard error where it could not.
///
/// 0: done. 1: done, but something was refused or differs. 2: could not run.
pub async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    let telemetry = match telemetry(&cli) {
        Ok(telemetry) => telemetry,
        Err(error) => return fail(&format!("{error:#}")),
    };
    let outcome = Box::pin(run(cli)).await;
    telemetry.finish().await;
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Partly) => ExitCode::from(1),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error:#}")),
    }
}

async fn run(cli: Cli) -> anyhow::Result<Outcome> {
    let settings = &cli.settings;
    match cli.command {
        Command::Demo(command) => command.run(settings).await,
        Command::Serve(command) => command.run(settings).await,
        Command::Worker => worker::run(settings).await,
        Command::Migrate => migrate::run(settings).await,
        Command::Workspace(command) => command.run(settings).await,
        Command::Import(command) => command.run(settings).await,
        Command::Rollup(command) => command.run(settings).await,
        Command::Verify(command) => command.run(settings).await,
        Command::Retention(command) => command.run(settings).await,
        Command::Export(command) => command.run(settings).await,
        Command::Bi(command) => command.run(settings).await,
        Command::Token(command) => command.run(settings),
        Command::Schema => schema::run(settings),
        Command::Health => health::run(settings).await,
    }
}

/// Logs go to standard error; `CASELOAD_LOG` filters them. Servers tell what they do, other commands what failed. Settings that
/// can't be read are complained about by the command itself.
fn telemetry(cli: &Cli) -> anyhow::Result<Telemetry> {
    let level = if matches!(cli.command, Command::Serve(_) | Command::Worker) {
        "info"
    } else {
        "error"
    };
    Telemetry::start(&cli.settings.load().unwrap_or_default(), level)
}

/// Help goes to standard output, what is wrong with the arguments in one line to standard error.
fn explain(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        let _ = write!(io::stdout(), "{}", error.render());
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return fail("say what to do; see caseload --help");
    }
    let text = error.render().to_string();
    let what = text
        .split("\n\nUsage:")
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ");
    let what = what
        .split("\n\nFor more information")
        .next()
        .unwrap_or_default();
    fail(&format!(
        "{}; see caseload --help",
        what.split_whitespace().collect::<Vec<_>>().join(" ")
    ))
}

fn fail(what: &str) -> ExitCode {
    let one_line = what
        .split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let _ = writeln!(io::stderr(), "caseload: {one_line}");
    ExitCode::from(2)
}

/// Whether whoever read our output has had enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// A day as an argument.
fn parse_day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "write a day such as 2026-03-01".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
