//! The root of what goes on: a run until it ends, and each new generation.

use std::time::Duration;

use async_graphql::{Context, ID, Subscription as GraphqlSubscription};
use caseload_schema::{
    id::{Generation, WorkspaceKey},
    store::{Run, Store},
};
use futures::stream::{self, Stream};
use tokio::{sync::watch, time::Instant};

use super::{
    authorization::permitted,
    context::ContextExt as _,
    rollup_runs::{RollupRun, rollup_run},
    rollup_status::RollupStatus,
};
use crate::error::ApiError;

/// How often the database is asked how far something is.
const POLL: Duration = Duration::from_millis(500);
/// How long a database that is asked late is left alone at least.
const LEAST_PAUSE: Duration = Duration::from_millis(50);
/// A run that is under way is told of after so long, whether or not it got on: what is told within a second has to be found and
/// answered too.
const SIGN_OF_LIFE: Duration = Duration::from_millis(700);

/// The root of all subscriptions.
#[derive(Debug, Default)]
pub struct Subscription;

/// What goes on, told as it happens. Each event is answered with the figures and the rights of its moment.
#[GraphqlSubscription]
impl Subscription {
    /// A run's progress, ending with its final state.
    async fn rollup_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: ID,
    ) -> Result<impl Stream<Item = RollupRun> + use<>, ApiError> {
        permitted(ctx, "Subscription", "rollupRun")?;
        let snapshot = ctx.snapshot()?;
        let RollupRun(run) = rollup_run(snapshot, &id).await?;
        Ok(progress(snapshot.store().clone(), snapshot.key(), run))
    }

    /// Fires whenever new figures can be read.
    async fn rollup_status(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = RollupStatus> + use<>, ApiError> {
        permitted(ctx, "Subscription", "rollupStatus")?;
        let snapshot = ctx.snapshot()?;
        let watch = snapshot
            .generations()
            .watch(snapshot.workspace())
            .await?
            .ok_or_else(ApiError::unavailable)?;
        Ok(generations(watch, snapshot.ledger().generation))
    }
}

/// The run as it is, then whenever it has changed, and now and then while it has not; lastly how it ended.
fn progress(store: Store, ws: WorkspaceKey, run: Run) -> impl Stream<Item = RollupRun> {
    let first = (Some(run), None::<(Run, Instant)>);
    stream::unfold(first, move |(now, told)| {
        let store = store.clone();
        async move {
            if let Some(now) = now {
                return Some((RollupRun(now.clone()), (None, Some((now, Instant::now())))));
            }
            let (last, at) = told?;
            if last.finished_at.is_some() {
                return None;
            }
            loop {
                let silence = SIGN_OF_LIFE.saturating_sub(at.elapsed());
                // A database that did not answer in time is not asked without a pause.
                tokio::time::sleep(silence.clamp(LEAST_PAUSE, POLL)).await;
                // A database that does not answer is asked again.
                let Ok(found) = store.find_run(ws, last.id).await else {
                    continue;
                };
                let now = found?;
                if now != last || SIGN_OF_LIFE <= at.elapsed() {
                    return Some((RollupRun(now.clone()), (None, Some((now, Instant::now())))));
                }
            }
        }
    })
}

/// One event for each time that the generation is found to be another one.
fn generations(
    watch: watch::Receiver<Generation>,
    generation: Generation,
) -> impl Stream<Item = RollupStatus> {
    stream::unfold((watch, generation), |(mut watch, last)| async move {
        let now = *watch.wait_for(|now| *now != last).await.ok()?;
        Some((RollupStatus, (watch, now)))
    })
}
