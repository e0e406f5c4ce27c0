//! Scalars of our own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use caseload_schema::{day::Day, instant::Instant};

/// A day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Date(pub(super) Day);

/// Calendar day in the workspace's time zone, YYYY-MM-DD.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        day(&value).map(Self).ok_or_else(|| {
            InputValueError::custom(format!(
                "{value} is no day; write one such as \"2026-03-01\""
            ))
        })
    }

    fn is_valid(value: &Value) -> bool {
        day(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Whether `value` is one of the scalar `name`, where that is one of our own.
pub(crate) fn is_scalar(name: &str, value: &Value) -> bool {
    match name {
        "Date" => Date::is_valid(value),
        "DateTime" => DateTime::is_valid(value),
        _ => true,
    }
}

fn day(value: &Value) -> Option<Day> {
    if let Value::String(text) = value {
        Day::parse(text)
    } else {
        None
    }
}

/// An instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct DateTime(pub(super) Instant);

/// RFC 3339 instant.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        instant(&value).map(Self).ok_or_else(|| {
            InputValueError::custom(format!(
                "{value} is no instant; write one such as \"2026-03-01T09:00:00Z\""
            ))
        })
    }

    fn is_valid(value: &Value) -> bool {
        instant(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

fn instant(value: &Value) -> Option<Instant> {
    if let Value::String(text) = value {
        Instant::parse(text)
    } else {
        None
    }
}
