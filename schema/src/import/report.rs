//! What an import answers.

use serde::Serialize;

/// The most errors that a report lists; all are counted.
pub const MAX_LISTED_ERRORS: usize = 100;

/// What became of the records. `accepted + unchanged + stale + rejected` is the number of records read.
///
/// ```
/// use caseload_schema::import::Report;
/// let report = Report { accepted: 7, unchanged: 2, rejected: 1, ..Report::default() };
/// assert_eq!(report.records(), 10);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Records that changed something.
    pub accepted: u64,
    /// Records that said what was known.
    pub unchanged: u64,
    /// Conversations older than what was known.
    pub stale: u64,
    /// Records refused.
    pub rejected: u64,
    /// Distinct local days whose figures change.
    pub days_touched: u64,
    /// The first [`MAX_LISTED_ERRORS`] refusals.
    pub errors: Vec<LineError>,
    /// Why not a single record could be read, where that is so.
    #[serde(skip)]
    pub unreadable: Option<String>,
}

/// Why a line was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineError {
    /// The file, where the import reads files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, counted from 1.
    pub line: u64,
    /// The field, where one field is at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is wrong.
    pub reason: String,
}

impl Report {
    /// How many records were read.
    pub const fn records(&self) -> u64 {
        self.accepted + self.unchanged + self.stale + self.rejected
    }

    pub(crate) fn refuse(&mut self, error: LineError) {
        self.rejected += 1;
        if self.errors.len() < MAX_LISTED_ERRORS {
            self.errors.push(error);
        }
    }
}
