//! The rules of zones by which days are made. Those of a workspace change only with the rollup that makes its days by them,
//! so that all processes, the views and the pages read the same clocks, whatever zone data each of them has.

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable};

use super::{
    Conn, Result, Store,
    conn::{execute, first, load},
    dirty_days,
    each::Reached,
    ledger,
    ledger::Ledger,
    queue::{self, NewRun},
    runs::{RunDays, RunKind},
    tables::{ledgers, zone_offsets},
};
use crate::{
    id::WorkspaceKey,
    instant::Instant,
    time_settings::TimeSettings,
    zone::{Offset, Zone},
};

/// Workspaces whose rules are of a later release of the zone data than a process has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterRules {
    /// How many workspaces.
    pub workspaces: i64,
    /// The latest of those releases.
    pub version: String,
}

#[derive(Clone, Queryable, Insertable)]
#[diesel(table_name = zone_offsets, treat_none_as_default_value = false)]
struct OffsetRow {
    rules: String,
    begins_at: i64,
    offset_seconds: i32,
}

impl Store {
    /// Compares the rules of each workspace's zone with those of the zone data that this process reads. Where they differ and
    /// this data is of a later release, they are taken up with a rollup that makes the days anew that they change. An earlier
    /// release, another table of the same one, and data of an unknown release change nothing: releases of a workspace only
    /// ever grow, so that processes with different data come to rest. The workspaces whose rules are to change, and why others
    /// could not be asked.
    pub async fn take_up_zone_rules(&self, now: Instant) -> Result<Reached<(WorkspaceKey, Zone)>> {
        let at_once = self.read(|conn| Box::pin(list_outdated(conn))).await;
        let outdated = self.or_in_each("zone rules", at_once, |conn, ws| {
            Box::pin(find_outdated(conn, ws))
        });
        let Reached { found, mut failed } = outdated.await?;
        let mut changed = Vec::new();
        for (ws, outdated) in found {
            match self.take_up_in(ws, outdated, now).await {
                Ok(zone) => changed.extend(zone.map(|zone| (ws, zone))),
                // Rules are kept on every node of a cluster, so that one that is away fails this, and nothing else.
                Err(error) if error.is_unavailable() => failed = Some(error),
                Err(error) => return Err(error),
            }
        }
        Ok(Reached {
            found: changed,
            failed,
        })
    }

    async fn take_up_in(
        &self,
        ws: WorkspaceKey,
        outdated: Outdated,
        now: Instant,
    ) -> Result<Option<Zone>> {
        match outdated {
            Outdated::Unknown => {
                let begun = self.write(move |conn| Box::pin(begin(conn, ws, now)));
                begun.await?;
                Ok(None)
            }
            Outdated::Earlier => {
                self.write(move |conn| Box::pin(take_up(conn, ws, now)))
                    .await
            }
        }
    }

    /// The workspaces whose rules are of a later release than `version`; `None` where there are none.
    pub async fn later_zone_rules(&self, version: &str) -> Result<Option<LaterRules>> {
        let version = version.to_owned();
        let counted = self.read(move |conn| {
            Box::pin(async move {
                let query = ledgers::table
                    .filter(ledgers::rules_version.gt(version))
                    .select((
                        diesel::dsl::count_star(),
                        diesel::dsl::max(ledgers::rules_version),
                    ));
                let counted: Option<(i64, Option<String>)> = first!(conn, query)?;
                Ok(counted)
            })
        });
        let later = counted.await?.and_then(|(workspaces, version)| {
            Some(LaterRules {
                workspaces,
                version: version?,
            })
        });
        Ok(later)
    }
}

/// Why the rules of a workspace are to be looked at.
#[derive(Debug, Clone, Copy)]
enum Outdated {
    /// It was made before rules were kept.
    Unknown,
    /// This process has later ones.
    Earlier,
}

async fn list_outdated(conn: &mut Conn) -> Result<Vec<(WorkspaceKey, Outdated)>> {
    let unknown: Vec<i64> = load!(
        conn,
        ledgers::table
            .filter(ledgers::rules.is_null())
            .select(ledgers::workspace_id)
    )?;
    let all = ledger::list(conn).await?;
    let outdated = all.into_iter().filter_map(|(ws, ledger)| {
        outdated(&ledger, unknown.contains(&ws.0)).map(|outdated| (ws, outdated))
    });
    Ok(outdated.collect())
}

async fn find_outdated(
    conn: &mut Conn,
    ws: WorkspaceKey,
) -> Result<Option<(WorkspaceKey, Outdated)>> {
    let Some(ledger) = ledger::find(conn, ws).await? else {
        return Ok(None);
    };
    let rules: Option<Option<String>> =
        first!(conn, ledgers::table.find(ws.0).select(ledgers::rules))?;
    let is_unknown = rules.is_some_and(|rules| rules.is_none());
    Ok(outdated(&ledger, is_unknown).map(|outdated| (ws, outdated)))
}

