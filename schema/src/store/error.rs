//! What can go wrong with a store.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// What can go wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached or is busy; the same call may work later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
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
    /// Whatever else the database said.
    #[error("database error: {0}")]
    Database(String),
}

/// The result of a call to the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl StoreError {
    pub(crate) fn damaged(table: &'static str, column: &'static str, key: impl std::fmt::Display) -> Self {
        Self::Damaged { table, column, key: format!("{key}") }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::UnableToSendCommand,
                info,
            ) => Self::Unavailable(info.message().to_owned()),
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Exists(info.message().to_owned())
            }
            DieselError::DatabaseError(_, info) if info.message().contains("database is locked") => {
                Self::Unavailable("another process has kept the database locked for too long".to_owned())
            }
            // SQLSTATE 40P01 and 57P01 have no kind of their own.
            DieselError::DatabaseError(_, info)
                if ["deadlock detected", "terminating connection"].iter().any(|said| info.message().contains(said)) =>
            {
                Self::Unavailable(info.message().to_owned())
            }
            DieselError::BrokenTransactionManager => Self::Unavailable("the connection was lost".to_owned()),
            _ => Self::Database(error.to_string()),
        }
    }
}

impl From<diesel::ConnectionError> for StoreError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
