//! The database can be read, and takes no writes: reports go on, changes are refused with words that say so, and work again
//! by themselves once it takes them.

use std::{fs::Permissions, os::unix::fs::PermissionsExt as _, thread, time::Duration};

use serde_json::json;
use tempfile::TempDir;

use crate::support::{
    app::token,
    command::{Cli, Server},
    postmaster::Postmaster,
};

const FACTS: &str = concat!(
    r#"{"type":"member","id":"boss","name":"Boss","role":"owner"}"#,
    "\n",
    r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2025-03-02T09:00:00Z"}"#,
    "\n",
);

fn furnish(folder: &TempDir, database_url: String) -> Cli {
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url,
    };
    cli.run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    cli.run_with(&["import", "-"], FACTS.as_bytes()).code(0);
    cli.run(&["rollup"]).code(0);
    cli
}

fn ask(server: &Server, query: &str) -> (u16, String) {
    let body = json!({ "query": query }).to_string();
    server.request("POST /graphql", &token("boss"), &body)
}

fn import(server: &Server, number: usize) -> (u16, String) {
    let label = format!("{{\"type\":\"label\",\"id\":\"l-{number}\",\"title\":\"One\"}}\n");
    let answer = server.try_request(
        "POST /v1/import",
        &token("boss"),
        "application/x-ndjson",
        &label,
    );
    answer.expect("the server answers")
}

const REPORT: &str = "{ team(period: {between: {from: \"2025-03-01\", to: \"2025-03-03\"}}) { metrics { conversations } } }";
const MUTATION: &str = "mutation { createApiToken(name: \"x\", scopes: [IMPORT]) { secret } }";

/// Reports go on; imports and mutations are answered 503 `UNAVAILABLE`; `/readyz` says which changes are refused.
fn check_refused(server: &Server) {
    for round in 0..3 {
        let (status, answer) = import(server, round);
        assert_eq!(status, 503, "{answer}");
        assert!(answer.contains("\"UNAVAILABLE\""), "{answer}");
        let (_, answer) = ask(server, MUTATION);
        assert!(answer.contains("\"UNAVAILABLE\""), "{answer}");
        let (status, answer) = ask(server, REPORT);
        assert_eq!(status, 200, "{answer}");
        assert!(answer.contains("\"conversations\":1"), "{answer}");
    }
    let (status, said) = server.request("GET /readyz", "", "");
    assert_eq!(status, 503, "{said}");
    assert!(
        said.contains("writes: ") && said.contains("Imports"),
        "{said}"
    );
    let (status, said) = server.request("GET /readyz?for=reports", "", "");
    assert_eq!(status, 200, "{said}");
    let figures = server.request("GET /metrics", "", "").1;
    assert!(figures.contains("caseload_store_writable 0"), "{figures}");
}

/// Changes work again, without a restart.
fn check_taken(server: &Server) {
    let works = |attempt: usize| {
        thread::sleep(Duration::from_millis(100));
        import(server, attempt).0 == 200 && ask(server, MUTATION).1.contains("\"secret\"")
    };
    assert!((0..300).any(works), "changes are refused for good");
    let is_ready = |_| {
        thread::sleep(Duration::from_millis(100));
        server.request("GET /readyz", "", "").0 == 200
    };
    assert!((0..300).any(is_ready), "it is not ready again");
}

#[test]
fn postgresql_that_turns_read_only_answers_reports_and_takes_changes_again() {
    let postgres = Postmaster::start(&["fsync=off"]);
    let folder = TempDir::new().expect("a temporary folder");
    let cli = furnish(&folder, postgres.url("127.0.0.1"));
    for arguments in [&[][..], &["--no-scheduler"]] {
        let server = cli.serve(arguments);
        check_taken(&server);
        assert_eq!(ask(&server, REPORT).0, 200);
        // For sessions that begin from now on, as a pooler or a new address makes them; and for all.
        for (on, off) in [
            (
                "ALTER DATABASE postgres SET default_transaction_read_only = on; \
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE application_name = 'caseload';",
                "SET default_transaction_read_only = off; \
                 ALTER DATABASE postgres RESET default_transaction_read_only;",
            ),
            (
                "ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf();",
                "ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf();",
            ),
        ] {
            for statement in on.split_inclusive(';') {
                postgres.sql(statement);
            }
            thread::sleep(Duration::from_millis(500));
            check_refused(&server);
            let ended = cli.run_with(&["import", "-"], FACTS.as_bytes());
            // Unchanged records are written about, too: what was imported is recorded.
            let ended = ended.code(2);
            assert_eq!(ended.stderr.trim_end().lines().count(), 1, "{ended:?}");
            assert!(ended.stderr.contains("takes no writes"), "{ended:?}");
            postgres.sql(off);
            check_taken(&server);
        }
        assert_eq!(server.stop(), Some(0));
    }
}

