//! One connection, whichever database is behind it.
//!
//! A query is written once, inside [`load!`], [`first!`], [`execute!`] or [`insert_rows!`], and compiled for both databases. On SQLite the
//! macros run it in place: the doorways of [`Store`](super::Store) see to it that such a connection is used on a blocking
//! thread alone. What truly differs matches on [`Conn`] itself.

use std::ops::{Deref, DerefMut};

use diesel::sqlite::SqliteConnection;
use diesel_async::pooled_connection::deadpool::Object;

pub(crate) use super::postgres::CopyValue;
use super::{postgres::PgConnection, sqlite::Lent};

/// A connection on loan from the pool.
pub enum Conn {
    /// SQLite.
    Sqlite(Lent),
    /// PostgreSQL.
    Postgres(Box<Object<PgConnection>>),
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite(_) => "Conn::Sqlite",
            Self::Postgres(_) => "Conn::Postgres",
        })
    }
}

impl Deref for Lent {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.connection()
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.connection_mut()
    }
}

/// All rows of a query.
macro_rules! load {
    ($conn:expr, $query:expr) => {
        match $conn {
            $crate::store::conn::Conn::Sqlite(c) => diesel::RunQueryDsl::load($query, &mut **c),
            $crate::store::conn::Conn::Postgres(c) => {
                diesel_async::RunQueryDsl::load($query, &mut ***c).await
            }
        }
    };
}

/// The first row of a query, or `None`.
macro_rules! first {
    ($conn:expr, $query:expr) => {
        diesel::OptionalExtension::optional(match $conn {
            $crate::store::conn::Conn::Sqlite(c) => {
                diesel::RunQueryDsl::get_result($query, &mut **c)
            }
            $crate::store::conn::Conn::Postgres(c) => {
                diesel_async::RunQueryDsl::get_result($query, &mut ***c).await
            }
        })
    };
}

/// Runs a statement and gives the number of rows that it touched.
macro_rules! execute {
    ($conn:expr, $query:expr) => {
        match $conn {
            $crate::store::conn::Conn::Sqlite(c) => diesel::RunQueryDsl::execute($query, &mut **c),
            $crate::store::conn::Conn::Postgres(c) => {
                diesel_async::RunQueryDsl::execute($query, &mut ***c).await
            }
        }
    };
}

/// Inserts rows, references to structs with a field for each column. SQLite takes some hundred rows a statement, PostgreSQL
/// takes them by `COPY`.
macro_rules! insert_rows {
    ($conn:expr, $table:ident, $rows:expr, [$($column:ident),* $(,)?]) => {{
        let columns = [$(stringify!($column)),*];
        match $conn {
            $crate::store::conn::Conn::Sqlite(c) => {
                let mut done = Ok::<usize, diesel::result::Error>(0);
                for rows in $rows.chunks($crate::store::conn::SQLITE_BINDS / columns.len()) {
                    let rows: Vec<_> = rows.iter().map(|row| (*row).clone()).collect();
                    let insert = diesel::insert_into($table::table).values(&rows);
                    done = diesel::RunQueryDsl::execute(insert, &mut **c);
                    if done.is_err() {
                        break;
                    }
                }
                done
            }
            $crate::store::conn::Conn::Postgres(c) => {
                c.copy(stringify!($table), &columns, &$rows, |row, out| {
                    $($crate::store::conn::CopyValue::put(&row.$column, out);)*
                })
                .await
            }
        }
    }};
}

pub(crate) use {execute, first, insert_rows, load};

/// Values that a statement of SQLite binds at most here: its own limit is 32,766, and some hundred rows are the fastest.
pub(crate) const SQLITE_BINDS: usize = 8_000;

impl Conn {
    /// How many values one statement may bind.
    pub(crate) const fn most_binds(&self) -> usize {
        match self {
            Self::Sqlite(_) => SQLITE_BINDS,
            // The protocol counts binds in 16 bits.
            Self::Postgres(_) => 60_000,
        }
    }

    /// How many keys one `IN (…)` may list.
    pub(crate) const fn most_keys(&self) -> usize {
        match self {
            Self::Sqlite(_) => 10_000,
            // One array, whatever its length.
            Self::Postgres(_) => 100_000,
        }
    }
}
