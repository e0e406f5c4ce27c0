//! Reading what was exported as text back.

use serde_json::{Value, json};

/// The names of the columns in CSV, and rows as objects: numbers as numbers, lists as lists, null where empty.
pub(super) fn csv(text: &str) -> (String, Vec<Value>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let rows = reader.records().map(|record| {
        let record = record.expect("a row");
        header
            .iter()
            .zip(&record)
            .map(|(column, text)| (column.to_owned(), cell(column, text)))
            .collect()
    });
    (header.iter().collect::<Vec<_>>().join(","), rows.collect())
}

fn cell(column: &str, text: &str) -> Value {
    let is_text = [
        "_id",
        "_name",
        "_title",
        "_at",
        "day",
        "channel",
        "comment",
        "outcome",
        "url",
        "attributes",
    ];
    match column {
        _ if text.is_empty() => Value::Null,
        "label_ids" | "labels" => serde_json::from_str(text).expect("a list"),
        _ if is_text.iter().any(|end| column.ends_with(end)) => {
            let formula = text
                .strip_prefix('\'')
                .filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r']));
            json!(formula.unwrap_or(text))
        }
        _ => json!(text.parse::<f64>().expect("a number")),
    }
}

/// Rows as objects.
pub(super) fn ndjson(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// Takes away when the days were rolled up, which is no figure.
pub(super) fn without_rolled_up_at(rows: &mut [Value], at: &str) {
    for row in rows {
        let rolled_up_at = row
            .as_object_mut()
            .and_then(|row| row.remove("rolled_up_at"));
        assert!(rolled_up_at.is_some_and(|at| at.is_string()), "{at}: {row}");
    }
}
