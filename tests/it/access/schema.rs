//! The committed schema, as the tests walk it.

use std::collections::BTreeMap;

use async_graphql::parser::{
    parse_schema,
    types::{
        BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
    },
};

/// The objects and unions of the schema.
#[derive(Debug)]
pub(super) struct Schema {
    objects: BTreeMap<String, Vec<Field>>,
    unions: BTreeMap<String, Vec<String>>,
}

/// A field of an object.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    /// What it is, or is a list of.
    pub(super) kind: String,
    /// How it is asked for, with the arguments that it needs.
    pub(super) call: String,
}

impl Schema {
    pub(super) fn committed() -> Self {
        let text = include_str!("../../../api/schema.graphql");
        let document = parse_schema(text).expect("the committed schema");
        let (mut objects, mut unions) = (BTreeMap::new(), BTreeMap::new());
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let name = definition.node.name.node.to_string();
            match definition.node.kind {
                TypeKind::Object(object) => {
                    let fields = object
                        .fields
                        .iter()
                        .map(|field| Field::new(&field.node))
                        .collect();
                    objects.insert(name, fields);
                }
                TypeKind::Union(union) => {
                    unions.insert(
                        name,
                        union
                            .members
                            .iter()
                            .map(|member| member.node.to_string())
                            .collect(),
                    );
                }
                _ => {}
            }
        }
        Self { objects, unions }
    }

    /// The fields of that type; none where it is no object.
    pub(super) fn fields(&self, kind: &str) -> &[Field] {
        self.objects
            .get(kind)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Those of them that hold no objects.
    pub(super) fn leaves(&self, kind: &str) -> Vec<&Field> {
        self.fields(kind)
            .iter()
            .filter(|field| self.objects_of(&field.kind).is_empty())
            .collect()
    }

    /// The objects that a value of that type can be.
    pub(super) fn objects_of(&self, kind: &str) -> Vec<String> {
        if self.objects.contains_key(kind) {
            return vec![kind.to_owned()];
        }
        self.unions.get(kind).cloned().unwrap_or_default()
    }

    pub(super) fn is_union(&self, kind: &str) -> bool {
        self.unions.contains_key(kind)
    }

    pub(super) fn types(&self) -> impl Iterator<Item = &String> {
        self.objects.keys()
    }
}

impl Field {
    fn new(field: &FieldDefinition) -> Self {
        let name = field.name.node.to_string();
        let needed = field.arguments.iter().filter(|argument| {
            argument.node.default_value.is_none() && !argument.node.ty.node.nullable
        });
        let arguments: Vec<String> = needed.map(|argument| sample(&argument.node)).collect();
        let call = if arguments.is_empty() {
            name.clone()
        } else {
            format!("{name}({})", arguments.join(", "))
        };
        Self {
            kind: named(&field.ty.node),
            name,
            call,
        }
    }
}

fn named(kind: &Type) -> String {
    match &kind.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => named(inner),
    }
}

/// An argument that does no harm.
fn sample(argument: &InputValueDefinition) -> String {
    let (name, kind) = (argument.name.node.as_str(), named(&argument.ty.node));
    let value = match (name, kind.as_str()) {
        ("memberId", _) => "\"viewer\"",
        ("timezone", _) => "\"UTC\"",
        (_, "ID") => "\"1\"",
        (_, "String") => "\"x\"",
        (_, "Float") => "0.5",
        (_, "Int") => "1",
        (_, "Boolean") => "true",
        (_, "Measure") => "CLOSED",
        (_, "Clock") => "BUSINESS",
        (_, "HoursInput") => "{weekdays: []}",
        (_, "Role") => "VIEWER",
        (_, "DimensionInput") => "{dimension: CUSTOMER}",
        (_, "ApiScope") => "IMPORT",
        (name, kind) => panic!("no sample for {name}: {kind}"),
    };
    if matches!(argument.ty.node.base, BaseType::List(_)) {
        format!("{name}: [{value}]")
    } else {
        format!("{name}: {value}")
    }
}
