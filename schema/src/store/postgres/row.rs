//! The driver's rows, as Diesel reads them.

use std::{num::NonZeroU32, ops::Range};

use diesel::{
    pg::{Pg, PgValue, TypeOidLookup},
    row::{Field, PartialRow, Row, RowIndex, RowSealed},
};
use tokio_postgres::types::{FromSql, Type};

/// A row.
pub struct PgRow(pub(super) tokio_postgres::Row);

impl std::fmt::Debug for PgRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PgRow")
    }
}

impl RowSealed for PgRow {}

impl<'a> Row<'a, Pg> for PgRow {
    type InnerPartialRow = Self;
    type Field<'f>
        = PgField<'f>
    where
        'a: 'f,
        Self: 'f;

    fn field_count(&self) -> usize {
        self.0.len()
    }

    fn get<'b, I>(&'b self, at: I) -> Option<PgField<'b>>
    where
        'a: 'b,
        Self: RowIndex<I>,
    {
        self.idx(at).map(|at| PgField { row: &self.0, at })
    }

    fn partial_row(&self, range: Range<usize>) -> PartialRow<'_, Self> {
        PartialRow::new(self, range)
    }
}

impl RowIndex<usize> for PgRow {
    fn idx(&self, at: usize) -> Option<usize> {
        (at < self.0.len()).then_some(at)
    }
}

impl RowIndex<&str> for PgRow {
    fn idx(&self, name: &str) -> Option<usize> {
        self.0
            .columns()
            .iter()
            .position(|column| column.name() == name)
    }
}

/// One column of a row.
#[derive(Debug)]
pub struct PgField<'r> {
    row: &'r tokio_postgres::Row,
    at: usize,
}

impl Field<'_, Pg> for PgField<'_> {
    fn field_name(&self) -> Option<&str> {
        Some(self.row.columns()[self.at].name())
    }

    fn value(&self) -> Option<PgValue<'_>> {
        let Bytes(bytes) = self.row.get(self.at);
        bytes.map(|bytes| PgValue::new(bytes, self))
    }
}

impl TypeOidLookup for PgField<'_> {
    fn lookup(&self) -> NonZeroU32 {
        NonZeroU32::new(self.row.columns()[self.at].type_().oid()).expect("every column has a type")
    }
}

/// A value's bytes as they came; `None` is null.
struct Bytes<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Bytes<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Some(raw)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