fn outdated(ledger: &Ledger, is_unknown: bool) -> Option<Outdated> {
    if is_unknown {
        return Some(Outdated::Unknown);
    }
    later(ledger).map(|_| Outdated::Earlier)
}

/// The zone of that name with the rules of that fingerprint; without one, with those of this process's zone data. `None`
/// where there is no such zone.
pub(crate) async fn find(
    conn: &mut Conn,
    name: &str,
    rules: Option<&str>,
    version: &str,
) -> Result<Option<Zone>> {
    let Some(rules) = rules else {
        return Ok(Zone::parse(name).ok());
    };
    if let Some(zone) = Zone::find(name, version, rules) {
        return Ok(Some(zone));
    }
    let query = zone_offsets::table
        .filter(zone_offsets::rules.eq(rules))
        .order(zone_offsets::begins_at);
    let rows: Vec<OffsetRow> = load!(conn, query)?;
    let offset = |row: OffsetRow| Offset {
        begins_at: Instant::from_micros(row.begins_at),
        seconds: row.offset_seconds,
    };
    let offsets = rows.into_iter().map(offset).collect();
    let zone = Zone::with_offsets(name, version, offsets);
    Ok(zone.filter(|zone| zone.fingerprint() == rules))
}

/// Keeps the rules of a zone, where they are not kept yet.
pub(crate) async fn keep(conn: &mut Conn, zone: Zone) -> Result<()> {
    let of_these = zone_offsets::table.filter(zone_offsets::rules.eq(zone.fingerprint()));
    let kept: Option<i64> = first!(conn, of_these.count())?;
    if kept == Some(zone.offsets().len() as i64) {
        return Ok(());
    }
    let row = |offset: &Offset| OffsetRow {
        rules: zone.fingerprint().to_owned(),
        begins_at: offset.begins_at.micros(),
        offset_seconds: offset.seconds,
    };
    let rows: Vec<OffsetRow> = zone.offsets().iter().map(row).collect();
    // Two may keep the same at the same time: who comes second finds them there.
    for rows in rows.chunks(conn.most_binds() / 3) {
        let insert = diesel::insert_into(zone_offsets::table)
            .values(rows)
            .on_conflict_do_nothing();
        execute!(conn, insert)?;
    }
    Ok(())
}

/// The rules to change to, where this process has later ones.
fn later(ledger: &Ledger) -> Option<Zone> {
    let current = ledger.latest_time().zone;
    let own = Zone::parse(current.name()).ok()?;
    if own.version() <= current.version() {
        return None;
    }
    let own = match ledger.final_before {
        None => own,
        // Days whose facts are gone stay as they are, and so do the instants that they cover.
        Some(before) => {
            let until = ledger.time.zone.start_of(before).max(own.start_of(before));
            own.after(ledger.time.zone, until)
        }
    };
    (own != current).then_some(own)
}

async fn take_up(conn: &mut Conn, ws: WorkspaceKey, now: Instant) -> Result<Option<Zone>> {
    // A change: imports that marked no days by the new rules are seen by the run that takes them up.
    dirty_days::next_change(conn, ws).await?;
    let Some(ledger) = ledger::find(conn, ws).await? else {
        return Ok(None);
    };
    let Some(zone) = later(&ledger) else {
        return Ok(None);
    };
    let wanted = TimeSettings {
        zone,
        ..ledger.latest_time()
    };
    if !ledger::await_time(conn, ws, &ledger, wanted, now).await? {
        return Ok(None);
    }
    enqueue(conn, ws, RunDays::Pending, now).await?;
    Ok((zone != ledger.time.zone).then_some(zone))
}

/// Keeps the rules of a workspace that was made before they were kept, and has all its days made by them.
async fn begin(conn: &mut Conn, ws: WorkspaceKey, now: Instant) -> Result<()> {
    dirty_days::next_change(conn, ws).await?;
    let row = ledgers::table.find(ws.0).filter(ledgers::rules.is_null());
    let Some(ledger) = ledger::find(conn, ws).await? else {
        return Ok(());
    };
    keep(conn, ledger.time.zone).await?;
    let columns = (
        ledgers::timezone.eq(ledger.time.zone.name()),
        ledgers::rules.eq(ledger.time.zone.fingerprint()),
        ledgers::rules_version.eq(ledger.time.zone.version()),
    );
    if execute!(conn, diesel::update(row).set(columns))? == 1 && ledger.rolled_up_at.is_some() {
        enqueue(conn, ws, RunDays::All, now).await?;
    }
    Ok(())
}

async fn enqueue(conn: &mut Conn, ws: WorkspaceKey, days: RunDays, at: Instant) -> Result<()> {
    let new = NewRun {
        kind: RunKind::Refresh,
        days,
        requested_by: None,
        at,
    };
    queue::enqueue(conn, ws, &new).await?;
    Ok(())
}
