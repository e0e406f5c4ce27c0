//! HTTP by hand: what no client would send, and when no client would send it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use tempfile::TempDir;

use crate::support::{
    app::token,
    command::{Cli, Server},
    database::{Backend, Database},
};

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// A database with the workspace "acme" and its owner "boss", and the command for it.
pub(super) struct Desk {
    pub(super) cli: Cli,
    _database: Database,
    _folder: TempDir,
}

impl Desk {
    pub(super) fn new(backend: Backend) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let database = Database::empty(backend);
        let cli = Cli {
            folder: folder.path().to_owned(),
            database_url: database.url(),
        };
        furnish(&cli);
        Self {
            cli,
            _database: database,
            _folder: folder,
        }
    }
}

/// Makes the workspace "acme" and its owner "boss".
pub(super) fn furnish(cli: &Cli) {
    cli.run(&[
        "workspace",
        "create",
        "acme",
        "--name",
        "Acme",
        "--timezone",
        "Europe/Rome",
    ])
    .code(0);
    let boss = br#"{"type":"member","id":"boss","name":"Boss","role":"owner"}"#;
    cli.run_with(&["import", "--workspace", "acme", "-"], boss)
        .code(0);
}

/// One connection.
#[derive(Debug)]
pub(super) struct Wire(TcpStream);

/// What came back: head and body.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) head: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn status(&self) -> u16 {
        self.head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or_else(|| panic!("{self:?}"))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            line.split_once(": ")
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| value)
        })
    }
}

impl Wire {
    pub(super) fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address()).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        Self(stream)
    }

    pub(super) fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).expect("the server reads");
    }

    /// Reads just that.
    #[track_caller]
    pub(super) fn hear(&mut self, expected: &str) {
        let mut heard = vec![0; expected.len()];
        self.0.read_exact(&mut heard).expect("the server writes");
        assert_eq!(String::from_utf8_lossy(&heard), expected);
    }

    /// Whether nothing comes for that long.
    pub(super) fn is_silent(&self, time: Duration) -> bool {
        self.0.set_read_timeout(Some(time)).expect("a time-out");
        let is_silent = self.0.peek(&mut [0]).is_err();
        self.0.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        is_silent
    }

    /// All that comes until the server closes the connection.
    pub(super) fn rest(&mut self) -> Option<Reply> {
        let mut text = String::new();
        // A connection that is reset has told what it had to.
        self.0.read_to_string(&mut text).ok();
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some(Reply {
            head: head.to_owned(),
            body: body.to_owned(),
        })
    }
}

/// One request on a connection of its own. `head` is its first line without the version, `headers` end with a line break each.
pub(super) fn ask(server: &Server, head: &str, headers: &str, body: &str) -> Reply {
    let mut wire = Wire::connect(server);
    let length = body.len();
    wire.send(&format!(
        "{head} HTTP/1.0\r\nHost: caseload\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    ));
    wire.rest().unwrap_or_else(|| panic!("no answer to {head}"))
}

/// What [`begin_import`] imports.
pub(super) const LABEL: &str = "{\"type\":\"label\",\"id\":\"l-1\",\"title\":\"One\"}\n";

/// An import that is under way: the server reads its body, of which all but ten bytes are still to come.
pub(super) fn begin_import(server: &Server) -> Wire {
    let mut wire = Wire::connect(server);
    let (token, length) = (token("boss"), LABEL.len());
    wire.send(&format!(
        "POST /v1/import HTTP/1.1\r\nHost: caseload\r\nAuthorization: Bearer {token}\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-ndjson\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    ));
    wire.hear("HTTP/1.1 100 Continue\r\n\r\n");
    wire.send(&LABEL[..10]);
    wire
}

/// Tries again for half a minute until `done`.
#[track_caller]
pub(crate) fn until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..300 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{what} did not come to be");
}
