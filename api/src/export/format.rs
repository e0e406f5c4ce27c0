//! The formats.

use std::{
    io::{self, Write},
    sync::Arc,
};

use super::{
    column::{Column, Rows},
    columnar::{ArrowFile, ParquetFile},
    text::{Csv, Ndjson},
};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, with a header; empty where null. A text that a spreadsheet would run as a formula has a `'` before it.
    Csv,
    /// A JSON object a line.
    Ndjson,
    /// Apache Parquet, compressed with Zstandard.
    Parquet,
    /// An Apache Arrow IPC file, which is what Feather is today.
    Arrow,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Ndjson, Self::Parquet, Self::Arrow];

    /// Its name in commands and paths, which is also how names of such files end.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ndjson => "application/x-ndjson",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Arrow => "application/vnd.apache.arrow.file",
        }
    }

    /// Whether its readers look at the end first, and then at the parts that they need.
    pub const fn is_read_in_parts(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }

    /// Whether it is worth compressing on its way: Parquet is compressed already.
    pub const fn is_compressible(self) -> bool {
        !matches!(self, Self::Parquet)
    }
}

/// What writes rows in one format.
pub(super) trait Encode: Send {
    /// Writes some rows. What is written may be held back.
    fn write(&mut self, rows: &Rows) -> io::Result<()>;

    /// Writes what comes behind the last row, and all that was held back.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A writer of rows with these columns.
pub(super) fn encoder(
    format: Format,
    columns: &Arc<[Column]>,
    out: Box<dyn Write + Send>,
) -> io::Result<Box<dyn Encode>> {
    Ok(match format {
        Format::Csv => Box::new(Csv::new(Arc::clone(columns), out)?),
        Format::Ndjson => Box::new(Ndjson::new(Arc::clone(columns), out)),
        Format::Parquet => Box::new(ParquetFile::new(columns, out)?),
        Format::Arrow => Box::new(ArrowFile::new(columns, out)?),
    })
}
