//! Roles of members.

/// What a member may do. Where it is checked, it is the role that the member has now.
///
/// ```
/// use caseload_schema::role::Role;
/// assert_eq!(Role::parse("manager"), Some(Role::Manager));
/// assert!(Role::Manager.is_manager() && !Role::Manager.is_admin()); // reads all figures, changes nothing
/// assert!(Role::Owner < Role::Viewer); // the mightiest come first
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// May everything, and alone makes and unmakes owners.
    Owner,
    /// May everything but make owners.
    Admin,
    /// Reads everyone's figures.
    Manager,
    /// Reads their own figures.
    Agent,
    /// Reads their own figures.
    Viewer,
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Self; 5] = [
        Self::Owner,
        Self::Admin,
        Self::Manager,
        Self::Agent,
        Self::Viewer,
    ];

    /// The name as written in import records and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Agent => "agent",
            Self::Viewer => "viewer",
        }
    }

    /// The role of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Owner or admin.
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }

    /// Owner, admin or manager: whoever reads everyone's figures.
    pub const fn is_manager(self) -> bool {
        matches!(self, Self::Owner | Self::Admin | Self::Manager)
    }
}
