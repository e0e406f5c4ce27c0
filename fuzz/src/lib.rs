//! What reads bytes of others, each with what must be true of it whatever they are. The fuzzer calls these with changed inputs,
//! and `tests/it/fuzz.rs` with those of `corpus`, which hold what was found once.

use std::{io::Cursor, sync::LazyLock};

use caseload_api::{
    config::Config,
    document::{Cardinalities, DocumentRef, DocumentStore, SizeLimits, Types, read},
    graphql::{rewrite_cursor, sdl},
    http::GraphqlRequest,
};
use caseload_rollup::block::{self, OpenBlock};
use caseload_schema::{
    day::Day,
    import::{Encoding, Source, probe},
    instant::Instant,
};
use serde_json::json;

/// A target by the name of its corpus.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 5] = [
    ("front", front),
    ("records", records),
    ("block", block),
    ("cursor", cursor),
    ("config", config),
];

static TYPES: LazyLock<Types> =
    LazyLock::new(|| Types::read(&sdl(), false).expect("the schema is one"));

static LIBRARY: LazyLock<DocumentStore> =
    LazyLock::new(|| DocumentStore::new(&sdl(), &Config::default()).expect("the schema is one"));

const WORLD: Cardinalities = Cardinalities {
    today: Day::from_number(20_500),
    members: 50,
    teams: 3,
    labels: 30,
    channels: 4,
};

/// What the settings say by default.
const LIMITS: SizeLimits = SizeLimits {
    depth: 20,
    aliases: 200,
};

/// Prepares what reads documents.
pub fn warm_up() {
    document("{ viewer { role } }");
    front(b"{ viewer { role } }");
}

/// Parses and validates a document, and says whether it is valid.
pub fn document(text: &str) -> bool {
    match read(&TYPES, LIMITS, text) {
        Ok(_) => true,
        Err(problems) => {
            assert!(
                (1..=10).contains(&problems.len()),
                "{} problems",
                problems.len()
            );
            assert!(
                problems
                    .iter()
                    .all(|problem| problem.message().len() < 4_096),
                "a problem that is long"
            );
            false
        }
    }
}

/// A body, or the text of a document: what the front does before anything is executed.
pub fn front(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let body = json!({"query": text, "variables": {"period": {"preset": "LAST_YEAR"}, "first": 3, "a": true, "id": "a"}});
    let sent = GraphqlRequest::parse(bytes)
        .or_else(|_| GraphqlRequest::parse(body.to_string().as_bytes()))
        .expect("a request");
    let Some(text) = sent.document() else { return };
    let Ok(document) = LIBRARY.find(DocumentRef::Text(text)) else {
        return;
    };
    let Ok(bound) = LIBRARY.bind(document, sent.operation_name(), &sent.variables()) else {
        return;
    };
    if LIBRARY.cost(&bound, WORLD).is_ok() {
        drop(bound.request());
    }
}

/// Lines of an import, as they are and in both kinds of compression.
pub fn records(bytes: &[u8]) {
    let now = Instant::from_seconds(1_771_200_000);
    for encoding in [Encoding::Identity, Encoding::Gzip, Encoding::Zstd] {
        let source = Source {
            name: None,
            encoding,
            reader: Box::new(Cursor::new(bytes.to_vec())),
        };
        let (records, refused) = probe(source, now);
        // What is decompressed may be more lines than these.
        assert!(encoding != Encoding::Identity || records + refused <= bytes.len() as u64 + 1);
    }
}

/// A block as it is stored, and what would be one but for its frame.
pub fn block(bytes: &[u8]) {
    read_back(bytes);
    for kind in *b"do" {
        let mut framed = [&[1, kind], bytes].concat();
        framed.extend(crc32fast::hash(&framed).to_le_bytes());
        read_back(&framed);
    }
}

/// What is read is written and read again as the same, or refused then: bytes that nobody writes, such as the same label twice,
/// can hold more than as many as they are written in again.
fn read_back(bytes: &[u8]) {
    if let Ok(block) = block::decode(bytes) {
        assert!(
            block::decode(&block.encode())
                .ok()
                .is_none_or(|again| again == block)
        );
    }
    if let Ok(open) = OpenBlock::decode(bytes) {
        assert!(
            OpenBlock::decode(&open.encode())
                .ok()
                .is_none_or(|again| again == open)
        );
    }
}

/// A place in a list, as clients send it back.
pub fn cursor(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(cursor) = rewrite_cursor(&text) {
        assert_eq!(rewrite_cursor(&cursor).as_ref(), Some(&cursor), "{text:?}");
    }
}

/// A file of settings. What is wrong is said in a line.
pub fn config(bytes: &[u8]) {
    if let Err(error) = Config::read(&String::from_utf8_lossy(bytes), &json!({})) {
        assert!(!error.to_string().is_empty());
    }
}
