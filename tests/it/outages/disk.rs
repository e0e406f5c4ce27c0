//! The disk under a database is full, and has room again.

use std::{
    fs::File,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;

use crate::support::{
    app::{lines, token},
    command::{Cli, Server},
    postmaster::Postmaster,
};

/// What keeps a database from growing.
#[derive(Debug)]
enum Limit {
    /// A file system of that size; root alone may mount one.
    FileSystem(TempDir),
    /// The largest file that the process may write.
    FileSize(TempDir),
}

const MEGABYTES: u32 = 4;

impl Limit {
    fn file_system(megabytes: u32) -> Option<Self> {
        let folder = TempDir::new().expect("a temporary folder");
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .output();
        mounted
            .is_ok_and(|mounted| mounted.status.success())
            .then(|| Self::FileSystem(folder))
    }

    fn folder(&self) -> &Path {
        match self {
            Self::FileSystem(folder) | Self::FileSize(folder) => folder.path(),
        }
    }

    fn impose(&self, server: &Server) {
        if matches!(self, Self::FileSize(_)) {
            limit_files(server, &format!("{}:unlimited", u64::from(MEGABYTES) << 20));
        }
    }

    fn lift(&self, server: &Server) {
        match self {
            Self::FileSystem(folder) => {
                let grown = Command::new("mount")
                    .args(["-o", "remount,size=256m"])
                    .arg(folder.path())
                    .status();
                assert!(grown.expect("mount runs").success());
            }
            Self::FileSize(_) => limit_files(server, "unlimited:unlimited"),
        }
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        if let Self::FileSystem(folder) = self {
            // Lazily: a process that a failed test left behind may still use it.
            let _ = Command::new("umount").arg("-l").arg(folder.path()).status();
        }
    }
}

fn limit_files(server: &Server, limit: &str) {
    let limited = Command::new("prlimit")
        .args([
            "--pid",
            &server.id().to_string(),
            &format!("--fsize={limit}"),
        ])
        .status();
    assert!(limited.expect("prlimit runs").success());
}

/// Conversations of one day: as many as a batch has.
fn batch(number: u32) -> String {
    let conversation = |at: u32| {
        json!({
            "type": "conversation", "id": format!("conversation-{number}-{at}"), "customer_id": format!("customer-{at}"),
            "created_at": "2025-03-02T09:00:00Z", "channel": "email",
        })
    };
    lines(&(0..CONVERSATIONS).map(conversation).collect::<Vec<_>>())
}

const CONVERSATIONS: u32 = 500;

fn import(server: &Server, body: &str) -> (u16, String) {
    server
        .try_request(
            "POST /v1/import",
            &token("boss"),
            "application/x-ndjson",
            body,
        )
        .expect("the server answers")
}

/// Takes all the room that is left in a folder's file system, with a file.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("the-rest");
    let mut file = File::create(&path).expect("a file");
    loop {
        match file.write(&[0x5a; 4_096]) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::StorageFull => return path,
            Err(error) => panic!("{error}"),
        }
    }
}

/// An import of `body` is answered 503 `UNAVAILABLE`, `/readyz` gives the reason, and reports go on.
fn check_refused(server: &Server, body: &str) {
    let (status, answer) = import(server, body);
    assert_eq!(status, 503, "{answer}");
    assert!(answer.contains("UNAVAILABLE"), "{answer}");
    let (status, answer) = server.request("GET /readyz", "", "");
    assert_eq!(status, 503, "{answer}");
    assert!(
        answer.contains("writes: ") && answer.contains("disk is full"),
        "{answer}"
    );
    assert_eq!(server.request("GET /readyz?for=reports", "", "").0, 200);
    report(server);
}

fn conversations(cli: &Cli, server: &Server) -> u64 {
    cli.run(&["rollup"]).code(0);
    cli.run(&["verify"]).code(0);
    report(server)
}

