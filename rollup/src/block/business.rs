//! The durations of a block's rows by its workspace's business hours.

use super::{
    Seconds,
    rows::LONGEST,
    wire::{DamagedBlock, Reader, Writer},
};

/// The part of each duration that is worked: as many values as by the calendar, in the same order. Blocks made without business
/// hours have none of this.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct BusinessDurations {
    pub(crate) first_responses: Vec<Seconds>,
    pub(crate) closing_times: Vec<Seconds>,
    pub(crate) first_closing_times: Vec<Seconds>,
    pub(crate) reply_times: Vec<Seconds>,
}

/// How many values each kind of duration has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) first_responses: usize,
    pub(super) closing_times: usize,
    pub(super) first_closing_times: usize,
    pub(super) reply_times: usize,
}

impl BusinessDurations {
    fn columns(&self) -> [&[Seconds]; 4] {
        [
            &self.first_responses,
            &self.closing_times,
            &self.first_closing_times,
            &self.reply_times,
        ]
    }

    pub(super) fn write(&self, out: &mut Writer) {
        for column in self.columns() {
            out.column(column.iter().map(|&seconds| i64::from(seconds)));
        }
    }

    pub(super) fn read(from: &mut Reader<'_>, of: Numbers) -> Result<Self, DamagedBlock> {
        let mut column = |len| from.up_to(LONGEST, len);
        Ok(Self {
            first_responses: column(of.first_responses)?,
            closing_times: column(of.closing_times)?,
            first_closing_times: column(of.first_closing_times)?,
            reply_times: column(of.reply_times)?,
        })
    }

    pub(super) fn weight(&self) -> usize {
        size_of::<Self>() + self.columns().map(size_of_val).iter().sum::<usize>()
    }
}
