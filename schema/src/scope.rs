//! What API tokens may do.

/// One of the things that an API token may be made for.
///
/// ```
/// use caseload_schema::scope::ApiScope;
/// assert_eq!(ApiScope::parse("READ_ROLLUPS"), Some(ApiScope::ReadRollups));
/// assert_eq!(ApiScope::parse("read_rollups"), None); // names are written in capitals
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiScope {
    /// Import facts, and nothing else.
    Import,
    /// Read the daily rollups, and figures as a manager does.
    ReadRollups,
    /// What an admin may, but for making tokens and roles.
    Admin,
}

impl ApiScope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Import, Self::ReadRollups, Self::Admin];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Import => "IMPORT",
            Self::ReadRollups => "READ_ROLLUPS",
            Self::Admin => "ADMIN",
        }
    }

    /// The scope of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}
