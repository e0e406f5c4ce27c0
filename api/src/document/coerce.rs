//! Values given for variables, and what they are taken as: `CoerceVariableValues` of the specification.

use async_graphql::{
    Name, Number, Value, Variables,
    indexmap::IndexMap,
    parser::types::{BaseType, OperationDefinition, Type},
};

use super::{
    problem::{MAX_PROBLEMS, Problem},
    scalars::is_own_scalar,
    types::{Definition, InputDefinition, Kind, Types},
};

/// Where a value was written: JSON has no enums, and no difference between 1 and 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Document,
    Json,
}

/// Whether a value that stands in the document is one of that type; else what is wrong with it.
pub(super) fn literal(types: &Types, value: &Value, ty: &Type) -> Result<(), String> {
    Coercion {
        types,
        source: Source::Document,
    }
    .value(value, ty)
    .map(drop)
}

/// The operation's variables as the executor takes them, with the defaults of those that are not given; one that is not given
/// and has no default is not among them. Values for variables that it does not have are dropped.
pub(super) fn variables(
    types: &Types,
    operation: &OperationDefinition,
    given: &Variables,
) -> Result<Variables, Vec<Problem>> {
    let (mut coerced, mut problems) = (Variables::default(), Vec::new());
    for definition in &operation.variable_definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        let (value, source) = match (given.get(name), &definition.node.default_value) {
            (Some(value), _) => (value, Source::Json),
            (None, Some(default)) => (&default.node, Source::Document),
            (None, None) if ty.nullable => continue,
            (None, None) => {
                let message =
                    format!("Variable \"${name}\" of required type \"{ty}\" was not provided.");
                problems.push(Problem::new(definition.pos, message));
                continue;
            }
        };
        match (Coercion { types, source }).value(value, ty) {
            Ok(value) => drop(coerced.insert(name.clone(), value)),
            Err(wrong) => {
                problems.push(Problem::new(
                    definition.pos,
                    format!("Variable \"${name}\" got an invalid value: {wrong}"),
                ));
            }
        }
        if problems.len() == MAX_PROBLEMS {
            break;
        }
    }
    if problems.is_empty() {
        Ok(coerced)
    } else {
        Err(problems)
    }
}

#[derive(Clone, Copy)]
struct Coercion<'a> {
    types: &'a Types,
    source: Source,
}

impl Coercion<'_> {
    fn value(self, value: &Value, ty: &Type) -> Result<Value, String> {
        match (value, &ty.base) {
            (Value::Null, _) if ty.nullable => Ok(Value::Null),
            (Value::Null, _) => Err(unexpected(value, ty)),
            (Value::List(items), BaseType::List(within)) => items
                .iter()
                .map(|item| self.value(item, within))
                .collect::<Result<_, _>>()
                .map(Value::List),
            (_, BaseType::List(within)) => Ok(Value::List(vec![self.value(value, within)?])),
            (_, BaseType::Named(name)) => match self.types.get(name) {
                Some(definition) => self
                    .named(value, definition)
                    .unwrap_or_else(|| Err(unexpected(value, ty))),
                None => Err(unexpected(value, ty)),
            },
        }
    }

    /// `None` where it is something else altogether.
    fn named(self, value: &Value, definition: &Definition) -> Option<Result<Value, String>> {
        match (&definition.kind, value) {
            (Kind::Input { fields, one_of }, Value::Object(given)) => Some(
                self.object(given, &definition.name, fields, *one_of)
                    .map(Value::Object),
            ),
            (Kind::Enum(values), _) => {
                let name = match (value, self.source) {
                    (Value::Enum(name), Source::Document) => name.as_str(),
                    (Value::String(name), Source::Json) => name.as_str(),
                    _ => return None,
                };
                Some(if values.contains(name) {
                    Ok(Value::Enum(Name::new(name)))
                } else {
                    Err(format!(
                        "Value \"{name}\" does not exist in \"{}\" enum.",
                        definition.name
                    ))
                })
            }
            (Kind::Scalar, _) => self.scalar(value, &definition.name).map(Ok),
            _ => None,
        }
    }

    fn scalar(self, value: &Value, name: &str) -> Option<Value> {
        match (name, value) {
            ("Int", Value::Number(number)) => self
                .integer(number)
                .and_then(|number| i32::try_from(number).ok())
                .map(Value::from),
            ("ID", Value::Number(number)) => self
                .integer(number)
                .map(|number| Value::String(number.to_string())),
            ("Float", Value::Number(_))
            | ("ID" | "String", Value::String(_))
            | ("Boolean", Value::Boolean(_)) => Some(value.clone()),
            ("Int" | "Float" | "ID" | "String" | "Boolean", _) => None,
            _ => is_own_scalar(name, value).then(|| value.clone()),
        }
    }

    /// The number as an integer. JSON's 1.0 is one.
    fn integer(self, number: &Number) -> Option<i64> {
        let whole = |float: &f64| {
            self.source == Source::Json
                && float.fract() == 0.0
                && float.abs() < 9_007_199_254_740_992.0
        };
        number
            .as_i64()
            .or_else(|| number.as_f64().filter(whole).map(|float| float as i64))
    }

    fn object(
        self,
        given: &IndexMap<Name, Value>,
        name: &str,
        fields: &[InputDefinition],
        one_of: bool,
    ) -> Result<IndexMap<Name, Value>, String> {
        if let Some(unknown) = given
            .keys()
            .find(|given| !fields.iter().any(|field| field.name == given.as_str()))
        {
            return Err(format!(
                "Field \"{unknown}\" is not defined by type \"{name}\"."
            ));
        }
        let mut object = IndexMap::new();
        for field in fields {
            match (given.get(field.name.as_str()), &field.default) {
                (Some(value), _) => {
                    drop(object.insert(Name::new(&field.name), self.value(value, &field.ty)?));
                }
                (None, Some(default)) => {
                    drop(object.insert(Name::new(&field.name), default.clone()));
                }
                (None, None) if field.ty.nullable => {}
                (None, None) => {
                    let missing = format!(
                        "Field \"{name}.{}\" of required type \"{}\"",
                        field.name, field.ty
                    );
                    return Err(format!("{missing} was not provided."));
                }
            }
        }
        match object.first() {
            Some((field, Value::Null)) if one_of && object.len() == 1 => {
                Err(format!("Field \"{name}.{field}\" must be non-null."))
            }
            _ if one_of && object.len() != 1 => Err(format!(
                "OneOf Input Object \"{name}\" must specify exactly one key."
            )),
            _ => Ok(object),
        }
    }
}

fn unexpected(value: &Value, ty: &Type) -> String {
    let found = match value {
        Value::List(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) if text.len() > 40 => "a string".to_owned(),
        value => value.to_string(),
    };
    format!("Expected value of type \"{ty}\", found {found}.")
}
