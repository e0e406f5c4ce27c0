//! A range of days, as arguments.

use caseload_schema::{day::Day, period::Period};
use clap::Args;

use super::parse_day;

/// A range of days.
#[derive(Debug, Args)]
pub(super) struct Range {
    /// The first day.
    #[arg(long, env = "CASELOAD_FROM", value_name = "DAY", value_parser = parse_day, requires = "to")]
    from: Option<Day>,
    /// The last day, included.
    #[arg(long, env = "CASELOAD_TO", value_name = "DAY", value_parser = parse_day, requires = "from")]
    to: Option<Day>,
}

impl Range {
    /// The range, where one was given.
    pub(super) fn period(&self) -> anyhow::Result<Option<Period>> {
        Ok(self
            .from
            .zip(self.to)
            .map(|(from, to)| Period::new(from, to))
            .transpose()?)
    }
}
