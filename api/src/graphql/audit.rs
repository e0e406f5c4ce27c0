//! Who did what.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Enum, ID, Object, SimpleObject, Union};
use caseload_schema::{
    audit::{self, Action, ActionKind, Actor},
    id::{HoursKey, MemberKey, TokenKey},
    store::{api_tokens, audit::EventPage},
};

use super::{
    api_tokens::ApiToken,
    connection::{AuditEventConnection, Slice},
    cursor::{After, List, Place},
    members::{Member, Role},
    periods::DayRange,
    scalars::DateTime,
};
use crate::{error::ApiError, snapshot::Snapshot};

/// What can be done that is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ActionKind")]
pub(super) enum AuditAction {
    /// A member's role changed.
    RoleChanged,
    /// An API token was made.
    TokenCreated,
    /// An API token was revoked.
    TokenRevoked,
    /// Another time zone was asked for.
    ZoneRequested,
    /// Other business hours were asked for.
    HoursRequested,
    /// A rebuild was asked for.
    RebuildRequested,
    /// A run was cancelled.
    RunCancelled,
    /// Facts were imported.
    Imported,
}

/// Something that was done.
#[derive(Debug, Clone)]
pub(super) struct AuditEvent {
    event: audit::AuditEvent,
    names: Arc<Names>,
}

/// Those whom the events of a page name.
#[derive(Debug)]
struct Names {
    snapshot: Arc<Snapshot>,
    tokens: HashMap<TokenKey, api_tokens::ApiToken>,
}

impl Names {
    fn member(&self, key: MemberKey) -> Option<Member> {
        self.snapshot.directory().member(key).cloned().map(Member)
    }

    fn token(&self, key: TokenKey) -> Option<ApiToken> {
        self.tokens.get(&key).cloned().map(ApiToken)
    }
}

/// A page of what was done, the latest first.
pub(super) async fn audit_events(
    snapshot: &Arc<Snapshot>,
    actions: Option<Vec<AuditAction>>,
    first: usize,
    after: Option<String>,
) -> Result<AuditEventConnection, ApiError> {
    let after = After::read(after.as_deref(), List::AuditEvents)?.place;
    let page = EventPage {
        before: after.as_ref().map(|after| -after.sort),
        kinds: actions.map(|actions| actions.into_iter().map(ActionKind::from).collect()),
        limit: first + 1,
    };
    let mut events = snapshot
        .store()
        .list_audit_events(snapshot.key(), page)
        .await?;
    let has_next = first < events.len();
    events.truncate(first);
    let tokens = snapshot
        .store()
        .list_api_tokens(snapshot.key())
        .await?
        .into_iter();
    let tokens = tokens.map(|token| (token.key, token)).collect();
    let names = Arc::new(Names {
        snapshot: Arc::clone(snapshot),
        tokens,
    });
    let node = |event: audit::AuditEvent| {
        let place = Place {
            sort: -event.id,
            id: None,
        };
        (
            AuditEvent {
                event,
                names: Arc::clone(&names),
            },
            place,
        )
    };
    let slice = Slice {
        nodes: events.into_iter().map(node).collect(),
        has_next,
        has_previous: after.is_some(),
    };
    Ok(AuditEventConnection::new(List::AuditEvents, slice))
}

/// Something that was done to the workspace, and by whom.
#[Object]
impl AuditEvent {
    /// Its id.
    async fn id(&self) -> ID {
        self.event.id.into()
    }

    /// When it was done. Of an import, when it began.
    async fn at(&self) -> DateTime {
        DateTime(self.event.at)
    }

    /// Who did it.
    async fn by(&self) -> AuditActor {
        let (operator, member, token) = match self.event.actor {
            Actor::Operator => (true, None, None),
            Actor::Member(key) => (false, self.names.member(key), None),
            Actor::ApiToken(key) => (false, None, self.names.token(key)),
        };
        AuditActor {
            operator,
            member,
            api_token: token,
        }
    }

