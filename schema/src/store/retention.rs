//! Dropping the facts of days that are over: their blocks and rows stay, as they are, for good.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, Queryable,
    dsl::{count_star, exists, not},
};

use super::{
    Conn, Result, Store, StoreError,
    conn::{execute, first, load},
    dirty_days, ledger, runs,
    tables::{
        conversations, counters, customers, dirty_days as marks, events, follow_ups, ledgers,
        messages, ratings, surveys,
    },
};
use crate::{day::Day, id::WorkspaceKey, retention::RetentionCutoff};

diesel::allow_tables_to_appear_in_same_query!(conversations, customers);
diesel::allow_tables_to_appear_in_same_query!(conversations, messages);
diesel::allow_tables_to_appear_in_same_query!(conversations, follow_ups);
diesel::allow_tables_to_appear_in_same_query!(conversations, events);
diesel::allow_tables_to_appear_in_same_query!(conversations, surveys);

/// Conversations that are looked at in one transaction: imports of the workspace wait for that long.
const BATCH: i64 = 2_000;

/// Facts that were dropped, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Conversations.
    pub conversations: u64,
    /// Messages of theirs.
    pub messages: u64,
    /// Ratings of theirs.
    pub ratings: u64,
    /// Follow-ups of theirs.
    pub follow_ups: u64,
    /// Events of theirs.
    pub events: u64,
    /// Surveys of theirs.
    pub surveys: u64,
}

impl std::ops::AddAssign for Dropped {
    fn add_assign(&mut self, other: Self) {
        self.conversations += other.conversations;
        self.messages += other.messages;
        self.ratings += other.ratings;
        self.follow_ups += other.follow_ups;
        self.events += other.events;
        self.surveys += other.surveys;
    }
}

#[derive(Queryable)]
struct CutRow {
    before: Option<i32>,
    at: Option<i64>,
    labels: Option<i64>,
}

impl Store {
    /// Makes the days before `before` final, unless later ones are already. Nothing is dropped yet; imports refuse what would
    /// change such a day from now on. [`StoreError::Invalid`] where some of them wait for a rollup, a rollup is under way, or
    /// another zone waits for one.
    pub async fn make_final(&self, ws: WorkspaceKey, before: Day) -> Result<()> {
        self.write(move |conn| Box::pin(make_final(conn, ws, before)))
            .await
    }

    /// Drops the conversations after `after` that are over since before final days end, some at a time. Gives what was dropped
    /// and where to go on; `None` once there are no more.
    pub async fn drop_facts(&self, ws: WorkspaceKey, after: i64) -> Result<Option<(Dropped, i64)>> {
        self.write(move |conn| {
            Box::pin(async move {
                dirty_days::lock(conn, ws).await?;
                let Some(cutoff) = find_cutoff(conn, ws).await? else {
                    return Ok(None);
                };
                let keys = list_over(conn, ws, cutoff.at.micros(), after).await?;
                let Some(last) = keys.last().copied() else {
                    return Ok(None);
                };
                Ok(Some((delete(conn, ws, &keys).await?, last)))
            })
        })
        .await
    }

    /// What would be dropped if the days before `before` were made final.
    pub async fn count_droppable(&self, ws: WorkspaceKey, before: Day) -> Result<Dropped> {
        self.snapshot(move |conn| {
            Box::pin(async move {
                let Some(ledger) = ledger::find(conn, ws).await? else {
                    return Ok(Dropped::default());
                };
                let (mut all, mut after, at) = (
                    Dropped::default(),
                    0,
                    ledger.time.zone.span(before).0.micros(),
                );
                loop {
                    let keys = list_over(conn, ws, at, after).await?;
                    let Some(last) = keys.last() else {
                        return Ok(all);
                    };
                    after = *last;
                    all += count(conn, ws, &keys).await?;
                }
            })
        })
        .await
    }
}

/// Where final days end; `None` where there are none.
pub(crate) async fn find_cutoff(
    conn: &mut Conn,
    ws: WorkspaceKey,
) -> Result<Option<RetentionCutoff>> {
    let query = ledgers::table.find(ws.0).select((
        ledgers::final_before,
        ledgers::final_at,
        ledgers::final_labels,
    ));
    let row: Option<CutRow> = first!(conn, query)?;
    Ok(row.and_then(|row| {
        let (day, at, labels) = (row.before?, row.at?, row.labels?);
        Some(RetentionCutoff {
            day: Day::from_number(day),
            at: crate::instant::Instant::from_micros(at),
            labels,
        })
    }))
}

