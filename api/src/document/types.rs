//! The schema as documents are checked against it: its own text, read once.

use async_graphql::{
    Name, Value,
    parser::{
        parse_schema,
        types::{
            BaseType, DirectiveLocation, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
        },
    },
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::introspection::INTROSPECTION;

/// The types of a schema.
#[derive(Debug)]
pub struct Types {
    by_name: FxHashMap<String, Definition>,
    directives: FxHashMap<String, DirectiveDefinition>,
    pub(super) query: String,
    pub(super) mutation: Option<String>,
    pub(super) subscription: Option<String>,
    pub(super) introspection: bool,
}

/// One type.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// What a type is made of.
#[derive(Debug)]
pub(super) enum Kind {
    Scalar,
    Enum(FxHashSet<String>),
    Input {
        fields: Inputs,
        one_of: bool,
    },
    Object(Fields),
    /// With the objects that may stand for it.
    Interface(Fields, FxHashSet<String>),
    Union(FxHashSet<String>),
}

/// The fields of an object or an interface.
pub(super) type Fields = FxHashMap<String, FieldDefinition>;

/// Arguments of a field or a directive, or fields of an input object, in their order.
pub(super) type Inputs = Vec<InputDefinition>;

/// A field.
#[derive(Debug)]
pub(super) struct FieldDefinition {
    pub(super) ty: Type,
    pub(super) arguments: Inputs,
}

/// An argument, or a field of an input object.
#[derive(Debug)]
pub(super) struct InputDefinition {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) default: Option<Value>,
}

impl InputDefinition {
    /// Whether it must be given.
    pub(super) fn is_required(&self) -> bool {
        !self.ty.nullable && self.default.is_none()
    }
}

/// A directive.
#[derive(Debug)]
pub(super) struct DirectiveDefinition {
    pub(super) arguments: Inputs,
    pub(super) locations: Vec<DirectiveLocation>,
    pub(super) is_repeatable: bool,
}

/// The name of a type, without lists around it.
pub(super) fn named(ty: &Type) -> &Name {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(within) => named(within),
    }
}

impl Types {
    /// The types of a schema in its own language.
    pub fn read(sdl: &str, introspection: bool) -> anyhow::Result<Self> {
        let mut types = Self {
            by_name: FxHashMap::default(),
            directives: FxHashMap::default(),
            query: "Query".to_owned(),
            mutation: None,
            subscription: None,
            introspection,
        };
        for name in ["Int", "Float", "String", "Boolean", "ID"] {
            types.add(name, Kind::Scalar);
        }
        types.add_all(sdl)?;
        if introspection {
            types.add_all(INTROSPECTION)?;
            types.open_introspection();
        }
        types.link_interfaces(sdl)?;
        Ok(types)
    }

    /// That type.
    pub(super) fn get(&self, name: &str) -> Option<&Definition> {
        self.by_name.get(name)
    }

    /// All types.
    #[cfg(test)]
    pub(super) fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.by_name.values()
    }

    /// That directive.
    pub(super) fn directive(&self, name: &str) -> Option<&DirectiveDefinition> {
        self.directives.get(name)
    }

    fn add(&mut self, name: &str, kind: Kind) {
        self.by_name.insert(
            name.to_owned(),
            Definition {
                name: name.to_owned(),
                kind,
            },
        );
    }

    fn add_all(&mut self, sdl: &str) -> anyhow::Result<()> {
        for definition in parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let root = |name: Option<async_graphql::Positioned<Name>>| {
                        name.map(|name| name.node.to_string())
                    };
                    self.query = root(schema.node.query).unwrap_or_else(|| "Query".to_owned());
                    self.mutation = root(schema.node.mutation);
                    self.subscription = root(schema.node.subscription);
                }
                TypeSystemDefinition::Type(definition) => {
                    let one_of = definition
                        .node
                        .directives
                        .iter()
                        .any(|one| one.node.name.node == "oneOf");
                    self.add(
                        &definition.node.name.node,
                        kind(definition.node.kind, one_of),
                    );
                }
                TypeSystemDefinition::Directive(directive) => {
                    let directive = directive.node;
                    let definition = DirectiveDefinition {
                        arguments: directive
                            .arguments
                            .iter()
                            .map(|argument| input(&argument.node))
                            .collect(),
                        locations: directive
                            .locations
                            .iter()
                            .map(|location| location.node)
                            .collect(),
                        is_repeatable: is_repeatable(sdl, &directive.name.node),
                    };
                    self.directives
                        .insert(directive.name.node.to_string(), definition);
                }
            }
        }
        Ok(())
    }

    /// Gives the root the fields that every root has where the schema may be asked for.
    fn open_introspection(&mut self) {
        let Some(Definition {
            kind: Kind::Object(fields),
            ..
        }) = self.by_name.get_mut(&self.query)
        else {
            return;
        };
        let argument = |name: &str| InputDefinition {
            name: name.to_owned(),
            ty: Type {
                base: BaseType::Named(Name::new("String")),
                nullable: false,
            },
            default: None,
        };
        let field = |ty: &str, nullable, arguments| FieldDefinition {
            ty: Type {
                base: BaseType::Named(Name::new(ty)),
                nullable,
            },
            arguments,
        };
        fields.insert("__schema".to_owned(), field("__Schema", false, Vec::new()));
        fields.insert(
            "__type".to_owned(),
            field("__Type", true, vec![argument("name")]),
        );
    }

    fn link_interfaces(&mut self, sdl: &str) -> anyhow::Result<()> {
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let TypeKind::Object(object) = definition.node.kind else {
                continue;
            };
            for interface in object.implements {
                if let Some(Definition {
                    kind: Kind::Interface(_, objects),
                    ..
                }) = self.by_name.get_mut(interface.node.as_str())
                {
                    objects.insert(definition.node.name.node.to_string());
                }
            }
        }
        Ok(())
    }
}

