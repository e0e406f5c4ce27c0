//! The figures of a row of the summary tables.

use caseload_schema::store::summaries::DayFigures;

use super::Durations;
use crate::counts::Counts;

/// All single values of one day.
#[derive(Debug, Default)]
pub(crate) struct DayDurations {
    pub(crate) first_responses: Durations,
    pub(crate) closing_times: Durations,
    pub(crate) reply_times: Durations,
    pub(crate) first_closing_times: Durations,
}

/// All figures of one day and member, label or channel; `customers` are distinct ones.
pub(crate) fn day_figures(counts: &Counts, customers: u64, durations: &DayDurations) -> DayFigures {
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
        first_response_count: durations.first_responses.count(),
        first_response_mean: durations.first_responses.mean(),
        first_response_median: durations.first_responses.median(),
        first_response_p90: durations.first_responses.p90(),
        closing_time_count: durations.closing_times.count(),
        closing_time_mean: durations.closing_times.mean(),
        closing_time_median: durations.closing_times.median(),
        closing_time_p90: durations.closing_times.p90(),
        ratings: counts.ratings(),
        rating_average: counts.rating_average(),
        satisfied: counts.satisfied(),
        backlog_change: counts.backlog_change,
        reopened: counts.reopened,
        closed_by_one_reply: counts.closed_by_one_reply,
        closed_by_bot: counts.closed_by_bot,
        surveys_asked: counts.surveys_asked,
        surveys_answered: counts.surveys_answered,
        reply_time_count: durations.reply_times.count(),
        reply_time_mean: durations.reply_times.mean(),
        reply_time_median: durations.reply_times.median(),
        reply_time_p90: durations.reply_times.p90(),
        first_closing_time_count: durations.first_closing_times.count(),
        first_closing_time_mean: durations.first_closing_times.mean(),
        first_closing_time_median: durations.first_closing_times.median(),
        first_closing_time_p90: durations.first_closing_times.p90(),
    }
}
