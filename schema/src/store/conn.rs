//! One connection, whichever database is behind it.
//!
//! A query is written once, inside [`load!`], [`first!`] or [`execute!`], and compiled for both databases. On SQLite the
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

/// Inserts a slice of rows, as many in a statement as the databases' limits on bound values allow.
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr, columns = $columns:expr) => {{
        let mut done = Ok::<usize, diesel::result::Error>(0);
        for rows in $rows.chunks($conn.most_binds() / $columns) {
            done = execute!($conn, diesel::insert_into($table).values(rows));
            if done.is_err() {
                break;
            }
        }
        done
    }};
}

pub(crate) use {execute, first, insert_all, load};

impl Conn {
    /// How many values one statement may bind.
    pub(crate) const fn most_binds(&self) -> usize {
        match self {
            // SQLITE_MAX_VARIABLE_NUMBER is 32,766; statements of some hundred rows are the fastest.
            Self::Sqlite(_) => 8_000,
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
