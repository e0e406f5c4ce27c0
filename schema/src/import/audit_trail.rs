//! What the audit table says of an import: one event a call, and one for each role that it changes. Both are written in the
//! transaction of the batch that they are about.

use std::collections::BTreeSet;

use super::{
    batch::{BatchOptions, BatchOutcome},
    table::Entry,
    working::WorkingSet,
};
use crate::{
    audit::{Action, Actor, ImportCounts},
    day::Day,
    id::{MemberKey, WorkspaceKey},
    instant::Instant,
    role::Role,
    store::{
        Conn, Result, Store, StoreError,
        audit::{self, NewEvent},
        rows::MemberRow,
    },
};

/// What one import is recorded as, as far as it is.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    ws: WorkspaceKey,
    actor: Actor,
    /// The number of its event, once there is one.
    event: Option<i64>,
    counts: ImportCounts,
    days: BTreeSet<Day>,
}

impl Journal {
    /// Of an import that has brought nothing yet.
    pub(crate) fn new(ws: WorkspaceKey, actor: Actor) -> Self {
        Self {
            ws,
            actor,
            event: None,
            counts: ImportCounts::default(),
            days: BTreeSet::new(),
        }
    }

    pub(crate) fn workspace(&self) -> WorkspaceKey {
        self.ws
    }

    /// Counts a batch.
    pub(crate) fn add(&mut self, batch: &BatchOutcome) {
        self.days.extend(&batch.days);
        self.counts.accepted += batch.accepted;
        self.counts.unchanged += batch.unchanged;
        self.counts.stale += batch.stale;
        self.counts.rejected += batch.refused.len() as u64;
        self.counts.days_touched = self.days.len() as u64;
    }

    /// Records what was counted.
    pub(crate) async fn write(&mut self, conn: &mut Conn, now: Instant) -> Result<()> {
        if let Some(event) = self.event {
            return audit::update_import(conn, self.ws, event, self.counts).await;
        }
        let new = NewEvent {
            at: now,
            actor: self.actor,
            action: Action::Imported(self.counts),
        };
        self.event = Some(audit::insert(conn, self.ws, &new).await?);
        Ok(())
    }

    /// Records a strict import that took none of its records.
    pub(crate) async fn write_refusal(
        mut self,
        store: &Store,
        rejected: u64,
        now: Instant,
    ) -> Result<()> {
        self.counts.rejected = rejected;
        store
            .write(move |conn| Box::pin(async move { self.write(conn, now).await }))
            .await
    }
}

/// Records the roles that a batch changes.
pub(crate) async fn roles(
    conn: &mut Conn,
    ws: WorkspaceKey,
    manner: BatchOptions,
    working: &WorkingSet,
) -> Result<()> {
    for entry in working.members.entries().filter(|entry| entry.changed()) {
        if let Some(action) = role_change(entry)? {
            audit::insert(
                conn,
                ws,
                &NewEvent {
                    at: manner.now,
                    actor: manner.sender,
                    action,
                },
            )
            .await?;
        }
    }
    Ok(())
}

/// A role that is another one now, or that of a new member who may more than read their own figures.
fn role_change(entry: &Entry<MemberRow>) -> Result<Option<Action>> {
    let from = entry
        .stored
        .as_ref()
        .filter(|row| row.known)
        .map(role)
        .transpose()?;
    let Some(row) = entry.current.as_ref().filter(|row| row.known) else {
        return Ok(None);
    };
    let to = role(row)?;
    let says_something = from.map_or(to.is_manager(), |from| from != to);
    Ok(says_something.then_some(Action::RoleChanged {
        member: MemberKey(row.member_key),
        from,
        to,
    }))
}

fn role(row: &MemberRow) -> Result<Role> {
    Role::parse(&row.role).ok_or_else(|| StoreError::damaged("members", "role", row.member_key))
}
