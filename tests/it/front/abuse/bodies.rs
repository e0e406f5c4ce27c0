//! Bodies that are no request, or come slowly, or are more than they seem.

use std::{
    io::{Read as _, Write as _},
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use super::{MIB, Target};
use crate::support::app::token;

const QUERY: &str = "\"query\":\"{viewer{role}}\"";

fn deep(open: &str, close: &str, levels: usize) -> String {
    format!(
        "{{{QUERY},\"variables\":{{\"a\":{}1{}}}}}",
        open.repeat(levels),
        close.repeat(levels)
    )
}

/// Bodies of JSON, each with its name and the status that it is answered with.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn bodies() -> Vec<(&'static str, Vec<u8>, u16)> {
    let text = |name, body: String, status| (name, body.into_bytes(), status);
    let long = |bytes: usize| format!("{{\"query\":\"{}\"}}", "a".repeat(bytes));
    let digits = "9".repeat(400);
    vec![
        text("64 MiB", long(64 << 20), 413),
        text("300 KiB", long(300 << 10), 413),
        text("64 MiB of blanks", " ".repeat(64 << 20), 413),
        text("a batch of 2", format!("[{{{QUERY}}},{{{QUERY}}}]"), 400),
        text(
            "a batch of 5,000",
            format!("[{}{{{QUERY}}}]", format!("{{{QUERY}}},").repeat(4_999)),
            400,
        ),
        text(
            "a list in place of an object",
            "[\"{viewer{role}}\"]".to_owned(),
            400,
        ),
        text(
            "a key that stands twice",
            format!("{{{QUERY},{QUERY}}}"),
            400,
        ),
        text(
            "variables that stand twice",
            format!("{{{QUERY},\"variables\":{{}},\"variables\":{{}}}}"),
            400,
        ),
        text(
            "a variable that stands twice",
            format!("{{{QUERY},\"variables\":{{\"a\":1,\"a\":2}}}}"),
            400,
        ),
        text(
            "a field that stands twice",
            format!("{{{QUERY},\"variables\":{{\"a\":{{\"b\":1,\"b\":2}}}}}}"),
            400,
        ),
        text("variables of 100 lists", deep("[", "]", 100), 400),
        text("variables of 100,000 lists", deep("[", "]", 100_000), 400),
        text(
            "variables of 20,000 objects",
            deep("{\"a\":", "}", 20_000),
            400,
        ),
        text(
            "extensions of 100,000 lists",
            deep("[", "]", 100_000).replace("variables", "extensions"),
            400,
        ),
        text(
            "an unknown key of 100,000 lists",
            deep("[", "]", 100_000).replace("variables", "more"),
            200,
        ),
        text(
            "a number of 400 digits",
            format!("{{{QUERY},\"variables\":{{\"a\":{digits}}}}}"),
            400,
        ),
        text(
            "a number beyond any",
            format!("{{{QUERY},\"variables\":{{\"a\":1e999}}}}"),
            400,
        ),
        text(
            "NaN",
            format!("{{{QUERY},\"variables\":{{\"a\":NaN}}}}"),
            400,
        ),
        text("NUL behind it", format!("{{{QUERY}}}\0"), 400),
        text(
            "half a pair of surrogates",
            "{\"query\":\"{viewer{role}} # \\uD83E\"}".to_owned(),
            400,
        ),
        text(
            "an operationName of 200 KiB",
            format!(
                "{{{QUERY},\"operationName\":\"{}\"}}",
                "a".repeat(200 << 10)
            ),
            400,
        ),
        text(
            "a documentId of 200 KiB",
            format!("{{\"documentId\":\"{}\"}}", "a".repeat(200 << 10)),
            400,
        ),
        text("no JSON", "{".to_owned(), 400),
        text("nothing", String::new(), 400),
        ("invalid UTF-8", b"{\"query\":\"\xFF\xFE\"}".to_vec(), 400),
        (
            "UTF-8 that is cut off",
            b"{\"query\":\"\xF0\x9F\"}".to_vec(),
            400,
        ),
        (
            "surrogates as UTF-8",
            b"{\"query\":\"\xED\xA0\x80\"}".to_vec(),
            400,
        ),
        ("UTF-16", b"\xFF\xFE{\0}\0".to_vec(), 400),
        ("a byte-order mark", b"\xEF\xBB\xBF{}".to_vec(), 400),
    ]
}

