//! The dashboard: its pages, and the files that they load, compressed when the binary was built.

use std::io::Read as _;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use flate2::read::GzDecoder;

use super::{errors, state::HttpState};
use crate::config::Config;

/// A file that pages load. Its name holds a hash of its content.
struct Asset {
    name: &'static str,
    media: &'static str,
    brotli: &'static [u8],
    gzip: &'static [u8],
}

const ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/dashboard.rs"));
const INDEX: &str = include_str!(concat!(env!("OUT_DIR"), "/dashboard/index.html"));
const GRAPHIQL: &str = include_str!(concat!(env!("OUT_DIR"), "/dashboard/graphiql.html"));

/// What a page may load, and from where: nothing that is written into it, and nothing from another host. Styles of single
/// elements are set through their objects, which this does not restrict.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'";
/// GraphiQL carries its fonts within its style sheet.
const FONTS: &str = "; font-src data:";
/// The name holds the content's hash: what has been loaded once stays right for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The pages that no other page may hold in a frame.
const PAGES: [&str; 9] = [
    "/",
    "/performance",
    "/inbox",
    "/labels",
    "/channels",
    "/teams",
    "/members",
    "/attributes",
    "/rollups",
];

/// The pages that are switched on.
pub(super) fn routes(config: &Config) -> Router<HttpState> {
    let mut router = Router::new();
    if config.dashboard {
        let page = unframed(config);
        for path in PAGES {
            router = router.route(path, page.route());
        }
        let page = Page::new(
            index(config),
            format!(
                "{POLICY}; frame-ancestors {}",
                ancestors(&config.embed_origins)
            ),
        );
        for path in ["/embed/performance", "/embed/inbox"] {
            router = router.route(path, page.route());
        }
    }
    if config.graphiql {
        let page = Page::new(
            GRAPHIQL.to_owned(),
            format!("{POLICY}{FONTS}; frame-ancestors 'none'"),
        );
        router = router.route("/graphiql", page.route());
    }
    if config.dashboard || config.graphiql {
        router.route("/assets/{name}", get(asset))
    } else {
        router
    }
}

/// No such path: a page with a way back for people, the usual error for programs.
pub(super) async fn unknown_path(
    State(state): State<HttpState>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let config = state.app.config();
    if config.dashboard && method == Method::GET && takes_html(&headers) {
        return (StatusCode::NOT_FOUND, unframed(config)).into_response();
    }
    errors::unknown_path().await.into_response()
}

/// Whether it is a browser that goes there: what else asks names `*/*` or another type.
fn takes_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"))
}

fn unframed(config: &Config) -> Page {
    Page::new(index(config), format!("{POLICY}; frame-ancestors 'none'"))
}

fn index(config: &Config) -> String {
    if config.graphiql {
        INDEX.replace("data-graphiql=\"off\"", "data-graphiql=\"on\"")
    } else {
        INDEX.to_owned()
    }
}

fn ancestors(origins: &[String]) -> String {
    if origins.is_empty() {
        "'none'".to_owned()
    } else {
        origins.join(" ")
    }
}

/// A page and what it may do.
#[derive(Debug, Clone)]
struct Page {
    html: String,
    policy: HeaderValue,
}

impl Page {
    fn new(html: String, policy: String) -> Self {
        let policy =
            HeaderValue::try_from(policy).expect("settings are checked to hold origins alone");
        Self { html, policy }
    }

    fn route(&self) -> axum::routing::MethodRouter<HttpState> {
        let page = self.clone();
        get(move || std::future::ready(page.clone().into_response()))
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::CONTENT_SECURITY_POLICY, self.policy),
            (
                header::REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            ),
            (
                HeaderName::from_static("permissions-policy"),
                HeaderValue::from_static("camera=(), microphone=(), geolocation=()"),
            ),
        ];
        (headers, self.html).into_response()
    }
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return errors::unknown_path().await.into_response();
    };
    let (encoding, bytes) = match Encoding::accepted(&headers) {
        Encoding::Brotli => (Some("br"), axum::body::Bytes::from_static(asset.brotli)),
        Encoding::Gzip => (Some("gzip"), axum::body::Bytes::from_static(asset.gzip)),
        Encoding::Identity => (None, unpacked(asset.gzip).into()),
    };
    let mut response = (StatusCode::OK, bytes).into_response();
    let fields = response.headers_mut();
    fields.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media));
    fields.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_EVER));
    fields.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        fields.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// No browser asks for it so: it is for who looks with a plain client.
fn unpacked(gzip: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(gzip)
        .read_to_end(&mut bytes)
        .expect("it was packed when the binary was built");
    bytes
}

/// How a file is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    /// The smallest that the client takes.
    fn accepted(headers: &HeaderMap) -> Self {
        let values = headers
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let accepted: Vec<&str> = values
            .flat_map(|value| value.split(','))
            .filter_map(wanted)
            .collect();
        let takes = |name| accepted.iter().any(|one| one.eq_ignore_ascii_case(name));
        match (takes("br"), takes("gzip")) {
            (true, _) => Self::Brotli,
            (false, true) => Self::Gzip,
            (false, false) => Self::Identity,
        }
    }
}

/// The name of an encoding, unless its weight is 0.
fn wanted(accepted: &str) -> Option<&str> {
    let (name, parameters) = accepted.split_once(';').unwrap_or((accepted, ""));
    let weight = parameters
        .trim()
        .strip_prefix("q=")
        .and_then(|weight| weight.trim().parse::<f32>().ok());
    (weight != Some(0.0)).then_some(name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_encoding_that_the_client_takes_is_sent() {
        let check = |accepted: &str, expected| {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_ENCODING, accepted.parse().unwrap())]);
            assert_eq!(Encoding::accepted(&headers), expected, "{accepted}");
        };
        check("gzip, deflate, br, zstd", Encoding::Brotli);
        check("gzip;q=1.0, br;q=0", Encoding::Gzip);
        check("GZIP", Encoding::Gzip);
        check("identity", Encoding::Identity);
        check("", Encoding::Identity);
    }

    #[test]
    fn every_file_is_the_same_whichever_way_it_is_sent() {
        assert!(!ASSETS.is_empty());
        for asset in ASSETS {
            assert!(
                !unpacked(asset.gzip).is_empty() && !asset.brotli.is_empty(),
                "{}",
                asset.name
            );
        }
    }

    #[test]
    fn pages_load_only_files_that_are_there_and_hold_nothing_inline() {
        for page in [INDEX, GRAPHIQL] {
            let names: Vec<&str> = page
                .split("/assets/")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .collect();
            assert!(
                names.iter().any(|name| name.contains(".js"))
                    && names.iter().any(|name| name.contains(".css"))
            );
            for name in names {
                assert!(ASSETS.iter().any(|asset| asset.name == name), "{name}");
            }
            assert!(
                !page.contains("<style") && !page.contains("style=") && !page.contains("<script>"),
                "{page}"
            );
        }
    }
}
