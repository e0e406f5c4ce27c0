//! Daily summary rows, one per day and member, label and channel: plain figures for whoever reads SQL.

mod rows;

use rustc_hash::FxHashMap;

use super::{Conn, Result};
use crate::{
    day::Day,
    id::{ChannelKey, LabelKey, MemberKey, Revision, WorkspaceKey},
};

/// The key of the row of what is credited to nobody.
const NOBODY: i64 = 0;

/// The figures of one day; times in seconds, `None` where there is nothing to average.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DayFigures {
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
    /// How often conversations were opened again.
    pub reopened: u64,
    /// Of the closed, those that a customer wrote to and that have exactly one reply.
    pub closed_by_one_reply: u64,
    /// Of the closed, those that a customer wrote to, with automatic messages and no reply.
    pub closed_by_bot: u64,
    /// Surveys sent.
    pub surveys_asked: u64,
    /// Of those, the ones that a rating answers.
    pub surveys_answered: u64,
    /// Replies that a customer waited for.
    pub reply_time_count: u64,
    /// Mean seconds that customers waited for a reply.
    pub reply_time_mean: Option<f64>,
    /// Median seconds that customers waited for a reply, of that day alone: it does not average over days.
    pub reply_time_median: Option<f64>,
    /// The seconds that nine of ten stay under, of that day alone.
    pub reply_time_p90: Option<f64>,
    /// Conversations closed for the first time.
    pub first_closing_time_count: u64,
    /// Mean seconds from creation to the earliest closing.
    pub first_closing_time_mean: Option<f64>,
    /// Median seconds from creation to the earliest closing, of that day alone: it does not average over days.
    pub first_closing_time_median: Option<f64>,
    /// The seconds that nine of ten stay under, of that day alone.
    pub first_closing_time_p90: Option<f64>,
}

/// The figures of one member on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemberDay {
    /// Whose they are; `None` for what is credited to nobody.
    pub member: Option<MemberKey>,
    /// The figures.
    pub figures: DayFigures,
}

/// All rows of one day.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DaySummary {
    /// By key, nobody last.
    pub members: Vec<MemberDay>,
    /// By key.
    pub labels: Vec<(LabelKey, DayFigures)>,
    /// By key.
    pub channels: Vec<(ChannelKey, DayFigures)>,
}

/// The rows of some days, by day and revision.
pub type DaySummaries = FxHashMap<(Day, Revision), DaySummary>;

/// The rows of the days from `from` to `to`, both included, by day and revision.
pub async fn list(conn: &mut Conn, ws: WorkspaceKey, from: Day, to: Day) -> Result<DaySummaries> {
    let mut found = DaySummaries::default();
    for (day, revision, key, figures) in rows::members::list(conn, ws, from, to).await? {
        let member = (key != NOBODY).then_some(MemberKey(key));
        found
            .entry((day, revision))
            .or_default()
            .members
            .push(MemberDay { member, figures });
    }
    for (day, revision, key, figures) in rows::labels::list(conn, ws, from, to).await? {
        found
            .entry((day, revision))
            .or_default()
            .labels
            .push((LabelKey(key), figures));
    }
    for (day, revision, key, figures) in rows::channels::list(conn, ws, from, to).await? {
        found
            .entry((day, revision))
            .or_default()
            .channels
            .push((ChannelKey(key), figures));
    }
    for day in found.values_mut() {
        day.members
            .sort_unstable_by_key(|row| (row.member.is_none(), row.member));
    }
    Ok(found)
}

/// The first day of the current figures on which anything counts. The row of a member says so: none is written for days
/// that have a block of bot messages, notes or the backlog alone, and those of final days stay.
pub(crate) async fn find_first_day(conn: &mut Conn, ws: WorkspaceKey) -> Result<Option<Day>> {
    let day = rows::find_first_day(conn, ws).await?;
    Ok(day.map(Day::from_number))
}

/// The days that have rows, of whatever revision.
pub async fn list_days(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<Day>> {
    let mut days = rows::members::list_days(conn, ws).await?;
    days.extend(rows::labels::list_days(conn, ws).await?);
    days.extend(rows::channels::list_days(conn, ws).await?);
    days.sort_unstable();
    days.dedup();
    Ok(days.into_iter().map(Day::from_number).collect())
}

/// Writes the rows of some days at one revision.
pub async fn insert(
    conn: &mut Conn,
    ws: WorkspaceKey,
    revision: Revision,
    days: &[(Day, DaySummary)],
) -> Result<()> {
    let (mut members, mut labels, mut channels) = (Vec::new(), Vec::new(), Vec::new());
    for (day, summary) in days {
        let key = |row: &MemberDay| row.member.map_or(NOBODY, |member| member.0);
        members.extend(
            summary
                .members
                .iter()
                .map(|row| (*day, revision, key(row), row.figures)),
        );
        labels.extend(
            summary
                .labels
                .iter()
                .map(|(label, figures)| (*day, revision, label.0, *figures)),
        );
        channels.extend(
            summary
                .channels
                .iter()
                .map(|(channel, figures)| (*day, revision, channel.0, *figures)),
        );
    }
    rows::members::insert(conn, ws, &members).await?;
    rows::labels::insert(conn, ws, &labels).await?;
    rows::channels::insert(conn, ws, &channels).await
}

/// Removes the rows of `days` of any other revision than `keep`.
pub(crate) async fn delete_others(
    conn: &mut Conn,
    ws: WorkspaceKey,
    days: &[i32],
    keep: Revision,
) -> Result<()> {
    rows::members::delete_others(conn, ws, days, keep).await?;
    rows::labels::delete_others(conn, ws, days, keep).await?;
    rows::channels::delete_others(conn, ws, days, keep).await
}

/// Removes the rows of one day at one revision.
pub(crate) async fn delete(
    conn: &mut Conn,
    ws: WorkspaceKey,
    day: i32,
    revision: Revision,
) -> Result<()> {
    rows::members::delete(conn, ws, day, revision).await?;
    rows::labels::delete(conn, ws, day, revision).await?;
    rows::channels::delete(conn, ws, day, revision).await
}
