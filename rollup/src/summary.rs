//! What a day comes to for each member: the rows that people and BI tools read.

use caseload_schema::id::MemberKey;
pub use caseload_schema::store::summaries::MemberDay;

use crate::{
    block::{Block, Group},
    counts::Counts,
    cube::Durations,
    distinct::count_distinct,
};

/// One row for each member to whom anything of the day is credited, by key, nobody last.
pub fn member_days(block: &Block) -> Vec<MemberDay> {
    let groups = block.members().iter().zip(block.groups());
    groups.filter(|(_, group)| group.counts.any()).map(|(member, group)| of(member, group, block)).collect()
}

fn of(member: Option<MemberKey>, group: &Group, block: &Block) -> MemberDay {
    let rows = block.rows();
    let customers = group.rows.range().filter(|&row| rows.has_customer(row)).map(|row| rows.customers[row]);
    let first_responses = Durations::new(rows.first_responses[group.first_responses.range()].to_vec());
    let closing_times = Durations::new(rows.closing_times[group.closing_times.range()].to_vec());
    let counts: &Counts = &group.counts;
    MemberDay {
        member,
        conversations: counts.conversations,
        labeled_conversations: counts.labeled_conversations,
        messages: counts.messages(),
        inbound_messages: counts.inbound_messages,
        replies: counts.replies,
        customers: count_distinct(customers.collect()),
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
