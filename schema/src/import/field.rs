//! Fields of a record: each read as what it must be, or refused with its name and value.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::{id::MAX_ID_CHARS, instant::Instant};

/// The longest address that all browsers take.
const MAX_URL_CHARS: usize = 2_048;

/// Why a line is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordError {
    /// The field, where it is one field's fault; that of an entry of a list as a path, such as `messages[3].sent_at`.
    pub(crate) field: Option<Cow<'static, str>>,
    /// What is wrong, with the value.
    pub(crate) reason: String,
}

impl RecordError {
    pub(crate) fn new(field: impl Into<Cow<'static, str>>, reason: String) -> Self {
        Self {
            field: Some(field.into()),
            reason,
        }
    }

    pub(crate) fn line(reason: String) -> Self {
        Self {
            field: None,
            reason,
        }
    }

    pub(crate) fn missing(field: &'static str) -> Self {
        Self::new(field, "missing".to_owned())
    }

    /// The same error, of an entry of a list.
    pub(crate) fn in_entry(self, list: &'static str, index: usize) -> Self {
        let path = match self.field {
            Some(field) => format!("{list}[{index}].{field}"),
            None => format!("{list}[{index}]"),
        };
        Self {
            field: Some(Cow::Owned(path)),
            reason: self.reason,
        }
    }
}

type Raw<'a> = Option<&'a RawValue>;

/// A text; `None` where it is absent, null or empty.
pub(crate) fn optional_text(
    field: &'static str,
    raw: Raw<'_>,
) -> Result<Option<String>, RecordError> {
    let Some(raw) = present(raw) else {
        return Ok(None);
    };
    let text: String = serde_json::from_str(raw).map_err(|_| must_be(field, "a string", raw))?;
    if text.contains('\0') {
        return Err(RecordError::new(field, "holds a NUL character".to_owned()));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// A text that must be there.
pub(crate) fn text(field: &'static str, raw: Raw<'_>) -> Result<String, RecordError> {
    optional_text(field, raw)?.ok_or_else(|| RecordError::missing(field))
}

/// An id, where there is one.
pub(crate) fn optional_id(
    field: &'static str,
    raw: Raw<'_>,
) -> Result<Option<String>, RecordError> {
    let Some(id) = optional_text(field, raw)? else {
        return Ok(None);
    };
    within_id_length(field, &id)?;
    Ok(Some(id))
}

/// An id that must be there.
pub(crate) fn id(field: &'static str, raw: Raw<'_>) -> Result<String, RecordError> {
    optional_id(field, raw)?.ok_or_else(|| RecordError::missing(field))
}

/// The entries of a list, unread; `None` where the field is empty.
pub(crate) fn list<'a>(
    field: &'static str,
    raw: Raw<'a>,
) -> Result<Option<Vec<&'a RawValue>>, RecordError> {
    let Some(text) = not_empty(raw) else {
        return Ok(None);
    };
    let items = serde_json::from_str(text).map_err(|_| must_be(field, "a list", text))?;
    Ok(Some(items))
}

