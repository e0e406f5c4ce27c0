//! What has ended or stalled servers before. After each the process lives, has its memory back, and answers the next honest
//! request as fast as ever.

mod bodies;
mod classes;
mod connections;
mod documents;
mod work;

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    app::{lines, token},
    command::{Cli, Server},
    database::{Backend, Database},
};

const MIB: u64 = 1 << 20;

/// The memory that something may leave behind.
const MOST_LEFT: u64 = 50 * MIB;

/// How long the allocator may take to give memory back.
const SETTLING: Duration = Duration::from_secs(20);

/// How long the machine may have other things to do, at most.
const STALL: Duration = Duration::from_secs(10);

/// A server, what it had of memory when it was warm, and how long an honest request takes it then.
struct Target {
    server: Server,
    memory: u64,
    usual: Duration,
    _database: Database,
    _folder: TempDir,
}

impl Target {
    fn start(arguments: &[&str]) -> Self {
        Self::with(arguments, &[])
    }

    /// With those facts beside its owner.
    fn with(arguments: &[&str], records: &[Value]) -> Self {
        let (folder, database) = (
            TempDir::new().expect("a temporary folder"),
            Database::empty(Backend::Sqlite),
        );
        let cli = Cli {
            folder: folder.path().to_owned(),
            database_url: database.url(),
        };
        cli.run(&["workspace", "create", "acme", "--name", "Acme"])
            .code(0);
        let boss = json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"});
        let records = lines(&[&[boss], records].concat());
        cli.run_with(&["import", "-"], records.as_bytes()).code(0);
        let server = cli.serve(&[&["--no-scheduler"][..], arguments].concat());
        let mut target = Self {
            server,
            memory: 0,
            usual: Duration::ZERO,
            _database: database,
            _folder: folder,
        };
        let mut times: Vec<Duration> = (0..100).filter_map(|_| target.honest()).take(21).collect();
        assert_eq!(times.len(), 21, "honest requests are not answered in time");
        times.sort();
        // Other work on the machine is no fault of the server.
        target.usual = times[times.len() / 2] * 10 + Duration::from_millis(200);
        target.memory = target.server.memory();
        target
    }

    /// How long an honest request takes; `None` where that is longer than any may.
    fn honest(&self) -> Option<Duration> {
        let begin = Instant::now();
        let (status, body) = self.ask("{ viewer { role } team { metrics { closed } } }");
        if body["errors"][0]["extensions"]["code"] == "TIMEOUT" {
            return None;
        }
        assert_eq!(
            (status, body["data"]["viewer"]["role"].as_str()),
            (200, Some("OWNER")),
            "{body}"
        );
        Some(begin.elapsed())
    }

    fn ask(&self, query: &str) -> (u16, Value) {
        self.send(
            "application/json",
            json!({"query": query}).to_string().as_bytes(),
        )
    }

    /// The status and the answer; 0 where there is none.
    fn send(&self, media: &str, body: &[u8]) -> (u16, Value) {
        let headers = format!("Content-Type: {media}\r\nAccept: application/graphql-response+json");
        let answer = self.post("/graphql", &headers, body);
        let Some((head, body)) = answer.split_once("\r\n\r\n") else {
            return (0, Value::Null);
        };
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("a status");
        (status, serde_json::from_str(body).unwrap_or_default())
    }

    fn post(&self, path: &str, headers: &str, body: &[u8]) -> String {
        self.server.send(
            &format!("POST {path} HTTP/1.1\r\n{headers}"),
            &token("boss"),
            body,
        )
    }

    /// That an honest request takes its usual time, as soon as the machine has nothing else to do.
    #[track_caller]
    fn check_time(&self, during: &str) {
        let begin = Instant::now();
        loop {
            let time = self.honest();
            if time.is_some_and(|time| time < self.usual) {
                return;
            }
            let usual = self.usual;
            assert!(
                begin.elapsed() < STALL,
                "{during}: an honest request took {time:?}, and {usual:?} is usual"
            );
        }
    }

    /// How much more memory it has now than when it was warm.
    fn more_memory(&self) -> u64 {
        self.server.memory().saturating_sub(self.memory)
    }

    /// That nothing is left of it: an honest request takes its usual time, and memory is what it was.
    #[track_caller]
    fn check(&self, after: &str) {
        self.check_time(after);
        let begin = Instant::now();
        while MOST_LEFT <= self.more_memory() && begin.elapsed() < SETTLING {
            thread::sleep(Duration::from_millis(200));
        }
        let left = self.more_memory();
        assert!(
            left < MOST_LEFT,
            "{after}: {} MiB are left behind",
            left / MIB
        );
    }
}

fn concat(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().concat()
}
