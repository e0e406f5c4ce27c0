//! What a gateway of Apollo Federation 2 asks its subgraphs for, where the operator has made this server one of them.
//!
//! Not the library's own: it answers for all entities or for none, and has federation on in every schema with an entity.

use std::borrow::Cow;

use async_graphql::{
    Any, ContainerType, Context, ContextSelectionSet, ID, Object, ObjectType, OutputType,
    Positioned, ServerResult, SimpleObject, Union, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
    resolver_utils::resolve_container,
};

use super::{
    authorization::{Nullable, permitted},
    members::Member,
    query::{Query, member_for},
    schema::sdl,
};
use crate::error::ApiError;

/// Entities that a gateway may ask for at once: as many rows as the longest page of a list has.
const MAX_REPRESENTATIONS: usize = 1_000;

/// What makes the schema one of a subgraph.
const LINK: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.4", import: ["@key", "@shareable"])
"#;

/// What types are to others. Every subgraph with lists has a `PageInfo`, and what is shareable has to be said where it is
/// defined.
const MARKS: [(&str, &str); 2] = [
    ("Member", r#"@key(fields: "id")"#),
    ("PageInfo", "@shareable"),
];

/// The schema as a gateway is composed from it.
pub fn subgraph_sdl() -> String {
    let mark = |sdl: String, (name, mark): (&str, &str)| {
        sdl.replacen(
            &format!("\ntype {name} {{"),
            &format!("\ntype {name} {mark} {{"),
            1,
        )
    };
    MARKS.into_iter().fold(sdl(), mark) + LINK
}

/// The root of all queries, with what a gateway asks for.
#[derive(Debug)]
pub struct SubgraphQuery;

impl ContainerType for SubgraphQuery {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match Gateway.resolve_field(ctx).await? {
            Some(value) => Ok(Some(value)),
            None => Box::pin(Query.resolve_field(ctx)).await,
        }
    }
}

impl OutputType for SubgraphQuery {
    fn type_name() -> Cow<'static, str> {
        <Query as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = Query::create_type_info(registry);
        Gateway::create_type_info(registry);
        if let Some(MetaType::Object { fields: more, .. }) =
            registry.types.remove(Gateway::type_name().as_ref())
            && let Some(MetaType::Object { fields, .. }) =
                registry.types.get_mut(Self::type_name().as_ref())
        {
            fields.extend(more);
        }
        name
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ObjectType for SubgraphQuery {}

/// What has a key by which other subgraphs know it.
#[derive(Debug, Union)]
#[graphql(name = "_Entity")]
enum Entity {
    Member(Member),
}

/// What a gateway is composed from.
#[derive(Debug, SimpleObject)]
#[graphql(name = "_Service")]
struct Service {
    /// The schema, in its own language.
    sdl: String,
}

struct Gateway;

/// What a gateway asks for.
#[Object]
impl Gateway {
    /// This subgraph's own schema.
    #[graphql(name = "_service")]
    async fn service(&self, ctx: &Context<'_>) -> Result<Service, ApiError> {
        permitted(ctx, "Query", "_service").map(|_| Service {
            sdl: subgraph_sdl(),
        })
    }

    /// What these representations stand for, in the same order; null with an error where the viewer may not know.
    #[graphql(name = "_entities")]
    async fn entities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Each with its __typename and its key, at most 1,000.")]
        representations: Vec<Any>,
    ) -> Result<Vec<Nullable<Entity>>, ApiError> {
        let count = representations.len();
        if MAX_REPRESENTATIONS < count {
            let message =
                format!("representations: at most {MAX_REPRESENTATIONS} at once, not {count}");
            return Err(ApiError::bad_input(message));
        }
        Ok(representations
            .iter()
            .map(|Any(one)| Some(entity(ctx, one)))
            .collect())
    }
}

fn entity(ctx: &Context<'_>, representation: &Value) -> Result<Entity, ApiError> {
    let part = |name| {
        if let Value::Object(parts) = representation {
            parts.get(name)
        } else {
            None
        }
    };
    match part("__typename") {
        Some(Value::String(name)) if name == "Member" => {}
        Some(Value::String(name)) => {
            return Err(ApiError::bad_input(format!(
                "representations: {name:?} is no entity here; Member is one"
            )));
        }
        _ => {
            return Err(ApiError::bad_input(
                "representations: each is an object with a __typename and a key",
            ));
        }
    }
    let id = match part("id") {
        Some(Value::String(id)) => ID(id.clone()),
        Some(Value::Number(id)) if id.is_i64() || id.is_u64() => ID(id.to_string()),
        _ => return Err(ApiError::bad_input("representations: a Member has an id")),
    };
    member_for(ctx, "_entities", &id).map(|member| Entity::Member(Member(member)))
}
