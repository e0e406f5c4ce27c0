//! The rules of docs/import.md, one by one.

mod again;
mod children;
mod deletes;
mod interrupted;
mod memory;
mod owners;
mod refusals;
mod sequences;
mod state;
mod stored;
mod streams;
mod windows;

use caseload_schema::import::{Encoding, Report};
use serde_json::{Value, json};

use crate::support::{app::Caseload, compare::difference, database::Backend};

/// A workspace in UTC, on 2026-03-10 at noon, with an owner called boss.
pub(crate) async fn acme(backend: Backend) -> Caseload {
    let now = "2026-03-10T12:00:00Z".parse().expect("an instant");
    let caseload = Caseload::new(backend, chrono_tz::UTC, now).await;
    let report = caseload
        .import(&[json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})])
        .await;
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    caseload
}

/// Accepted, unchanged, stale, rejected.
fn counts(report: &Report) -> [u64; 4] {
    [
        report.accepted,
        report.unchanged,
        report.stale,
        report.rejected,
    ]
}

/// Imports a text, and checks what is counted.
#[track_caller]
fn take<'a>(
    caseload: &'a Caseload,
    text: &'a str,
    expected: [u64; 4],
) -> impl Future<Output = Report> + 'a {
    let caller = std::panic::Location::caller();
    async move {
        let report = caseload
            .import_bytes(text.as_bytes().to_vec(), Encoding::Identity, false)
            .await;
        assert_eq!(counts(&report), expected, "{caller}: {report:?}");
        report
    }
}

/// Rolls up, and checks some of the workspace's figures of the first ten days of March 2026.
#[track_caller]
fn figures<'a>(caseload: &'a Caseload, expected: &'a Value) -> impl Future<Output = ()> + 'a {
    let caller = std::panic::Location::caller();
    async move {
        caseload.roll_up().await;
        let got = team(caseload, expected).await;
        assert_eq!(difference(expected, &got), None, "{caller}: {got}");
    }
}

/// What a team report holds of the fields of `wanted`.
async fn team(caseload: &Caseload, wanted: &Value) -> Value {
    let fields = selection(wanted);
    let query = format!(
        "{{ team(period: {{between: {{from: \"2026-03-01\", to: \"2026-03-10\"}}}}) {fields} }}"
    );
    caseload.ask("boss", &query, &json!({})).await.data("team")
}

/// The selection that is answered in the shape of `wanted`.
fn selection(wanted: &Value) -> String {
    match wanted {
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("{name} {}", selection(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(" "))
        }
        Value::Array(entries) => entries
            .first()
            .map_or_else(|| "{ __typename }".to_owned(), selection),
        _ => String::new(),
    }
}