/// A list of ids, each once, in the order given.
pub(crate) fn ids(field: &'static str, raw: Raw<'_>) -> Result<Vec<String>, RecordError> {
    let items = list(field, raw)?.unwrap_or_default();
    let mut ids: Vec<String> = Vec::with_capacity(items.len());
    let mut seen = rustc_hash::FxHashSet::default();
    for item in items {
        let id: String = serde_json::from_str(item.get())
            .map_err(|_| must_be(field, "a list of strings", item.get()))?;
        if id.contains('\0') {
            return Err(RecordError::new(field, "holds a NUL character".to_owned()));
        }
        within_id_length(field, &id)?;
        if seen.insert(id.clone()) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The address of a page.
pub(crate) fn url(field: &'static str, raw: Raw<'_>) -> Result<Option<String>, RecordError> {
    let Some(url) = optional_text(field, raw)? else {
        return Ok(None);
    };
    // Whoever shows it makes a link of it: of another scheme, a link may run a script.
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    if rest.is_none_or(str::is_empty) {
        let reason = format!(
            "must begin with https:// or http://, was {}",
            shown(&format!("{url:?}"))
        );
        return Err(RecordError::new(field, reason));
    }
    let chars = url.chars().count();
    if MAX_URL_CHARS < chars {
        return Err(RecordError::new(
            field,
            format!("must have at most {MAX_URL_CHARS} characters, has {chars}"),
        ));
    }
    Ok(Some(url))
}

/// True or false.
pub(crate) fn flag(field: &'static str, raw: Raw<'_>) -> Result<Option<bool>, RecordError> {
    match present(raw) {
        None | Some("\"\"") => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => Err(must_be(field, "true or false", other)),
    }
}

/// One of some names.
pub(crate) fn choice<T>(
    field: &'static str,
    raw: Raw<'_>,
    names: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, RecordError> {
    let Some(name) = optional_text(field, raw)? else {
        return Ok(None);
    };
    match parse(&name) {
        Some(value) => Ok(Some(value)),
        None => Err(RecordError::new(
            field,
            format!("must be {names}, was {}", shown(&format!("{name:?}"))),
        )),
    }
}

/// A colour, `#rrggbb`.
pub(crate) fn color(field: &'static str, raw: Raw<'_>) -> Result<Option<String>, RecordError> {
    let Some(color) = optional_text(field, raw)? else {
        return Ok(None);
    };
    let hex = color.strip_prefix('#').filter(|hex| hex.len() == 6);
    if hex.is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Ok(Some(color));
    }
    Err(RecordError::new(
        field,
        format!("must be #rrggbb, was {}", shown(&format!("{color:?}"))),
    ))
}

/// A score of 1 to 5.
pub(crate) fn score(field: &'static str, raw: Raw<'_>) -> Result<i16, RecordError> {
    let text = match present(raw) {
        None | Some("\"\"") => return Err(RecordError::missing(field)),
        Some(text) => text,
    };
    match serde_json::from_str::<f64>(text) {
        // A whole number, however it is written.
        Ok(score) if (1.0..=5.0).contains(&score) && score.fract() == 0.0 => Ok(score as i16),
        _ => Err(must_be(field, "1 to 5", text)),
    }
}

/// An instant that may lie ahead.
pub(crate) fn planned_instant(
    field: &'static str,
    raw: Raw<'_>,
) -> Result<Option<Instant>, RecordError> {
    let Some(text) = optional_text(field, raw)? else {
        return Ok(None);
    };
    match Instant::parse(&text) {
        Some(at) => Ok(Some(at)),
        None if chrono::DateTime::parse_from_rfc3339(&text).is_ok() => Err(RecordError::new(
            field,
            format!(
                "lies outside of the years 1970 to 9999: {}",
                shown(&format!("{text:?}"))
            ),
        )),
        None => Err(RecordError::new(
            field,
            format!("not an RFC 3339 instant: {}", shown(&format!("{text:?}"))),
        )),
    }
}

/// The latest instant that is not refused as lying ahead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MaxTimestamp(pub(crate) Instant);

impl MaxTimestamp {
    /// An instant that has been.
    pub(crate) fn optional_instant(
        self,
        field: &'static str,
        raw: Raw<'_>,
    ) -> Result<Option<Instant>, RecordError> {
        let at = planned_instant(field, raw)?;
        if at.is_some_and(|at| self.0 < at) {
            let text = raw.map_or("", RawValue::get);
            return Err(RecordError::new(
                field,
                format!("lies more than a day ahead: {}", shown(text)),
            ));
        }
        Ok(at)
    }

    /// An instant that has been and must be there.
    pub(crate) fn instant(self, field: &'static str, raw: Raw<'_>) -> Result<Instant, RecordError> {
        self.optional_instant(field, raw)?
            .ok_or_else(|| RecordError::missing(field))
    }
}

/// The JSON text of a field that is neither absent nor null.
fn present(raw: Raw<'_>) -> Option<&str> {
    raw.map(RawValue::get).filter(|text| *text != "null")
}

/// The JSON text of a field that is not empty.
pub(crate) fn not_empty(raw: Raw<'_>) -> Option<&str> {
    present(raw).filter(|text| *text != "\"\"")
}

pub(crate) fn must_be(field: &'static str, what: &str, was: &str) -> RecordError {
    RecordError::new(field, format!("must be {what}, was {}", shown(was)))
}

fn within_id_length(field: &'static str, id: &str) -> Result<(), RecordError> {
    let chars = if id.len() <= MAX_ID_CHARS && !id.is_empty() {
        1
    } else {
        id.chars().count()
    };
    if (1..=MAX_ID_CHARS).contains(&chars) {
        return Ok(());
    }
    Err(RecordError::new(
        field,
        format!("must have 1 to {MAX_ID_CHARS} characters, has {chars}"),
    ))
}

/// A value as an error shows it: not longer than a line.
pub(crate) fn shown(value: &str) -> String {
    const MOST: usize = 80;
    if value.chars().count() <= MOST {
        return value.to_owned();
    }
    value.chars().take(MOST).chain(['…']).collect()
}
