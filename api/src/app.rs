//! The application: everything that requests share.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::Router;
use caseload_rollup::run::RunError;
use caseload_schema::{clock::Clock, day::Day, id::WorkspaceKey, store::Store};
use tokio_util::task::TaskTracker;

use crate::{
    auth::TokenKeys,
    cache::{Caches, Trouble},
    config::Config,
    error::ApiError,
    graphql::{self, Schema},
    http, refresh,
    snapshot::Snapshot,
};

/// How long a repair waits for a run that is under way before it asks again whether it is done.
const BUSY_WAIT: Duration = Duration::from_millis(200);

/// The application. Clones share everything.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    config: Config,
    clock: Clock,
    keys: TokenKeys,
    caches: Caches,
    schema: Schema,
    tasks: TaskTracker,
    repairing: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("store", &self.store).field("config", &self.config).finish_non_exhaustive()
    }
}

impl App {
    /// An application over that store. Fails where the configuration has no usable key for tokens.
    pub fn new(store: Store, config: Config, clock: Clock) -> anyhow::Result<Self> {
        let secret = config.jwt_secret.as_ref().context(
            "no key to check tokens with; set jwt_secret (CASELOAD_JWT_SECRET), make one with: openssl rand -hex 32",
        )?;
        let keys = TokenKeys::new(secret.expose(), &config)?;
        let caches = Caches::new(config.block_cache_bytes);
        let schema = graphql::schema(&config);
        let (tasks, repairing) = (TaskTracker::new(), tokio::sync::Mutex::default());
        Ok(Self(Arc::new(Inner { store, config, clock, keys, caches, schema, tasks, repairing })))
    }

    /// The whole HTTP surface.
    pub fn router(&self) -> Router {
        http::router(self.clone())
    }

    /// Rolls up every workspace that has changed facts or a changed zone, once. A workspace that fails is logged and does
    /// not keep the others waiting.
    pub async fn refresh_once(&self) {
        refresh::once(&self.0.store, &self.0.clock).await;
    }

    /// Where facts and figures are.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// What time it is.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The keys that tokens are checked with.
    pub fn keys(&self) -> &TokenKeys {
        &self.0.keys
    }

    /// What is kept between requests.
    pub fn caches(&self) -> &Caches {
        &self.0.caches
    }

    /// The GraphQL schema.
    pub fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// Work that outlives the request which began it. Who serves waits for it before the process ends.
    pub fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// Does what lets a fresh snapshot succeed where `snapshot` did not: blocks that can't be read are made from the
    /// facts again. Requests that meet the same damage wait for one repair, which goes on should they end before it.
    pub async fn settle(&self, snapshot: &Snapshot, trouble: Trouble) -> Result<(), ApiError> {
        let Trouble::Damaged(days) = trouble else {
            return Ok(());
        };
        let (app, ws, generation) = (self.clone(), snapshot.key(), snapshot.ledger().generation);
        let days = if days.is_empty() { vec![snapshot.today()] } else { days };
        let repair = self.0.tasks.spawn(async move { app.repair(ws, generation, &days).await });
        repair.await.map_err(|error| {
            tracing::error!(%error, "a repair panicked");
            ApiError::internal()
        })?
    }

    async fn repair(&self, ws: WorkspaceKey, generation: i64, days: &[Day]) -> Result<(), ApiError> {
        let _one_at_a_time = self.0.repairing.lock().await;
        let ledger = self.0.store.ledger(ws).await?;
        if ledger.is_some_and(|ledger| ledger.generation != generation) {
            return Ok(());
        }
        tracing::warn!(workspace = ws.0, days = days.len(), "rebuilding stored figures that can't be read");
        self.0.store.mark_days(ws, days, self.0.clock.now()).await?;
        loop {
            match refresh::workspace(&self.0.store, ws, &self.0.clock).await {
                Ok(_) => return Ok(()),
                Err(RunError::Busy) => tokio::time::sleep(BUSY_WAIT).await,
                Err(error) => return Err(error.into()),
            }
        }
    }
}
