//! The daily rollup as rows for BI tools.

use std::{borrow::Cow, io, sync::Arc};

use caseload_rollup::summary::MemberDay;
use caseload_schema::{day::Day, instant::Instant, period::Period};
use csv::Writer as CsvWriter;
use serde::{Serialize, Serializer};

use crate::{
    auth::Selection,
    daily::{DailyRow, DayRows, Walk},
    snapshot::Snapshot,
};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With a header; empty where null. A `member_id` or `member_name` that a spreadsheet would run as a formula has a `'` before it.
    Csv,
    /// An object a line.
    Ndjson,
}

/// The columns of the daily rollup, in their order. Times are seconds.
#[derive(Debug, Serialize)]
struct Row<'a> {
    #[serde(serialize_with = "text")]
    day: Day,
    member_id: Option<Cow<'a, str>>,
    member_name: Option<Cow<'a, str>>,
    conversations: u64,
    labeled_conversations: u64,
    messages: u64,
    inbound_messages: u64,
    replies: u64,
    customers: u64,
    new_customers: u64,
    unanswered: u64,
    closed: u64,
    won: u64,
    lost: u64,
    win_rate: Option<f64>,
    follow_ups_completed: u64,
    first_response_count: u64,
    first_response_mean: Option<f64>,
    first_response_median: Option<f64>,
    first_response_p90: Option<f64>,
    closing_time_count: u64,
    closing_time_mean: Option<f64>,
    closing_time_median: Option<f64>,
    closing_time_p90: Option<f64>,
    ratings: u64,
    rating_average: Option<f64>,
    satisfied: Option<f64>,
    backlog: i64,
    #[serde(serialize_with = "text")]
    rolled_up_at: Instant,
}

/// Writes the rows of those whom `selection` names, a day at a time, and returns how many.
pub async fn write_daily(
    snapshot: Arc<Snapshot>,
    selection: &Selection,
    period: Period,
    format: Format,
    out: &mut (impl io::Write + Send),
) -> anyhow::Result<u64> {
    let mut walk = Walk::new(snapshot, selection, period).await?;
    let mut rows = 0;
    if format == Format::Csv {
        out.write_all(header().as_bytes())?;
    }
    while let Some(day) = walk.next_day().await? {
        rows += day.rows.len() as u64;
        match format {
            Format::Csv => write_csv(&day, out)?,
            Format::Ndjson => write_ndjson(&day, out)?,
        }
    }
    out.flush()?;
    Ok(rows)
}

fn write_csv(day: &DayRows, out: &mut impl io::Write) -> anyhow::Result<()> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
    for row in &day.rows {
        let row = columns(day, row);
        let (member_id, member_name) = (row.member_id.map(harmless), row.member_name.map(harmless));
        writer.serialize(Row { member_id, member_name, ..row })?;
    }
    writer.flush()?;
    Ok(())
}

fn write_ndjson(day: &DayRows, out: &mut impl io::Write) -> anyhow::Result<()> {
    for row in &day.rows {
        serde_json::to_writer(&mut *out, &columns(day, row))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The CSV header.
fn header() -> String {
    let mut writer = CsvWriter::from_writer(Vec::new());
    let day =
        DayRows { day: Day::from_number(0), block: None, rolled_up_at: Instant::from_micros(0), rows: Vec::new() };
    let nothing = DailyRow { member: None, figures: None, backlog: 0 };
    let written = writer.serialize(columns(&day, &nothing)).map_err(io::Error::other).and_then(|()| {
        let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        String::from_utf8(bytes).map_err(io::Error::other)
    });
    let text = written.expect("a row of numbers can be written to memory");
    text.split_inclusive('\n').next().unwrap_or_default().to_owned()
}

fn columns<'a>(day: &DayRows, row: &'a DailyRow) -> Row<'a> {
    let figures = row.figures.unwrap_or(NOTHING);
    Row {
        day: day.day,
        member_id: row.member_id().map(Cow::Borrowed),
        member_name: row.member.as_ref().map(|member| Cow::Borrowed(member.name.as_str())),
        conversations: figures.conversations,
        labeled_conversations: figures.labeled_conversations,
        messages: figures.messages,
        inbound_messages: figures.inbound_messages,
        replies: figures.replies,
        customers: figures.customers,
        new_customers: figures.new_customers,
        unanswered: figures.unanswered,
        closed: figures.closed,
        won: figures.won,
        lost: figures.lost,
        win_rate: figures.win_rate,
        follow_ups_completed: figures.follow_ups_completed,
        first_response_count: figures.first_response_count,
        first_response_mean: figures.first_response_mean,
        first_response_median: figures.first_response_median,
        first_response_p90: figures.first_response_p90,
        closing_time_count: figures.closing_time_count,
        closing_time_mean: figures.closing_time_mean,
        closing_time_median: figures.closing_time_median,
        closing_time_p90: figures.closing_time_p90,
        ratings: figures.ratings,
        rating_average: figures.rating_average,
        satisfied: figures.satisfied,
        backlog: row.backlog,
        rolled_up_at: day.rolled_up_at,
    }
}