/// The library's parser takes every directive for a repeatable one.
fn is_repeatable(sdl: &str, name: &str) -> bool {
    let (written, repeated) = (format!("directive @{name}"), " repeatable on ");
    sdl.lines().any(|line| {
        line.strip_prefix(&written)
            .is_some_and(|rest| rest.starts_with(['(', ' ']) && rest.contains(repeated))
    })
}

fn kind(kind: TypeKind, one_of: bool) -> Kind {
    match kind {
        TypeKind::Scalar => Kind::Scalar,
        TypeKind::Object(object) => Kind::Object(fields(object.fields)),
        TypeKind::Interface(interface) => {
            Kind::Interface(fields(interface.fields), FxHashSet::default())
        }
        TypeKind::Union(union) => Kind::Union(
            union
                .members
                .iter()
                .map(|name| name.node.to_string())
                .collect(),
        ),
        TypeKind::Enum(values) => Kind::Enum(
            values
                .values
                .iter()
                .map(|value| value.node.value.node.to_string())
                .collect(),
        ),
        TypeKind::InputObject(object) => Kind::Input {
            fields: object
                .fields
                .iter()
                .map(|field| input(&field.node))
                .collect(),
            one_of,
        },
    }
}

fn fields(
    fields: Vec<async_graphql::Positioned<async_graphql::parser::types::FieldDefinition>>,
) -> Fields {
    let field = |field: async_graphql::parser::types::FieldDefinition| {
        let arguments = field
            .arguments
            .iter()
            .map(|argument| input(&argument.node))
            .collect();
        (
            field.name.node.to_string(),
            FieldDefinition {
                ty: field.ty.node,
                arguments,
            },
        )
    };
    fields.into_iter().map(|one| field(one.node)).collect()
}

fn input(value: &InputValueDefinition) -> InputDefinition {
    InputDefinition {
        name: value.name.node.to_string(),
        ty: value.ty.node.clone(),
        default: value.default_value.as_ref().map(|value| value.node.clone()),
    }
}

impl Definition {
    /// Its fields, where it has any.
    pub(super) fn fields(&self) -> Option<&Fields> {
        match &self.kind {
            Kind::Object(fields) | Kind::Interface(fields, _) => Some(fields),
            _ => None,
        }
    }

    /// Whether something can be selected from it.
    pub(super) fn is_composite(&self) -> bool {
        matches!(
            self.kind,
            Kind::Object(_) | Kind::Interface(..) | Kind::Union(_)
        )
    }

    /// Whether values of it can be given.
    pub(super) fn is_input(&self) -> bool {
        matches!(self.kind, Kind::Scalar | Kind::Enum(_) | Kind::Input { .. })
    }

    /// Whether an object of type `name` may be one of it.
    pub(super) fn may_be(&self, name: &str) -> bool {
        match &self.kind {
            Kind::Interface(_, objects) | Kind::Union(objects) => objects.contains(name),
            _ => self.name == name,
        }
    }

    /// Whether some object may be both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        match &self.kind {
            Kind::Interface(_, objects) | Kind::Union(objects) => {
                self.name == other.name || objects.iter().any(|object| other.may_be(object))
            }
            _ => other.may_be(&self.name),
        }
    }
}
