//! The exported rows are those of the model, in every format.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    model::book::Book,
    on_both_stores,
    support::{app::Caseload, command::Cli, compare::difference, database::Backend, dice::Dice, facts::Writer},
};

const WORLDS: u64 = 4;

on_both_stores! {
    exported_rows_are_those_of_the_model,
}

/// The columns, and where the model has them; the last column says when the day was rolled up, which is no figure.
const COLUMNS: [(&str, &str); 28] = [
    ("day", "/day"),
    ("member_id", "/member/id"),
    ("member_name", "/member/name"),
    ("conversations", "/metrics/conversations"),
    ("labeled_conversations", "/metrics/labeledConversations"),
    ("messages", "/metrics/messages"),
    ("inbound_messages", "/metrics/inboundMessages"),
    ("replies", "/metrics/replies"),
    ("customers", "/metrics/customers"),
    ("new_customers", "/metrics/newCustomers"),
    ("unanswered", "/metrics/unanswered"),
    ("closed", "/metrics/closed"),
    ("won", "/metrics/won"),
    ("lost", "/metrics/lost"),
    ("win_rate", "/metrics/winRate"),
    ("follow_ups_completed", "/metrics/followUpsCompleted"),
    ("first_response_count", "/metrics/firstResponse/count"),
    ("first_response_mean", "/metrics/firstResponse/mean"),
    ("first_response_median", "/metrics/firstResponse/median"),
    ("first_response_p90", "/metrics/firstResponse/p90"),
    ("closing_time_count", "/metrics/closingTime/count"),
    ("closing_time_mean", "/metrics/closingTime/mean"),
    ("closing_time_median", "/metrics/closingTime/median"),
    ("closing_time_p90", "/metrics/closingTime/p90"),
    ("ratings", "/metrics/ratings/count"),
    ("rating_average", "/metrics/ratings/average"),
    ("satisfied", "/metrics/ratings/satisfied"),
    ("backlog", "/backlog"),
];

async fn exported_rows_are_those_of_the_model(backend: Backend) {
    for seed in 4000..4000 + WORLDS {
        let mut writer = Writer::new(Dice::seeded(seed));
        let mut world = writer.empty_world();
        let caseload = Caseload::new(backend, world.zone, world.now).await;
        let records = writer.records(250);
        caseload.import(&records).await;
        world.apply_all(&records);
        caseload.roll_up().await;
        let span = writer.span(12);
        let expected: Vec<Value> = Book::of(&world).daily_rollups(span, None).iter().map(row).collect();
        let folder = TempDir::new().expect("a temporary folder");
        let cli = Cli { folder: folder.path().to_owned(), database_url: caseload.database.url() };
        let (from, to) = (span.from.to_string(), span.to.to_string());
        for format in ["csv", "ndjson"] {
            let exported =
                cli.run(&["export", "daily", "--from", &from, "--to", &to, "--format", format]).code(0).stdout;
            let rows = if format == "csv" { read_csv(&exported) } else { read_ndjson(&exported) };
            assert_eq!(difference(&json!(expected), &json!(rows)), None, "seed {seed}, {format}, {from} to {to}");
        }
    }
}

/// The model's row by column.
fn row(rollup: &Value) -> Value {
    let cell = |path: &str| rollup.pointer(path).cloned().unwrap_or_default();
    COLUMNS.iter().map(|(column, path)| ((*column).to_owned(), cell(path))).collect()
}

fn read_csv(text: &str) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let cell = |column: &str, text: &str| match column {
        _ if text.is_empty() => Value::Null,
        "day" | "member_id" | "member_name" => json!(text),
        _ => json!(text.parse::<f64>().expect("a number")),
    };
    let rows = reader.records().map(|record| {
        let record = record.expect("a row");
        assert!(!record[COLUMNS.len()].is_empty(), "rolled_up_at: {record:?}");
        let cells = header.iter().zip(&record).take(COLUMNS.len());
        cells.map(|(column, text)| (column.to_owned(), cell(column, text))).collect()
    });
    rows.collect()
}

fn read_ndjson(text: &str) -> Vec<Value> {
    let rows = text.lines().map(|line| {
        let mut row: Value = serde_json::from_str(line).expect("JSON");
        let rolled_up_at = row.as_object_mut().and_then(|row| row.remove("rolled_up_at"));
        assert!(rolled_up_at.is_some_and(|at| at.is_string()), "{line}");
        row
    });
    rows.collect()
}
