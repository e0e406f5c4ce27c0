//! What people ask of rollups, with the record of who did.

use super::{
    Conn, Result, Store,
    audit::{self, NewEvent},
    business_hours,
    ledger::{self, Ledger},
    queue::{self, NewRun},
    runs::{Run, RunDays, RunKind, RunState},
};
use crate::{
    audit::{Action, Actor},
    hours::BusinessHours,
    id::{RunId, WorkspaceKey},
    instant::Instant,
    zone::Zone,
};

impl Store {
    /// Asks for a rebuild; where one of the same days waits already or is under way, that one is given. `None` where there is
    /// no such workspace.
    pub async fn request_rebuild(
        &self,
        ws: WorkspaceKey,
        days: RunDays,
        by: Actor,
        at: Instant,
    ) -> Result<Option<Run>> {
        self.write(move |conn| Box::pin(rebuild(conn, ws, days, by, at)))
            .await
    }

    /// Asks for another zone, and for the rebuild in it that makes it take effect. Asking for the current one takes the wish
    /// back. What the ledger says then; `None` where there is no such workspace.
    pub async fn request_zone(
        &self,
        ws: WorkspaceKey,
        zone: Zone,
        by: Actor,
        at: Instant,
    ) -> Result<Option<Ledger>> {
        self.write(move |conn| Box::pin(change_zone(conn, ws, zone, by, at)))
            .await
    }

    /// Asks for other business hours, `None` for none, and for the rebuild that makes them take effect. Asking for the current
    /// ones takes the wish back. What the ledger says then; `None` where there is no such workspace.
    pub async fn request_hours(
        &self,
        ws: WorkspaceKey,
        hours: Option<BusinessHours>,
        by: Actor,
        at: Instant,
    ) -> Result<Option<Ledger>> {
        self.write(move |conn| {
            let hours = hours.clone();
            Box::pin(async move { change_hours(conn, ws, hours.as_ref(), by, at).await })
        })
        .await
    }

    /// Ends a run that waits or is under way, and gives it as it is then; one that has ended stays as it is. `None` where
    /// there is no such run.
    pub async fn cancel_run(
        &self,
        ws: WorkspaceKey,
        run: RunId,
        by: Actor,
        at: Instant,
    ) -> Result<Option<Run>> {
        self.write(move |conn| {
            Box::pin(async move {
                if queue::end(conn, ws, run, at, (RunState::Cancelled, None)).await? {
                    audit::insert(
                        conn,
                        ws,
                        &NewEvent {
                            at,
                            actor: by,
                            action: Action::RunCancelled { run },
                        },
                    )
                    .await?;
                }
                super::runs::find(conn, ws, run).await
            })
        })
        .await
    }
}

async fn rebuild(
    conn: &mut Conn,
    ws: WorkspaceKey,
    days: RunDays,
    by: Actor,
    at: Instant,
) -> Result<Option<Run>> {
    let requested_by = match by {
        Actor::Member(member) => Some(member),
        Actor::Operator | Actor::ApiToken(_) => None,
    };
    let new = NewRun {
        kind: RunKind::Rebuild,
        days,
        requested_by,
        at,
    };
    let Some((run, is_new)) = queue::enqueue(conn, ws, &new).await? else {
        return Ok(None);
    };
    if is_new {
        let action = Action::RebuildRequested {
            run: run.id,
            range: run.range,
        };
        audit::insert(
            conn,
            ws,
            &NewEvent {
                at,
                actor: by,
                action,
            },
        )
        .await?;
    }
    Ok(Some(run))
}

async fn change_zone(
    conn: &mut Conn,
    ws: WorkspaceKey,
    zone: Zone,
    by: Actor,
    at: Instant,
) -> Result<Option<Ledger>> {
    let Some(before) = ledger::find(conn, ws).await? else {
        return Ok(None);
    };
    let is_other = ledger::set_pending_zone(conn, ws, zone, at).await?;
    let Some(after) = ledger::find(conn, ws).await? else {
        return Ok(None);
    };
    if after.pending_time.is_some() {
        rebuild(conn, ws, RunDays::All, by, at).await?;
    }
    if is_other {
        let action = Action::ZoneRequested {
            from: before.time.zone,
            to: zone,
        };
        audit::insert(
            conn,
            ws,
            &NewEvent {
                at,
                actor: by,
                action,
            },
        )
        .await?;
    }
    Ok(Some(after))
}

async fn change_hours(
    conn: &mut Conn,
    ws: WorkspaceKey,
    hours: Option<&BusinessHours>,
    by: Actor,
    at: Instant,
) -> Result<Option<Ledger>> {
    let asked_for = business_hours::set_pending(conn, ws, hours, at).await?;
    let Some(ledger) = ledger::find(conn, ws).await? else {
        return Ok(None);
    };
    if ledger.pending_time.is_some() {
        rebuild(conn, ws, RunDays::All, by, at).await?;
    }
    if let Some(to) = asked_for {
        let action = Action::HoursRequested { to };
        audit::insert(
            conn,
            ws,
            &NewEvent {
                at,
                actor: by,
                action,
            },
        )
        .await?;
    }
    Ok(Some(ledger))
}
