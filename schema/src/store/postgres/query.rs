//! What Diesel builds, as the driver takes it.

use diesel::{
    QueryResult,
    pg::{Pg, PgMetadataLookup, PgQueryBuilder, PgTypeMetadata},
    query_builder::{QueryBuilder as _, QueryFragment, bind_collector::RawBytesBindCollector},
    result::Error as DieselError,
};
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut};

/// A query's text and its bound values.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) sql: String,
    pub(super) types: Vec<Type>,
    pub(super) values: Vec<Value>,
    /// Whether the same text will come again.
    pub(super) is_cacheable: bool,
}

impl Query {
    pub(super) fn of(query: &impl QueryFragment<Pg>) -> QueryResult<Self> {
        let mut text = PgQueryBuilder::default();
        query.to_sql(&mut text, &Pg)?;
        let mut binds = RawBytesBindCollector::<Pg>::new();
        query.collect_binds(&mut binds, &mut BuiltIn, &Pg)?;
        Ok(Self {
            sql: text.finish(),
            types: binds
                .metadata
                .iter()
                .map(built_in)
                .collect::<QueryResult<_>>()?,
            values: binds.binds.into_iter().map(Value).collect(),
            is_cacheable: query.is_safe_to_cache_prepared(&Pg)?,
        })
    }

    pub(super) fn parameters(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        let values = self.values.iter().map(|value| value as &(dyn ToSql + Sync));
        values.zip(self.types.iter().cloned()).collect()
    }
}

/// The types that every PostgreSQL has: no column of Caseload's has any other.
struct BuiltIn;

impl PgMetadataLookup for BuiltIn {
    fn lookup_type(&mut self, _: &str, _: Option<&str>) -> PgTypeMetadata {
        PgTypeMetadata::new(0, 0)
    }
}

fn built_in(metadata: &PgTypeMetadata) -> QueryResult<Type> {
    let oid = metadata
        .oid()
        .map_err(|error| DieselError::SerializationError(Box::new(error)))?;
    Type::from_oid(oid)
        .ok_or_else(|| DieselError::SerializationError("a type that is not built in".into()))
}

/// A bound value in PostgreSQL's binary form; `None` is null.
#[derive(Debug)]
pub(super) struct Value(Option<Vec<u8>>);

impl ToSql for Value {
    fn to_sql(
        &self,
        _: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        let Some(bytes) = &self.0 else {
            return Ok(IsNull::Yes);
        };
        out.extend_from_slice(bytes);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    /// The statement was prepared with the types that Diesel gave.
    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.to_sql(ty, out)
    }
}