#[test]
fn bodies_that_are_no_request_are_refused() {
    let target = Target::start(&["--request-timeout", "5s"]);
    let bodies = bodies();
    assert_eq!(bodies.len(), 29);
    for (name, body, expected) in bodies {
        let (status, answer) = target.send("application/json", &body);
        // Who sends more than is read may find the connection closed before the answer.
        assert!(
            status == expected || (status == 0 && expected == 413),
            "{name}: {status} {answer:.2000}"
        );
        target.check(name);
    }
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
    ] {
        assert_eq!(
            target.send(media, format!("{{{QUERY}}}").as_bytes()).0,
            415,
            "{media}"
        );
    }
    target.check("other media types");
}

/// That many mebibytes of what `fill` makes of one, by gzip.
fn bomb(mebibytes: usize, mebibyte: &[u8]) -> Vec<u8> {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    (0..mebibytes).for_each(|_| bomb.write_all(mebibyte).expect("memory"));
    bomb.finish().expect("memory")
}

#[test]
fn what_bursts_when_it_is_decompressed_takes_no_memory() {
    let target = Target::start(&[]);
    let short = b"{}\n".repeat((1 << 20) / 3);
    let bombs = [
        ("64 MiB of blanks", "gzip", bomb(64, &vec![b' '; 1 << 20])),
        (
            "256 MiB of one string",
            "gzip",
            bomb(256, &vec![b'a'; 1 << 20]),
        ),
        ("64 MiB of brackets", "gzip", bomb(64, &vec![b'['; 1 << 20])),
        ("350,000 empty records", "gzip", bomb(1, &short)),
        (
            "a million empty lines",
            "gzip",
            bomb(1, &vec![b'\n'; 1 << 20]),
        ),
        (
            "64 MiB by zstd",
            "zstd",
            zstd::encode_all(&vec![b'a'; 64 << 20][..], 3).expect("memory"),
        ),
    ];
    for (name, coding, bomb) in bombs {
        assert!(bomb.len() < 400 << 10, "{name}: {} KiB", bomb.len() >> 10);
        let headers = format!("Content-Type: application/x-ndjson\r\nContent-Encoding: {coding}");
        let answer = target.post("/v1/import", &headers, &bomb);
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(
            ["200", "400", "422"].contains(&status),
            "{name}: {answer:.2000}"
        );
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        let report: Value = serde_json::from_str(body).expect("JSON");
        assert!(
            report["errors"]
                .as_array()
                .is_none_or(|errors| errors.len() <= 100),
            "{name}"
        );
        target.check(name);
    }
    let most = target.server.peak_memory().saturating_sub(target.memory);
    assert!(most < 100 * MIB, "they took {} MiB", most / MIB);
    // What is compressed is no query.
    let query = bomb(1, &vec![b' '; 1 << 20]);
    let answer = target.post(
        "/graphql",
        "Content-Type: application/json\r\nContent-Encoding: gzip",
        &query,
    );
    assert!(
        answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.1 415"),
        "{answer}"
    );
}

#[test]
fn two_hundred_bodies_that_come_slowly_hold_nobody_up() {
    // They are held for longer than this looks.
    let target = Target::start(&["--request-timeout", "15s"]);
    let mut slow: Vec<_> = (0..200)
        .map(|_| target.server.begin("POST /graphql", &token("boss"), 1_000))
        .collect();
    for stream in &mut slow {
        stream.write_all(b"{").expect("the server reads");
    }
    target.check_time("200 bodies that do not come");
    for mut stream in slow {
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .expect("a socket");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 408");
    }
    target.check("200 bodies that did not come");
}