async fn make_final(conn: &mut Conn, ws: WorkspaceKey, before: Day) -> Result<()> {
    let invalid = |why: String| Err(StoreError::Invalid(why));
    dirty_days::lock(conn, ws).await?;
    let Some(ledger) = ledger::find(conn, ws).await? else {
        return invalid(format!("workspace {ws} is gone"));
    };
    if ledger.final_before.is_some_and(|already| before <= already) {
        return Ok(());
    }
    if ledger.pending_time.is_some() {
        return invalid(
            "another time zone, or other business hours, wait for their rollup; run caseload rollup first".to_owned(),
        );
    }
    if !runs::list_active(conn, ws).await?.is_empty() {
        return invalid(
            "a rollup of this workspace is under way; try again when it is done".to_owned(),
        );
    }
    let waiting = marks::table
        .filter(marks::workspace_id.eq(ws.0))
        .filter(marks::day.lt(before.number()));
    let waiting: i64 = first!(conn, waiting.select(count_star()))?.unwrap_or(0);
    if 0 < waiting {
        return invalid(format!(
            "{waiting} days before {before} wait for a rollup; run caseload rollup first"
        ));
    }
    let at = ledger.time.zone.span(before).0.micros();
    let openers = conversations::table
        .filter(conversations::workspace_id.eq(ws.0))
        .filter(conversations::opens_customer.eq(true))
        .filter(
            conversations::created_at
                .lt(at)
                .or(conversations::first_inbound_at.lt(at)),
        )
        .filter(conversations::customer_key.is_not_null())
        .select(conversations::customer_key.assume_not_null());
    let opened = customers::table
        .filter(customers::workspace_id.eq(ws.0))
        .filter(customers::customer_key.eq_any(openers));
    execute!(
        conn,
        diesel::update(opened).set(customers::opened_finally.eq(true))
    )?;
    let labels: Option<i64> = first!(conn, counters::table.find(ws.0).select(counters::label))?;
    let cut = (
        ledgers::final_before.eq(before.number()),
        ledgers::final_at.eq(at),
        ledgers::final_labels.eq(labels.unwrap_or(i64::MAX)),
    );
    execute!(conn, diesel::update(ledgers::table.find(ws.0)).set(cut))?;
    Ok(())
}

/// Conversations all of whose activity was before `at`, closed ones and those that never came, ascending from `after` on.
async fn list_over(conn: &mut Conn, ws: WorkspaceKey, at: i64, after: i64) -> Result<Vec<i64>> {
    let theirs = conversations::conversation_key;
    let later_message = messages::table
        .filter(messages::workspace_id.eq(ws.0))
        .filter(messages::conversation_key.eq(theirs))
        .filter(messages::sent_at.ge(at));
    let later_rating = ratings::table
        .filter(ratings::workspace_id.eq(ws.0))
        .filter(ratings::conversation_key.eq(theirs))
        .filter(ratings::rated_at.ge(at));
    let open_follow_up = follow_ups::table
        .filter(follow_ups::workspace_id.eq(ws.0))
        .filter(follow_ups::conversation_key.eq(theirs))
        .filter(
            follow_ups::completed_at
                .is_null()
                .or(follow_ups::completed_at.ge(at)),
        );
    let later_event = events::table
        .filter(events::workspace_id.eq(ws.0))
        .filter(events::conversation_key.eq(theirs))
        .filter(events::at.ge(at));
    let later_survey = surveys::table
        .filter(surveys::workspace_id.eq(ws.0))
        .filter(surveys::conversation_key.eq(theirs))
        .filter(surveys::asked_at.ge(at));
    let over = conversations::created_at
        .lt(at)
        .and(conversations::closed_at.lt(at));
    let query = conversations::table
        .filter(conversations::workspace_id.eq(ws.0))
        .filter(theirs.gt(after))
        .filter(conversations::created_at.is_null().or(over))
        .filter(not(exists(later_message)))
        .filter(not(exists(later_rating)))
        .filter(not(exists(open_follow_up)))
        .filter(not(exists(later_event)))
        .filter(not(exists(later_survey)))
        .order(theirs)
        .limit(BATCH)
        .select(theirs);
    Ok(load!(conn, query)?)
}

/// The facts of one kind of these conversations.
macro_rules! of_theirs {
    ($ws:expr, $keys:expr, $table:ident) => {
        $table::table
            .filter($table::workspace_id.eq($ws.0))
            .filter($table::conversation_key.eq_any($keys))
    };
}

async fn count(conn: &mut Conn, ws: WorkspaceKey, keys: &[i64]) -> Result<Dropped> {
    let messages: Option<i64> = first!(conn, of_theirs!(ws, keys, messages).select(count_star()))?;
    let ratings: Option<i64> = first!(conn, of_theirs!(ws, keys, ratings).select(count_star()))?;
    let follow_ups: Option<i64> =
        first!(conn, of_theirs!(ws, keys, follow_ups).select(count_star()))?;
    let events: Option<i64> = first!(conn, of_theirs!(ws, keys, events).select(count_star()))?;
    let surveys: Option<i64> = first!(conn, of_theirs!(ws, keys, surveys).select(count_star()))?;
    let known = |count: Option<i64>| count.unwrap_or(0).unsigned_abs();
    Ok(Dropped {
        conversations: keys.len() as u64,
        messages: known(messages),
        ratings: known(ratings),
        follow_ups: known(follow_ups),
        events: known(events),
        surveys: known(surveys),
    })
}

async fn delete(conn: &mut Conn, ws: WorkspaceKey, keys: &[i64]) -> Result<Dropped> {
    let messages = execute!(conn, diesel::delete(of_theirs!(ws, keys, messages)))? as u64;
    let ratings = execute!(conn, diesel::delete(of_theirs!(ws, keys, ratings)))? as u64;
    let follow_ups = execute!(conn, diesel::delete(of_theirs!(ws, keys, follow_ups)))? as u64;
    let events = execute!(conn, diesel::delete(of_theirs!(ws, keys, events)))? as u64;
    let surveys = execute!(conn, diesel::delete(of_theirs!(ws, keys, surveys)))? as u64;
    let conversations = execute!(conn, diesel::delete(of_theirs!(ws, keys, conversations)))? as u64;
    Ok(Dropped {
        conversations,
        messages,
        ratings,
        follow_ups,
        events,
        surveys,
    })
}
