//! What is recorded of who did what: roles, tokens, zone and business hours, rebuilds, imports.

use crate::{
    day::Day,
    id::{HoursKey, MemberKey, RunId, TokenKey},
    instant::Instant,
    role::Role,
    zone::Zone,
};

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// Whoever runs the command, and so has the database.
    Operator,
    /// A member.
    Member(MemberKey),
    /// A machine, by its API token.
    ApiToken(TokenKey),
}

/// What was done.
///
/// ```
/// use caseload_schema::{audit::Action, id::MemberKey, role::Role};
/// let member = MemberKey(3);
/// let promoted = Action::RoleChanged { member, from: Some(Role::Agent), to: Role::Manager };
/// assert_eq!(promoted.kind().name(), "role_changed"); // as the database has it
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A member's role changed; `from` is `None` where the member is new and may more than read their own figures.
    RoleChanged {
        /// Whose.
        member: MemberKey,
        /// The role before.
        from: Option<Role>,
        /// The role since.
        to: Role,
    },
    /// An API token was made.
    TokenCreated {
        /// Which.
        token: TokenKey,
    },
    /// An API token was revoked.
    TokenRevoked {
        /// Which.
        token: TokenKey,
    },
    /// Another zone was asked for.
    ZoneRequested {
        /// The zone of then.
        from: Zone,
        /// The one asked for.
        to: Zone,
    },
    /// Other business hours were asked for.
    HoursRequested {
        /// The ones asked for.
        to: HoursKey,
    },
    /// A rebuild was asked for.
    RebuildRequested {
        /// The number of its run.
        run: RunId,
        /// First and last day; `None` for everything.
        range: Option<(Day, Day)>,
    },
    /// A run was cancelled.
    RunCancelled {
        /// Its number.
        run: RunId,
    },
    /// Facts were imported: one event a call, brought up to date while it runs.
    Imported(ImportCounts),
}

/// What one import brought; see [`Report`](crate::import::Report).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Records that changed something.
    pub accepted: u64,
    /// Records that said what was known.
    pub unchanged: u64,
    /// Records older than what was known.
    pub stale: u64,
    /// Records that were refused.
    pub rejected: u64,
    /// Distinct local days marked.
    pub days_touched: u64,
}

/// The kinds of [`Action`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// See [`Action::RoleChanged`].
    RoleChanged,
    /// See [`Action::TokenCreated`].
    TokenCreated,
    /// See [`Action::TokenRevoked`].
    TokenRevoked,
    /// See [`Action::ZoneRequested`].
    ZoneRequested,
    /// See [`Action::HoursRequested`].
    HoursRequested,
    /// See [`Action::RebuildRequested`].
    RebuildRequested,
    /// See [`Action::RunCancelled`].
    RunCancelled,
    /// See [`Action::Imported`].
    Imported,
}

impl Action {
    /// Its kind.
    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::RoleChanged { .. } => ActionKind::RoleChanged,
            Self::TokenCreated { .. } => ActionKind::TokenCreated,
            Self::TokenRevoked { .. } => ActionKind::TokenRevoked,
            Self::ZoneRequested { .. } => ActionKind::ZoneRequested,
            Self::HoursRequested { .. } => ActionKind::HoursRequested,
            Self::RebuildRequested { .. } => ActionKind::RebuildRequested,
            Self::RunCancelled { .. } => ActionKind::RunCancelled,
            Self::Imported(_) => ActionKind::Imported,
        }
    }
}

impl ActionKind {
    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RoleChanged => "role_changed",
            Self::TokenCreated => "token_created",
            Self::TokenRevoked => "token_revoked",
            Self::ZoneRequested => "zone_requested",
            Self::HoursRequested => "hours_requested",
            Self::RebuildRequested => "rebuild_requested",
            Self::RunCancelled => "run_cancelled",
            Self::Imported => "imported",
        }
    }
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its number within the workspace; later ones are higher.
    pub id: i64,
    /// When it was done.
    pub at: Instant,
    /// Who did it.
    pub actor: Actor,
    /// What.
    pub action: Action,
}
