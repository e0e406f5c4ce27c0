//! An import that does not come to its end says what it leaves, and can be run again.

use std::{
    io::Write as _,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    command::{Cli, Ended},
    database::{Backend, Database},
    postmaster::Postmaster,
};

/// More than the batches that may be on their way at once.
const RECORDS: usize = 40_000;

fn customers() -> String {
    (0..RECORDS).fold(String::new(), |text, number| {
        text + &format!(
            "{{\"type\":\"customer\",\"id\":\"k-{number}\",\"name\":\"Kim {number}\"}}\n"
        )
    })
}

fn workspace(database_url: String, folder: &TempDir) -> Cli {
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url,
    };
    cli.run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    cli
}

/// Begins an import, and feeds it everything. Its standard input stays open: it waits for more.
fn begin(cli: &Cli) -> Child {
    let mut import = cli.begin_open(&["import", "-"]);
    let input = import.stdin.as_mut().expect("piped");
    input
        .write_all(customers().as_bytes())
        .expect("the command reads its input");
    import
}

/// The number of records that the message says are kept.
#[track_caller]
fn kept(ended: &Ended) -> u64 {
    let message = ended.stderr.trim_end();
    assert!(!message.contains('\n'), "one line: {message}");
    assert!(message.contains("running it again is safe"), "{message}");
    let before = message
        .split(" records are kept")
        .next()
        .expect("split gives one part at least");
    let number = before.rsplit(' ').next().and_then(|word| word.parse().ok());
    number.unwrap_or_else(|| panic!("no number of records in {message:?}"))
}

/// Runs the whole import again, and gives the number of records that were there already.
fn unchanged_again(cli: &Cli) -> u64 {
    let again = cli.run_with(&["import", "--json", "-"], customers().as_bytes());
    let report: Value = again.code(0).json();
    let count = |field: &str| report[field].as_u64().expect("a count");
    assert_eq!(
        count("accepted") + count("unchanged"),
        RECORDS as u64,
        "{report}"
    );
    count("unchanged")
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(status.expect("kill runs").success());
}

/// Waits until some of the records are in the database, which another import of the first one tells.
fn await_first_batch(cli: &Cli) {
    let first = "{\"type\":\"customer\",\"id\":\"k-0\",\"name\":\"Kim 0\"}\n";
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let report: Value = cli
            .run_with(&["import", "--json", "-"], first.as_bytes())
            .code(0)
            .json();
        if report["unchanged"] == 1 {
            return;
        }
        assert!(Instant::now() < deadline, "no batch came in");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_import_that_a_signal_stops_says_how_many_records_are_kept() {
    for signals in [&["TERM"][..], &["INT", "INT"]] {
        let (folder, database) = (
            TempDir::new().expect("a folder"),
            Database::empty(Backend::Sqlite),
        );
        let cli = workspace(database.url(), &folder);
        let import = begin(&cli);
        await_first_batch(&cli);
        for name in signals {
            signal(&import, name);
            thread::sleep(Duration::from_millis(100));
        }
        let mut import = import;
        // Kept open until it has ended: the command must not wait for its standard input.
        let input = import.stdin.take();
        let ended = Ended::of(import.wait_with_output().expect("the command ends"));
        drop(input);
        let ended = ended.code(2);
        assert!(!ended.stdout.contains("broke off"), "{ended:?}");
        if !ended.stdout.is_empty() {
            assert!(ended.stdout.contains(" 0 refused"), "{ended:?}");
        }
        let kept = kept(&ended);
        let unchanged = unchanged_again(&cli);
        assert!(kept <= unchanged, "{signals:?}: {kept} of {unchanged}");
    }
}

#[test]
fn an_import_that_loses_its_database_says_how_many_records_are_kept() {
    let mut postgres = Postmaster::start(&["fsync=off"]);
    let folder = TempDir::new().expect("a folder");
    let cli = workspace(postgres.url("127.0.0.1"), &folder);
    let mut import = begin(&cli);
    await_first_batch(&cli);
    postgres.order("crash");
    // More, so that something is left to be written whatever came in before.
    let more = customers().replace("\"k-", "\"more-");
    let _ = import
        .stdin
        .take()
        .expect("piped")
        .write_all(more.as_bytes());
    let ended = Ended::of(import.wait_with_output().expect("the command ends")).code(2);
    let kept = kept(&ended);
    assert!(!ended.stderr.contains("caseload.db"), "{}", ended.stderr);
    postgres.order("start");
    let unchanged = unchanged_again(&cli);
    assert!(kept <= unchanged + RECORDS as u64, "{kept}, {unchanged}");
    assert!(0 < kept, "a batch was acknowledged before the crash");
}
