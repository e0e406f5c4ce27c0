//! Daily summary rows, one per day and member: plain figures for whoever reads SQL.

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable};
use rustc_hash::FxHashMap;

use super::{
    Conn, Result,
    conn::{execute, insert_rows, load},
    tables::daily_member_summary,
};
use crate::{
    day::Day,
    id::{MemberKey, WorkspaceKey},
};

/// The figures of one member on one day; times in seconds, `None` where there is nothing to average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemberDay {
    /// Whose they are; `None` for what is credited to nobody.
    pub member: Option<MemberKey>,
    /// Conversations created.
    pub conversations: u64,
    /// Of those, the ones with a label.
    pub labeled_conversations: u64,
    /// Inbound messages and replies.
    pub messages: u64,
    /// Messages by customers.
    pub inbound_messages: u64,
    /// Messages by human members to customers.
    pub replies: u64,
    /// Distinct customers.
    pub customers: u64,
    /// Customers whose first activity ever it was.
    pub new_customers: u64,
    /// Conversations created, written to, and without a first response yet.
    pub unanswered: u64,
    /// Conversations closed.
    pub closed: u64,
    /// Of those, the ones won.
    pub won: u64,
    /// Of the closed, the ones lost.
    pub lost: u64,
    /// Won out of those won or lost.
    pub win_rate: Option<f64>,
    /// Follow-ups done.
    pub follow_ups_completed: u64,
    /// Conversations that got their first response.
    pub first_response_count: u64,
    /// Mean time to it.
    pub first_response_mean: Option<f64>,
    /// Median time to it.
    pub first_response_median: Option<f64>,
    /// The time that nine of ten stay under.
    pub first_response_p90: Option<f64>,
    /// Conversations closed, once more.
    pub closing_time_count: u64,
    /// Mean time from creation to closing.
    pub closing_time_mean: Option<f64>,
    /// Median time from creation to closing.
    pub closing_time_median: Option<f64>,
    /// The time that nine of ten stay under.
    pub closing_time_p90: Option<f64>,
    /// Ratings given.
    pub ratings: u64,
    /// The mean score.
    pub rating_average: Option<f64>,
    /// The share of scores 4 and 5.
    pub satisfied: Option<f64>,
    /// By how much the backlog grew.
    pub backlog_change: i64,
}

/// The rows of some days, by day and revision.
pub type DaySummaries = FxHashMap<(Day, i64), Vec<MemberDay>>;

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = daily_member_summary, treat_none_as_default_value = false)]
struct SummaryRow {
    workspace_id: i64,
    day: i32,
    revision: i64,
    member_key: i64,
    conversations: i64,
    labeled_conversations: i64,
    messages: i64,
    inbound_messages: i64,
    replies: i64,
    customers: i64,
    new_customers: i64,
    unanswered: i64,
    closed: i64,
    won: i64,
    lost: i64,
    win_rate: Option<f64>,
    follow_ups_completed: i64,
    first_response_count: i64,
    first_response_mean: Option<f64>,
    first_response_median: Option<f64>,
    first_response_p90: Option<f64>,
    closing_time_count: i64,
    closing_time_mean: Option<f64>,
    closing_time_median: Option<f64>,
    closing_time_p90: Option<f64>,
    ratings: i64,
    rating_average: Option<f64>,
    satisfied: Option<f64>,
    backlog_change: i64,
}

impl SummaryRow {
    fn new(ws: WorkspaceKey, revision: i64, day: Day, summary: &MemberDay) -> Self {
        Self {
            workspace_id: ws.0,
            day: day.number(),
            revision,
            member_key: summary.member.map_or(0, |member| member.0),
            conversations: summary.conversations as i64,
            labeled_conversations: summary.labeled_conversations as i64,
            messages: summary.messages as i64,
            inbound_messages: summary.inbound_messages as i64,
            replies: summary.replies as i64,
            customers: summary.customers as i64,
            new_customers: summary.new_customers as i64,
            unanswered: summary.unanswered as i64,
            closed: summary.closed as i64,
            won: summary.won as i64,
            lost: summary.lost as i64,
            win_rate: summary.win_rate,
            follow_ups_completed: summary.follow_ups_completed as i64,
            first_response_count: summary.first_response_count as i64,
            first_response_mean: summary.first_response_mean,
            first_response_median: summary.first_response_median,
            first_response_p90: summary.first_response_p90,
            closing_time_count: summary.closing_time_count as i64,
            closing_time_mean: summary.closing_time_mean,
            closing_time_median: summary.closing_time_median,
            closing_time_p90: summary.closing_time_p90,
            ratings: summary.ratings as i64,
            rating_average: summary.rating_average,
            satisfied: summary.satisfied,
            backlog_change: summary.backlog_change,
        }
    }

