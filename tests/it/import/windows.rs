//! The memory that a small compressed body may ask for.

use std::thread;

use serde_json::json;
use tempfile::TempDir;

use crate::support::{
    app::{lines, token},
    command::{Cli, Server},
    database::{Backend, Database},
};

const MIB: u64 = 1 << 20;
/// Imports that run at a time.
const BODIES: usize = 4;

/// A frame of Zstandard whose window has two to the power of `log` bytes, full of line feeds: blank lines, which are
/// skipped. Each block repeats one byte 128 KiB long; as many as fill the window make the decoder keep all of it.
fn frame(log: u8, blocks: u32) -> Vec<u8> {
    const BLOCK: u32 = 128 << 10;
    const REPEATED: u32 = 1;
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3];
    for number in 0..blocks {
        let is_last = u32::from(number + 1 == blocks);
        let header = is_last | REPEATED << 1 | BLOCK << 3;
        bytes.extend_from_slice(&header.to_le_bytes()[..3]);
        bytes.push(b'\n');
    }
    bytes
}

fn serve() -> (TempDir, Database, Server) {
    let folder = TempDir::new().expect("a folder");
    let database = Database::empty(Backend::Sqlite);
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: database.url(),
    };
    cli.run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    let boss = json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"});
    cli.run_with(&["import", "-"], lines(&[boss]).as_bytes())
        .code(0);
    let server = cli.serve(&["--no-scheduler"]);
    (folder, database, server)
}

/// Sends the same body several times at once; gives the answers, and what the server's peak memory grew by.
fn send_at_once(server: &Server, body: &[u8]) -> (Vec<String>, u64) {
    let head =
        "POST /v1/import HTTP/1.1\r\nContent-Type: application/x-ndjson\r\nContent-Encoding: zstd";
    let before = server.peak_memory();
    let answers = thread::scope(|scope| {
        let send = || server.send(head, &token("boss"), body);
        let sending: Vec<_> = (0..BODIES).map(|_| scope.spawn(send)).collect();
        sending
            .into_iter()
            .map(|answer| answer.join().expect("an answer"))
            .collect()
    });
    (answers, server.peak_memory().saturating_sub(before))
}

#[test]
fn bodies_of_some_kilobytes_can_not_take_half_a_gigabyte() {
    let (_folder, _database, server) = serve();
    let body = frame(27, 1_024);
    assert!(body.len() < 6 << 10);
    let (answers, growth) = send_at_once(&server, &body);
    for answer in answers {
        assert!(answer.contains("8 MiB"), "{answer}");
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert!(growth < 48 * MIB, "{} MiB", growth / MIB);
}

#[test]
fn a_window_of_eight_mebibytes_is_read_in_memory_that_is_bounded() {
    let (_folder, _database, server) = serve();
    let (answers, growth) = send_at_once(&server, &frame(23, 96));
    for answer in answers {
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    // A window each, what is decoded of it, and the batches on their way.
    assert!(growth < BODIES as u64 * 24 * MIB, "{} MiB", growth / MIB);
}
