//! The exported rows are those of the model, in every table, by command and over HTTP alike.

use axum::http::Request;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::read;
use crate::{
    model::{
        book::Book,
        scope::{Filter, Scope, Wanted},
        time::Span,
    },
    on_both_stores,
    support::{
        app::{Caseload, token},
        command::Cli,
        compare::difference,
        database::Backend,
        dice::Dice,
        facts::Writer,
    },
};

const WORLDS: u64 = 4;

on_both_stores! {
    exported_rows_are_those_of_the_model,
    rows_of_some_members_are_those_of_the_model,
    rows_of_some_conversations_are_those_of_the_model,
}

/// A table, whether it is one of figures, and the path that it has.
pub(super) const TABLES: [(&str, bool, &str); 5] = [
    ("daily", true, "/v1/rollups/daily"),
    ("labels", true, "/v1/rollups/labels"),
    ("channels", true, "/v1/rollups/channels"),
    ("feedback", false, "/v1/feedback"),
    ("conversations", false, "/v1/conversations"),
];

/// The rows that the model has for a table.
pub(super) fn expected(book: &Book<'_>, table: &str, span: Span, filter: &Filter) -> Vec<Value> {
    let scope = Scope::of(book.world, filter);
    match table {
        "daily" => book.daily_table(span, filter),
        "labels" => book.label_table(span, &scope),
        "channels" => book.channel_table(span, &scope),
        "feedback" => book.feedback_table(span, filter),
        _ => book.conversation_table(span, filter),
    }
}

async fn exported_rows_are_those_of_the_model(backend: Backend) {
    for seed in 4000..4000 + WORLDS {
        let mut writer = Writer::new(Dice::seeded(seed));
        let mut world = writer.empty_world();
        let caseload = Caseload::new(backend, world.zone, world.now).await;
        let mut records =
            vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "manager"})];
        records.extend(writer.records(250));
        caseload.import(&records).await;
        world.apply_all(&records);
        caseload.roll_up().await;
        let span = writer.span(12);
        let book = Book::of(&world);
        let folder = TempDir::new().expect("a temporary folder");
        let cli = Cli {
            folder: folder.path().to_owned(),
            database_url: caseload.database.url(),
        };
        let (from, to) = (span.from.to_string(), span.to.to_string());
        for (table, figures, path) in TABLES {
            let expected = json!(expected(&book, table, span, &Filter::default()));
            for format in ["csv", "ndjson"] {
                let at = format!("seed {seed}, {table}.{format}, {from} to {to}");
                let by_command = cli
                    .run(&[
                        "export", table, "--from", &from, "--to", &to, "--format", format,
                    ])
                    .code(0)
                    .stdout;
                let over_http =
                    get(&caseload, &format!("{path}.{format}?from={from}&to={to}")).await;
                assert_eq!(by_command, over_http, "{at}");
                let mut rows = if format == "csv" {
                    read::csv(&by_command).1
                } else {
                    read::ndjson(&by_command)
                };
                if figures {
                    read::without_rolled_up_at(&mut rows, &at);
                }
                assert_eq!(difference(&expected, &json!(rows)), None, "{at}");
            }
        }
    }
}

async fn rows_of_some_members_are_those_of_the_model(backend: Backend) {
    let mut writer = Writer::new(Dice::seeded(4100));
    let mut world = writer.empty_world();
    let caseload = Caseload::new(backend, world.zone, world.now).await;
    let mut records =
        vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
    records.extend(writer.records(400));
    caseload.import(&records).await;
    world.apply_all(&records);
    caseload.roll_up().await;
    let (span, book) = (writer.span(30), Book::of(&world));
    let members: Vec<String> = world.everyone().into_iter().skip(1).collect();
    let filter = Filter {
        members: Some(members.clone()),
        ..Filter::default()
    };
    let query: Vec<String> = members
        .iter()
        .map(|id| format!("&member={}", percent_encoded(id)))
        .collect();
    for (table, figures, path) in TABLES {
        let asked = format!(
            "{path}.ndjson?from={}&to={}{}",
            span.from,
            span.to,
            query.concat()
        );
        let mut rows = read::ndjson(&get(&caseload, &asked).await);
        if figures {
            read::without_rolled_up_at(&mut rows, table);
        }
        let expected = json!(expected(&book, table, span, &filter));
        assert_ne!(expected, json!([]), "{table}");
        assert_eq!(difference(&expected, &json!(rows)), None, "{asked}");
    }
}

