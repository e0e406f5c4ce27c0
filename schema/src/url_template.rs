//! Where a conversation can be opened, made of its id.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// An address with the place of a conversation's id.
///
/// ```
/// use caseload_schema::url_template::UrlTemplate;
/// let template = UrlTemplate::parse("https://desk.example/tickets/{id}?from=caseload").unwrap();
/// assert_eq!(template.url("c 7/ü"), "https://desk.example/tickets/c%207%2F%C3%BC?from=caseload");
/// let error = UrlTemplate::parse("https://{id}.example/").unwrap_err();
/// assert!(error.to_string().contains("behind the host"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlTemplate(String);

/// Why a text is no template: what is wrong, and what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidUrlTemplate(String);

/// What stands for the id.
const ID: &str = "{id}";
/// The most characters.
const MAX_CHARS: usize = 2_000;
/// Letters and digits of ASCII, and what RFC 3986 leaves unreserved, stay as they are.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl UrlTemplate {
    /// A template: `https://` or `http://`, a host, and `{id}` once or more behind it.
    pub fn parse(text: &str) -> Result<Self, InvalidUrlTemplate> {
        let refused = |why: &str| {
            let example = "write one such as https://desk.example/tickets/{id}";
            Err(InvalidUrlTemplate(format!("{text:?} {why}; {example}")))
        };
        let rest = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"));
        let Some(rest) = rest else {
            return refused("does not begin with https:// or http://");
        };
        if text
            .chars()
            .any(|char| char.is_whitespace() || char.is_control())
        {
            return refused("has blanks or control characters");
        }
        let host = rest
            .find(['/', '?', '#', '\\'])
            .map_or(rest, |end| &rest[..end]);
        if host.is_empty() || host.contains('{') {
            return refused("must have {id} behind the host");
        }
        if !rest.contains(ID) {
            return refused("has no {id}");
        }
        if MAX_CHARS < text.chars().count() {
            return Err(InvalidUrlTemplate(format!(
                "the template has more than {MAX_CHARS} characters"
            )));
        }
        Ok(Self(text.to_owned()))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of the conversation of that id, which is percent-encoded.
    pub fn url(&self, id: &str) -> String {
        // As a segment of a path, these would lead elsewhere.
        let encoded = match id {
            "." => "%2E".to_owned(),
            ".." => "%2E%2E".to_owned(),
            id => utf8_percent_encode(id, ENCODED).to_string(),
        };
        self.0.replace(ID, &encoded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(text: &str, expected: &str) {
        let error = UrlTemplate::parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_template_leads_to_a_page_of_one_host() {
        check_refused(
            "javascript:alert({id})",
            "does not begin with https:// or http://",
        );
        check_refused("desk.example/{id}", "does not begin with");
        check_refused("https:///{id}", "behind the host");
        check_refused("https://desk.example{id}", "behind the host");
        check_refused("https://{id}@desk.example/", "behind the host");
        check_refused("https://desk.example/tickets", "has no {id}");
        check_refused("https://desk.example/{ID}", "has no {id}");
        check_refused("https://desk.example/ {id}", "blanks");
        check_refused(
            &format!("https://desk.example/{{id}}{}", "x".repeat(2_000)),
            "2000",
        );
    }

    #[test]
    fn an_id_can_not_leave_its_place() {
        let template = UrlTemplate::parse("http://desk.example/a/{id}/{id}#x").unwrap();
        assert_eq!(template.url("7"), "http://desk.example/a/7/7#x");
        assert_eq!(template.url("../"), "http://desk.example/a/..%2F/..%2F#x");
        assert_eq!(template.url(".."), "http://desk.example/a/%2E%2E/%2E%2E#x");
        assert_eq!(
            template.url("{id}?"),
            "http://desk.example/a/%7Bid%7D%3F/%7Bid%7D%3F#x"
        );
    }
}
