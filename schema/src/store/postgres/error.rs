//! The driver's errors, as Diesel has them.

use std::error::Error as _;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use tokio_postgres::error::{DbError, ErrorPosition, Severity, SqlState};

use crate::store::error::StoreError;

/// What the server said, or that it can't be spoken to.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
pub(super) fn diesel_error(error: tokio_postgres::Error) -> DieselError {
    match error
        .source()
        .and_then(|source| source.downcast_ref::<DbError>())
    {
        Some(said) => {
            let ends = said.parsed_severity() != Some(Severity::Error);
            DieselError::DatabaseError(kind(said.code(), ends), Box::new(Said(said.clone())))
        }
        None => DieselError::DatabaseError(
            DatabaseErrorKind::UnableToSendCommand,
            Box::new(error.to_string()),
        ),
    }
}

/// The same of a `COPY`. To a table of a cluster, what a node refuses, or that it is lost, comes back as an internal error: a
/// connection that is lost is the only such cause that passes. Whoever takes its rows for new has to look whether they are.
pub(super) fn copy_error(error: tokio_postgres::Error) -> DieselError {
    let said = error
        .source()
        .and_then(|source| source.downcast_ref::<DbError>());
    match said {
        Some(said) if *said.code() == SqlState::INTERNAL_ERROR => DieselError::DatabaseError(
            DatabaseErrorKind::Unknown,
            Box::new(OfANode(said.message().to_owned())),
        ),
        _ => diesel_error(error),
    }
}

/// What Diesel, and whoever tries again, has to know of a SQLSTATE, and of whether the session ends with it.
fn kind(code: &SqlState, ends_session: bool) -> DatabaseErrorKind {
    match *code {
        SqlState::UNIQUE_VIOLATION => DatabaseErrorKind::UniqueViolation,
        SqlState::FOREIGN_KEY_VIOLATION => DatabaseErrorKind::ForeignKeyViolation,
        SqlState::NOT_NULL_VIOLATION => DatabaseErrorKind::NotNullViolation,
        SqlState::CHECK_VIOLATION => DatabaseErrorKind::CheckViolation,
        SqlState::READ_ONLY_SQL_TRANSACTION => DatabaseErrorKind::ReadOnlyTransaction,
        // Of two transactions that can't both go on, one may go on later.
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => {
            DatabaseErrorKind::SerializationFailure
        }
        _ if ends_session && has_lost_the_connection(code.code()) => {
            DatabaseErrorKind::ClosedConnection
        }
        _ => DatabaseErrorKind::Unknown,
    }
}

/// Class 08, the server's end (57P01 to 57P03), and sessions that the server ends because they were idle (57P05, 25P03) or
/// too long (25P04). A server that says so and keeps the session means the connection to another one: that of a cluster's node.
fn has_lost_the_connection(code: &str) -> bool {
    code.starts_with("08") || ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04"].contains(&code)
}

/// What a SQLSTATE means that is neither the statement's fault nor ours and passes: by the code alone, since a server writes
/// its messages in the language of `lc_messages`.
pub(in crate::store) fn temporary(code: &str, said: &str) -> Option<StoreError> {
    let why = match code {
        _ if has_lost_the_connection(code) => return Some(StoreError::NodeLost(said.to_owned())),
        "53100" => return Some(StoreError::disk_full()),
        "57014" => "a statement took longer than it may, or was cancelled",
        "55P03" => "a lock was not free in time",
        "53200" => "the server has no memory left",
        "53300" => "the server has as many connections as it may have",
        "57P04" => "the database was dropped",
        _ if code.starts_with("53") => "the server has too few resources left",
        _ if code.starts_with("58") => "the server's disk can't be read or written",
        _ => return None,
    };
    Some(StoreError::Unavailable(why.to_owned()))
}

struct Said(DbError);

impl DatabaseErrorInformation for Said {
    fn message(&self) -> &str {
        self.0.message()
    }

    /// The SQLSTATE: Diesel has no place for it, and nobody else reads this.
    fn details(&self) -> Option<&str> {
        Some(self.0.code().code())
    }

    fn hint(&self) -> Option<&str> {
        self.0.hint()
    }

