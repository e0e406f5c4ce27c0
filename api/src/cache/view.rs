//! Which blocks are current, and the open conversations, of one generation.

use std::sync::Arc;

use caseload_rollup::block::OpenBlock;
use caseload_schema::{
    day::Day,
    id::{Generation, Revision},
    instant::Instant,
    store::ledger::{Ledger, LedgerDay},
};

/// Which blocks are current, and the open conversations, of one generation.
#[derive(Debug)]
pub struct LedgerView {
    /// The generation of all of it.
    pub generation: Generation,
    /// The run that made that generation.
    pub head: i64,
    /// Days that have a block, ascending.
    pub days: Vec<LedgerDay>,
    /// The first day on which anything counts.
    pub first_day: Option<Day>,
    /// The conversations open when that generation was made.
    pub open: Arc<OpenBlock>,
}

impl LedgerView {
    /// Whether it is what that ledger points to.
    pub fn is_of(&self, ledger: &Ledger) -> bool {
        (self.generation, self.head) == (ledger.generation, ledger.head)
    }

    /// How many bytes of memory it takes, about.
    pub(super) fn weight(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.days) + self.open.weight()
    }

    /// As bytes, which [`decode`](Self::decode) reads back.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in [self.generation.0, self.head, self.days.len() as i64] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for day in &self.days {
            bytes.extend_from_slice(&day.day.number().to_le_bytes());
            bytes.extend_from_slice(&day.revision.0.to_le_bytes());
            bytes.extend_from_slice(&day.rolled_up_at.micros().to_le_bytes());
            bytes.extend_from_slice(&day.seal.unwrap_or(NO_SEAL).to_le_bytes());
        }
        let first_day = self.first_day.map_or(NO_DAY, Day::number);
        bytes.extend_from_slice(&first_day.to_le_bytes());
        bytes.extend_from_slice(&self.open.encode());
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote; `None` for any other bytes.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut from = Numbers(bytes);
        let (generation, head, count) = (from.long()?, from.long()?, from.long()?);
        // Without room for a count that the bytes can't hold.
        let mut days = Vec::new();
        for _ in 0..count {
            let (day, revision, at, seal) = (from.int()?, from.long()?, from.long()?, from.long()?);
            days.push(LedgerDay {
                day: Day::from_number(day),
                revision: Revision(revision),
                rolled_up_at: Instant::from_micros(at),
                seal: (seal != NO_SEAL).then_some(seal),
            });
        }
        let first_day = from.int()?;
        let open = Arc::new(OpenBlock::decode(from.0).ok()?);
        days.is_sorted_by(|a, b| a.day < b.day).then_some(Self {
            generation: Generation(generation),
            head,
            days,
            first_day: (first_day != NO_DAY).then(|| Day::from_number(first_day)),
            open,
        })
    }
}

/// Of a day whose block has none: seals are not negative.
const NO_SEAL: i64 = -1;

/// Of a workspace without facts: no day has this number.
const NO_DAY: i32 = i32::MIN;

struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn long(&mut self) -> Option<i64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i64::from_le_bytes(*number))
    }

    fn int(&mut self) -> Option<i32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i32::from_le_bytes(*number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> LedgerView {
        let day = |number: i32| LedgerDay {
            day: Day::from_number(number),
            revision: Revision(i64::from(number) * 1_000),
            rolled_up_at: Instant::from_micros(i64::from(number) - 7),
            seal: (number < 10).then_some(9),
        };
        LedgerView {
            generation: Generation(3),
            head: 1_772_442_000_123,
            days: vec![day(-1), day(5), day(20_000)],
            first_day: Some(Day::from_number(5)),
            open: Arc::default(),
        }
    }

    #[test]
    fn a_view_is_read_back_as_it_was() {
        let (view, read) = (view(), LedgerView::decode(&view().encode()).unwrap());
        assert_eq!(
            (read.generation, read.head, &read.days, &read.open),
            (Generation(3), view.head, &view.days, &view.open)
        );
        assert_eq!(read.first_day, Some(Day::from_number(5)));
    }

    #[test]
    fn a_view_without_a_first_day_is_read_back_without_one() {
        let view = LedgerView {
            first_day: None,
            ..view()
        };
        assert_eq!(LedgerView::decode(&view.encode()).unwrap().first_day, None);
    }

    #[test]
    fn days_out_of_order_and_counts_that_are_too_large_are_no_view() {
        let mut swapped = view();
        swapped.days.swap(0, 1);
        assert!(LedgerView::decode(&swapped.encode()).is_none());

        let mut body = Vec::new();
        for number in [1_i64, 1, i64::MAX] {
            body.extend_from_slice(&number.to_le_bytes());
        }
        assert!(LedgerView::decode(&body).is_none());
    }
}
