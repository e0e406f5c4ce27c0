//! Values given for variables: JSON, read straight into values of GraphQL.

use std::fmt;

use async_graphql::{Name, Value, Variables, indexmap::IndexMap};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Number;

use crate::document::MAX_BRACKET_DEPTH;

/// Values by the name of their variable. A name that stands twice, here or in an object within, is an error: readers differ on
/// which of the two counts. So is what nests deeper than a document may.
#[derive(Debug, Clone)]
pub(super) struct Given(pub(super) Variables);

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match (Nested {
            left: MAX_BRACKET_DEPTH,
        })
        .deserialize(deserializer)?
        {
            Value::Object(values) => {
                let mut variables = Variables::default();
                for (name, value) in values {
                    variables.insert(name, value);
                }
                Ok(Self(variables))
            }
            _ => Err(D::Error::custom("variables must be an object")),
        }
    }
}

/// A value that has so many levels left.
#[derive(Clone, Copy)]
struct Nested {
    left: usize,
}

impl Nested {
    fn within<E: Error>(self) -> Result<Self, E> {
        let left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| E::custom("variables nest too deep"))?;
        Ok(Self { left })
    }
}

impl<'de> DeserializeSeed<'de> for Nested {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number that is none"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let (within, mut list) = (self.within()?, Vec::new());
        while let Some(item) = items.next_element_seed(within)? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let (within, mut object) = (self.within()?, IndexMap::new());
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(within)?;
            if object.insert(Name::new(name), value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Value> {
        let Given(variables) = serde_json::from_str(json).ok()?;
        variables.get(&Name::new("a")).cloned()
    }

    #[test]
    fn values_of_every_kind_are_read() {
        for value in [
            "null",
            "true",
            "-1",
            "18446744073709551615",
            "1.5",
            "\"é\\u0000\"",
            "[1,[2]]",
            "{\"b\":{}}",
        ] {
            let read = read(&format!("{{\"a\":{value}}}")).unwrap();
            assert_eq!(
                serde_json::to_value(&read).unwrap(),
                serde_json::from_str::<serde_json::Value>(value).unwrap()
            );
        }
    }

    #[test]
    fn what_is_doubtful_or_deep_is_refused() {
        for json in [
            "{\"a\":1,\"a\":2}",
            "{\"a\":{\"b\":1,\"b\":1}}",
            "[]",
            "1",
            "{\"a\":1e999}",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
        let nested =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(&nested(MAX_BRACKET_DEPTH - 1)).is_some());
        assert!(read(&nested(MAX_BRACKET_DEPTH)).is_none());
    }
}
