//! Parts of exports: `Range` and `If-Range` (RFC 9110, section 14).

use std::ops::Range;

use axum::http::{HeaderMap, header};

/// A range of bytes as a client asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskedRange {
    /// From the first of these bytes to the last, or to the end.
    From(u64, Option<u64>),
    /// So many of the last bytes.
    Last(u64),
}

impl AskedRange {
    /// What the request asks for. Several ranges at once, and what can't be read, are answered with the whole, as a server may.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(header::RANGE)?.to_str().ok()?;
        let (unit, ranges) = value.split_once('=')?;
        let (first, last) = ranges.trim().split_once('-')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        match (first, last) {
            ("", last) => number(last).map(Self::Last),
            (first, "") => number(first).map(|first| Self::From(first, None)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::From(first, Some(last)))
            }
        }
    }

    /// The same bytes of a body of that length; `None` where it has none of them.
    pub(super) fn within(self, length: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::From(first, last) => {
                first..last.map_or(length, |last| last.saturating_add(1).min(length))
            }
            Self::Last(count) => length.saturating_sub(count)..length,
        };
        (range.start < range.end).then_some(range)
    }
}

fn number(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // One that is too large lies behind every end.
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: impl Into<Option<Range<u64>>>) {
        let expected = expected.into();
        let headers = HeaderMap::from_iter([(header::RANGE, value.parse().unwrap())]);
        let range = AskedRange::of(&headers).and_then(|range| range.within(100));
        assert_eq!(range, expected, "{value}");
    }

    #[test]
    fn a_range_is_cut_at_the_end() {
        check("bytes=0-0", Some(0..1));
        check("bytes=10-19", Some(10..20));
        check("bytes=90-", Some(90..100));
        check("bytes=90-1000", Some(90..100));
        check("Bytes=-8", Some(92..100));
        check("bytes=-1000", Some(0..100));
        check("bytes=99-99999999999999999999999", Some(99..100));
    }

    #[test]
    fn what_lies_behind_the_end_is_no_range_of_it() {
        check("bytes=100-", None);
        check("bytes=99999999999999999999999-", None);
        check("bytes=-0", None);
    }

    #[test]
    fn what_is_no_single_range_is_as_if_it_was_not_there() {
        for value in [
            "bytes=0-1,3-4",
            "bytes=5-4",
            "bytes=",
            "bytes=-",
            "bytes=+1-2",
            "bytes=a-b",
            "lines=0-1",
            "0-1",
        ] {
            let headers = HeaderMap::from_iter([(header::RANGE, value.parse().unwrap())]);
            assert_eq!(AskedRange::of(&headers), None, "{value}");
        }
    }
}
