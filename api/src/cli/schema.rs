//! `caseload schema`

use std::io::{self, Write as _};

use super::Outcome;
use crate::graphql;

/// Prints the GraphQL schema.
pub(super) fn run() -> anyhow::Result<Outcome> {
    io::stdout().write_all(graphql::sdl().as_bytes())?;
    Ok(Outcome::Done)
}
