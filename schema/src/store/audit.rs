//! The record of who did what.

use diesel::{ExpressionMethods, QueryDsl, Queryable};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Conn, Result, Store, StoreError,
    conn::{execute, first, load},
    tables::{audit_counters, audit_events},
};
use crate::{
    audit::{Action, ActionKind, Actor, AuditEvent, ImportCounts},
    day::Day,
    id::{HoursKey, MemberKey, RunId, TokenKey, WorkspaceKey},
    instant::Instant,
    role::Role,
    zone::Zone,
};

/// Something that is being done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Now.
    pub at: Instant,
    /// Who does it.
    pub actor: Actor,
    /// What.
    pub action: Action,
}

/// Which events to list.
#[derive(Debug, Clone, Default)]
pub struct EventPage {
    /// Those before this one; the newest where absent.
    pub before: Option<i64>,
    /// Of these kinds; of all where absent.
    pub kinds: Option<Vec<ActionKind>>,
    /// At most so many.
    pub limit: usize,
}

#[derive(Queryable)]
struct EventRow {
    event_id: i64,
    at: i64,
    actor: String,
    actor_key: Option<i64>,
    kind: String,
    details: String,
}

/// An action as it is stored: its kind in a column, the rest as JSON in another.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "details", rename_all = "snake_case")]
enum Stored {
    RoleChanged {
        member: i64,
        from: Option<String>,
        to: String,
    },
    TokenCreated {
        token: i64,
    },
    TokenRevoked {
        token: i64,
    },
    ZoneRequested {
        from: String,
        to: String,
    },
    HoursRequested {
        to: i64,
    },
    RebuildRequested {
        run: i64,
        from_day: Option<i32>,
        to_day: Option<i32>,
    },
    RunCancelled {
        run: i64,
    },
    Imported {
        accepted: u64,
        unchanged: u64,
        stale: u64,
        rejected: u64,
        days_touched: u64,
    },
}

impl Store {
    /// What was done, the latest first.
    pub async fn list_audit_events(
        &self,
        ws: WorkspaceKey,
        page: EventPage,
    ) -> Result<Vec<AuditEvent>> {
        self.read(move |conn| Box::pin(async move { list(conn, ws, &page).await }))
            .await
    }
}

/// Records what the transaction does, and gives the event's number. Whoever writes to several tables records last: the lock
/// on the number is held until the transaction ends.
pub async fn insert(conn: &mut Conn, ws: WorkspaceKey, new: &NewEvent) -> Result<i64> {
    let id = next_event(conn, ws).await?;
    let (actor, actor_key) = match new.actor {
        Actor::Operator => ("operator", None),
        Actor::Member(member) => ("member", Some(member.0)),
        Actor::ApiToken(token) => ("api_token", Some(token.0)),
    };
    execute!(
        conn,
        diesel::insert_into(audit_events::table).values((
            audit_events::workspace_id.eq(ws.0),
            audit_events::event_id.eq(id),
            audit_events::at.eq(new.at.micros()),
            audit_events::actor.eq(actor),
            audit_events::actor_key.eq(actor_key),
            audit_events::kind.eq(new.action.kind().name()),
            audit_events::details.eq(details(&new.action)?),
        ))
    )?;
    Ok(id)
}

/// Brings what is recorded of an import up to date.
pub(crate) async fn update_import(
    conn: &mut Conn,
    ws: WorkspaceKey,
    event: i64,
    counts: ImportCounts,
) -> Result<()> {
    let details = details(&Action::Imported(counts))?;
    execute!(
        conn,
        diesel::update(audit_events::table.find((ws.0, event)))
            .set(audit_events::details.eq(details))
    )?;
    Ok(())
}

async fn next_event(conn: &mut Conn, ws: WorkspaceKey) -> Result<i64> {
    execute!(
        conn,
        diesel::insert_into(audit_counters::table)
            .values((
                audit_counters::workspace_id.eq(ws.0),
                audit_counters::latest_event.eq(1_i64)
            ))
            .on_conflict(audit_counters::workspace_id)
            .do_update()
            .set(audit_counters::latest_event.eq(audit_counters::latest_event + 1))
    )?;
    let latest: Option<i64> = first!(
        conn,
        audit_counters::table
            .find(ws.0)
            .select(audit_counters::latest_event)
    )?;
    latest.ok_or_else(|| StoreError::damaged("audit_counters", "latest_event", ws))
}

