//! Attributes of a conversation: keys of the source's own, each with one or more texts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::field::{self, RecordError};

/// The most keys of one conversation, and the most values of one key.
const MAX_KEYS: usize = 20;
const MAX_VALUES: usize = 20;
const MAX_KEY_BYTES: usize = 40;
const MAX_VALUE_CHARS: usize = 128;

/// Reads attributes as they are stored: a JSON object of lists of texts, all in ascending order, so that the same attributes
/// are the same text in whatever order they come. `None` where there are none.
pub(super) fn attributes(
    name: &'static str,
    raw: Option<&RawValue>,
) -> Result<Option<String>, RecordError> {
    let Some(text) = field::not_empty(raw) else {
        return Ok(None);
    };
    let Pairs(pairs) =
        serde_json::from_str(text).map_err(|_| field::must_be(name, "an object", text))?;
    let mut seen = BTreeSet::new();
    let mut attributes = BTreeMap::new();
    for (key, raw) in pairs {
        if !is_key(&key) {
            let key = field::shown(&format!("{key:?}"));
            let reason = format!("a key must be [a-z][a-z0-9_]{{0,39}}, was {key}");
            return Err(RecordError::new(name, reason));
        }
        let refuse = |reason| RecordError::new(format!("{name}.{key}"), reason);
        if !seen.insert(key.clone()) {
            return Err(refuse("is there twice".to_owned()));
        }
        let values = values(raw.get()).map_err(refuse)?;
        if !values.is_empty() {
            attributes.insert(key, values);
        }
    }
    if MAX_KEYS < attributes.len() {
        let reason = format!(
            "must have at most {MAX_KEYS} keys, has {}",
            attributes.len()
        );
        return Err(RecordError::new(name, reason));
    }
    let stored = serde_json::to_string(&attributes).expect("texts are JSON");
    Ok(Some(stored).filter(|_| !attributes.is_empty()))
}

fn is_key(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && key.len() <= MAX_KEY_BYTES
}

/// The texts of one key, without empty ones; why it has none otherwise.
fn values(json: &str) -> Result<BTreeSet<String>, String> {
    if !json.starts_with('[') {
        return Ok(value(json)?.into_iter().collect());
    }
    let items: Vec<&RawValue> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let mut texts = Vec::new();
    for item in items {
        texts.extend(value(item.get())?);
    }
    if MAX_VALUES < texts.len() {
        return Err(format!(
            "must have at most {MAX_VALUES} values, has {}",
            texts.len()
        ));
    }
    Ok(texts.into_iter().collect())
}

