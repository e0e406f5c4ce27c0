//! The rows as they are stored: one table each for members, labels and channels, with the same figures.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, QueryDsl, Queryable,
};

use super::{
    super::{
        Conn, Result,
        conn::{execute, first, insert_rows, load},
        tables::ledger_days,
    },
    DayFigures,
};
use crate::{
    day::Day,
    id::{Revision, WorkspaceKey},
};
use members::daily_member_summary;

/// Figures of a day, under a revision, of whom or what a key names.
pub(super) type Stored = (Day, Revision, i64, DayFigures);

macro_rules! summaries {
    ($($name:ident: $table:ident by $key:ident;)*) => {$(
        pub(super) mod $name {
            use super::*;

            diesel::table! {
                $table (workspace_id, day, revision, $key) {
                    workspace_id -> BigInt,
                    day -> Integer,
                    revision -> BigInt,
                    $key -> BigInt,
                    conversations -> BigInt,
                    labeled_conversations -> BigInt,
                    messages -> BigInt,
                    inbound_messages -> BigInt,
                    replies -> BigInt,
                    customers -> BigInt,
                    new_customers -> BigInt,
                    unanswered -> BigInt,
                    closed -> BigInt,
                    won -> BigInt,
                    lost -> BigInt,
                    win_rate -> Nullable<Double>,
                    follow_ups_completed -> BigInt,
                    first_response_count -> BigInt,
                    first_response_mean -> Nullable<Double>,
                    first_response_median -> Nullable<Double>,
                    first_response_p90 -> Nullable<Double>,
                    closing_time_count -> BigInt,
                    closing_time_mean -> Nullable<Double>,
                    closing_time_median -> Nullable<Double>,
                    closing_time_p90 -> Nullable<Double>,
                    ratings -> BigInt,
                    rating_average -> Nullable<Double>,
                    satisfied -> Nullable<Double>,
                    backlog_change -> BigInt,
                    reopened -> BigInt,
                    closed_by_one_reply -> BigInt,
                    closed_by_bot -> BigInt,
                    surveys_asked -> BigInt,
                    surveys_answered -> BigInt,
                    reply_time_count -> BigInt,
                    reply_time_mean -> Nullable<Double>,
                    reply_time_median -> Nullable<Double>,
                    reply_time_p90 -> Nullable<Double>,
                    first_closing_time_count -> BigInt,
                    first_closing_time_mean -> Nullable<Double>,
                    first_closing_time_median -> Nullable<Double>,
                    first_closing_time_p90 -> Nullable<Double>,
                }
            }

            #[derive(Clone, Queryable, Insertable)]
            #[diesel(table_name = $table, treat_none_as_default_value = false)]
            struct Row {
                workspace_id: i64,
                day: i32,
                revision: Revision,
                $key: i64,
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
                reopened: i64,
                closed_by_one_reply: i64,
                closed_by_bot: i64,
                surveys_asked: i64,
                surveys_answered: i64,
                reply_time_count: i64,
                reply_time_mean: Option<f64>,
                reply_time_median: Option<f64>,
                reply_time_p90: Option<f64>,
                first_closing_time_count: i64,
                first_closing_time_mean: Option<f64>,
                first_closing_time_median: Option<f64>,
                first_closing_time_p90: Option<f64>,
            }

            impl Row {
                fn new(ws: WorkspaceKey, (day, revision, $key, figures): &Stored) -> Self {
                    Self {
                        workspace_id: ws.0,
                        day: day.number(),
                        revision: *revision,
                        $key: *$key,
                        conversations: figures.conversations as i64,
                        labeled_conversations: figures.labeled_conversations as i64,
                        messages: figures.messages as i64,
                        inbound_messages: figures.inbound_messages as i64,
                        replies: figures.replies as i64,
                        customers: figures.customers as i64,
                        new_customers: figures.new_customers as i64,
                        unanswered: figures.unanswered as i64,
                        closed: figures.closed as i64,
                        won: figures.won as i64,
                        lost: figures.lost as i64,
                        win_rate: figures.win_rate,
                        follow_ups_completed: figures.follow_ups_completed as i64,
                        first_response_count: figures.first_response_count as i64,
                        first_response_mean: figures.first_response_mean,
                        first_response_median: figures.first_response_median,
                        first_response_p90: figures.first_response_p90,
                        closing_time_count: figures.closing_time_count as i64,
                        closing_time_mean: figures.closing_time_mean,
                        closing_time_median: figures.closing_time_median,
                        closing_time_p90: figures.closing_time_p90,
                        ratings: figures.ratings as i64,
                        rating_average: figures.rating_average,
                        satisfied: figures.satisfied,
                        backlog_change: figures.backlog_change,
                        reopened: figures.reopened as i64,
                        closed_by_one_reply: figures.closed_by_one_reply as i64,
                        closed_by_bot: figures.closed_by_bot as i64,
                        surveys_asked: figures.surveys_asked as i64,
                        surveys_answered: figures.surveys_answered as i64,
                        reply_time_count: figures.reply_time_count as i64,
                        reply_time_mean: figures.reply_time_mean,
                        reply_time_median: figures.reply_time_median,
                        reply_time_p90: figures.reply_time_p90,
                        first_closing_time_count: figures.first_closing_time_count as i64,
                        first_closing_time_mean: figures.first_closing_time_mean,
                        first_closing_time_median: figures.first_closing_time_median,
                        first_closing_time_p90: figures.first_closing_time_p90,
                    }
                }

                fn stored(self) -> Stored {
                    let figures = DayFigures {
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
                        reopened: self.reopened as u64,
                        closed_by_one_reply: self.closed_by_one_reply as u64,
                        closed_by_bot: self.closed_by_bot as u64,
                        surveys_asked: self.surveys_asked as u64,
                        surveys_answered: self.surveys_answered as u64,
                        reply_time_count: self.reply_time_count as u64,
                        reply_time_mean: self.reply_time_mean,
                        reply_time_median: self.reply_time_median,
                        reply_time_p90: self.reply_time_p90,
                        first_closing_time_count: self.first_closing_time_count as u64,
                        first_closing_time_mean: self.first_closing_time_mean,
                        first_closing_time_median: self.first_closing_time_median,
                        first_closing_time_p90: self.first_closing_time_p90,
                    };
                    (Day::from_number(self.day), self.revision, self.$key, figures)
                }
            }

            /// The rows of the days from `from` to `to`, of whatever revision, by day and key.
            pub(in super::super) async fn list(
                conn: &mut Conn,
                ws: WorkspaceKey,
                from: Day,
                to: Day,
            ) -> Result<Vec<Stored>> {
                let query = $table::table
                    .filter($table::workspace_id.eq(ws.0))
                    .filter($table::day.between(from.number(), to.number()))
                    .order(($table::day, $table::$key));
                let rows: Vec<Row> = load!(conn, query)?;
                Ok(rows.into_iter().map(Row::stored).collect())
            }

            /// The days that have rows, of whatever revision.
            pub(in super::super) async fn list_days(conn: &mut Conn, ws: WorkspaceKey) -> Result<Vec<i32>> {
                let query = $table::table.filter($table::workspace_id.eq(ws.0)).select($table::day).distinct();
                Ok(load!(conn, query)?)
            }

            pub(in super::super) async fn insert(conn: &mut Conn, ws: WorkspaceKey, rows: &[Stored]) -> Result<()> {
                let rows: Vec<Row> = rows.iter().map(|row| Row::new(ws, row)).collect();
                let rows: Vec<&Row> = rows.iter().collect();
                insert_rows!(conn, $table, rows, [
                        workspace_id, day, revision, $key, conversations, labeled_conversations, messages,
                        inbound_messages, replies, customers, new_customers, unanswered, closed, won, lost,
                        win_rate, follow_ups_completed, first_response_count, first_response_mean,
                        first_response_median, first_response_p90, closing_time_count, closing_time_mean,
                        closing_time_median, closing_time_p90, ratings, rating_average, satisfied,
                        backlog_change, reopened, closed_by_one_reply, closed_by_bot, surveys_asked, surveys_answered, reply_time_count, reply_time_mean, reply_time_median, reply_time_p90, first_closing_time_count, first_closing_time_mean, first_closing_time_median, first_closing_time_p90
                    ])?;
                Ok(())
            }

            /// Removes the rows of `days` of any other revision than `keep`.
            pub(in super::super) async fn delete_others(
                conn: &mut Conn,
                ws: WorkspaceKey,
                days: &[i32],
                keep: Revision,
            ) -> Result<()> {
                let others = $table::table
                    .filter($table::workspace_id.eq(ws.0))
                    .filter($table::day.eq_any(days))
                    .filter($table::revision.ne(keep));
                execute!(conn, diesel::delete(others))?;
                Ok(())
            }

            /// Removes the rows of one day at one revision.
            pub(in super::super) async fn delete(
                conn: &mut Conn,
                ws: WorkspaceKey,
                day: i32,
                revision: Revision,
            ) -> Result<()> {
                let rows = $table::table
                    .filter($table::workspace_id.eq(ws.0))
                    .filter($table::day.eq(day))
                    .filter($table::revision.eq(revision));
                execute!(conn, diesel::delete(rows))?;
                Ok(())
            }
        }
    )*};
}

summaries! {
    members: daily_member_summary by member_key;
    labels: daily_label_summary by label_key;
    channels: daily_channel_summary by channel_key;
}

diesel::allow_tables_to_appear_in_same_query!(daily_member_summary, ledger_days);

/// The first day with a row of a member at its current revision.
pub(super) async fn find_first_day(conn: &mut Conn, ws: WorkspaceKey) -> Result<Option<i32>> {
    let current = daily_member_summary::workspace_id
        .eq(ledger_days::workspace_id)
        .and(daily_member_summary::day.eq(ledger_days::day))
        .and(daily_member_summary::revision.eq(ledger_days::revision));
    let query = ledger_days::table
        .inner_join(daily_member_summary::table.on(current))
        .filter(ledger_days::workspace_id.eq(ws.0))
        .filter(daily_member_summary::workspace_id.eq(ws.0))
        .order(ledger_days::day)
        .select(ledger_days::day)
        .limit(1);
    Ok(first!(conn, query)?)
}
