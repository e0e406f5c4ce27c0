//! Values that stand in the document: `ValuesOfCorrectType`, and which variables stand where.

use async_graphql::{
    Name, Pos,
    indexmap::IndexMap,
    parser::types::{BaseType, Type},
};
use async_graphql_value::Value;

use super::{
    super::{
        scalars::is_scalar,
        types::{Definition, InputDefinition, Kind},
    },
    Checks, VariableUse,
};

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) at: Pos,
    /// Whether something else is taken where it is left out.
    pub(super) has_default: bool,
    /// The one-of input object whose field it is.
    pub(super) one_of: Option<&'a str>,
}

impl<'a> Checks<'a> {
    /// `ty`: what is expected; `None` where that is not known, and said elsewhere.
    pub(super) fn value(&mut self, value: &'a Value, ty: Option<&'a Type>, place: Place<'a>) {
        if let Value::Variable(name) = value {
            let Place {
                at,
                has_default,
                one_of,
            } = place;
            self.current.variables.push(VariableUse {
                name,
                at,
                expected: ty,
                has_default,
                one_of,
            });
            return;
        }
        let Some(ty) = ty else {
            return self.collect(value, place.at);
        };
        match (value, &ty.base) {
            (Value::Null, _) if ty.nullable => {}
            (Value::Null, _) => self.unexpected(value, ty, place.at),
            (Value::List(items), BaseType::List(within)) => {
                let place = Place {
                    has_default: false,
                    one_of: None,
                    ..place
                };
                for item in items {
                    self.value(item, Some(within), place);
                }
            }
            (_, BaseType::List(within)) => {
                let place = Place {
                    has_default: false,
                    one_of: None,
                    ..place
                };
                self.value(value, Some(within), place);
            }
            (_, BaseType::Named(name)) => match self.types.get(name) {
                Some(definition) => self.named_value(value, definition, ty, place),
                None => self.collect(value, place.at),
            },
        }
    }

    fn named_value(
        &mut self,
        value: &'a Value,
        definition: &'a Definition,
        ty: &'a Type,
        place: Place<'a>,
    ) {
        match (&definition.kind, value) {
            (Kind::Input { fields, one_of }, Value::Object(given)) => {
                self.object(given, definition, fields, place);
                if *one_of {
                    self.one_of(given, &definition.name, place.at);
                }
            }
            (Kind::Enum(values), Value::Enum(value)) if values.contains(value.as_str()) => {}
            (Kind::Enum(_), Value::Enum(other)) => {
                self.say(
                    place.at,
                    format!(
                        "Value \"{other}\" does not exist in \"{}\" enum.",
                        definition.name
                    ),
                );
            }
            (Kind::Scalar, _) if is_scalar(&definition.name, value) => {}
            _ => {
                self.unexpected(value, ty, place.at);
                self.collect(value, place.at);
            }
        }
    }

    fn object(
        &mut self,
        given: &'a IndexMap<Name, Value>,
        definition: &'a Definition,
        fields: &'a [InputDefinition],
        place: Place<'a>,
    ) {
        let Kind::Input { one_of, .. } = definition.kind else {
            return;
        };
        for (name, value) in given {
            let field = fields.iter().find(|field| field.name == name.as_str());
            if field.is_none() {
                self.say(
                    place.at,
                    format!(
                        "Field \"{name}\" is not defined by type \"{}\".",
                        definition.name
                    ),
                );
            }
            let has_default = field.is_some_and(|field| field.default.is_some());
            let one_of = one_of.then_some(definition.name.as_str());
            self.value(
                value,
                field.map(|field| &field.ty),
                Place {
                    has_default,
                    one_of,
                    ..place
                },
            );
        }
        for missing in fields
            .iter()
            .filter(|field| field.is_required() && !given.contains_key(field.name.as_str()))
        {
            let what = format!(
                "Field \"{}.{}\" of required type \"{}\"",
                definition.name, missing.name, missing.ty
            );
            self.say(place.at, format!("{what} was not provided."));
        }
    }

    fn one_of(&mut self, given: &IndexMap<Name, Value>, name: &str, at: Pos) {
        match given.first() {
            Some((field, Value::Null)) if given.len() == 1 => {
                self.say(at, format!("Field \"{name}.{field}\" must be non-null."));
            }
            Some(_) if given.len() == 1 => {}
            _ => self.say(
                at,
                format!("OneOf Input Object \"{name}\" must specify exactly one key."),
            ),
        }
    }

    fn unexpected(&mut self, value: &Value, ty: &Type, at: Pos) {
        let found = match value {
            Value::List(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
            Value::String(text) if text.len() > 40 => "a string".to_owned(),
            value => value.to_string(),
        };
        self.say(
            at,
            format!("Expected value of type \"{ty}\", found {found}."),
        );
    }

    /// The variables in a value of which nothing is expected.
    fn collect(&mut self, value: &'a Value, at: Pos) {
        let place = Place {
            at,
            has_default: false,
            one_of: None,
        };
        match value {
            Value::Variable(_) => self.value(value, None, place),
            Value::List(items) => items.iter().for_each(|item| self.collect(item, at)),
            Value::Object(fields) => fields.values().for_each(|field| self.collect(field, at)),
            _ => {}
        }
    }
}
