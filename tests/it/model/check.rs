//! Which records are refused.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Timelike};
use serde_json::{Map, Value};

use super::world::At;

/// The field at fault.
pub(crate) type Refusal = &'static str;

/// A record's fields, read with the rules that hold for all of them.
pub(crate) struct Fields<'a> {
    pub(crate) record: &'a Map<String, Value>,
    pub(crate) now: At,
}

impl Fields<'_> {
    /// Absent, null and the empty string are the same.
    fn get(&self, field: &'static str) -> Option<&Value> {
        let value = self.record.get(field)?;
        let empty = value.is_null() || value.as_str() == Some("");
        (!empty).then_some(value)
    }

    pub(crate) fn text(&self, field: &'static str) -> Result<Option<String>, Refusal> {
        let Some(value) = self.get(field) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or(field)?;
        if text.contains('\0') {
            Err(field)
        } else {
            Ok(Some(text.to_owned()))
        }
    }

    pub(crate) fn required(&self, field: &'static str) -> Result<String, Refusal> {
        self.text(field)?.ok_or(field)
    }

    pub(crate) fn id(&self, field: &'static str) -> Result<Option<String>, Refusal> {
        let id = self.text(field)?;
        if id.as_ref().is_some_and(|id| 128 < id.chars().count()) {
            Err(field)
        } else {
            Ok(id)
        }
    }

    pub(crate) fn required_id(&self, field: &'static str) -> Result<String, Refusal> {
        self.id(field)?.ok_or(field)
    }

    pub(crate) fn ids(&self, field: &'static str) -> Result<Vec<String>, Refusal> {
        let Some(value) = self.get(field) else {
            return Ok(Vec::new());
        };
        let mut ids = Vec::new();
        for id in value.as_array().ok_or(field)? {
            let id = id.as_str().ok_or(field)?;
            if id.is_empty() || id.contains('\0') || 128 < id.chars().count() {
                return Err(field);
            }
            ids.push(id.to_owned());
        }
        Ok(ids)
    }

    /// A list of anything; `None` where it is empty.
    pub(crate) fn list(&self, field: &'static str) -> Result<Option<&Vec<Value>>, Refusal> {
        let Some(value) = self.get(field) else {
            return Ok(None);
        };
        value.as_array().map(Some).ok_or(field)
    }

    pub(crate) fn url(&self, field: &'static str) -> Result<Option<String>, Refusal> {
        let url = self.text(field)?;
        let good = |url: &String| {
            let after = url.split_once("://");
            after.is_some_and(|(scheme, rest)| {
                ["http", "https"].contains(&scheme) && !rest.is_empty()
            }) && url.chars().count() <= 2048
        };
        if url.as_ref().is_some_and(|url| !good(url)) {
            Err(field)
        } else {
            Ok(url)
        }
    }

    /// Keys with their texts. A number's text is what JSON writes for it, as records are written here.
    pub(crate) fn attributes(
        &self,
        field: &'static str,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, Refusal> {
        let mut attributes = BTreeMap::new();
        let Some(value) = self.get(field) else {
            return Ok(attributes);
        };
        for (key, value) in value.as_object().ok_or(field)? {
            let first = key.starts_with(|sign: char| sign.is_ascii_lowercase());
            let known = "abcdefghijklmnopqrstuvwxyz0123456789_";
            if !first || 40 < key.len() || !key.chars().all(|sign| known.contains(sign)) {
                return Err(field);
            }
            let values = value
                .as_array()
                .cloned()
                .unwrap_or_else(|| vec![value.clone()]);
            let mut texts = Vec::new();
            for value in values {
                match value {
                    Value::Null => {}
                    Value::Array(_) | Value::Object(_) => return Err(field),
                    Value::String(text) => texts.push(text),
                    number_or_truth => texts.push(number_or_truth.to_string()),
                }
            }
            texts.retain(|text| !text.is_empty());
            let bad = |text: &String| 128 < text.chars().count() || text.contains('\0');
            if 20 < texts.len() || texts.iter().any(bad) {
                return Err(field);
            }
            if !texts.is_empty() {
                attributes.insert(key.clone(), texts.into_iter().collect());
            }
        }
        if 20 < attributes.len() {
            Err(field)
        } else {
            Ok(attributes)
        }
    }

    pub(crate) fn flag(&self, field: &'static str, default: bool) -> Result<bool, Refusal> {
        self.get(field)
            .map_or(Ok(default), |value| value.as_bool().ok_or(field))
    }

    /// One of a few words.
    pub(crate) fn word(
        &self,
        field: &'static str,
        words: &[&str],
    ) -> Result<Option<String>, Refusal> {
        let word = self.text(field)?;
        if word
            .as_ref()
            .is_some_and(|word| !words.contains(&word.as_str()))
        {
            Err(field)
        } else {
            Ok(word)
        }
    }

    pub(crate) fn color(&self, field: &'static str) -> Result<Option<String>, Refusal> {
        let color = self.text(field)?;
        let good = |color: &String| {
            color.len() == 7
                && color.starts_with('#')
                && color[1..].chars().all(|digit| digit.is_ascii_hexdigit())
        };
        if color.as_ref().is_some_and(|color| !good(color)) {
            Err(field)
        } else {
            Ok(color)
        }
    }

    pub(crate) fn score(&self, field: &'static str) -> Result<i64, Refusal> {
        let score = self.get(field).and_then(Value::as_i64).ok_or(field)?;
        if (1..=5).contains(&score) {
            Ok(score)
        } else {
            Err(field)
        }
    }

    /// An instant, cut to the microsecond.
    pub(crate) fn any_instant(&self, field: &'static str) -> Result<Option<At>, Refusal> {
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        let at = DateTime::parse_from_rfc3339(&text)
            .map_err(|_| field)?
            .to_utc();
        Ok(at.with_nanosecond(at.nanosecond() / 1000 * 1000))
    }

    /// An instant at most a day ahead.
    pub(crate) fn instant(&self, field: &'static str) -> Result<Option<At>, Refusal> {
        let at = self.any_instant(field)?;
        if at.is_some_and(|at| self.now + Duration::days(1) < at) {
            Err(field)
        } else {
            Ok(at)
        }
    }

    pub(crate) fn required_instant(&self, field: &'static str) -> Result<At, Refusal> {
        self.instant(field)?.ok_or(field)
    }
}
