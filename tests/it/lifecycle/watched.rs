//! What a process tells of itself: readiness, figures, logs.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::wire::{Desk, ask, furnish, until};
use crate::support::{
    app::token, command::Cli, command::Server, database::Backend, postmaster::Postmaster,
};

fn authorized(kind: &str) -> String {
    format!(
        "Authorization: Bearer {}\r\nContent-Type: {kind}\r\n",
        token("boss")
    )
}

fn query(server: &Server, query: &str) -> u16 {
    let body = json!({"query": query}).to_string();
    ask(
        server,
        "POST /graphql",
        &authorized("application/json"),
        &body,
    )
    .status()
}

/// The figures by name and labels.
fn figures(server: &Server) -> BTreeMap<String, f64> {
    let text = ask(server, "GET /metrics", "", "").body;
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| line.rsplit_once(' ').expect("a value"))
        .map(|(name, value)| (name.to_owned(), value.parse().expect("a number")))
        .collect()
}

#[test]
fn readiness_says_what_is_missing_and_comes_back() {
    let mut postgres = Postmaster::start(&["fsync=off"]);
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: postgres.url("127.0.0.1"),
    };
    cli.run(&["migrate"]).code(0);
    let server = cli.serve(&["--refresh-interval", "100ms"]);
    let ready = || ask(&server, "GET /readyz", "", "");
    until("the first tick", || ready().status() == 200);
    for word in ["stop", "freeze"] {
        postgres.order(word);
        let reply = ready();
        assert_eq!(reply.status(), 503, "{word}: {reply:?}");
        assert!(
            reply.body.starts_with("store: the database"),
            "{word}: {reply:?}"
        );
        assert!(
            !reply.body.contains("postgres://") && !reply.body.contains("127.0.0.1"),
            "{word}: {reply:?}"
        );
        assert_eq!(ask(&server, "GET /healthz", "", "").status(), 200);
        assert!(figures(&server)["caseload_store_up"] < 0.5, "{word}");
        postgres.order(if word == "stop" { "start" } else { "thaw" });
        until("readiness", || ready().status() == 200);
    }
    postgres.sql("DELETE FROM __diesel_schema_migrations WHERE version LIKE '%000003'");
    let reply = ready();
    assert_eq!(
        (reply.status(), reply.body.as_str()),
        (503, "migrations: the database is of another version\n")
    );
}

#[test]
fn a_scheduler_that_has_not_ticked_is_missing() {
    let desk = Desk::new(Backend::Sqlite);
    let server = desk.cli.serve(&["--no-scheduler"]);
    assert_eq!(
        ask(&server, "GET /readyz", "", "").status(),
        200,
        "nobody waits for a tick that never comes"
    );
}

#[test]
fn figures_count_what_was_asked_and_how_it_was_answered() {
    let desk = Desk::new(Backend::Sqlite);
    let server = desk.cli.serve(&["--no-scheduler"]);
    for _ in 0..3 {
        assert_eq!(query(&server, "{ viewer { role } }"), 200);
    }
    query(&server, "{ nothing }");
    query(&server, "{ viewer { role } ");
    assert_eq!(
        ask(
            &server,
            "POST /graphql",
            "Content-Type: application/json\r\n",
            "{\"query\":\"{ viewer { role } }\"}"
        )
        .status(),
        401
    );
    let facts = "{\"type\":\"conversation\",\"id\":\"c\",\"customer_id\":\"k\",\"created_at\":\"2025-03-02T09:00:00Z\"}\noops\n";
    assert_eq!(
        ask(
            &server,
            "POST /v1/import",
            &authorized("application/x-ndjson"),
            facts
        )
        .status(),
        200
    );
    assert_eq!(ask(&server, "GET /nowhere", "", "").status(), 404);

    let figures = figures(&server);
    let of = |name: &str| {
        figures
            .get(name)
            .copied()
            .unwrap_or_else(|| panic!("no {name} in {figures:#?}"))
    };
    assert!((of("caseload_requests_total{operation=\"query\",code=\"OK\"}") - 3.0).abs() < 0.1);
    assert!(
        (of("caseload_requests_total{operation=\"graphql\",code=\"UNAUTHENTICATED\"}") - 1.0).abs()
            < 0.1
    );
    assert!((of("caseload_requests_total{operation=\"import\",code=\"OK\"}") - 1.0).abs() < 0.1);
    assert!(
        (of("caseload_requests_total{operation=\"page\",code=\"NOT_FOUND\"}") - 1.0).abs() < 0.1
    );
    assert!(
        (of("caseload_request_seconds_bucket{operation=\"import\",le=\"+Inf\"}") - 1.0).abs() < 0.1
    );
    assert!((of("caseload_import_records_total{result=\"accepted\"}") - 1.0).abs() < 0.1);
    assert!((of("caseload_import_records_total{result=\"refused\"}") - 1.0).abs() < 0.1);
    assert!((of("caseload_pending_days") - 1.0).abs() < 0.1);
    assert!(
        0.0 <= of("caseload_oldest_mark_age_seconds")
            && of("caseload_oldest_mark_age_seconds") < 60.0
    );
    assert!((of("caseload_store_up") - 1.0).abs() < 0.1);
    assert!(0.9 < of("caseload_pool_wait_seconds_count"));
    assert!(
        figures.keys().all(|name| !name.contains("acme")),
        "{figures:#?}"
    );
}

