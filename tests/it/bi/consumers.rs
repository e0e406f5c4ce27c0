//! What is exported, read back by the libraries that analysts use: `tests/consumers/read.py`, in the environment that
//! `make test` makes.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::tables::{TABLES, expected};
use crate::{
    model::{book::Book, scope::Filter, tables::daily_row, time::Span},
    support::{
        app::{Caseload, token},
        command::Cli,
        compare::difference,
        database::Backend,
        dice::Dice,
        facts::Writer,
        queries,
    },
};

/// The columns of figures that may be null, doubles; the others are counts.
const NULLABLE: [&str; 15] = [
    "win_rate",
    "first_response_mean",
    "first_response_median",
    "first_response_p90",
    "closing_time_mean",
    "closing_time_median",
    "closing_time_p90",
    "reply_time_mean",
    "reply_time_median",
    "reply_time_p90",
    "first_closing_time_mean",
    "first_closing_time_median",
    "first_closing_time_p90",
    "rating_average",
    "satisfied",
];

/// The columns that are no figures: their name, what they hold, and whether they may be null.
fn columns(table: &str) -> Vec<(&'static str, &'static str, bool)> {
    let customer = [
        ("customer_id", "text", false),
        ("customer_name", "text", true),
    ];
    let labels = [("label_ids", "texts", false), ("labels", "texts", false)];
    match table {
        "daily" => vec![
            ("day", "day", false),
            ("member_id", "word", true),
            ("member_name", "word", true),
        ],
        "labels" => vec![
            ("day", "day", false),
            ("label_id", "word", false),
            ("label_title", "word", false),
            ("share", "number", false),
        ],
        "channels" => vec![("day", "day", false), ("channel", "word", false)],
        "feedback" => [
            &[
                ("day", "day", false),
                ("rating_id", "text", false),
                ("rated_at", "instant", false),
                ("score", "count", false),
                ("comment", "text", true),
                ("conversation_id", "text", false),
                ("channel", "word", true),
            ][..],
            &customer,
            &[("member_id", "word", true), ("member_name", "word", true)],
            &labels,
        ]
        .concat(),
        _ => [
            &[
                ("day", "day", false),
                ("conversation_id", "text", false),
                ("channel", "word", true),
                ("created_at", "instant", false),
                ("closed_at", "instant", true),
                ("outcome", "word", true),
            ][..],
            &customer,
            &[
                ("assignee_id", "word", true),
                ("assignee_name", "word", true),
            ],
            &labels,
            &[
                ("first_response_seconds", "count", true),
                ("closing_seconds", "count", true),
                ("url", "text", true),
                ("attributes", "text", true),
            ],
        ]
        .concat(),
    }
}

/// All columns of a table, as its CSV has them.
fn all_columns(table: &str, header: &str) -> Vec<Value> {
    let own = columns(table);
    let column = |name: &str| match own.iter().find(|column| column.0 == name) {
        Some((name, kind, nullable)) => json!([name, kind, nullable]),
        None if name == "rolled_up_at" => json!([name, "instant", false]),
        None if NULLABLE.contains(&name) => json!([name, "number", true]),
        None => json!([name, "count", false]),
    };
    header.split(',').map(column).collect()
}

