//! When things happen in the week.

use super::{Measure, View};
use crate::block::{Flags, Rows};

/// Hours of a week: Monday 0:00 first.
pub const HOURS_OF_A_WEEK: usize = 7 * 24;

impl View {
    /// The events of a measure in each hour of the week, by local time, Monday 0:00 first. `None` for a measure whose
    /// events have no hours: any but conversations, inbound messages, replies and closed.
    pub fn busy_hours(&self, measure: Measure) -> Option<[u64; HOURS_OF_A_WEEK]> {
        let add: fn(&Rows, usize, &mut [u64]) = match measure {
            Measure::Conversations => |rows, row, hours| {
                hours[usize::from(rows.created_hours[row])] += rows.flags[row].count(Flags::CREATED);
            },
            Measure::Closed => |rows, row, hours| {
                hours[usize::from(rows.closed_hours[row])] += rows.flags[row].count(Flags::CLOSED);
            },
            Measure::InboundMessages => |rows, row, hours| {
                rows.messages.hours(row).for_each(|at| hours[usize::from(at.hour)] += u64::from(at.inbound));
            },
            Measure::Replies => |rows, row, hours| {
                rows.messages.hours(row).for_each(|at| hours[usize::from(at.hour)] += u64::from(at.replies));
            },
            _ => return None,
        };
        let mut week = [0; HOURS_OF_A_WEEK];
        for selection in self.selections() {
            let weekday = usize::from(selection.block().day().weekday() - 1);
            let hours = &mut week[weekday * 24..(weekday + 1) * 24];
            selection.each_row(|row| add(selection.block().rows(), row, hours));
        }
        Some(week)
    }
}
