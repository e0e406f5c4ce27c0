//! What is current in a workspace, as a shared cache holds it: the ledger's row, and when the store last said so.

use caseload_schema::{
    day::Day,
    id::{Generation, HoursKey, Revision},
    instant::Instant,
    store::ledger::Ledger,
    time_settings::TimeSettings,
    zone::{Offset, Zone},
};
use serde::{Deserialize, Serialize};

/// What the store said, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CachedPointer {
    pub(super) ledger: Ledger,
    /// When the store was last heard to say so.
    pub(super) confirmed_at: Instant,
}

#[derive(Serialize, Deserialize)]
struct Written {
    generation: i64,
    head: i64,
    directory_version: i64,
    rolled_up_at: Option<i64>,
    zone: WrittenZone,
    hours: i64,
    pending_zone: Option<WrittenZone>,
    pending_hours: i64,
    open_revision: i64,
    last_night: Option<i32>,
    final_before: Option<i32>,
    confirmed_at: i64,
}

/// A zone with its rules: whoever reads this may have other zone data.
#[derive(Serialize, Deserialize)]
struct WrittenZone {
    name: String,
    version: String,
    /// Since which microsecond clocks are how many seconds ahead of UTC.
    offsets: Vec<(i64, i32)>,
}

impl WrittenZone {
    fn of(zone: Zone) -> Self {
        let offset = |offset: &Offset| (offset.begins_at.micros(), offset.seconds);
        Self {
            name: zone.name().to_owned(),
            version: zone.version().to_owned(),
            offsets: zone.offsets().iter().map(offset).collect(),
        }
    }

    fn read(self) -> Option<Zone> {
        let offset = |(micros, seconds)| Offset {
            begins_at: Instant::from_micros(micros),
            seconds,
        };
        let offsets = self.offsets.into_iter().map(offset).collect();
        Zone::with_offsets(&self.name, &self.version, offsets)
    }
}

impl CachedPointer {
    pub(super) fn encode(&self) -> Vec<u8> {
        let ledger = &self.ledger;
        let written = Written {
            generation: ledger.generation.0,
            head: ledger.head,
            directory_version: ledger.directory_version,
            rolled_up_at: ledger.rolled_up_at.map(Instant::micros),
            zone: WrittenZone::of(ledger.time.zone),
            hours: ledger.time.hours.0,
            pending_zone: ledger.pending_time.map(|time| WrittenZone::of(time.zone)),
            pending_hours: ledger.pending_time.map_or(0, |time| time.hours.0),
            open_revision: ledger.open_revision.0,
            last_night: ledger.last_night.map(Day::number),
            final_before: ledger.final_before.map(Day::number),
            confirmed_at: self.confirmed_at.micros(),
        };
        serde_json::to_vec(&written).expect("numbers and texts can be written")
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(bytes).ok()?;
        let pending_time = match written.pending_zone {
            Some(zone) => Some(TimeSettings {
                zone: zone.read()?,
                hours: HoursKey(written.pending_hours),
            }),
            None => None,
        };
        let ledger = Ledger {
            generation: Generation(written.generation),
            head: written.head,
            directory_version: written.directory_version,
            rolled_up_at: written.rolled_up_at.map(Instant::from_micros),
            time: TimeSettings {
                zone: written.zone.read()?,
                hours: HoursKey(written.hours),
            },
            pending_time,
            open_revision: Revision(written.open_revision),
            last_night: written.last_night.map(Day::from_number),
            final_before: written.final_before.map(Day::from_number),
        };
        Some(Self {
            ledger,
            confirmed_at: Instant::from_micros(written.confirmed_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_back_as_it_was() {
        let head = CachedPointer {
            ledger: Ledger {
                generation: Generation(7),
                head: 1_772_442_000_123,
                directory_version: 9,
                rolled_up_at: Some(Instant::from_micros(5)),
                time: TimeSettings {
                    zone: Zone::parse("Europe/Rome").unwrap(),
                    hours: HoursKey(4),
                },
                pending_time: Some(TimeSettings {
                    zone: Zone::parse("UTC").unwrap(),
                    hours: HoursKey(11),
                }),
                open_revision: Revision(6),
                last_night: Some(Day::from_number(20_000)),
                final_before: Some(Day::from_number(19_000)),
            },
            confirmed_at: Instant::from_micros(8),
        };
        assert_eq!(CachedPointer::decode(&head.encode()), Some(head));
        assert_eq!(CachedPointer::decode(b"nonsense"), None);
    }
}
