//! What is known of a body once all of it has been written: for who wants to be sure to have all of it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest as _, Sha256};

/// The digest of the bytes of a body, compressed as they are sent (RFC 9530).
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
/// How many rows it holds.
const ROWS: HeaderName = HeaderName::from_static("caseload-rows");

/// The bytes of a body so far.
#[derive(Debug, Default)]
pub(super) struct Summary {
    digest: Sha256,
    length: u64,
}

/// A whole body.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    /// Its length in bytes.
    pub(super) length: u64,
    digest: HeaderValue,
    rows: u64,
}

impl Summary {
    /// Adds what was written next.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.length += bytes.len() as u64;
    }

    /// How many bytes there are so far.
    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    /// Of all bytes, which hold so many rows.
    pub(super) fn finish(self, rows: u64) -> Whole {
        let digest = format!("sha-256=:{}:", STANDARD.encode(self.digest.finalize()));
        Whole {
            length: self.length,
            digest: HeaderValue::try_from(digest).expect("Base64 is a header's value"),
            rows,
        }
    }
}

impl Whole {
    /// As header or trailer fields.
    pub(super) fn fields(&self) -> HeaderMap {
        HeaderMap::from_iter([
            (CONTENT_DIGEST, self.digest.clone()),
            (ROWS, HeaderValue::from(self.rows)),
        ])
    }
}

/// Announces these fields as trailers. HTTP/1.1 sends none that are not announced, and only to who says `TE: trailers`.
pub(super) fn announcement() -> (HeaderName, HeaderValue) {
    let names = HeaderValue::from_static("content-digest, caseload-rows");
    (header::TRAILER, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_all_bytes_however_they_were_written() {
        let mut summary = Summary::default();
        summary.add(b"{\"hello\": ");
        summary.add(b"\"world\"}\n");
        let fields = summary.finish(1).fields();
        // An example of RFC 9530 (appendix A).
        assert_eq!(
            fields[CONTENT_DIGEST],
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        );
        assert_eq!(fields[ROWS], "1");
    }
}
