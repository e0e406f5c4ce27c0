//! What reads bytes of others never panics, whatever they are, and keeps what the targets of `make fuzz` ask of it.
//!
//! Each target takes what lies in `fuzz/corpus` (seeds, and what was found once) as it is and changed by chance, the same each
//! time.

#[path = "../../fuzz/src/lib.rs"]
#[expect(
    unreachable_pub,
    dead_code,
    reason = "a library of its own to the fuzzer, which calls all of it"
)]
mod targets;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use caseload_schema::import::Encoding;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::{access::acme, support::database::Backend};

/// Changed inputs of one target.
const CHANGED: usize = 400;

/// Pieces that mean something to one reader or another.
const WORDS: [&str; 28] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "...",
    "...F",
    "$a",
    "@skip(if: true)",
    "fragment F on Query",
    ":",
    "!",
    "#",
    "\\u",
    "null",
    "-1",
    "1e999",
    "99999999999999999999",
    "\u{0}",
    "é🦊",
    "__typename",
    "2026-02-30",
    "\n",
    "9999-12-31T23:59:60Z",
    "first: 1000",
];

/// What lies in the corpus of a target, each with the name of its file.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../fuzz/corpus")
        .join(target);
    let files =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let named = |path: &std::path::PathBuf| {
        (
            path.display().to_string(),
            std::fs::read(path).expect("a file"),
        )
    };
    paths.iter().map(named).collect()
}

fn check(name: &str, input: &[u8], target: fn(&[u8])) {
    let taken = catch_unwind(AssertUnwindSafe(|| target(input)));
    assert!(
        taken.is_ok(),
        "{name}: {:?}",
        String::from_utf8_lossy(input)
    );
}

#[test]
fn what_was_found_once_and_what_is_like_it_is_read_or_refused() {
    for (name, target) in targets::TARGETS {
        let corpus = corpus(name);
        assert!(2 <= corpus.len(), "{name} has no corpus");
        for (file, input) in &corpus {
            check(file, input, target);
        }
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        for _ in 0..CHANGED {
            check(name, &changed(&corpus, &mut chance), target);
        }
    }
}

/// One of the corpus after a few changes.
fn changed(corpus: &[(String, Vec<u8>)], chance: &mut ChaCha8Rng) -> Vec<u8> {
    let (_, mut input) = corpus[chance.random_range(0..corpus.len())].clone();
    for _ in 0..chance.random_range(1..6) {
        let (at, to) = (
            chance.random_range(0..=input.len()),
            chance.random_range(0..=input.len()),
        );
        let range = at.min(to)..at.max(to);
        match chance.random_range(0..6) {
            0 if at < input.len() => input[at] ^= 1 << chance.random_range(0..8),
            1 => drop(input.drain(range)),
            2 => {
                let piece = input[range].to_vec();
                drop(input.splice(at..at, piece.repeat(chance.random_range(1..20))));
            }
            3 => {
                let word =
                    WORDS[chance.random_range(0..WORDS.len())].repeat(chance.random_range(1..40));
                drop(input.splice(at..at, word.into_bytes()));
            }
            4 => {
                let (_, other) = &corpus[chance.random_range(0..corpus.len())];
                let from = chance.random_range(0..=other.len());
                drop(input.splice(range, other[from..].iter().copied()));
            }
            _ => input.truncate(at),
        }
        input.truncate(100_000);
    }
    input
}

#[tokio::test]
async fn imports_of_such_records_reach_their_end() {
    let (caseload, mut chance) = (acme(Backend::Sqlite).await, ChaCha8Rng::seed_from_u64(8));
    let corpus = corpus("records");
    for round in 0..60 {
        let input = corpus
            .get(round)
            .map_or_else(|| changed(&corpus, &mut chance), |(_, input)| input.clone());
        let lines = input.split(|byte| *byte == b'\n').count() as u64;
        let report = caseload
            .import_bytes(input, Encoding::Identity, false)
            .await;
        assert!(report.records() <= lines, "{report:?}");
    }
}

#[tokio::test]
async fn such_cursors_are_refused_by_name_or_lead_somewhere() {
    let (caseload, mut chance) = (acme(Backend::Sqlite).await, ChaCha8Rng::seed_from_u64(9));
    let corpus = corpus("cursor");
    let lists = [
        "feedback(",
        "conversations(measure: CLOSED, ",
        "dailyRollups(",
        "auditEvents(",
        "rollupRuns(",
    ];
    for round in 0..100 {
        let input = corpus
            .get(round)
            .map_or_else(|| changed(&corpus, &mut chance), |(_, input)| input.clone());
        let list = lists[round % lists.len()];
        let query = format!(
            "query($after: String) {{ {list}first: 1, after: $after) {{ pageInfo {{ endCursor }} }} }}"
        );
        let answer = caseload
            .ask(
                "owner",
                &query,
                &json!({"after": String::from_utf8_lossy(&input)}),
            )
            .await;
        assert!(
            answer.codes().iter().all(|code| code == "BAD_USER_INPUT"),
            "{}",
            answer.json()
        );
    }
}