#[test]
fn a_server_starts_on_a_database_that_takes_no_writes() {
    let postgres = Postmaster::start(&["fsync=off"]);
    let folder = TempDir::new().expect("a temporary folder");
    let cli = furnish(&folder, postgres.url("127.0.0.1"));
    for arguments in [&["--no-scheduler"][..], &[]] {
        postgres.sql("ALTER SYSTEM SET default_transaction_read_only = on");
        postgres.sql("SELECT pg_reload_conf()");
        thread::sleep(Duration::from_millis(500));
        let server = cli.serve(arguments);
        check_refused(&server);
        postgres.sql("ALTER SYSTEM RESET default_transaction_read_only");
        postgres.sql("SELECT pg_reload_conf()");
        check_taken(&server);
        assert_eq!(server.stop(), Some(0));
    }
}

/// A file without the right to write, before a server that minds it though it is root's.
#[test]
fn a_sqlite_file_that_takes_no_writes_answers_reports_and_takes_changes_again() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("caseload.db");
    let cli = furnish(&folder, format!("sqlite://{}", file.display()));
    permit(&folder, 0o444);
    let server = cli.serve_as_an_owner(&["--no-scheduler"]);
    check_refused(&server);
    permit(&folder, 0o644);
    check_taken(&server);
    assert_eq!(ask(&server, REPORT).0, 200);
    assert_eq!(server.stop(), Some(0));
    cli.run(&["verify"]).code(0);
}

/// Sets the mode of each file of a folder: those that SQLite makes beside a database have the database's.
fn permit(folder: &TempDir, mode: u32) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        std::fs::set_permissions(path, Permissions::from_mode(mode)).expect("the file is ours");
    }
}

/// A server whose messages are German: what a statement that takes too long, a session that is ended and a database that is
/// read-only mean is in their codes.
#[test]
fn a_german_server_means_the_same() {
    let folder = TempDir::new().expect("a temporary folder");
    let locales = TempDir::new().expect("a temporary folder");
    let postgres = Postmaster::german(locales.path());
    let cli = furnish(&folder, postgres.url("127.0.0.1"));
    let server = cli.serve(&["--no-scheduler", "--statement-timeout", "200ms"]);
    check_taken(&server);
    // What locks a table holds up whoever reads it, until the statement has taken as long as it may.
    let port = postgres.port();
    let locked = thread::spawn(move || {
        crate::support::postgres::psql_at(
            port,
            "postgres",
            "BEGIN; LOCK TABLE conversations; SELECT pg_sleep(3); ROLLBACK;",
        )
    });
    thread::sleep(Duration::from_millis(500));
    let (_, answer) = ask(
        &server,
        "{ conversations(measure: CONVERSATIONS, period: {between: {from: \"2025-03-01\", to: \"2025-03-03\"}}) \
         { nodes { id createdAt } } }",
    );
    assert!(
        answer.contains("\"UNAVAILABLE\"") && !answer.contains("INTERNAL"),
        "{answer}"
    );
    locked.join().expect("psql ends");
    postgres.sql("ALTER SYSTEM SET default_transaction_read_only = on");
    postgres.sql("SELECT pg_reload_conf()");
    thread::sleep(Duration::from_millis(500));
    check_refused(&server);
    assert!(
        postgres.log().contains("FEHLER"),
        "its messages are not German: {}",
        postgres.log()
    );
    postgres.sql("ALTER SYSTEM RESET default_transaction_read_only");
    postgres.sql("SELECT pg_reload_conf()");
    check_taken(&server);
    assert_eq!(server.stop(), Some(0));
}
