//! What can go wrong with a store.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// What can go wrong with a store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database can't be reached or is busy; the same call may work later.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Another transaction was in the way, and nothing was written. The doorways try again; what leaves them is
    /// [`StoreError::Unavailable`].
    #[error("another transaction was in the way: {0}")]
    Conflict(String),
    /// The connection was lost before anything was committed. As above.
    #[error("the connection to the database was lost: {0}")]
    Lost(String),
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

    /// As it is told once nobody tries again.
    pub(super) fn settled(self) -> Self {
        match self {
            Self::Conflict(why) | Self::Lost(why) => Self::Unavailable(why),
            error => error,
        }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        if let Some(chance) = super::attempts::by_chance(&error) {
            return chance;
        }
        match &error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Exists(info.message().to_owned())
            }
            DieselError::DatabaseError(_, info) => unavailable(info.message()).map_or_else(
                || Self::Database(error.to_string()),
                |why| Self::Unavailable(why.to_owned()),
            ),
            _ => Self::Database(error.to_string()),
        }
    }
}

/// Why nothing can be done for now, in words, where that is what the database says.
fn unavailable(said: &str) -> Option<&'static str> {
    const SAYINGS: [(&str, &str); 6] = [
        (
            "database is locked",
            "another process has kept the database locked for too long",
        ),
        ("database or disk is full", FULL),
        ("No space left on device", FULL),
        ("disk I/O error", "the disk can't be read or written"),
        ("statement timeout", "a statement took longer than it may"),
        (
            "unable to open database file",
            "the database's file can't be opened",
        ),
    ];
    SAYINGS
        .iter()
        .find(|(saying, _)| said.contains(saying))
        .map(|(_, why)| *why)
}

const FULL: &str = "its disk is full; what was acknowledged is kept, nothing more can be written";

impl From<diesel::ConnectionError> for StoreError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
