//! How a body is compressed on its way. Not by a layer around the handler: the strong `ETag` has to tell the bytes of one
//! coding from those of another.

use std::io::{self, Write};

use axum::http::{HeaderMap, header};
use flate2::{Compression, write::GzEncoder};

use crate::export::Format;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// Not at all.
    Identity,
    Gzip,
    Zstd,
}

impl Coding {
    /// The one that the client would rather have; of those it likes the same, Zstandard, then gzip.
    pub(super) fn negotiate(headers: &HeaderMap, format: Format) -> Self {
        if !format.is_compressible() {
            return Self::Identity;
        }
        let values = headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let accepted: Vec<(&str, f32)> = values
            .flat_map(|value| value.split(','))
            .map(name_and_weight)
            .collect();
        let weight = |name: &str| {
            accepted
                .iter()
                .find(|(own, _)| own.eq_ignore_ascii_case(name))
                .map(|(_, q)| *q)
        };
        let or_any = |name: &str| weight(name).or_else(|| weight("*")).unwrap_or(0.0);
        let (zstd, gzip) = (
            or_any("zstd"),
            or_any("gzip").max(weight("x-gzip").unwrap_or(0.0)),
        );
        // What is not named is acceptable, and liked least.
        let identity = weight("identity").unwrap_or(0.0);
        if 0.0 < zstd && gzip <= zstd && identity <= zstd {
            Self::Zstd
        } else if 0.0 < gzip && identity <= gzip {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    /// As `Content-Encoding` names it.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// What compresses into `out`, and ends what it compresses when dropped: an error of `out` is lost then.
    pub(super) fn wrap(self, out: Box<dyn Write + Send>) -> io::Result<Box<dyn Write + Send>> {
        Ok(match self {
            Self::Identity => out,
            Self::Gzip => Box::new(GzEncoder::new(out, Compression::fast())),
            Self::Zstd => {
                Box::new(zstd::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?.auto_finish())
            }
        })
    }
}

fn name_and_weight(accepted: &str) -> (&str, f32) {
    let mut parts = accepted.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let q = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (name, q.and_then(|q| q.parse().ok()).unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accepted: &str, expected: Coding) {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, accepted.parse().unwrap())]);
        assert_eq!(
            Coding::negotiate(&headers, Format::Csv),
            expected,
            "{accepted}"
        );
        assert_eq!(
            Coding::negotiate(&headers, Format::Parquet),
            Coding::Identity
        );
    }

    #[test]
    fn the_client_gets_the_coding_that_it_likes_best() {
        assert_eq!(
            Coding::negotiate(&HeaderMap::new(), Format::Csv),
            Coding::Identity
        );
        check("gzip, deflate, br, zstd", Coding::Zstd);
        check("gzip, deflate", Coding::Gzip);
        check("GZIP;q=0.5, zstd;q=0.4", Coding::Gzip);
        check("*", Coding::Zstd);
        check("zstd;q=0, *", Coding::Gzip);
        check("identity, gzip;q=0.5", Coding::Identity);
        check("br", Coding::Identity);
        check("", Coding::Identity);
    }
}