/// One value as a text; `None` where it is empty.
fn value(json: &str) -> Result<Option<String>, String> {
    let text = match json.as_bytes().first() {
        Some(b'n') => return Ok(None),
        Some(b'"') => serde_json::from_str(json).map_err(|error| error.to_string())?,
        // A truth value or a number: as it is written. Read as a number, 5 and 5.0 would be one.
        Some(b't' | b'f' | b'-' | b'0'..=b'9') => json.to_owned(),
        _ => {
            let json = field::shown(json);
            return Err(format!(
                "must be a text, a number, true, false or a list of them, was {json}"
            ));
        }
    };
    if text.contains('\0') {
        return Err("holds a NUL character".to_owned());
    }
    let chars = text.chars().count();
    if MAX_VALUE_CHARS < chars {
        return Err(format!(
            "must have at most {MAX_VALUE_CHARS} characters, has {chars}"
        ));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// The keys and values of an object as they come: a map would keep only the last of two of one key.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor).map(Pairs)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(pairs)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::attributes;

    fn read(json: &str) -> Result<Option<String>, (String, String)> {
        let raw: &RawValue = serde_json::from_str(json).unwrap();
        attributes("attributes", Some(raw))
            .map_err(|error| (error.field.unwrap().into_owned(), error.reason))
    }

    #[track_caller]
    fn check(json: &str, expected: Option<&str>) {
        assert_eq!(read(json), Ok(expected.map(str::to_owned)), "{json}");
    }

    #[track_caller]
    fn refused(json: &str, field: &str, reason: &str) {
        let expected = Err((field.to_owned(), reason.to_owned()));
        assert_eq!(read(json), expected, "{json}");
    }

    #[test]
    fn attributes_are_the_same_in_whatever_order_they_come() {
        check(
            r#"{"plan": "pro", "area": ["b", "a", "b"], "x_1": true}"#,
            Some(r#"{"area":["a","b"],"plan":["pro"],"x_1":["true"]}"#),
        );
        check(
            r#"{"x_1": ["true"], "area": ["a", "b"], "plan": ["pro"]}"#,
            Some(r#"{"area":["a","b"],"plan":["pro"],"x_1":["true"]}"#),
        );
    }

    #[test]
    fn a_number_is_its_text_as_it_was_written() {
        check(
            r#"{"n": [5, 5.0, 5.00, 1e2, 1E+2, -0, 12345678901234567890123456789.10, 1e999]}"#,
            Some(
                r#"{"n":["-0","12345678901234567890123456789.10","1E+2","1e2","1e999","5","5.0","5.00"]}"#,
            ),
        );
        check(r#"{"n": [5, "5"]}"#, Some(r#"{"n":["5"]}"#));
    }

    #[test]
    fn what_is_empty_is_left_out() {
        check("null", None);
        check(r#""""#, None);
        check("{}", None);
        check(r#"{"a": null, "b": "", "c": [], "d": [null, ""]}"#, None);
        check(
            r#"{"a": [null, "x", ""], "b": false}"#,
            Some(r#"{"a":["x"],"b":["false"]}"#),
        );
    }

    #[test]
    fn what_is_no_attribute_is_refused_with_its_key() {
        let object = "must be an object, was ";
        refused("[1]", "attributes", &format!("{object}[1]"));
        refused(r#""x""#, "attributes", &format!("{object}\"x\""));
        for key in ["", "A", "1a", "_a", "a-b", "ä", &"a".repeat(41)] {
            refused(
                &format!(r#"{{"{key}": null}}"#),
                "attributes",
                &format!("a key must be [a-z][a-z0-9_]{{0,39}}, was \"{key}\""),
            );
        }
        let kinds = "must be a text, a number, true, false or a list of them, was ";
        refused(r#"{"a": {}}"#, "attributes.a", &format!("{kinds}{{}}"));
        refused(r#"{"a": [[1]]}"#, "attributes.a", &format!("{kinds}[1]"));
        refused(r#"{"a": 1, "a": 2}"#, "attributes.a", "is there twice");
        refused(r#"{"a": null, "a": 2}"#, "attributes.a", "is there twice");
        refused(
            r#"{"a": "\u0000"}"#,
            "attributes.a",
            "holds a NUL character",
        );
    }

    #[test]
    fn there_are_limits_and_they_are_included() {
        let keys = |count: usize| {
            let keys: Vec<String> = (0..count)
                .map(|key| format!(r#""k{key}": {key}"#))
                .collect();
            format!(r#"{{{}, "empty": null}}"#, keys.join(","))
        };
        assert!(read(&keys(20)).is_ok());
        refused(&keys(21), "attributes", "must have at most 20 keys, has 21");
        let list = |count: usize| format!(r#"{{"a": {:?}}}"#, vec![1; count]);
        check(&list(20), Some(r#"{"a":["1"]}"#));
        refused(
            &list(21),
            "attributes.a",
            "must have at most 20 values, has 21",
        );
        let long = |count: usize| format!(r#"{{"{}": "{}"}}"#, "a".repeat(40), "🦊".repeat(count));
        assert!(read(&long(128)).is_ok());
        refused(
            &long(129),
            &format!("attributes.{}", "a".repeat(40)),
            "must have at most 128 characters, has 129",
        );
        let digits = |count: usize| format!(r#"{{"n": {}}}"#, "7".repeat(count));
        assert!(read(&digits(128)).is_ok());
        refused(
            &digits(129),
            "attributes.n",
            "must have at most 128 characters, has 129",
        );
    }
}
