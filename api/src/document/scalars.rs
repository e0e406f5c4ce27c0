//! Which values written in a document are of which scalar.

use async_graphql::Value as ConstValue;
use async_graphql_value::Value;

/// Whether `value` is one of the scalar `name`.
pub(super) fn is_scalar(name: &str, value: &Value) -> bool {
    match (name, value) {
        ("Int", Value::Number(number)) => number
            .as_i64()
            .is_some_and(|number| i32::try_from(number).is_ok()),
        ("Float", Value::Number(_))
        | ("ID" | "String", Value::String(_))
        | ("Boolean", Value::Boolean(_)) => true,
        ("ID", Value::Number(number)) => number.is_i64() || number.is_u64(),
        ("Int" | "Float" | "ID" | "String" | "Boolean", _) => false,
        _ => value
            .clone()
            .into_const()
            .is_some_and(|value| is_own_scalar(name, &value)),
    }
}

/// The same of the scalars of our own.
pub(super) fn is_own_scalar(name: &str, value: &ConstValue) -> bool {
    crate::graphql::is_scalar(name, value)
}
