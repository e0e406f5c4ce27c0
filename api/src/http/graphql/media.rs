//! What an answer is written as, by `Accept`.

use axum::http::{HeaderMap, header};

/// The media type of answers whose status says whether the request was any good.
pub(super) const GRAPHQL_RESPONSE: &str = "application/graphql-response+json; charset=utf-8";

/// The media type of answers that go on: one event each.
const EVENT_STREAM: &str = "text/event-stream";

/// What an answer is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// [`GRAPHQL_RESPONSE`]
    Typed,
    /// `application/json`
    Json,
    /// [`EVENT_STREAM`]: for those alone who name it, and nothing else that they would rather have.
    Events,
}

impl Media {
    /// The one that the client would rather have, plain JSON where it does not name the typed one; `None` where it accepts
    /// none of them.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(header::ACCEPT) {
            return Some(Self::Json);
        }
        let typed = weight(headers, &["application/graphql-response+json"]);
        let json = weight(headers, &["application/json", "application/*", "*/*"]);
        let events = weight(headers, &[EVENT_STREAM]);
        if typed.max(json) < events {
            return Some(Self::Events);
        }
        match (0.0 < typed, 0.0 < json) {
            (true, _) if json <= typed => Some(Self::Typed),
            (_, true) => Some(Self::Json),
            _ => None,
        }
    }
}
/// The `q` of the first of `ranges` that the client names; 0 where it names none.
fn weight(headers: &HeaderMap, ranges: &[&str]) -> f32 {
    let values = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let accepted: Vec<(&str, f32)> = values
        .flat_map(|value| value.split(','))
        .map(range_and_weight)
        .collect();
    let weights = |range: &&str| {
        accepted
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(range))
            .map(|(_, q)| *q)
    };
    ranges.iter().find_map(weights).unwrap_or(0.0)
}

fn range_and_weight(accepted: &str) -> (&str, f32) {
    let mut parts = accepted.split(';').map(str::trim);
    let range = parts.next().unwrap_or_default();
    let q = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (range, q.and_then(|q| q.parse().ok()).unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(accept: &str) -> Option<Media> {
        Media::accepted(&HeaderMap::from_iter([(
            header::ACCEPT,
            accept.parse().unwrap(),
        )]))
    }

    #[test]
    fn the_typed_media_type_is_used_for_who_asks_for_it() {
        let typed = "application/graphql-response+json; charset=utf-8, application/json;q=0.9";
        assert_eq!(media(typed), Some(Media::Typed));
        assert_eq!(
            media("application/graphql-response+json;q=0.5, application/json"),
            Some(Media::Json)
        );
        assert_eq!(
            media("application/graphql-response+json, */*"),
            Some(Media::Typed)
        );
    }

    #[test]
    fn others_get_json_unless_they_do_not_accept_it() {
        assert_eq!(Media::accepted(&HeaderMap::new()), Some(Media::Json));
        for accepted in ["application/json", "Application/*", "text/html, */*;q=0.1"] {
            assert_eq!(media(accepted), Some(Media::Json), "{accepted}");
        }
        for refused in [
            "text/html",
            "application/json;q=0",
            "application/json;q=0, */*",
            "application/xml, text/*",
        ] {
            assert_eq!(media(refused), None, "{refused}");
        }
    }

    #[test]
    fn events_are_for_who_would_rather_have_them() {
        assert_eq!(media("text/event-stream"), Some(Media::Events));
        assert_eq!(
            media("text/event-stream, application/json;q=0.5"),
            Some(Media::Events)
        );
        assert_eq!(
            media("application/json, text/event-stream"),
            Some(Media::Json)
        );
    }
}