/// A day on which nothing counts.
const NOTHING: MemberDay = MemberDay {
    member: None,
    conversations: 0,
    labeled_conversations: 0,
    messages: 0,
    inbound_messages: 0,
    replies: 0,
    customers: 0,
    new_customers: 0,
    unanswered: 0,
    closed: 0,
    won: 0,
    lost: 0,
    win_rate: None,
    follow_ups_completed: 0,
    first_response_count: 0,
    first_response_mean: None,
    first_response_median: None,
    first_response_p90: None,
    closing_time_count: 0,
    closing_time_mean: None,
    closing_time_median: None,
    closing_time_p90: None,
    ratings: 0,
    rating_average: None,
    satisfied: None,
    backlog_change: 0,
};

/// A text that spreadsheets show instead of running it.
fn harmless(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text }
}

fn text<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[cfg(test)]
mod tests {
    use caseload_schema::{directory::Member, id::MemberKey, role::Role};

    use super::*;

    fn day(name: &str) -> DayRows {
        day_of("a,1", name)
    }

    fn day_of(id: &str, name: &str) -> DayRows {
        let member = Member {
            key: MemberKey(1),
            id: id.to_owned(),
            name: name.to_owned(),
            email: None,
            role: Role::Agent,
            active: true,
            avatar_url: None,
            known: true,
        };
        let figures = MemberDay { conversations: 2, win_rate: Some(0.5), ..NOTHING };
        let rows = vec![
            DailyRow { member: Some(Arc::new(member)), figures: Some(figures), backlog: 3 },
            DailyRow { member: None, figures: None, backlog: 1 },
        ];
        DayRows { day: Day::from_number(20_000), block: None, rolled_up_at: Instant::from_seconds(1_728_000_000), rows }
    }

    #[test]
    fn the_csv_header_has_all_columns_in_order() {
        assert_eq!(
            header(),
            "day,member_id,member_name,conversations,labeled_conversations,messages,inbound_messages,replies,customers,\
             new_customers,unanswered,closed,won,lost,win_rate,follow_ups_completed,first_response_count,\
             first_response_mean,first_response_median,first_response_p90,closing_time_count,closing_time_mean,\
             closing_time_median,closing_time_p90,ratings,rating_average,satisfied,backlog,rolled_up_at\n"
        );
    }

    #[test]
    fn csv_cells_are_quoted_where_needed_and_empty_where_null() {
        let mut out = Vec::new();
        write_csv(&day("Anna"), &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "2024-10-04,\"a,1\",Anna,2,0,0,0,0,0,0,0,0,0,0,0.5,0,0,,,,0,,,,0,,,3,2024-10-04T00:00:00Z\n\
             2024-10-04,,,0,0,0,0,0,0,0,0,0,0,0,,0,0,,,,0,,,,0,,,1,2024-10-04T00:00:00Z\n"
        );
    }

    #[test]
    fn an_id_or_a_name_that_is_a_formula_is_made_harmless_in_csv_alone() {
        let (mut csv, mut ndjson) = (Vec::new(), Vec::new());
        write_csv(&day_of("@SUM(1)", "=HYPERLINK(1)"), &mut csv).unwrap();
        write_ndjson(&day_of("@SUM(1)", "=HYPERLINK(1)"), &mut ndjson).unwrap();
        assert!(String::from_utf8(csv).unwrap().contains(",'@SUM(1),'=HYPERLINK(1),"));
        assert!(String::from_utf8(ndjson).unwrap().contains("\"@SUM(1)\",\"member_name\":\"=HYPERLINK(1)\""));
    }

    #[test]
    fn a_line_of_ndjson_has_nulls_and_no_text_for_numbers() {
        let mut out = Vec::new();
        write_ndjson(&day("Anna"), &mut out).unwrap();
        let lines = String::from_utf8(out).unwrap();
        let second: serde_json::Value = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
        assert_eq!(second["member_id"], serde_json::Value::Null);
        assert_eq!(second["backlog"], 1);
        assert_eq!(second["day"], "2024-10-04");
    }
}