    fn table_name(&self) -> Option<&str> {
        self.0.table()
    }

    fn column_name(&self) -> Option<&str> {
        self.0.column()
    }

    fn constraint_name(&self) -> Option<&str> {
        self.0.constraint()
    }

    fn statement_position(&self) -> Option<i32> {
        let (ErrorPosition::Original(position) | ErrorPosition::Internal { position, .. }) =
            self.0.position()?;
        i32::try_from(*position).ok()
    }
}

/// What a node of a cluster said, without its code.
struct OfANode(String);

impl DatabaseErrorInformation for OfANode {
    fn message(&self) -> &str {
        &self.0
    }

    fn details(&self) -> Option<&str> {
        Some(SqlState::CONNECTION_FAILURE.code())
    }

    fn hint(&self) -> Option<&str> {
        None
    }

    fn table_name(&self) -> Option<&str> {
        None
    }

    fn column_name(&self) -> Option<&str> {
        None
    }

    fn constraint_name(&self) -> Option<&str> {
        None
    }

    fn statement_position(&self) -> Option<i32> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    enum Means {
        Exists,
        TryAgain,
        Lost,
        NodeLost,
        NoWrites,
        NotNow,
        Fault,
    }

    fn meaning(code: &str, ends_session: bool) -> Means {
        struct Code<'c>(&'c str);
        impl DatabaseErrorInformation for Code<'static> {
            fn message(&self) -> &'static str {
                "kein Speicherplatz mehr auf dem Gerät"
            }
            fn details(&self) -> Option<&str> {
                Some(self.0)
            }
            fn hint(&self) -> Option<&str> {
                None
            }
            fn table_name(&self) -> Option<&str> {
                None
            }
            fn column_name(&self) -> Option<&str> {
                None
            }
            fn constraint_name(&self) -> Option<&str> {
                None
            }
            fn statement_position(&self) -> Option<i32> {
                None
            }
        }
        let kind = kind(&SqlState::from_code(code), ends_session);
        let said = Code(code.to_owned().leak());
        match StoreError::from(DieselError::DatabaseError(kind, Box::new(said))) {
            StoreError::Exists(_) => Means::Exists,
            StoreError::Conflict(_) => Means::TryAgain,
            StoreError::Lost(_) => Means::Lost,
            StoreError::NodeLost(_) => Means::NodeLost,
            StoreError::ReadOnly(_) => Means::NoWrites,
            StoreError::Unavailable(_) => Means::NotNow,
            _ => Means::Fault,
        }
    }

    const LOST: [&str; 12] = [
        "08000", "08001", "08003", "08004", "08006", "08P01", "57P01", "57P02", "57P03", "57P05",
        "25P03", "25P04",
    ];

    #[test]
    fn the_code_alone_says_what_an_error_means() {
        let table = [
            (Means::Exists, &["23505"][..]),
            (Means::TryAgain, &["40001", "40P01"]),
            (Means::NoWrites, &["25006", "53100"]),
            (
                Means::NotNow,
                &[
                    "57014", "55P03", "53000", "53200", "53300", "53400", "58000", "58030", "57P04",
                ],
            ),
            (
                Means::Fault,
                &[
                    "42601", "42P01", "42501", "23502", "22003", "XX000", "XX001", "25P02",
                ],
            ),
        ];
        for (means, codes) in table {
            for code in codes {
                for ends_session in [false, true] {
                    assert_eq!(meaning(code, ends_session), means, "{code}");
                }
            }
        }
    }

    #[test]
    fn what_a_node_says_of_a_copy_without_a_code_is_a_lost_node() {
        let said = OfANode("failure on connection marked as essential".to_owned());
        let error = DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(said));
        assert!(matches!(StoreError::from(error), StoreError::NodeLost(_)));
    }

    #[test]
    fn a_connection_is_lost_with_the_session_or_else_it_was_to_a_node_of_a_cluster() {
        for code in LOST {
            assert_eq!(meaning(code, true), Means::Lost, "{code}");
            assert_eq!(meaning(code, false), Means::NodeLost, "{code}");
        }
    }
}
