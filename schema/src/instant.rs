//! Instants: microseconds in UTC.

use chrono::{DateTime, SecondsFormat, Utc};

/// A point in time, kept to the microsecond in UTC.
///
/// ```
/// use caseload_schema::instant::Instant;
/// let at = Instant::from_micros(1_999_999);
/// assert_eq!(at.seconds(), 1); // rounded down
/// assert_eq!(at.plus_seconds(-2).seconds(), -1); // also before 1970
/// assert_eq!(at.to_string(), "1970-01-01T00:00:01.999999Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

const MICROS_PER_SECOND: i64 = 1_000_000;

impl Instant {
    /// From microseconds since 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since 1970-01-01T00:00:00Z.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * MICROS_PER_SECOND)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// Reads RFC 3339 with an offset; digits past the microsecond are cut. `None` where it is no such text or the
    /// year does not lie in 1970 to 9999.
    ///
    /// ```
    /// use caseload_schema::instant::Instant;
    /// let nine = Instant::parse("2026-03-02T09:00:00.1234569+01:00").unwrap();
    /// assert_eq!(nine.to_string(), "2026-03-02T08:00:00.123456Z");
    /// assert!(Instant::parse("2026-03-02T09:00:00").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let parsed = DateTime::parse_from_rfc3339(text).ok()?;
        let micros = parsed.timestamp_micros();
        (0..=MAX_MICROS).contains(&micros).then_some(Self(micros))
    }

    /// The instant as chrono's type.
    pub fn to_chrono(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// From chrono's type, cut to the microsecond.
    pub fn from_chrono(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }

    /// This instant, `seconds` later (earlier where negative).
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * MICROS_PER_SECOND)
    }

    /// How long ago `earlier` was; nothing where it is later than this instant.
    pub const fn duration_since(self, earlier: Self) -> std::time::Duration {
        std::time::Duration::from_micros(if self.0 < earlier.0 {
            0
        } else {
            (self.0 - earlier.0) as u64
        })
    }

    /// Whole seconds from `earlier` to this instant: the exact difference, rounded down; 0 where it is negative.
    ///
    /// ```
    /// use caseload_schema::instant::Instant;
    /// let start = Instant::from_micros(900_000);
    /// assert_eq!(Instant::from_micros(2_800_000).seconds_since(start), 1);
    /// assert_eq!(start.seconds_since(Instant::from_micros(2_800_000)), 0);
    /// ```
    pub const fn seconds_since(self, earlier: Self) -> u64 {
        let difference = self.0 - earlier.0;
        if difference < 0 {
            0
        } else {
            (difference / MICROS_PER_SECOND) as u64
        }
    }
}

/// 9999-12-31T23:59:59.999999Z.
const MAX_MICROS: i64 = 253_402_300_799_999_999;

impl std::fmt::Display for Instant {
    /// RFC 3339 in UTC, with the digits of the second that are not zero in groups of three.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            &self
                .to_chrono()
                .to_rfc3339_opts(SecondsFormat::AutoSi, true),
        )
    }
}
