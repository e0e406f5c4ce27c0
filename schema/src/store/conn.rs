//! One connection, whichever database is behind it.
//!
//! A query is written once, inside [`load!`], [`first!`], [`execute!`] or [`insert_rows!`], and compiled for both databases. On SQLite the
//! macros run it in place: the doorways of [`Store`](super::Store) see to it that such a connection is used on a blocking
//! thread alone. What truly differs matches on [`Conn`] itself.

use std::ops::{Deref, DerefMut};

use diesel::sqlite::SqliteConnection;
use diesel_async::{AsyncPgConnection, pooled_connection::deadpool::Object};

use super::sqlite::Lent;

/// A connection on loan from the pool.
pub enum Conn {
    /// SQLite.
    Sqlite(Lent),
    /// PostgreSQL.
    Postgres(Box<Object<AsyncPgConnection>>),
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
            $crate::store::conn::Conn::Postgres(c) => diesel_async::RunQueryDsl::load($query, &mut ***c).await,
        }
    };
}

/// The first row of a query, or `None`.
macro_rules! first {
    ($conn:expr, $query:expr) => {
        diesel::OptionalExtension::optional(match $conn {
            $crate::store::conn::Conn::Sqlite(c) => diesel::RunQueryDsl::get_result($query, &mut **c),
            $crate::store::conn::Conn::Postgres(c) => diesel_async::RunQueryDsl::get_result($query, &mut ***c).await,
        })
    };
}

/// Runs a statement and gives the number of rows that it touched.
macro_rules! execute {
    ($conn:expr, $query:expr) => {
        match $conn {
            $crate::store::conn::Conn::Sqlite(c) => diesel::RunQueryDsl::execute($query, &mut **c),
            $crate::store::conn::Conn::Postgres(c) => diesel_async::RunQueryDsl::execute($query, &mut ***c).await,
        }
    };
}

/// Inserts rows, references to structs with a field for each column. SQLite takes some hundred rows a statement. PostgreSQL takes one
/// bound array a column and `unnest`s them: two and a half times as fast as a list of rows, inside the same transaction as
/// everything else (the asynchronous driver can't `COPY` within one).
macro_rules! insert_rows {
    ($conn:expr, $table:ident, $rows:expr, { $($column:ident: $sql:ty),* $(,)? }) => {{
        let columns = [$(stringify!($column)),*];
        let mut done = Ok::<usize, diesel::result::Error>(0);
        match $conn {
            $crate::store::conn::Conn::Sqlite(c) => {
                for rows in $rows.chunks($crate::store::conn::SQLITE_BINDS / columns.len()) {
                    let rows: Vec<_> = rows.iter().map(|row| (*row).clone()).collect();
                    let insert = diesel::insert_into($table::table).values(&rows);
                    done = diesel::RunQueryDsl::execute(insert, &mut **c);
                    if done.is_err() {
                        break;
                    }
                }
            }
            $crate::store::conn::Conn::Postgres(c) => {
                for rows in $rows.chunks($crate::store::conn::POSTGRES_ROWS) {
                    let insert = diesel::sql_query($crate::store::conn::insert_from_arrays(stringify!($table), &columns))
                        $(.bind::<diesel::sql_types::Array<$sql>, _>(
                            rows.iter().map(|row| row.$column.clone()).collect::<Vec<_>>(),
                        ))*;
                    done = diesel_async::RunQueryDsl::execute(insert, &mut ***c).await;
                    if done.is_err() {
                        break;
                    }
                }
            }
        }
        done
    }};
}

pub(crate) use {execute, first, insert_rows, load};

/// Values that a statement of SQLite binds at most here: its own limit is 32,766, and some hundred rows are the fastest.
pub(crate) const SQLITE_BINDS: usize = 8_000;
/// Rows in one statement of arrays: enough to make the round trip small, few enough to keep the message under 10 MB.
pub(crate) const POSTGRES_ROWS: usize = 20_000;

/// PostgreSQL's statement that inserts rows given as one array a column.
pub(crate) fn insert_from_arrays(table: &str, columns: &[&str]) -> String {
    let arrays: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
    format!("INSERT INTO {table} ({}) SELECT * FROM unnest({})", columns.join(", "), arrays.join(", "))
}

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
