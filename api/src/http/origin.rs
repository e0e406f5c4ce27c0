//! Whose pages may use the API from a browser.

use axum::http::{HeaderMap, HeaderValue, Uri, header, uri::Authority};

use super::credentials::Purpose;

/// Whether the request comes from a page that may use the API: one of `allowed`, or of this very host. What sends no `Origin`
/// is no browser, and needs no protection from the pages that are open in it.
pub(super) fn may_ask(headers: &HeaderMap, allowed: &[String]) -> bool {
    headers
        .get(header::ORIGIN)
        .is_none_or(|origin| is_allowed(origin, allowed) || is_ours(origin, headers))
}

/// Whether a page of this server makes the request, as the browser says. `public_url` is where browsers reach this server, if a proxy
/// changes `Host`. False where the browser says nothing: then it is none, or none that protects cookies.
pub(super) fn is_from_here(
    headers: &HeaderMap,
    public_url: Option<&str>,
    purpose: Purpose,
) -> bool {
    let site = headers
        .get("sec-fetch-site")
        .map(|site| match site.as_bytes() {
            b"same-origin" => true,
            b"none" => purpose == Purpose::Download,
            _ => false,
        });
    let origin = headers.get(header::ORIGIN).map(|origin| {
        is_ours(origin, headers)
            || public_url.is_some_and(|url| url.as_bytes().eq_ignore_ascii_case(origin.as_bytes()))
    });
    site.or(origin).is_some() && site.unwrap_or(true) && origin.unwrap_or(true)
}

/// Whether `origin` is one of `allowed`; `*` allows all.
pub(super) fn is_allowed(origin: &HeaderValue, allowed: &[String]) -> bool {
    allowed
        .iter()
        .any(|one| one == "*" || one.as_bytes().eq_ignore_ascii_case(origin.as_bytes()))
}

/// Whether it is the host that the request was sent to. The scheme is not compared: TLS ends before us.
fn is_ours(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let origin = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.parse::<Uri>().ok()?.into_parts().authority);
    host.is_some() && host == origin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(origin: &str, allowed: &[&str]) -> bool {
        let host = (
            header::HOST,
            HeaderValue::from_static("care.example.com:8080"),
        );
        let origin = (header::ORIGIN, origin.parse().unwrap());
        let allowed: Vec<_> = allowed.iter().map(ToString::to_string).collect();
        may_ask(&HeaderMap::from_iter([host, origin]), &allowed)
    }

    #[test]
    fn the_own_host_may_and_others_only_where_they_are_named() {
        assert!(check("https://care.example.com:8080", &[]));
        assert!(
            !check("https://care.example.com", &[]) && !check("https://evil.example.com:8080", &[])
        );
        assert!(check(
            "https://app.example.com",
            &["https://app.example.com"]
        ));
        assert!(!check(
            "http://app.example.com",
            &["https://app.example.com"]
        ));
        assert!(!check(
            "https://app.example.com.evil.com",
            &["https://app.example.com"]
        ));
        assert!(!check("null", &["https://app.example.com"]) && check("null", &["*"]));
    }

    #[test]
    fn what_is_no_browser_may() {
        assert!(may_ask(&HeaderMap::new(), &[]));
    }
}