    fn into_summary(self) -> MemberDay {
        MemberDay {
            member: (self.member_key != 0).then_some(MemberKey(self.member_key)),
            conversations: self.conversations as u64,
            labeled_conversations: self.labeled_conversations as u64,
            messages: self.messages as u64,
            inbound_messages: self.inbound_messages as u64,
            replies: self.replies as u64,
            customers: self.customers as u64,
            new_customers: self.new_customers as u64,
            unanswered: self.unanswered as u64,
            closed: self.closed as u64,
            won: self.won as u64,
            lost: self.lost as u64,
            win_rate: self.win_rate,
            follow_ups_completed: self.follow_ups_completed as u64,
            first_response_count: self.first_response_count as u64,
            first_response_mean: self.first_response_mean,
            first_response_median: self.first_response_median,
            first_response_p90: self.first_response_p90,
            closing_time_count: self.closing_time_count as u64,
            closing_time_mean: self.closing_time_mean,
            closing_time_median: self.closing_time_median,
            closing_time_p90: self.closing_time_p90,
            ratings: self.ratings as u64,
            rating_average: self.rating_average,
            satisfied: self.satisfied,
            backlog_change: self.backlog_change,
        }
    }
}

/// The rows of the days from `from` to `to`, both included, by day and revision; of a day by member key, nobody last.
pub async fn list(conn: &mut Conn, ws: WorkspaceKey, from: Day, to: Day) -> Result<DaySummaries> {
    let query = daily_member_summary::table
        .filter(daily_member_summary::workspace_id.eq(ws.0))
        .filter(daily_member_summary::day.between(from.number(), to.number()));
    let rows: Vec<SummaryRow> = load!(conn, query)?;
    let mut found = DaySummaries::default();
    for row in rows {
        found.entry((Day::from_number(row.day), row.revision)).or_default().push(row.into_summary());
    }
    for members in found.values_mut() {
        members.sort_unstable_by_key(|row| (row.member.is_none(), row.member));
    }
    Ok(found)
}

/// The days that have rows, of whatever revision.
pub async fn list_days(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<Day>> {
    let query = daily_member_summary::table
        .filter(daily_member_summary::workspace_id.eq(ws.0))
        .select(daily_member_summary::day)
        .distinct();
    let days: Vec<i32> = load!(conn, query)?;
    Ok(days.into_iter().map(Day::from_number).collect())
}

/// Writes the rows of some days at one revision.
pub async fn insert(conn: &mut Conn, ws: WorkspaceKey, revision: i64, days: &[(Day, Vec<MemberDay>)]) -> Result<()> {
    let rows: Vec<SummaryRow> = days
        .iter()
        .flat_map(|(day, members)| members.iter().map(|member| SummaryRow::new(ws, revision, *day, member)))
        .collect();
    let rows: Vec<&SummaryRow> = rows.iter().collect();
    insert_rows!(
        conn,
        daily_member_summary,
        rows,
        [
            workspace_id,
            day,
            revision,
            member_key,
            conversations,
            labeled_conversations,
            messages,
            inbound_messages,
            replies,
            customers,
            new_customers,
            unanswered,
            closed,
            won,
            lost,
            win_rate,
            follow_ups_completed,
            first_response_count,
            first_response_mean,
            first_response_median,
            first_response_p90,
            closing_time_count,
            closing_time_mean,
            closing_time_median,
            closing_time_p90,
            ratings,
            rating_average,
            satisfied,
            backlog_change
        ]
    )?;
    Ok(())
}

/// Removes the rows of `days` of any other revision than `keep`.
pub(crate) async fn delete_others(conn: &mut Conn, ws: WorkspaceKey, days: &[i32], keep: i64) -> Result<()> {
    let others = daily_member_summary::table
        .filter(daily_member_summary::workspace_id.eq(ws.0))
        .filter(daily_member_summary::day.eq_any(days))
        .filter(daily_member_summary::revision.ne(keep));
    execute!(conn, diesel::delete(others))?;
    Ok(())
}

/// Removes the rows of one day at one revision.
pub(crate) async fn delete(conn: &mut Conn, ws: WorkspaceKey, day: i32, revision: i64) -> Result<()> {
    let rows = daily_member_summary::table
        .filter(daily_member_summary::workspace_id.eq(ws.0))
        .filter(daily_member_summary::day.eq(day))
        .filter(daily_member_summary::revision.eq(revision));
    execute!(conn, diesel::delete(rows))?;
    Ok(())
}