/// Labels, channels and attributes restrict each other; values of one of them are alternatives.
async fn rows_of_some_conversations_are_those_of_the_model(backend: Backend) {
    let mut compared = 0;
    for seed in 4200..4200 + 2 * WORLDS {
        compared += compare_rows_of_some_conversations(backend, seed).await;
    }
    assert!(100 < compared, "{compared}");
}

/// How many rows were the same.
async fn compare_rows_of_some_conversations(backend: Backend, seed: u64) -> usize {
    let mut compared = 0;
    let mut writer = Writer::new(Dice::seeded(seed));
    let mut world = writer.empty_world();
    let caseload = Caseload::new(backend, world.zone, world.now).await;
    let mut records =
        vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
    records.extend(writer.records(400));
    caseload.import(&records).await;
    world.apply_all(&records);
    caseload.roll_up().await;
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: caseload.database.url(),
    };
    let (span, book) = (writer.span(30), Book::of(&world));
    let (from, to) = (span.from.to_string(), span.to.to_string());
    let seats = |any_of: &[Option<&str>]| Wanted {
        key: "seats".to_owned(),
        any_of: any_of.iter().map(|of| of.map(str::to_owned)).collect(),
    };
    let of_seats = |any_of| Filter {
        attributes: Some(vec![seats(any_of)]),
        ..Filter::default()
    };
    let labeled = Filter {
        labels: Some(vec!["billing".to_owned(), "été".to_owned()]),
        channels: Some(vec![
            "chat".to_owned(),
            "other".to_owned(),
            "fax".to_owned(),
        ]),
        ..Filter::default()
    };
    let filters: [(&[(&str, &str)], Filter); 4] = [
        (
            &[("attribute", "seats:5"), ("attribute", "seats:true")],
            of_seats(&[Some("5"), Some("true")]),
        ),
        (&[("attribute", "seats")], of_seats(&[None])),
        (
            &[
                ("label", "billing"),
                ("label", "été"),
                ("channel", "chat"),
                ("channel", "other"),
                ("channel", "fax"),
            ],
            labeled,
        ),
        (
            &[
                ("attribute", "seats:5.0"),
                ("attribute", "seats:"),
                ("channel", "chat"),
            ],
            Filter {
                channels: Some(vec!["chat".to_owned()]),
                ..of_seats(&[Some("5.0"), None])
            },
        ),
    ];
    for (parameters, filter) in filters {
        for (table, figures, path) in TABLES {
            let pairs = parameters.iter();
            let query = pairs.map(|(name, value)| format!("&{name}={}", percent_encoded(value)));
            let query: String = query.collect();
            let path = format!("{path}.ndjson?from={from}&to={to}{query}");
            let over_http = get(&caseload, &path).await;
            let mut arguments = vec!["export", table, "--from", &from, "--to", &to];
            arguments.extend(["--format", "ndjson"]);
            let flags: Vec<String> = parameters
                .iter()
                .map(|(name, value)| format!("--{name}={value}"))
                .collect();
            arguments.extend(flags.iter().map(String::as_str));
            assert_eq!(cli.run(&arguments).code(0).stdout, over_http, "{path}");
            let mut rows = read::ndjson(&over_http);
            if figures {
                read::without_rolled_up_at(&mut rows, table);
            }
            let expected = json!(expected(&book, table, span, &filter));
            compared += rows.len();
            assert_eq!(difference(&expected, &json!(rows)), None, "{path}");
        }
    }
    compared
}

async fn get(caseload: &Caseload, path: &str) -> String {
    let request = Request::get(path).header("Authorization", format!("Bearer {}", token("boss")));
    let answer = caseload
        .send_request(request.body(axum::body::Body::empty()).expect("a request"))
        .await;
    let text = String::from_utf8(answer.body).expect("UTF-8");
    assert_eq!(answer.status, 200, "{path}: {text}");
    text
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| {
        encoded + &format!("%{byte:02X}")
    })
}
