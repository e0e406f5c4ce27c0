//! What a request says of who asks: a token in `Authorization`, or the cookie of a session.
//!
//! Browsers send a cookie with every request to this server, whichever page causes it. So a cookie counts only for requests that
//! pages of this server make, as browsers say in `Sec-Fetch-Site` and `Origin`, which no page can set.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderValue, header, uri::Authority};

use super::origin::is_from_here;
use crate::{auth::Credentials, config::Config};

/// With the prefix, browsers take a cookie only over TLS, for all paths, and from this host alone: no other host of the domain can
/// plant one.
const SECURE_NAME: &str = "__Host-caseload_session";
/// On this machine, where there is no TLS.
const LOOPBACK_NAME: &str = "caseload_session";

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// GraphQL, over HTTP or a WebSocket.
    Api,
    /// A file that a person saves: also by an address that was typed or bookmarked.
    Download,
}

/// What a request was sent with. A token comes before a cookie.
pub(super) fn credentials(headers: &HeaderMap, config: &Config, purpose: Purpose) -> Credentials {
    let token = headers
        .get(header::AUTHORIZATION)
        .map(|value| value.to_str().unwrap_or_default());
    if let Some(token) = token {
        return Credentials::Authorization(Arc::from(token));
    }
    if !is_from_here(headers, config.public_url.as_deref(), purpose) {
        return Credentials::None;
    }
    session_cookie(headers, config).map_or(Credentials::None, |cookie| {
        Credentials::Session(Arc::from(cookie))
    })
}

/// The token of a request that no cookie may stand in for.
pub(super) fn token_alone(headers: &HeaderMap) -> Credentials {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    token.map_or(Credentials::None, |token| {
        Credentials::Authorization(Arc::from(token))
    })
}

/// The value of the session's cookie.
pub(super) fn session_cookie<'h>(headers: &'h HeaderMap, config: &Config) -> Option<&'h str> {
    let name = cookie_name(headers, config);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// The cookie of a session that has begun.
pub(super) fn set_cookie(
    headers: &HeaderMap,
    config: &Config,
    value: &str,
    ttl: Duration,
) -> Option<HeaderValue> {
    let name = cookie_name(headers, config);
    let secure = if name == SECURE_NAME { "; Secure" } else { "" };
    let text = format!(
        "{name}={value}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        ttl.as_secs()
    );
    HeaderValue::try_from(text).ok()
}

/// The cookie of a session that has ended.
pub(super) fn clear_cookie(headers: &HeaderMap, config: &Config) -> Option<HeaderValue> {
    set_cookie(headers, config, "", Duration::ZERO)
}

fn cookie_name(headers: &HeaderMap, config: &Config) -> &'static str {
    if is_secure(headers, config) {
        SECURE_NAME
    } else {
        LOOPBACK_NAME
    }
}

/// Whether the page came without TLS, and its browser would not keep the cookie of a session.
pub(super) fn needs_tls(headers: &HeaderMap, config: &Config) -> bool {
    let origin = headers.get(header::ORIGIN);
    is_secure(headers, config)
        && origin.is_some_and(|origin| origin.as_bytes().starts_with(b"http://"))
}

/// Whether browsers reach this server over TLS, which ends before us. Everywhere but on loopback they have to.
fn is_secure(headers: &HeaderMap, config: &Config) -> bool {
    match &config.public_url {
        Some(url) => url.starts_with("https://"),
        None => !is_loopback(headers),
    }
}

fn is_loopback(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    host.is_some_and(|host| {
        let name = host.host();
        let address = name.trim_start_matches('[').trim_end_matches(']');
        name.eq_ignore_ascii_case("localhost")
            || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let field = |(name, value): &(&'static str, &str)| {
            (
                axum::http::HeaderName::from_static(name),
                HeaderValue::try_from(*value).unwrap(),
            )
        };
        fields.iter().map(field).collect()
    }

    fn sent(fields: &[(&'static str, &str)], purpose: Purpose) -> Option<String> {
        let config = Config::default();
        match credentials(&headers(fields), &config, purpose) {
            Credentials::None => None,
            Credentials::Authorization(value) => Some(format!("token {value}")),
            Credentials::Session(value) => Some(format!("cookie {value}")),
        }
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:8080");
    const COOKIE: (&str, &str) = ("cookie", "a=b; caseload_session=s; c=d");

    #[test]
    fn a_cookie_counts_for_pages_of_this_server_alone() {
        let of = |fields: &[(&'static str, &str)]| {
            sent(&[&[HOST, COOKIE], fields].concat(), Purpose::Api)
        };
        let cookie = Some("cookie s".to_owned());
        assert_eq!(of(&[("origin", "http://127.0.0.1:8080")]), cookie);
        assert_eq!(of(&[("sec-fetch-site", "same-origin")]), cookie);
        for other in [
            &[][..],
            &[("sec-fetch-site", "none")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site")],
            &[("origin", "http://127.0.0.1:9090")],
            &[("origin", "null")],
            &[("origin", "https://evil.example.com")],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://127.0.0.1:8080"),
            ],
            &[
                ("sec-fetch-site", "same-origin"),
                ("origin", "https://evil.example.com"),
            ],
        ] {
            assert_eq!(of(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_download_may_come_from_the_address_bar_and_from_no_other_page() {
        let of = |site: &str| sent(&[HOST, COOKIE, ("sec-fetch-site", site)], Purpose::Download);
        assert_eq!(of("none"), Some("cookie s".to_owned()));
        assert_eq!((of("cross-site"), of("same-site")), (None, None));
    }

    #[test]
    fn a_token_comes_before_a_cookie_whoever_sends_it() {
        let fields = [
            HOST,
            COOKIE,
            ("authorization", "Bearer t"),
            ("sec-fetch-site", "cross-site"),
        ];
        assert_eq!(
            sent(&fields, Purpose::Api),
            Some("token Bearer t".to_owned())
        );
    }

    #[test]
    fn a_cookie_of_a_public_host_is_one_that_no_other_host_can_plant() {
        let host = ("host", "care.example.com");
        let own = ("origin", "https://care.example.com");
        assert_eq!(sent(&[host, own, COOKIE], Purpose::Api), None);
        let secure = ("cookie", "__Host-caseload_session=s");
        assert_eq!(
            sent(&[host, own, secure], Purpose::Api),
            Some("cookie s".to_owned())
        );
        let config = Config::default();
        let set = |host: &str| {
            let made = set_cookie(
                &headers(&[("host", host)]),
                &config,
                "s",
                Duration::from_mins(1),
            );
            made.unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(
            set("care.example.com"),
            "__Host-caseload_session=s; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
        for loopback in ["localhost:8080", "127.0.0.1", "[::1]:8080"] {
            assert_eq!(
                set(loopback),
                "caseload_session=s; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
            );
        }
        assert!(set("localhost.example.com").contains("Secure"));
    }
}
