//! An export that is cut is never taken for a whole one, whoever is in between.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
};

use tempfile::TempDir;

use super::proxy::{BARE_NGINX, CADDY, NGINX, Proxy, curl};
use crate::{
    bi::flips::{PATH, sample},
    support::{
        app::{Caseload, token},
        command::{Cli, Server},
        database::Backend,
    },
};

/// So much that no buffer on the way holds all of it.
const LEAST: usize = 10 << 20;

struct Target {
    caseload: Caseload,
    folder: TempDir,
}

impl Target {
    async fn new() -> Self {
        Self {
            caseload: sample(Backend::Sqlite).await,
            folder: TempDir::new().expect("a temporary folder"),
        }
    }

    fn serve(&self) -> Server {
        let cli = Cli {
            folder: self.folder.path().to_owned(),
            database_url: self.caseload.database.url(),
        };
        cli.serve(&["--no-scheduler"])
    }
}

/// curl for the export, with those options.
fn get(url: &str, options: &[&str]) -> Command {
    let authorization = format!("Authorization: Bearer {}", token("boss"));
    curl(&[options, &["--header", &authorization, url]].concat())
}

/// All that comes, and whether curl takes it for a whole answer.
fn fetch(url: &str, options: &[&str]) -> (Vec<u8>, bool) {
    let output = get(url, options).output().expect("curl");
    (output.stdout, output.status.success())
}

/// The same where the server dies once the first bytes are here.
fn fetch_of_dying(server: &mut Server, url: &str, options: &[&str]) -> (Vec<u8>, bool) {
    let slowly = [&["--limit-rate", "2M"], options].concat();
    let mut child = get(url, &slowly).spawn().expect("curl");
    let mut output = child.stdout.take().expect("piped");
    let mut got = vec![0; 1000];
    output.read_exact(&mut got).expect("the first bytes");
    server.signal("KILL");
    server.wait();
    output.read_to_end(&mut got).expect("a pipe");
    (got, child.wait().expect("curl").success())
}

/// Starts a proxy before the server at that address.
type Start = fn(&str) -> Proxy;

#[tokio::test]
async fn an_export_that_is_cut_behind_a_proxy_is_seen_to_be_cut() {
    let target = Target::new().await;
    let direct = target.serve();
    let (whole, is_whole) = fetch(&format!("http://{}{PATH}", direct.address()), &[]);
    assert!(is_whole && LEAST < whole.len(), "{} bytes", whole.len());
    let proxies: [(&str, Start, bool); 3] = [
        ("nginx as shown", |to| Proxy::nginx(NGINX, to), true),
        ("Caddy as shown", |to| Proxy::caddy(CADDY, to), true),
        // It puts what it gets on the disk: all of it may be there before the server dies.
        (
            "nginx with its defaults",
            |to| Proxy::nginx(BARE_NGINX, to),
            false,
        ),
    ];
    for (name, start, is_cut) in proxies {
        // Caddy ends a handshake that offers HTTP/1.0 alone.
        for version in [
            &["--http1.0", "--no-alpn"][..],
            &["--http1.1"],
            &["--http2"],
        ] {
            let mut server = target.serve();
            let proxy = start(server.address());
            let url = proxy.url(PATH);
            let (got, is_whole) = fetch(&url, version);
            assert!(
                is_whole && got == whole,
                "{name}, {version:?}: {} bytes",
                got.len()
            );
            let (got, is_whole) = fetch_of_dying(&mut server, &url, version);
            assert!(
                is_whole == (got == whole),
                "{name}, {version:?}: {} bytes",
                got.len()
            );
            assert!(!is_whole || !is_cut, "{name}, {version:?}: nothing was cut");
        }
    }
}

#[tokio::test]
async fn an_export_over_http_1_0_has_a_length_that_a_part_of_it_has_not() {
    let target = Target::new().await;
    let mut server = target.serve();
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    let token = token("boss");
    write!(
        stream,
        "GET {PATH} HTTP/1.0\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    .expect("it reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a head");
        head.extend(byte);
    }
    let head = String::from_utf8(head).expect("text").to_lowercase();
    let length = head
        .split_once("content-length: ")
        .and_then(|(_, rest)| rest.lines().next());
    let length: usize = length
        .and_then(|length| length.parse().ok())
        .expect("a length");
    assert!(LEAST < length, "{length} bytes");
    server.signal("KILL");
    server.wait();
    let mut got = Vec::new();
    // Whether the connection is closed or reset is all the same.
    let _ = stream.read_to_end(&mut got);
    assert!(got.len() < length, "nothing was cut");
}