#[tokio::test]
async fn pandas_polars_duckdb_and_pyarrow_read_what_the_api_says() {
    let mut writer = Writer::new(Dice::seeded(4200));
    let mut world = writer.empty_world();
    let caseload = Caseload::new(Backend::Sqlite, world.zone, world.now).await;
    let mut records = vec![
        json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"}),
        json!({"type": "member", "id": "=1+1", "name": "@SUM(A1)", "role": "agent"}),
        json!({"type": "customer", "id": "k", "name": "-2+3"}),
        json!({
            "type": "conversation", "id": "+f", "customer_id": "k", "assignee_id": "=1+1",
            "created_at": world.now.to_rfc3339(), "channel": "chat \"a,b\"\nc",
        }),
    ];
    records.extend(writer.records(500));
    caseload.import(&records).await;
    world.apply_all(&records);
    caseload.roll_up().await;
    let (book, today) = (Book::of(&world), world.day(world.now));
    let span = Span {
        from: today - chrono::Days::new(500),
        to: today + chrono::Days::new(1),
    };
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: caseload.database.url(),
    };
    let mut tables = serde_json::Map::new();
    for (table, ..) in TABLES {
        export(&cli, table, span);
        let rows = if table == "daily" {
            daily(&caseload, span).await
        } else {
            expected(&book, table, span, &Filter::default())
        };
        tables.insert(table.to_owned(), with_times(folder.path(), table, rows));
    }
    let none = Span {
        from: today - chrono::Days::new(3000),
        to: today - chrono::Days::new(2900),
    };
    for (table, ..) in TABLES {
        let (empty, from) = (folder.path().join("none"), folder.path());
        std::fs::create_dir_all(&empty).expect("a folder");
        export(
            &Cli {
                folder: empty.clone(),
                ..cli.clone()
            },
            table,
            none,
        );
        for format in ["csv", "ndjson", "parquet", "arrow"] {
            std::fs::rename(
                empty.join(format!("{table}.{format}")),
                from.join(format!("no_{table}.{format}")),
            )
            .expect("a file");
        }
        let columns = tables[table]["columns"].clone();
        tables.insert(
            format!("no_{table}"),
            json!({"columns": columns, "rows": []}),
        );
    }
    std::fs::write(
        folder.path().join("expected.json"),
        json!(tables).to_string(),
    )
    .expect("a file");
    let cells: u64 = first_number(&run_python("read.py", &[folder.path()]));
    assert!(100_000 < cells, "{cells} cells");
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/bi.md");
    assert_eq!(
        first_number(&run_python("recipes.py", &[&guide, folder.path()])),
        4,
        "recipes"
    );
}

fn export(cli: &Cli, table: &str, span: Span) {
    let (from, to) = (span.from.to_string(), span.to.to_string());
    for format in ["csv", "ndjson", "parquet", "arrow"] {
        let file = format!("{table}.{format}");
        cli.run(&[
            "export", table, "--from", &from, "--to", &to, "--format", format, "-o", &file,
        ])
        .code(0);
    }
}

/// What `dailyRollups` answers, page by page.
async fn daily(caseload: &Caseload, span: Span) -> Vec<Value> {
    let (mut rows, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({"period": span.input(), "first": 1000, "after": after});
        let page = caseload
            .ask_with(&token("boss"), &queries::daily_rollups(), &variables)
            .await
            .data("dailyRollups");
        rows.extend(
            page["nodes"]
                .as_array()
                .expect("a list")
                .iter()
                .map(daily_row),
        );
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return rows;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Columns and rows, with the figures to the last digit and the times of rolling up as NDJSON has them: what is written there is
/// held against the model by other tests, and here what each library makes of each format against that.
fn with_times(folder: &Path, table: &str, mut rows: Vec<Value>) -> Value {
    let read = |format: &str| {
        std::fs::read_to_string(folder.join(format!("{table}.{format}"))).expect("a file")
    };
    let csv = read("csv");
    let columns = all_columns(table, csv.lines().next().expect("a header"));
    let mut written = super::read::ndjson(&read("ndjson"));
    assert!(!written.is_empty(), "{table} has no rows to compare");
    for (row, written) in rows.iter_mut().zip(&written) {
        if let Some(at) = written.get("rolled_up_at") {
            row["rolled_up_at"] = at.clone();
        }
    }
    assert_eq!(difference(&json!(rows), &json!(written)), None, "{table}");
    if table == "daily" {
        // The API's own digits.
        written = rows;
    }
    json!({"columns": columns, "rows": written})
}

/// What a script of `tests/consumers` says.
pub(crate) fn run_python(script: &str, arguments: &[&Path]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = root.join("consumers").join(script);
    let output = Command::new(python(root))
        .arg(script)
        .args(arguments)
        .output()
        .expect("Python runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

fn first_number(said: &str) -> u64 {
    said.split(' ')
        .next()
        .and_then(|count| count.parse().ok())
        .unwrap_or_else(|| panic!("{said}"))
}

/// Python with the libraries, as `scripts/install-test-tools` installs them.
fn python(root: &Path) -> PathBuf {
    let path = root.join("../target/consumers/bin/python");
    assert!(
        path.exists(),
        "{} is missing: run scripts/install-test-tools, as `make test` does",
        path.display()
    );
    path
}