async fn list(conn: &mut Conn, ws: WorkspaceKey, page: &EventPage) -> Result<Vec<AuditEvent>> {
    let query = audit_events::table
        .filter(audit_events::workspace_id.eq(ws.0))
        .filter(audit_events::event_id.lt(page.before.unwrap_or(i64::MAX)))
        .order(audit_events::event_id.desc())
        .limit(i64::try_from(page.limit).unwrap_or(i64::MAX))
        .select((
            audit_events::event_id,
            audit_events::at,
            audit_events::actor,
            audit_events::actor_key,
            audit_events::kind,
            audit_events::details,
        ));
    let rows: Vec<EventRow> = match &page.kinds {
        None => load!(conn, query)?,
        Some(kinds) => {
            let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
            load!(conn, query.filter(audit_events::kind.eq_any(names)))?
        }
    };
    rows.iter().map(event).collect()
}

fn event(row: &EventRow) -> Result<AuditEvent> {
    let damaged = |column| StoreError::damaged("audit_events", column, row.event_id);
    let actor = match (row.actor.as_str(), row.actor_key) {
        ("operator", None) => Actor::Operator,
        ("member", Some(key)) => Actor::Member(MemberKey(key)),
        ("api_token", Some(key)) => Actor::ApiToken(TokenKey(key)),
        _ => return Err(damaged("actor")),
    };
    let details: serde_json::Value =
        serde_json::from_str(&row.details).map_err(|_| damaged("details"))?;
    let stored = serde_json::from_value(json!({"kind": row.kind, "details": details})).ok();
    let action = stored
        .and_then(Stored::action)
        .ok_or_else(|| damaged("details"))?;
    Ok(AuditEvent {
        id: row.event_id,
        at: Instant::from_micros(row.at),
        actor,
        action,
    })
}

fn details(action: &Action) -> Result<String> {
    let mut written = serde_json::to_value(Stored::from(action))
        .map_err(|error| StoreError::Invalid(format!("an event can't be written: {error}")))?;
    Ok(written["details"].take().to_string())
}

impl From<&Action> for Stored {
    fn from(action: &Action) -> Self {
        match *action {
            Action::RoleChanged { member, from, to } => Self::RoleChanged {
                member: member.0,
                from: from.map(|role| role.name().to_owned()),
                to: to.name().to_owned(),
            },
            Action::TokenCreated { token } => Self::TokenCreated { token: token.0 },
            Action::TokenRevoked { token } => Self::TokenRevoked { token: token.0 },
            Action::ZoneRequested { from, to } => Self::ZoneRequested {
                from: from.name().to_owned(),
                to: to.name().to_owned(),
            },
            Action::HoursRequested { to } => Self::HoursRequested { to: to.0 },
            Action::RebuildRequested { run, range } => {
                let (from, to) = range.unzip();
                Self::RebuildRequested {
                    run: run.0,
                    from_day: from.map(Day::number),
                    to_day: to.map(Day::number),
                }
            }
            Action::RunCancelled { run } => Self::RunCancelled { run: run.0 },
            Action::Imported(ImportCounts {
                accepted,
                unchanged,
                stale,
                rejected,
                days_touched,
            }) => Self::Imported {
                accepted,
                unchanged,
                stale,
                rejected,
                days_touched,
            },
        }
    }
}

impl Stored {
    /// `None` where a role or a zone is none.
    fn action(self) -> Option<Action> {
        Some(match self {
            Self::RoleChanged { member, from, to } => Action::RoleChanged {
                member: MemberKey(member),
                from: match from {
                    Some(name) => Some(Role::parse(&name)?),
                    None => None,
                },
                to: Role::parse(&to)?,
            },
            Self::TokenCreated { token } => Action::TokenCreated {
                token: TokenKey(token),
            },
            Self::TokenRevoked { token } => Action::TokenRevoked {
                token: TokenKey(token),
            },
            Self::ZoneRequested { from, to } => Action::ZoneRequested {
                from: Zone::parse(&from).ok()?,
                to: Zone::parse(&to).ok()?,
            },
            Self::HoursRequested { to } => Action::HoursRequested { to: HoursKey(to) },
            Self::RebuildRequested {
                run,
                from_day,
                to_day,
            } => Action::RebuildRequested {
                run: RunId(run),
                range: from_day
                    .zip(to_day)
                    .map(|(from, to)| (Day::from_number(from), Day::from_number(to))),
            },
            Self::RunCancelled { run } => Action::RunCancelled { run: RunId(run) },
            Self::Imported {
                accepted,
                unchanged,
                stale,
                rejected,
                days_touched,
            } => Action::Imported(ImportCounts {
                accepted,
                unchanged,
                stale,
                rejected,
                days_touched,
            }),
        })
    }
}
