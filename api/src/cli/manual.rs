//! `caseload completions`, `caseload man`

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use clap::{Args, Command};
use clap_complete::Shell;

use super::Outcome;

/// Prints completions for a shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The name of the shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, command: &mut Command) -> anyhow::Result<Outcome> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, command, "caseload", &mut script);
        io::stdout().write_all(&script)?;
        Ok(Outcome::Done)
    }
}

/// Writes the manual pages caseload.1, caseload-import.1 and so on.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The directory to write to; created if it does not exist.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Man {
    pub(super) fn run(&self, command: Command) -> anyhow::Result<Outcome> {
        let folder = self.folder.display();
        fs::create_dir_all(&self.folder)
            .and_then(|()| clap_mangen::generate_to(command, &self.folder))
            .with_context(|| format!("can't write manual pages into {folder}"))?;
        writeln!(io::stdout(), "wrote manual pages into {folder}")?;
        Ok(Outcome::Done)
    }
}