#[test]
fn every_figure_is_described_where_operators_read() {
    let desk = Desk::new(Backend::Sqlite);
    let server = desk.cli.serve(&[]);
    query(&server, "{ viewer { role } }");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/monitoring.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let text = ask(&server, "GET /metrics", "", "").body;
    let named: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    assert!(6 < named.len(), "{text}");
    for name in named {
        assert!(
            page.contains(&format!("`{name}")),
            "{name} is not in docs/monitoring.md"
        );
    }
}

#[test]
fn log_lines_carry_the_request_s_id_and_nothing_of_its_secrets() {
    let desk = Desk::new(Backend::Sqlite);
    let cli = &desk.cli;
    let server = cli.serve_with(
        &["--log-format", "json", "--no-scheduler"],
        &[("CASELOAD_LOG", "debug")],
    );
    let secret = "hunter2 in a body";
    let body = json!({"query": format!("{{ viewer {{ role }} }} # {secret}")}).to_string();
    let headers = authorized("application/json") + "x-request-id: from-the-caller-7\r\n";
    let reply = ask(&server, "POST /graphql?token=hunter3", &headers, &body);
    assert_eq!(
        reply.header("x-request-id"),
        Some("from-the-caller-7"),
        "{reply:?}"
    );
    let made = ask(
        &server,
        "GET /healthz",
        "x-request-id: with spaces \"quotes\"\r\n",
        "",
    );
    let made = made.header("x-request-id").expect("one is made").to_owned();
    assert!(
        made.bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-'),
        "{made}"
    );
    until("the log", || server.log().contains(&made));

    let log = server.log();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let answered = lines
        .iter()
        .find(|line| line["message"] == "answered")
        .expect("an answer is logged");
    assert_eq!(
        answered["span"]["request_id"], "from-the-caller-7",
        "{answered}"
    );
    assert_eq!(
        (&answered["code"], &answered["status"]),
        (&json!("OK"), &json!(200)),
        "{answered}"
    );
    let bearer = token("boss");
    for kept_out in [secret, "hunter3", &bearer, "viewer"] {
        assert!(!log.contains(kept_out), "{kept_out} in {log}");
    }
}

#[test]
fn work_that_fails_for_lack_of_a_database_is_told_as_unavailable() {
    let mut postgres = Postmaster::start(&["fsync=off"]);
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: postgres.url("127.0.0.1"),
    };
    cli.run(&["migrate"]).code(0);
    furnish(&cli);
    let server = cli.serve(&["--no-scheduler"]);
    assert_eq!(query(&server, "{ viewer { role } }"), 200);
    postgres.order("stop");
    let label = "{\"type\":\"label\",\"id\":\"l\",\"title\":\"L\"}\n";
    let refused = ask(
        &server,
        "POST /v1/import",
        &authorized("application/x-ndjson"),
        label,
    );
    assert_eq!(refused.status(), 503, "{refused:?}");
    assert!(refused.body.contains("UNAVAILABLE"), "{refused:?}");
    let ended = cli.run(&["rollup"]).code(2);
    assert_eq!(ended.stderr.trim_end().lines().count(), 1, "{ended:?}");
    postgres.order("start");
    assert_eq!(
        ask(
            &server,
            "POST /v1/import",
            &authorized("application/x-ndjson"),
            label
        )
        .status(),
        200
    );
}
