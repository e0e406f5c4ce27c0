//! Whether a client can tell a body that was cut from a whole one.

use axum::http::{HeaderMap, Version, header};

/// Whether the end of a body of unknown length is told on the whole way to the client. In HTTP/1.0 such a body ends where the
/// connection does, for whatever reason that does. `Via` names the version of each proxy's own client.
pub(super) fn tell_the_end(version: Version, headers: &HeaderMap) -> bool {
    let hops = headers
        .get_all(header::VIA)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    Version::HTTP_10 < version && hops.into_iter().all(|hop| !is_old(hop))
}

/// Whether an entry of `Via` such as `1.0 proxy` or `HTTP/1.0 proxy (comment)` names an old version.
fn is_old(hop: &str) -> bool {
    let received = hop.split_whitespace().next().unwrap_or_default();
    let (protocol, version) = received.rsplit_once('/').unwrap_or(("HTTP", received));
    protocol.eq_ignore_ascii_case("HTTP") && matches!(version, "1.0" | "0.9")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(version: Version, via: &[&str], expected: bool) {
        let mut headers = HeaderMap::new();
        for via in via {
            headers.append(header::VIA, via.parse().unwrap());
        }
        assert_eq!(
            tell_the_end(version, &headers),
            expected,
            "{version:?} {via:?}"
        );
    }

    #[test]
    fn one_old_hop_is_enough_to_lose_the_end() {
        check(Version::HTTP_11, &[], true);
        check(Version::HTTP_2, &[], true);
        check(Version::HTTP_10, &[], false);
        check(
            Version::HTTP_11,
            &["1.1 edge", "HTTP/2.0 cache (Some/1.0)"],
            true,
        );
        check(Version::HTTP_11, &["1.1 edge, 1.0 old"], false);
        check(Version::HTTP_11, &["1.1 edge", "HTTP/1.0 old"], false);
        check(Version::HTTP_11, &["FOO/1.0 other"], true);
    }
}
