//! `caseload schema`

use std::io::{self, Write as _};

use super::{Outcome, settings::Settings};
use crate::graphql;

/// Prints the GraphQL schema.
pub(super) fn run(settings: &Settings) -> anyhow::Result<Outcome> {
    let schema = if settings.load()?.federation {
        graphql::subgraph_sdl()
    } else {
        graphql::sdl()
    };
    io::stdout().write_all(schema.as_bytes())?;
    Ok(Outcome::Done)
}
