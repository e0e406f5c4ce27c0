//! Whatever keeps a command from running is told in one line that names it and says what to do, with no phrase twice and no
//! secret.

use std::{collections::BTreeSet, net::TcpListener};

use super::Desk;
use crate::support::{command::Ended, database::Backend, postmaster::Postmaster};

/// What no message may hold.
const PASSWORD: &str = "hunter2hunter2";

/// How many words a phrase has that must not come twice.
const PHRASE: usize = 4;

/// One line, exit code 2, nothing said twice, no secret, and the words that name what is wrong.
#[track_caller]
fn check(ended: Ended, names: &[&str]) {
    let ended = ended.code(2);
    let line = ended.stderr.trim_end();
    assert_eq!(line.lines().count(), 1, "{ended:?}");
    assert!(line.starts_with("caseload: "), "{line}");
    assert!(!line.contains(PASSWORD), "{line}");
    assert_eq!(ended.stdout, "", "{line}");
    for name in names {
        assert!(line.contains(name), "{name:?} is not in {line:?}");
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut seen = BTreeSet::new();
    for phrase in words.windows(PHRASE) {
        assert!(seen.insert(phrase), "{phrase:?} comes twice in {line:?}");
    }
    // The same reason behind two colons is a chain.
    let mut seen = BTreeSet::new();
    for part in line.split(": ").filter(|part| part.contains(' ')) {
        assert!(seen.insert(part), "{part:?} comes twice in {line:?}");
    }
}

#[test]
fn a_database_that_can_t_be_used_is_named_with_what_to_do() {
    let desk = Desk::new(Backend::Sqlite);
    let folder = desk.folder.path();
    std::fs::create_dir(folder.join("directory")).expect("a directory");
    std::fs::write(folder.join("text.db"), "not a database. ".repeat(100)).expect("a file");
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let refused = format!("postgres://me:{PASSWORD}@127.0.0.1:{closed}/x");
    let place = format!("127.0.0.1:{closed}");
    let unknown = format!("postgres://me:{PASSWORD}@no-such-host.invalid:5433/x");
    let no_port = format!("postgres://me:{PASSWORD}@127.0.0.1:port/x");
    let other = format!("mysql://me:{PASSWORD}@127.0.0.1/x");
    let cases = [
        (refused.as_str(), &[place.as_str(), "is it running"][..]),
        (&unknown, &["no-such-host.invalid:5433", "check the host"]),
        (&no_port, &["database_url", "port"]),
        (&other, &["database_url", "sqlite:// or postgres://"]),
        ("sqlite://", &["database_url", "sqlite://caseload.db"]),
        (
            "sqlite://directory",
            &["directory is a directory", "name a file"],
        ),
        (
            "sqlite://no/such/folder/x.db",
            &["no/such/folder", "make it"],
        ),
        ("sqlite://text.db", &["text.db", "name another file"]),
    ];
    for (url, names) in cases {
        for command in [
            &["serve", "--listen", "127.0.0.1:0"][..],
            &["worker", "--listen", "127.0.0.1:0"],
            &["migrate"],
            &["workspace", "list"],
            &["import", "-"],
            &["rollup"],
            &["verify"],
            &["token", "--member", "x"],
        ] {
            let ended = desk.cli.run_in(command, &[("CASELOAD_DATABASE_URL", url)]);
            check(ended, names);
        }
    }
}

#[test]
fn postgresql_that_refuses_says_whom_and_what_to_do() {
    let desk = Desk::new(Backend::Sqlite);
    let postgres = Postmaster::start(&["fsync=off", "password_encryption=scram-sha-256"]);
    let place = format!("127.0.0.1:{}", postgres.port());
    postgres.sql("CREATE ROLE guest LOGIN PASSWORD 'another'");
    postgres.sql("CREATE DATABASE closed");
    postgres.sql("REVOKE CONNECT ON DATABASE closed FROM PUBLIC");
    let url =
        |user: &str, database: &str| format!("postgres://{user}:{PASSWORD}@{place}/{database}");
    for (url, names) in [
        (
            url("caseload", "nowhere"),
            &["\"nowhere\"", "createdb nowhere"][..],
        ),
        (
            url("nobody", "postgres"),
            &["\"nobody\"", "check user and password"],
        ),
        (url("guest", "closed"), &["\"guest\"", "\"closed\""]),
    ] {
        let ended = desk
            .cli
            .run_in(&["migrate"], &[("CASELOAD_DATABASE_URL", &url)]);
        check(ended, &[&[place.as_str()], names].concat());
    }
    // From now on with a password.
    postgres.sql(
        "DO $$ BEGIN EXECUTE format('COPY (SELECT ''host all guest 127.0.0.1/32 scram-sha-256'' UNION ALL \
         SELECT ''host all all 127.0.0.1/32 trust'') TO %L', current_setting('hba_file')); END $$",
    );
    let wrong = url("guest", "postgres");
    postgres.sql("SELECT pg_reload_conf()");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let ended = desk
        .cli
        .run_in(&["migrate"], &[("CASELOAD_DATABASE_URL", &wrong)]);
    check(ended, &[&place, "\"guest\"", "check user and password"]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn arguments_and_settings_that_can_t_be_used_are_named_with_what_to_do() {
    let desk = Desk::with_workspace(Backend::Sqlite);
    let folder = desk.folder.path();
    std::fs::create_dir(folder.join("directory")).expect("a directory");
    for (name, text) in [
        ("unknown.toml", "\nmax_dept = 9\n"),
        ("type.toml", "max_aliases = 9\nmax_depth = \"deep\"\n"),
        ("time.toml", "refresh_interval = 30\n"),
        (
            "syntax.toml",
            "jwt_secret = hunter2hunter2 hunter2hunter2\n",
        ),
        ("origin.toml", "cors_origins = [\"example.com\"]\n"),
        ("text", "no key\n"),
    ] {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = listener.local_addr().expect("an address").to_string();
    let days = ["--from", "2025-01-01", "--to", "2025-01-02"];
    let export = [&["export", "daily"], &days[..], &["--format"]].concat();
    let cases: Vec<(Vec<&str>, &[&str])> = vec![
        (
            vec!["serve", "--listen", &taken],
            &["--listen", "127.0.0.1:"],
        ),
        (
            vec!["serve", "--listen", "nowhere"],
            &["nowhere", "--listen"],
        ),
        (
            vec!["health", "--listen", "127.0.0.1:1"],
            &["127.0.0.1:1", "caseload serve"],
        ),
        (vec!["serve", "--config", "missing.toml"], &["missing.toml"]),
        (vec!["serve", "--config", "directory"], &["directory"]),
        (
            vec!["serve", "--config", "unknown.toml"],
            &[
                "unknown.toml, line 2",
                "max_dept;",
                "did you mean max_depth?",
            ],
        ),
        (
            vec!["serve", "--config", "type.toml"],
            &["type.toml, line 2", "max_depth", "a whole number", "a text"],
        ),
        (
            vec!["serve", "--config", "time.toml"],
            &["time.toml, line 1", "refresh_interval", "30s"],
        ),
        (
            vec!["serve", "--config", "syntax.toml"],
            &["syntax.toml, line 1"],
        ),
        (
            vec!["serve", "--config", "origin.toml"],
            &["cors_origins", "\"example.com\"", "https://"],
        ),
        (
            vec!["serve", "--refresh-interval", "30"],
            &["--refresh-interval", "30s"],
        ),
        (
            vec!["serve", "--redis-url", "http://x"],
            &["redis_url", "redis://"],
        ),
        (
            vec!["serve", "--otlp-endpoint", "https://x"],
            &["otlp_endpoint", "http://"],
        ),
        (
            vec!["serve", "--trusted-documents", "missing.json"],
            &["missing.json"],
        ),
        (
            vec!["serve", "--jwks-file", "text"],
            &["exactly one of", "jwks_file"],
        ),
        (
            vec!["serve", "--jwt-secret", "short"],
            &["jwt_secret", "32"],
        ),
        (vec!["nonsense"], &["nonsense", "caseload --help"]),
        (
            vec!["serve", "--no-schedule"],
            &["--no-scheduler", "caseload --help"],
        ),
        (vec!["import", "missing.ndjson"], &["missing.ndjson"]),
        (vec!["import", "directory"], &["directory"]),
        (vec!["import"], &["FILE"]),
        (
            vec!["import", "--workspace", "nowhere", "-"],
            &["nowhere", "workspace list"],
        ),
        (vec!["rollup", "--from", "2025-01-01"], &["--to"]),
        (
            vec!["rollup", "--from", "2025-01-01", "--to", "yesterday"],
            &["yesterday", "2026-03-01"],
        ),
        ([&export[..], &["xlsx"]].concat(), &["xlsx", "parquet"]),
        (
            [&export[..], &["csv", "-o", "no/folder/x.csv"]].concat(),
            &["no/folder/x.csv"],
        ),
        (
            [&export[..], &["csv", "--member", "nobody"]].concat(),
            &["nobody", "--member"],
        ),
        (vec!["bi", "grant", "--role", "x"], &["SQLite"]),
        (
            vec!["workspace", "create", "acme", "--name", "Again"],
            &["acme"],
        ),
        (
            vec!["workspace", "set-timezone", "acme", "Mars/X"],
            &["Mars/X", "Europe/Rome"],
        ),
        (
            vec!["demo", "--data", "text", "--exit-when-ready"],
            &["text"],
        ),
        (vec!["completions", "nosuch"], &["nosuch", "bash"]),
        (vec!["man", "text/x"], &["text/x"]),
    ];
    for (arguments, names) in cases {
        check(desk.cli.run_in(&arguments, &[]), names);
    }
}