    /// What was done.
    async fn action(&self) -> AuditAction {
        self.event.action.kind().into()
    }

    /// What it was done to, and how.
    async fn details(&self) -> AuditDetails {
        let names = &self.names;
        match &self.event.action {
            Action::RoleChanged { member, from, to } => AuditDetails::Role(RoleChange {
                member: names.member(*member),
                from: from.map(Role::from),
                to: (*to).into(),
            }),
            Action::TokenCreated { token } | Action::TokenRevoked { token } => {
                AuditDetails::Token(TokenChange {
                    api_token: names.token(*token),
                })
            }
            Action::ZoneRequested { from, to } => AuditDetails::Zone(ZoneRequest {
                from: from.name(),
                to: to.name(),
            }),
            Action::HoursRequested { to } => AuditDetails::Hours(HoursRequest {
                are_set: *to != HoursKey::NONE,
            }),
            Action::RebuildRequested { run, range } => AuditDetails::Run(RunRequest {
                run_id: (*run).into(),
                range: range.map(DayRange::from),
            }),
            Action::RunCancelled { run } => AuditDetails::Run(RunRequest {
                run_id: (*run).into(),
                range: None,
            }),
            Action::Imported(counts) => AuditDetails::Import(ImportCounts {
                accepted: counts.accepted as f64,
                unchanged: counts.unchanged as f64,
                stale: counts.stale as f64,
                rejected: counts.rejected as f64,
                days_touched: counts.days_touched,
            }),
        }
    }
}

/// Who did something: the operator, a member, or a machine.
#[derive(Debug, SimpleObject)]
pub(super) struct AuditActor {
    /// Whether it was the operator, by the command.
    operator: bool,
    /// The member, where it was one.
    member: Option<Member>,
    /// The token, where it was a machine.
    api_token: Option<ApiToken>,
}

/// What something was done to, and how.
#[derive(Debug, Union)]
pub(super) enum AuditDetails {
    /// Of `ROLE_CHANGED`.
    Role(RoleChange),
    /// Of `TOKEN_CREATED` and `TOKEN_REVOKED`.
    Token(TokenChange),
    /// Of `ZONE_REQUESTED`.
    Zone(ZoneRequest),
    /// Of `HOURS_REQUESTED`.
    Hours(HoursRequest),
    /// Of `REBUILD_REQUESTED` and `RUN_CANCELLED`.
    Run(RunRequest),
    /// Of `IMPORTED`.
    Import(ImportCounts),
}

/// A member's role that changed.
#[derive(Debug, SimpleObject)]
pub(super) struct RoleChange {
    /// Whose.
    member: Option<Member>,
    /// The role before; null where the member was new.
    from: Option<Role>,
    /// The role since.
    to: Role,
}

/// A token that was made or revoked.
#[derive(Debug, SimpleObject)]
pub(super) struct TokenChange {
    /// Which.
    api_token: Option<ApiToken>,
}

/// A time zone that was asked for.
#[derive(Debug, SimpleObject)]
pub(super) struct ZoneRequest {
    /// The zone of then.
    from: &'static str,
    /// The one asked for.
    to: &'static str,
}

/// Business hours that were asked for.
#[derive(Debug, SimpleObject)]
pub(super) struct HoursRequest {
    /// Whether any were; else all time is to count.
    are_set: bool,
}

/// A run that was asked for or cancelled.
#[derive(Debug, SimpleObject)]
pub(super) struct RunRequest {
    /// The run's id.
    run_id: ID,
    /// The days asked for; null for everything, and of a cancellation.
    range: Option<DayRange>,
}

/// What an import brought.
#[derive(Debug, SimpleObject)]
pub(super) struct ImportCounts {
    /// Records that changed something.
    accepted: f64,
    /// Records that said what was known.
    unchanged: f64,
    /// Records older than what was known.
    stale: f64,
    /// Records that were refused.
    rejected: f64,
    /// Distinct days whose facts changed.
    days_touched: u64,
}
