//! Whether two JSON values say the same.

use chrono::DateTime;
use serde_json::Value;

/// The first place where they differ, with both values; `None` where they say the same. Numbers may differ by 1e-9 of
/// their size, instants may be written differently.
pub(crate) fn difference(expected: &Value, got: &Value) -> Option<String> {
    differ("", expected, got)
}

fn differ(path: &str, expected: &Value, got: &Value) -> Option<String> {
    match (expected, got) {
        (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
            a.iter().find_map(|(key, value)| {
                let path = format!("{path}.{key}");
                differ(
                    &path,
                    value,
                    b.get(key).unwrap_or(&Value::String("(missing)".to_owned())),
                )
            })
        }
        (Value::Array(a), Value::Array(b)) => {
            let first = a
                .iter()
                .zip(b)
                .enumerate()
                .find_map(|(at, (a, b))| differ(&format!("{path}[{at}]"), a, b));
            let length = || {
                (a.len() != b.len())
                    .then(|| format!("{path}: {} entries expected, {} got", a.len(), b.len()))
            };
            first.or_else(length)
        }
        (Value::Number(a), Value::Number(b)) if near(a.as_f64(), b.as_f64()) => None,
        (Value::String(a), Value::String(b)) if a == b || same_instant(a, b) => None,
        (a, b) if a == b => None,
        (a, b) => Some(format!("{path}: expected {a}, got {b}")),
    }
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    a.zip(b)
        .is_some_and(|(a, b)| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()))
}

fn same_instant(a: &str, b: &str) -> bool {
    let parsed = |text| DateTime::parse_from_rfc3339(text).ok();
    parsed(a).zip(parsed(b)).is_some_and(|(a, b)| a == b)
}
