//! How many messages each row has, by local hour.

use super::wire::{DamagedBlock, Reader, Writer};

/// The messages of one row in one hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct HourOfMessages {
    /// The local hour, 0 to 23.
    pub(crate) hour: u8,
    /// Written by customers.
    pub(crate) inbound: u32,
    /// Written by members to customers.
    pub(crate) replies: u32,
}

/// The messages of a block's rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Messages {
    /// Where each row's hours end in the three lists below.
    ends: Vec<u32>,
    hours: Vec<u8>,
    inbound: Vec<u32>,
    replies: Vec<u32>,
    inbound_of: Vec<u32>,
    replies_of: Vec<u32>,
}

impl Messages {
    /// Adds the next row: its hours with messages, ascending.
    pub(crate) fn push(&mut self, hours: &[HourOfMessages]) {
        self.hours.extend(hours.iter().map(|hour| hour.hour));
        self.inbound.extend(hours.iter().map(|hour| hour.inbound));
        self.replies.extend(hours.iter().map(|hour| hour.replies));
        self.ends.push(self.hours.len() as u32);
        self.inbound_of
            .push(hours.iter().map(|hour| hour.inbound).sum());
        self.replies_of
            .push(hours.iter().map(|hour| hour.replies).sum());
    }

    /// Messages of `row` by customers.
    pub(crate) fn inbound(&self, row: usize) -> u32 {
        self.inbound_of[row]
    }

    /// Messages of `row` by members to customers.
    pub(crate) fn replies(&self, row: usize) -> u32 {
        self.replies_of[row]
    }

    /// The hours of `row` that have messages, ascending.
    pub(crate) fn hours(&self, row: usize) -> impl Iterator<Item = HourOfMessages> {
        let start = if row == 0 {
            0
        } else {
            self.ends[row - 1] as usize
        };
        (start..self.ends[row] as usize).map(|at| HourOfMessages {
            hour: self.hours[at],
            inbound: self.inbound[at],
            replies: self.replies[at],
        })
    }

    pub(super) fn write(&self, out: &mut Writer) {
        let starts = std::iter::once(&0).chain(&self.ends);
        out.column(
            self.ends
                .iter()
                .zip(starts)
                .map(|(end, start)| i64::from(end - start)),
        );
        out.column(self.hours.iter().map(|&hour| i64::from(hour)));
        out.column(self.inbound.iter().map(|&count| i64::from(count)));
        out.column(self.replies.iter().map(|&count| i64::from(count)));
    }

    pub(super) fn read(from: &mut Reader<'_>, rows: usize) -> Result<Self, DamagedBlock> {
        let mut ends = from.up_to(HOURS, rows)?;
        let mut end = 0;
        for length in &mut ends {
            end += *length;
            *length = end;
        }
        let total = from.counted(u64::from(end))?;
        let hours = from.bytes_up_to(HOURS as u8 - 1, total)?;
        let inbound = from.up_to(u32::MAX - 1, total)?;
        let replies = from.up_to(u32::MAX - 1, total)?;
        let (inbound_of, replies_of) = (sums(&ends, &inbound), sums(&ends, &replies));
        Ok(Self {
            ends,
            hours,
            inbound,
            replies,
            inbound_of,
            replies_of,
        })
    }

    pub(super) fn weight(&self) -> usize {
        5 * size_of_val(&*self.ends) + size_of_val(&*self.hours) + 2 * size_of_val(&*self.inbound)
    }
}

/// Hours on a clock's face.
const HOURS: u32 = 24;

/// The sum of each row's values.
fn sums(ends: &[u32], values: &[u32]) -> Vec<u32> {
    let mut start = 0;
    let of = |&end: &u32| {
        let sum = values[start..end as usize]
            .iter()
            .fold(0, |sum: u32, &value| sum.saturating_add(value));
        start = end as usize;
        sum
    };
    ends.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_hours_and_sums() {
        let hour = |hour, inbound, replies| HourOfMessages {
            hour,
            inbound,
            replies,
        };
        let rows = [
            vec![hour(0, 1, 0), hour(23, 2, 5)],
            vec![],
            vec![hour(9, 0, 1)],
        ];
        let mut messages = Messages::default();
        for row in &rows {
            messages.push(row);
        }
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(&messages.hours(at).collect::<Vec<_>>(), row);
        }
        assert_eq!(
            (
                messages.inbound(0),
                messages.replies(0),
                messages.replies(2)
            ),
            (3, 5, 1)
        );
    }
}
