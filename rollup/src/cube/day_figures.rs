//! The figures of a row of the summary tables.

use caseload_schema::store::summaries::DayFigures;

use super::Durations;
use crate::counts::Counts;

/// All figures of one day and member, label or channel; `customers` are distinct ones.
pub(crate) fn day_figures(
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
