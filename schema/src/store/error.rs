//! What can go wrong with a store.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::{postgres, sqlite};

/// What can go wrong with a store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached or is busy; the same call may work later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// A node of a database that is spread over several can't be reached; the same call may work later, and calls for
    /// workspaces of other nodes work now.
    #[error("a node of the database is not available: {0}")]
    NodeUnavailable(String),
    /// The database takes no writes for now: it is read-only, or its disk is full. It can be read.
    #[error("the database takes no writes: {0}")]
    ReadOnly(String),
    /// Another transaction was in the way, and nothing was written. The doorways try again; what leaves them is
    /// [`StoreError::Unavailable`].
    #[error("another transaction was in the way: {0}")]
    Conflict(String),
    /// The connection was lost before anything was committed. As above.
    #[error("the connection to the database was lost: {0}")]
    Lost(String),
    /// The database lost its connection to one of its nodes. As above, but for [`StoreError::NodeUnavailable`].
    #[error("the database lost a connection to one of its nodes: {0}")]
    NodeLost(String),
    /// A row that can't become a domain value.
    #[error("damaged row in {table}, column {column}, key {key}")]
    Damaged {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What finds the row.
        key: String,
    },
    /// A row with that key is there already.
    #[error("there is such a row already: {0}")]
    Exists(String),
    /// A setting or an argument that can't be used; says what to do.
    #[error("{0}")]
    Invalid(String),
    /// What can't be done any more, because the facts of the days before are gone; says what.
    #[error("{0}")]
    Final(String),
    /// Whatever else the database said.
    #[error("database error: {0}")]
    Database(String),
}

/// The result of a call to the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl StoreError {
    pub(crate) fn damaged(
        table: &'static str,
        column: &'static str,
        key: impl std::fmt::Display,
    ) -> Self {
        Self::Damaged {
            table,
            column,
            key: format!("{key}"),
        }
    }

    /// Whether the same call may work later, without anybody doing anything about it here.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::NodeUnavailable(_))
    }

    /// As it is told once nobody tries again.
    pub(super) fn into_final(self) -> Self {
        match self {
            Self::Conflict(why) | Self::Lost(why) => Self::Unavailable(why),
            Self::NodeLost(why) => Self::NodeUnavailable(why),
            error => error,
        }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        if let Some(chance) = super::retry::is_transient(&error) {
            return chance;
        }
        let DieselError::DatabaseError(kind, said) = &error else {
            return Self::Database(error.to_string());
        };
        match kind {
            DatabaseErrorKind::UniqueViolation => return Self::Exists(said.message().to_owned()),
            DatabaseErrorKind::ReadOnlyTransaction => return Self::read_only(),
            _ => {}
        }
        // PostgreSQL's errors have a SQLSTATE, SQLite's have none.
        match said.details() {
            Some(code) => postgres::temporary(code, said.message())
                .unwrap_or_else(|| Self::Database(format!("{error} (SQLSTATE {code})"))),
            None => sqlite::temporary(said.message())
                .unwrap_or_else(|| Self::Database(error.to_string())),
        }
    }
}

/// Why a standby, a database with `default_transaction_read_only`, or a file without the right to write takes no writes.
pub(super) const READ_ONLY: &str = "it is read-only at the moment";

impl StoreError {
    /// The database may be read and not written to.
    pub(super) fn read_only() -> Self {
        Self::ReadOnly(READ_ONLY.to_owned())
    }

    /// Nothing more fits on the database's disk.
    pub(super) fn disk_full() -> Self {
        Self::ReadOnly(
            "its disk is full; what was acknowledged is kept, nothing more can be written"
                .to_owned(),
        )
    }
}

impl From<diesel::ConnectionError> for StoreError {
    fn from(error: diesel::ConnectionError) -> Self {
        use diesel::ConnectionError::{BadConnection, CouldntSetupConfiguration};
        match error {
            // The reason alone: Diesel's own words in front of it say the same once more.
            BadConnection(why) => Self::Unavailable(why),
            CouldntSetupConfiguration(error) => match Self::from(error).into_final() {
                unavailable @ Self::Unavailable(_) => unavailable,
                other => Self::Unavailable(other.to_string()),
            },
            other => Self::Unavailable(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What SQLite says where its result code is `SQLITE_READONLY`, `SQLITE_FULL`, `SQLITE_BUSY`, `SQLITE_IOERR` and
    /// `SQLITE_CANTOPEN`.
    #[test]
    fn what_keeps_sqlite_from_writing_is_told_from_what_keeps_it_from_reading() {
        let said = |text: &str| {
            let said = Box::new(text.to_owned());
            StoreError::from(DieselError::DatabaseError(DatabaseErrorKind::Unknown, said))
        };
        for text in [
            "attempt to write a readonly database",
            "database or disk is full",
        ] {
            assert!(matches!(said(text), StoreError::ReadOnly(_)), "{text}");
        }
        for text in [
            "database is locked",
            "disk I/O error",
            "unable to open database file",
        ] {
            assert!(matches!(said(text), StoreError::Unavailable(_)), "{text}");
        }
        assert!(matches!(said("no such table: x"), StoreError::Database(_)));
    }
}
