//! How long customers waited for each reply, row by row.

use std::ops::Range;

use super::{
    Seconds, Span,
    rows::LONGEST,
    wire::{DamagedBlock, Reader, Writer},
};

/// The values of a block's rows; a row may have many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ReplyTimes {
    /// Where each row's values end.
    ends: Vec<u32>,
    seconds: Vec<Seconds>,
}

impl ReplyTimes {
    /// Adds the next row.
    pub(crate) fn push(&mut self, seconds: &[Seconds]) {
        self.seconds.extend_from_slice(seconds);
        self.ends.push(self.seconds.len() as u32);
    }

    /// How many values `row` has.
    pub(crate) fn count(&self, row: usize) -> u64 {
        self.range(row).len() as u64
    }

    /// The values of all rows.
    pub(crate) fn all(&self) -> &[Seconds] {
        &self.seconds
    }

    /// Where the values of all rows lie.
    pub(super) fn span(&self) -> Span {
        Span::all(self.seconds.len())
    }

    /// Where the values of `row` lie among those of all.
    pub(crate) fn range(&self, row: usize) -> Range<usize> {
        let start = if row == 0 {
            0
        } else {
            self.ends[row - 1] as usize
        };
        start..self.ends[row] as usize
    }

    pub(super) fn write(&self, out: &mut Writer) {
        let starts = std::iter::once(&0).chain(&self.ends);
        out.column(
            self.ends
                .iter()
                .zip(starts)
                .map(|(end, start)| i64::from(end - start)),
        );
        // A conversation may have any number of replies that were all waited for equally long.
        out.long_column(self.seconds.iter().map(|&seconds| i64::from(seconds)));
    }

    pub(super) fn read(from: &mut Reader<'_>, rows: usize) -> Result<Self, DamagedBlock> {
        let mut ends = from.up_to(u32::MAX - 1, rows)?;
        let total = from.counted(ends.iter().map(|&length| u64::from(length)).sum())?;
        let mut end = 0;
        for length in &mut ends {
            end += *length;
            *length = end;
        }
        Ok(Self {
            ends,
            seconds: from.up_to(LONGEST, total)?,
        })
    }

    /// Of a block that holds none: `rows` rows without a value.
    pub(super) fn none(rows: usize) -> Self {
        Self {
            ends: vec![0; rows],
            seconds: Vec::new(),
        }
    }

    pub(super) fn weight(&self) -> usize {
        size_of_val(&*self.ends) + size_of_val(&*self.seconds)
    }
}
