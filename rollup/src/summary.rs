//! What a day comes to for each member, label and channel: the rows that people and BI tools read.

use std::sync::Arc;

pub use caseload_schema::store::summaries::{DayFigures, DaySummary, MemberDay};
use caseload_schema::{
    id::{ChannelKey, LabelKey, MemberKey},
    period::Period,
};

use crate::{
    block::{Block, Group, OpenBlock},
    counts::Counts,
    cube::{Days, Durations, Filter, View},
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
    let first_responses =
        Durations::new(rows.first_responses[group.first_responses.range()].to_vec());
    let closing_times = Durations::new(rows.closing_times[group.closing_times.range()].to_vec());
    figures(
        &group.counts,
        count_distinct(customers.collect()),
        &first_responses,
        &closing_times,
    )
}

/// All figures of a row.
pub(crate) fn figures(
    counts: &Counts,
    customers: u64,
    first_responses: &Durations,
    closing_times: &Durations,
) -> DayFigures {
    DayFigures {
        conversations: counts.conversations,
        labeled_conversations: counts.labeled_conversations,
        messages: counts.messages(),
        inbound_messages: counts.inbound_messages,
        replies: counts.replies,
        customers,
        new_customers: counts.new_customers,
        unanswered: counts.unanswered,
        closed: counts.closed,
        won: counts.won,
        lost: counts.lost,
        win_rate: counts.win_rate(),
        follow_ups_completed: counts.follow_ups_completed,
        first_response_count: first_responses.count(),
        first_response_mean: first_responses.mean(),
        first_response_median: first_responses.median(),
        first_response_p90: first_responses.p90(),
        closing_time_count: closing_times.count(),
        closing_time_mean: closing_times.mean(),
        closing_time_median: closing_times.median(),
        closing_time_p90: closing_times.p90(),
        ratings: counts.ratings(),
        rating_average: counts.rating_average(),
        satisfied: counts.satisfied(),
        backlog_change: counts.backlog_change,
    }
}
