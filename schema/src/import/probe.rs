//! What an import does before it touches the store.

use super::{SECONDS_AHEAD, Source, field::MaxTimestamp, lines::Lines, record};
use crate::instant::Instant;

/// How many lines of a source are records, and how many an import at `now` would refuse as they stand.
///
/// ```
/// use caseload_schema::{import::{Encoding, Source, probe}, instant::Instant};
/// let lines = br#"{"type": "label", "id": "vip", "title": "VIP"}
/// {"type": "label", "id": "no title"}"#;
/// let source = Source { name: None, encoding: Encoding::Identity, reader: Box::new(&lines[..]) };
/// let now = Instant::parse("2026-05-04T09:00:00Z").unwrap();
/// assert_eq!(probe(source, now), (1, 1)); // one record, one line that would be refused
/// ```
pub fn probe(source: Source, now: Instant) -> (u64, u64) {
    let latest = MaxTimestamp(now.plus_seconds(SECONDS_AHEAD));
    let Ok(mut lines) = Lines::new(source) else {
        return (0, 1);
    };
    let (mut records, mut refused) = (0, 0);
    while let Some((_, line)) = lines.next() {
        match record::read(line, latest) {
            Ok(_) => records += 1,
            Err(_) => refused += 1,
        }
    }
    (records, refused)
}
