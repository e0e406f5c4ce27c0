//! When things happen in the week.

use super::{Measure, View};
use crate::block::{Flags, Rows};

/// Hours of a week: Monday 0:00 first.
pub const HOURS_OF_A_WEEK: usize = 7 * 24;

/// One hour of the week, by local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourOfWeek {
    pub(super) weekday: u8,
    pub(super) hour: u8,
}

impl HourOfWeek {
    /// That hour, 0 to 23, of that weekday, 1 (Monday) to 7; `None` where there is none such.
    pub fn new(weekday: i32, hour: i32) -> Option<Self> {
        let (weekday, hour) = (u8::try_from(weekday).ok()?, u8::try_from(hour).ok()?);
        ((1..=7).contains(&weekday) && hour < 24).then_some(Self { weekday, hour })
    }
}

/// Whether `row` has an event of `measure` in that hour of its day; `None` for a measure whose events have no hours.
pub(super) fn happens_in(measure: Measure) -> Option<fn(&Rows, usize, u8) -> bool> {
    Some(match measure {
        Measure::Conversations => |rows, row, hour| {
            rows.flags[row].any_of(Flags::CREATED) && rows.created_hours[row] == hour
        },
        Measure::Closed => |rows, row, hour| {
            rows.flags[row].any_of(Flags::CLOSED) && rows.closed_hours[row] == hour
        },
        Measure::InboundMessages => |rows, row, hour| {
            rows.messages
                .hours(row)
                .any(|at| at.hour == hour && at.inbound != 0)
        },
        Measure::Replies => |rows, row, hour| {
            rows.messages
                .hours(row)
                .any(|at| at.hour == hour && at.replies != 0)
        },
        _ => return None,
    })
}

impl View {
    /// The events of a measure in each hour of the week, by local time, Monday 0:00 first. `None` for a measure whose
    /// events have no hours: any but conversations, inbound messages, replies and closed.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, Measure, View};
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// let replies = view.busy_hours(Measure::Replies).unwrap();
    /// assert_eq!(replies[9], 2); // Monday from 09:00 to 10:00
    /// assert!(view.busy_hours(Measure::Ratings).is_none()); // ratings have a day, and no hour
    /// ```
    pub fn busy_hours(&self, measure: Measure) -> Option<[u64; HOURS_OF_A_WEEK]> {
        let add: fn(&Rows, usize, &mut [u64]) = match measure {
            Measure::Conversations => |rows, row, hours| {
                hours[usize::from(rows.created_hours[row])] +=
                    rows.flags[row].count(Flags::CREATED);
            },
            Measure::Closed => |rows, row, hours| {
                hours[usize::from(rows.closed_hours[row])] += rows.flags[row].count(Flags::CLOSED);
            },
            Measure::InboundMessages => |rows, row, hours| {
                rows.messages
                    .hours(row)
                    .for_each(|at| hours[usize::from(at.hour)] += u64::from(at.inbound));
            },
            Measure::Replies => |rows, row, hours| {
                rows.messages
                    .hours(row)
                    .for_each(|at| hours[usize::from(at.hour)] += u64::from(at.replies));
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

#[cfg(test)]
mod tests {
    use super::HourOfWeek;

    #[test]
    fn a_week_has_168_hours() {
        let hours = (-1..=8)
            .flat_map(|weekday| (-1..=24).filter_map(move |hour| HourOfWeek::new(weekday, hour)));
        assert_eq!(hours.count(), 168);
        assert_eq!(HourOfWeek::new(256 + 1, 0), None);
    }
}
