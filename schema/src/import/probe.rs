//! What an import does before it touches the store.

use super::{
    SECONDS_AHEAD, Source,
    field::{Latest, Refusal},
    lines::{Line, Lines},
    record,
};
use crate::instant::Instant;

/// How many lines of a source are records, and how many an import at `now` would refuse as they stand.
pub fn probe(source: Source, now: Instant) -> (u64, u64) {
    let latest = Latest(now.plus_seconds(SECONDS_AHEAD));
    let Ok(mut lines) = Lines::new(source) else {
        return (0, 1);
    };
    let (mut records, mut refused) = (0, 0);
    while let Some((_, line)) = lines.next() {
        let record = match line {
            Line::Text(text) => record::parse(&text, latest),
            Line::Unreadable(reason) | Line::BrokenOff(reason) => Err(Refusal::line(reason)),
        };
        match record {
            Ok(_) => records += 1,
            Err(_) => refused += 1,
        }
    }
    (records, refused)
}
