//! The command: one file for each subcommand.

mod bi;
mod demo;
mod export;
mod health;
mod hours_file;
mod import;
mod login_link;
mod manual;
mod member;
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
    env,
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};

use caseload_schema::{day::Day, zone::ZoneData};
use clap::{
    CommandFactory as _, FromArgMatches as _, Parser, Subcommand, builder::StyledStr,
    error::ErrorKind,
};

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
    /// Starts a server with sample data, and prints tokens to try it with. Nothing else has to be installed.
    Demo(demo::Demo),
    /// Serves the API and the dashboard, and runs rollups.
    Serve(serve::Serve),
    /// Runs rollups without the API; any number of workers can share one database.
    Worker,
    /// Brings the database to this version.
    Migrate(migrate::Migrate),
    /// Creates workspaces, lists them, and changes their time zone.
    #[command(subcommand)]
    Workspace(workspace::WorkspaceCommand),
    /// Adds members, lists them, and changes their roles.
    #[command(subcommand)]
    Member(member::MemberCommand),
    /// Imports facts: newline-delimited JSON, plain or compressed with gzip or Zstandard.
    Import(import::Import),
    /// Rolls up pending days now, or rebuilds a range of days from its facts.
    Rollup(rollup::Rollup),
    /// Compares stored figures with the facts, and prints each difference.
    Verify(verify::Verify),
    /// Drops the facts of old conversations, and keeps their figures.
    Retention(retention::Retention),
    /// Exports figures to files for other tools.
    #[command(subcommand)]
    Export(export::Export),
    /// Lets roles of PostgreSQL read the views for business intelligence.
    #[command(subcommand)]
    Bi(bi::Bi),
    /// Signs a token for a member, for tests by hand.
    Token(token::Token),
    /// Makes a link that signs a member in to the dashboard once.
    LoginLink(login_link::LoginLink),
    /// Prints the GraphQL schema; with --federation, as a subgraph for a gateway.
    Schema,
    /// Asks the server at the configured address whether it is alive.
    Health,
    /// Prints shell completions for this command.
    Completions(manual::Completions),
    /// Writes manual pages, one for each command.
    Man(manual::Man),
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
        Command::Migrate(command) => command.run(settings).await,
        Command::Workspace(command) => command.run(settings).await,
        Command::Member(command) => command.run(settings).await,
        Command::Import(command) => command.run(settings).await,
        Command::Rollup(command) => command.run(settings).await,
        Command::Verify(command) => command.run(settings).await,
        Command::Retention(command) => command.run(settings).await,
        Command::Export(command) => command.run(settings).await,
        Command::Bi(command) => command.run(settings).await,
        Command::Token(command) => command.run(settings).await,
        Command::LoginLink(command) => command.run(settings).await,
        Command::Schema => schema::run(settings),
        Command::Completions(command) => command.run(&mut Cli::command()),
        Command::Man(command) => command.run(Cli::command()),
        Command::Health => health::run(settings).await,
    }
}

/// Logs go to standard error; `CASELOAD_LOG` filters them. Servers tell what they do, other commands what failed. Settings that
/// can't be read are complained about by the command itself.
fn telemetry(cli: &Cli) -> anyhow::Result<Telemetry> {
    let level = if matches!(cli.command, Command::Serve(_) | Command::Worker) {
        "info,tokio_cron_scheduler=warn"
    } else {
        "error"
    };
    let config = cli.settings.load().unwrap_or_default();
    Telemetry::start(&config, level, may_colour())
}

/// Whether log lines may have colours: on a terminal, unless `NO_COLOR` is there and not empty (<https://no-color.org>).
fn may_colour() -> bool {
    let is_unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !is_unwanted
}

/// Help goes to standard output, what is wrong with the arguments in one line to standard error.
fn explain(error: &clap::Error) -> ExitCode {
    let help = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Some(error.render()),
        // Where a setting comes from the environment, that is what clap calls a command alone.
        ErrorKind::MissingSubcommand => Some(help_of_what_was_given()),
        _ => None,
    };
    if let Some(help) = help {
        let _ = write!(io::stdout(), "{help}");
        if error.kind() == ErrorKind::DisplayVersion {
            let _ = writeln!(io::stdout(), "time zones: {}", zone_data());
        }
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string().replace("\n\n  tip: ", "; ");
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

/// Which time zone data commands would read by the settings that are given beside `--version`.
fn zone_data() -> String {
    let others = env::args_os().filter(|argument| argument != "--version" && argument != "-V");
    let settings = Cli::command()
        .ignore_errors(true)
        .try_get_matches_from(others)
        .and_then(|matches| Settings::from_arg_matches(&matches));
    let folder = settings
        .ok()
        .and_then(|settings| settings.load().ok())
        .and_then(|config| config.zoneinfo_dir);
    match ZoneData::read_from(folder.as_deref()) {
        Ok(()) => ZoneData::current().to_string(),
        Err(error) => error.to_string(),
    }
}

/// The help of the command that the arguments name.
fn help_of_what_was_given() -> StyledStr {
    let mut command = Cli::command();
    command.build();
    for word in env::args().skip(1) {
        if let Some(next) = command.find_subcommand(&word) {
            command = next.clone();
        }
    }
    command.render_help()
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
