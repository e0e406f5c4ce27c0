//! The daily summary rows.

use std::sync::Arc;

use async_graphql::Object;
use caseload_rollup::cube::View;
use caseload_schema::{directory, period::Period};

use super::{
    connection::{DailyRollupConnection, Slice},
    cursor::{After, List, Place},
    members::Member,
    metrics::Metrics,
    scalars::{Date, DateTime},
};
use crate::{
    access::Selection,
    daily::{By, DailyRow, DayRows, Subject, Walk},
    error::ApiError,
    snapshot::Snapshot,
};

/// One member's day.
#[derive(Debug, Clone)]
pub(super) struct DailyRollup {
    member: Option<Arc<directory::Member>>,
    view: View,
    backlog: i64,
    rolled_up_at: DateTime,
}

/// A page of the rows of those whom `selection` names: by day, then member id, unassigned last.
pub(super) async fn daily_rollups(
    snapshot: &Arc<Snapshot>,
    selection: &Selection,
    period: Period,
    first: usize,
    after: Option<String>,
) -> Result<DailyRollupConnection, ApiError> {
    let generation = snapshot.ledger().generation;
    let list = List::DailyRollups(generation);
    let After {
        place: after,
        changed,
    } = After::read(after.as_deref(), list)?;
    let mut rows = Vec::new();
    if let Some(period) = remaining(period, after.as_ref()) {
        let mut walk =
            Walk::new(Arc::clone(snapshot), selection.clone(), period, By::Member).await?;
        while rows.len() <= first
            && let Some(day) = walk.next_day().await?
        {
            let day = nodes(snapshot, selection, &day, walk.subjects()).into_iter();
            rows.extend(
                day.filter(|(_, place)| after.as_ref().is_none_or(|after| place.is_behind(after))),
            );
        }
    }
    let has_next = first < rows.len();
    rows.truncate(first);
    let slice = Slice {
        nodes: rows,
        has_next,
        has_previous: after.is_some(),
    };
    Ok(DailyRollupConnection::new(
        list,
        slice,
        generation.0,
        changed,
    ))
}

/// The days of `period` that can still hold rows behind `after`.
fn remaining(period: Period, after: Option<&Place>) -> Option<Period> {
    let from = after.map_or(period.from(), |after| day_number(after).max(period.from()));
    Period::new(from, period.to()).ok()
}

fn day_number(place: &Place) -> caseload_schema::day::Day {
    caseload_schema::day::Day::from_number(i32::try_from(place.sort).unwrap_or(i32::MAX))
}

fn nodes(
    snapshot: &Snapshot,
    selection: &Selection,
    day: &DayRows,
    subjects: &[Subject],
) -> Vec<(DailyRollup, Place)> {
    let whole = snapshot.view_of_block(selection, day.day, day.block.clone());
    let node = |row: &DailyRow| {
        let member = subjects[row.subject].member().cloned();
        let place = Place {
            sort: i64::from(day.day.number()),
            id: member.as_ref().map(|member| member.id.clone()),
        };
        let view = whole.credited_to(member.as_ref().map(|member| member.key));
        let rolled_up_at = DateTime(day.rolled_up_at);
        (
            DailyRollup {
                member,
                view,
                backlog: row.backlog,
                rolled_up_at,
            },
            place,
        )
    };
    day.rows.iter().map(node).collect()
}

/// One member's day, for BI tools.
#[Object]
impl DailyRollup {
    /// The day.
    async fn day(&self) -> Date {
        Date(self.view.period().from())
    }

    /// Whose it is; null for what is credited to nobody.
    async fn member(&self) -> Option<Member> {
        self.member.clone().map(Member)
    }

    /// All measures of that day; `open`, a figure of now, is null.
    async fn metrics(&self) -> Metrics {
        Metrics::of_the_past(self.view.clone())
    }

    /// Conversations created by the end of that day and not closed by then.
    async fn backlog(&self) -> i64 {
        self.backlog
    }

    /// When the figures of that day were made.
    async fn rolled_up_at(&self) -> DateTime {
        self.rolled_up_at
    }
}
