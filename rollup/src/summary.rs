//! What a day comes to for each member, label and channel: the rows that people and BI tools read.

use std::sync::Arc;

pub use caseload_schema::store::summaries::{DayFigures, DaySummary, MemberDay};
use caseload_schema::{
    id::{ChannelKey, LabelKey, MemberKey},
    period::Period,
};

use crate::{
    block::{Block, Group, OpenBlock, Seconds, Span},
    cube::{DayDurations, Days, Durations, Filter, View, day_figures},
    distinct::count_distinct,
};

/// All rows of a day.
pub fn summarize(block: &Arc<Block>) -> DaySummary {
    DaySummary {
        members: member_days(block),
        labels: label_days(block),
        channels: channel_days(block),
    }
}

/// One row for each member to whom anything of the day is credited, by key, nobody last.
///
/// ```
/// # use caseload_rollup::summary::member_days;
/// # use caseload_schema::id::MemberKey;
/// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
/// let rows = member_days(&days.blocks()[0]);
/// let members: Vec<_> = rows.iter().map(|row| row.member).collect();
/// assert_eq!(members, [Some(MemberKey(1)), Some(MemberKey(2)), None]);
/// assert_eq!(rows[1].figures.first_response_mean, Some(180.0)); // seconds
/// ```
pub fn member_days(block: &Block) -> Vec<MemberDay> {
    let groups = block.members().iter().zip(block.groups());
    let counted = groups.filter(|(_, group)| group.counts.any());
    counted
        .map(|(member, group)| MemberDay {
            member,
            figures: of(group, block),
        })
        .collect()
}

/// By how much the day changes the backlog of each member, where it does.
///
/// ```
/// # use caseload_rollup::summary::backlog_changes;
/// # use caseload_schema::id::MemberKey;
/// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
/// // Member 1 closed on Monday what was created on Monday: that changes nothing.
/// let changes: Vec<_> = backlog_changes(&days.blocks()[0]).collect();
/// assert_eq!(changes, [(Some(MemberKey(2)), 1), (None, 1)]);
/// ```
pub fn backlog_changes(block: &Block) -> impl Iterator<Item = (Option<MemberKey>, i64)> {
    let groups = block.members().iter().zip(block.groups());
    groups
        .map(|(member, group)| (member, group.counts.backlog_change))
        .filter(|(_, change)| *change != 0)
}

/// The figures of each label for which anything of the day counts, by key.
pub fn label_days(block: &Arc<Block>) -> Vec<(LabelKey, DayFigures)> {
    whole(block).figures_by_label()
}

/// The figures of each channel for which anything of the day counts, by key.
pub fn channel_days(block: &Arc<Block>) -> Vec<(ChannelKey, DayFigures)> {
    whole(block).figures_by_channel()
}

fn whole(block: &Arc<Block>) -> View {
    let open = Arc::new(OpenBlock::default());
    View::new(
        Days::new(vec![Arc::clone(block)]),
        open,
        Period::day(block.day()),
        Filter::default(),
    )
}

fn of(group: &Group, block: &Block) -> DayFigures {
    let rows = block.rows();
    let customers = group
        .rows
        .range()
        .filter(|&row| rows.has_customer(row))
        .map(|row| rows.customers[row]);
    let durations = |values: &[Seconds], span: Span| Durations::new(values[span.range()].to_vec());
    let first_closing_times = durations(&rows.first_closing_times, group.first_closing_times);
    let durations = DayDurations {
        first_responses: durations(&rows.first_responses, group.first_responses),
        closing_times: durations(&rows.closing_times, group.closing_times),
        reply_times: durations(rows.reply_times.all(), group.reply_times),
        first_closing_times,
    };
    day_figures(
        &group.counts,
        count_distinct(customers.collect()),
        &durations,
    )
}