fn report(server: &Server) -> u64 {
    let query = "{ team(period: {between: {from: \"2025-03-01\", to: \"2025-03-03\"}}) { metrics { conversations } } }";
    let body = json!({"query": query}).to_string();
    let (status, answer) = server.request("POST /graphql", &token("boss"), &body);
    assert_eq!(status, 200, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    answer["data"]["team"]["metrics"]["conversations"]
        .as_u64()
        .unwrap_or_else(|| panic!("{answer}"))
}

fn check(limit: &Limit) {
    let database = limit.folder().join("caseload.db");
    let elsewhere = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: elsewhere.path().to_owned(),
        database_url: format!("sqlite://{}", database.display()),
    };
    cli.run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    let boss = br#"{"type":"member","id":"boss","name":"Boss","role":"owner"}"#;
    cli.run_with(&["import", "-"], boss).code(0);
    let server = cli.serve_ignoring("XFSZ", &["--no-scheduler"]);
    limit.impose(&server);

    let mut acknowledged = 0;
    let refused = loop {
        let (status, answer) = import(&server, &batch(acknowledged));
        if status != 200 {
            break (status, answer);
        }
        acknowledged += 1;
        assert!(acknowledged < 200, "the disk is never full");
    };
    assert_eq!(refused.0, 503, "{limit:?}: {refused:?}");
    assert!(refused.1.contains("UNAVAILABLE"), "{limit:?}: {refused:?}");
    assert!(0 < acknowledged, "{limit:?}");
    for _ in 0..3 {
        let again = import(&server, &batch(acknowledged));
        assert!(again.0 == 503 || again.0 == 200, "{limit:?}: {again:?}");
    }
    assert_eq!(server.request("GET /healthz", "", "").0, 200);
    if matches!(limit, Limit::FileSystem(_)) {
        let ended = cli
            .run_with(&["import", "-"], batch(acknowledged + 1).as_bytes())
            .code(2);
        assert_eq!(ended.stderr.trim_end().lines().count(), 1, "{ended:?}");
        assert!(ended.stderr.contains("disk is full"), "{ended:?}");
        let rest = fill(limit.folder());
        check_refused(&server, &batch(acknowledged));
        std::fs::remove_file(rest).expect("the file is there");
    }

    limit.lift(&server);
    let (status, answer) = import(&server, &batch(acknowledged));
    assert_eq!(status, 200, "{limit:?}: {answer}");
    assert_eq!(
        conversations(&cli, &server),
        u64::from((acknowledged + 1) * CONVERSATIONS),
        "{limit:?}"
    );
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_full_disk_refuses_what_does_not_fit_and_loses_nothing() {
    check(&Limit::FileSize(
        TempDir::new().expect("a temporary folder"),
    ));
    // Where file systems may be mounted, on one that is full.
    if let Some(limit) = Limit::file_system(MEGABYTES) {
        check(&limit);
    }
}

/// PostgreSQL whose tables are on a full file system says 53100 to whatever needs another page. File systems may be mounted by
/// root alone.
#[test]
fn postgresql_on_a_full_disk_answers_reports_and_takes_imports_again() {
    let Some(limit) = Limit::file_system(48) else {
        return;
    };
    let location = limit.folder().display();
    let owned = Command::new("chown")
        .arg("postgres")
        .arg(limit.folder())
        .status();
    assert!(owned.expect("chown runs").success());
    let postgres = Postmaster::start(&["fsync=off"]);
    postgres.sql(&format!("CREATE TABLESPACE small LOCATION '{location}'"));
    postgres.sql("CREATE DATABASE small TABLESPACE small");
    let elsewhere = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: elsewhere.path().to_owned(),
        database_url: format!("postgres://caseload@127.0.0.1:{}/small", postgres.port()),
    };
    cli.run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    let boss = br#"{"type":"member","id":"boss","name":"Boss","role":"owner"}"#;
    cli.run_with(&["import", "-"], boss).code(0);
    let server = cli.serve(&[]);
    assert_eq!(import(&server, &batch(0)).0, 200);
    assert_eq!(conversations(&cli, &server), u64::from(CONVERSATIONS));

    let rest = fill(limit.folder());
    for _ in 0..3 {
        check_refused(&server, &batch(1));
    }
    let ended = cli.run_with(&["import", "-"], batch(1).as_bytes()).code(2);
    assert!(ended.stderr.contains("disk is full"), "{ended:?}");

    std::fs::remove_file(rest).expect("the file is there");
    let (status, answer) = import(&server, &batch(1));
    assert_eq!(status, 200, "{answer}");
    assert_eq!(conversations(&cli, &server), u64::from(2 * CONVERSATIONS));
    // Whether writes work again is tried once a second.
    let is_ready = |_| {
        thread::sleep(Duration::from_millis(100));
        server.request("GET /readyz", "", "").0 == 200
    };
    assert!((0..100).any(is_ready), "it is not ready again");
    assert_eq!(server.stop(), Some(0));
}
