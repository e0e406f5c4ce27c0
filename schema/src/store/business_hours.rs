//! The business hours that were set.

use diesel::{ExpressionMethods, QueryDsl};

use super::{
    Conn, Result, Store, StoreError,
    conn::{execute, first},
    dirty_days, ledger,
    tables::business_hours,
};
use crate::{
    hours::{BusinessHours, Clocks},
    id::{HoursKey, WorkspaceKey},
    instant::Instant,
    time_settings::TimeSettings,
};

impl Store {
    /// The hours of that key; `None` where none are set.
    pub async fn business_hours(
        &self,
        ws: WorkspaceKey,
        hours: HoursKey,
    ) -> Result<Option<BusinessHours>> {
        if hours == HoursKey::NONE {
            return Ok(None);
        }
        self.read(move |conn| Box::pin(find(conn, ws, hours))).await
    }
}

/// The hours of that key; `None` where none are set.
pub async fn find(
    conn: &mut Conn,
    ws: WorkspaceKey,
    hours: HoursKey,
) -> Result<Option<BusinessHours>> {
    if hours == HoursKey::NONE {
        return Ok(None);
    }
    let row = business_hours::table
        .find((ws.0, hours))
        .select(business_hours::definition);
    let definition: Option<String> = first!(conn, row)?;
    let read = definition.as_deref().and_then(BusinessHours::from_json);
    let damaged = || StoreError::damaged("business_hours", "definition", hours);
    read.ok_or_else(damaged).map(Some)
}

/// The clocks that figures by `time` follow.
pub async fn clocks(conn: &mut Conn, ws: WorkspaceKey, time: TimeSettings) -> Result<Clocks> {
    let hours = find(conn, ws, time.hours).await?;
    Ok(Clocks::new(time.zone, hours))
}

/// Asks for other hours, or for none; they take effect with the next run, which rebuilds everything. Asking for the current ones
/// takes the wish back. The hours asked for, where that is another wish than before.
pub(super) async fn set_pending(
    conn: &mut Conn,
    ws: WorkspaceKey,
    wanted: Option<&BusinessHours>,
    now: Instant,
) -> Result<Option<HoursKey>> {
    let change = dirty_days::next_change(conn, ws).await?;
    let Some(ledger) = ledger::find(conn, ws).await? else {
        return Ok(None);
    };
    let pending = ledger.latest_time().hours;
    if wanted == find(conn, ws, pending).await?.as_ref() {
        return Ok(None);
    }
    let current = find(conn, ws, ledger.time.hours).await?;
    let hours = if wanted == current.as_ref() {
        ledger.time.hours
    } else {
        if let Some(before) = ledger.final_before {
            let agree = wanted.zip(current.as_ref());
            if !agree.is_some_and(|(wanted, current)| wanted.agrees_before(current, before)) {
                let why = format!(
                    "the days before {before} are final, and can't be made anew by other business hours; dates from {before} \
                     on may change"
                );
                return Err(StoreError::Final(why));
            }
        }
        match wanted {
            Some(wanted) => insert(conn, ws, HoursKey(change.0), wanted, now).await?,
            None => HoursKey::NONE,
        }
    };
    let wanted = TimeSettings {
        hours,
        ..ledger.latest_time()
    };
    let is_other = ledger::await_time(conn, ws, &ledger, wanted, now).await?;
    Ok(is_other.then_some(hours))
}

async fn insert(
    conn: &mut Conn,
    ws: WorkspaceKey,
    hours: HoursKey,
    of: &BusinessHours,
    now: Instant,
) -> Result<HoursKey> {
    execute!(
        conn,
        diesel::insert_into(business_hours::table).values((
            business_hours::workspace_id.eq(ws.0),
            business_hours::hours.eq(hours),
            business_hours::definition.eq(of.to_json()),
            business_hours::set_at.eq(now.micros()),
        ))
    )?;
    Ok(hours)
}
