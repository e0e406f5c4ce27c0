//! The rules of a zone as a table: from which instant on its clocks are how far from UTC.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Mutex, OnceLock, PoisonError},
};

use jiff::{Timestamp, tz::TimeZone};
use sha2::{Digest as _, Sha256};

use crate::instant::Instant;

/// From which instant on the clocks of a zone are how far ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset {
    /// From then on, until the next one begins.
    pub begins_at: Instant,
    /// Seconds ahead of UTC; negative west of Greenwich.
    pub seconds: i32,
}

/// The rules of a zone. They are never changed, and kept until the process ends: there are few.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// Ascending, never empty; neighbours differ.
    pub(super) offsets: &'static [Offset],
    pub(super) fingerprint: &'static str,
}

/// Where each table begins: the first day of the year 1. What was before 1970 is not in it, because no fact is that old.
const BEGINNING: Instant = Instant::from_seconds(-62_135_596_800);
/// Where each table ends: 2100-01-01. Facts lie at most a day ahead, and data that is read then reaches further.
const END_SECONDS: i64 = 4_102_444_800;

pub(super) static UTC: Rules = Rules {
    name: "UTC",
    version: "",
    offsets: &[Offset {
        begins_at: BEGINNING,
        seconds: 0,
    }],
    fingerprint: "7111da97b76a4541d3931e69d9684853",
};

type Known = HashMap<(String, String, String), &'static Rules>;

fn known() -> &'static Mutex<Known> {
    static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
    KNOWN.get_or_init(Mutex::default)
}

impl Rules {
    /// Those rules, once for all who have them.
    pub(super) fn of(name: &str, version: &str, offsets: Vec<Offset>) -> &'static Self {
        let fingerprint = fingerprint(&offsets);
        let key = (name.to_owned(), fingerprint.clone(), version.to_owned());
        let mut known = known().lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(key).or_insert_with(|| {
            Box::leak(Box::new(Self {
                name: name.to_owned().leak(),
                version: version.to_owned().leak(),
                offsets: offsets.leak(),
                fingerprint: fingerprint.leak(),
            }))
        })
    }

    /// Those rules, where this process has met them.
    pub(super) fn find(name: &str, version: &str, fingerprint: &str) -> Option<&'static Self> {
        let key = (name.to_owned(), fingerprint.to_owned(), version.to_owned());
        let known = known().lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&key).copied()
    }

    /// Seconds ahead of UTC at `at`.
    pub(super) fn seconds_at(&self, at: Instant) -> i64 {
        let begun = self
            .offsets
            .partition_point(|offset| offset.begins_at <= at);
        i64::from(self.offsets[begun.saturating_sub(1)].seconds)
    }
}

/// The table of a zone in the format of compiled zone data (`TZif`, RFC 9636). `None` where it can't be read.
pub(super) fn read(name: &str, tzif: &[u8]) -> Option<Vec<Offset>> {
    let zone = TimeZone::tzif(name, tzif).ok()?;
    let first = zone.to_offset(Timestamp::UNIX_EPOCH).seconds();
    let mut offsets = vec![Offset {
        begins_at: BEGINNING,
        seconds: first,
    }];
    for change in zone.following(Timestamp::UNIX_EPOCH) {
        let begins_at = change.timestamp().as_second();
        if END_SECONDS <= begins_at {
            break;
        }
        let seconds = change.offset().seconds();
        if offsets.last().is_none_or(|last| last.seconds != seconds) {
            offsets.push(Offset {
                begins_at: Instant::from_seconds(begins_at),
                seconds,
            });
        }
    }
    Some(offsets)
}

/// The same of tables that say the same, and of no others: half of a SHA-256 in hexadecimal digits.
fn fingerprint(offsets: &[Offset]) -> String {
    let text = offsets.iter().fold(String::new(), |mut text, offset| {
        let _ = writeln!(text, "{} {}", offset.begins_at.seconds(), offset.seconds);
        text
    });
    let digest = Sha256::digest(text.as_bytes());
    digest[..16].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{UTC, fingerprint};

    #[test]
    fn the_fingerprint_of_utc_is_that_of_its_table() {
        assert_eq!(fingerprint(UTC.offsets), UTC.fingerprint);
    }
}
