//! The application: everything that requests share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::Router;
use caseload_rollup::{
    run::{self, Hand},
    schedule::Handle,
};
use caseload_schema::{clock::Clock, day::Day, id::WorkspaceKey, store::Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    auth::{Authenticator, TokenKeys},
    cache::{CacheBytes, Caches, Publisher, SharedCache, Trouble},
    config::Config,
    document::Library,
    error::ApiError,
    graphql::{self, Schema},
    http::{self, Classes, Listeners, Rates, limits::MAX_IMPORTS},
    scheduling::{self, Courtesy, REFRESH, UnderWay},
    snapshot::Snapshot,
    telemetry,
    ticks::Ticks,
};

/// The application. Clones share everything.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

/// One repair of a workspace at a time. Those of workspaces that were ever damaged stay: there are few.
type Repairs = Arc<tokio::sync::Mutex<()>>;

struct Inner {
    store: Store,
    config: Config,
    clock: Clock,
    authenticator: Authenticator,
    caches: Caches,
    schema: Schema,
    streams: Schema,
    library: Library,
    rates: Rates,
    classes: Classes,
    listeners: Listeners,
    stopping: CancellationToken,
    ticks: Ticks,
    courtesy: Arc<Courtesy>,
    scheduler: Handle,
    tasks: TaskTracker,
    imports: Arc<Semaphore>,
    repairs: Mutex<HashMap<WorkspaceKey, Repairs>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl App {
    /// An application over that store. Fails where the configuration has no usable key for tokens.
    pub fn new(store: Store, config: Config, clock: Clock) -> anyhow::Result<Self> {
        let keys = TokenKeys::new(&config, clock.now())?;
        telemetry::metrics::recorded();
        let shared = SharedCache::open(&config.redis_url)?;
        let (tasks, memory) = (TaskTracker::new(), CacheBytes(config.block_cache_bytes));
        let caches = Caches::new(store.clone(), clock.clone(), memory, shared, tasks.clone());
        let authenticator = Authenticator::new(keys, caches.clone(), clock.clone(), tasks.clone());
        let scheduler = Handle::default();
        let (schema, streams) = (
            graphql::schema(&config, &scheduler),
            graphql::schema_of_streams(&config, &scheduler),
        );
        let library = Library::new(&schema.sdl(), &config)?;
        let (rates, classes) = (Rates::new(config.rate_limit), Classes::default());
        let (listeners, stopping) = (Listeners::default(), CancellationToken::new());
        let imports = Arc::new(Semaphore::new(MAX_IMPORTS));
        let repairs = Mutex::default();
        Ok(Self(Arc::new(Inner {
            store,
            config,
            clock,
            authenticator,
            caches,
            schema,
            streams,
            library,
            rates,
            classes,
            listeners,
            courtesy: Arc::new(Courtesy::new(stopping.clone())),
            scheduler,
            stopping,
            ticks: Ticks::default(),
            tasks,
            imports,
            repairs,
        })))
    }

    /// The whole HTTP surface.
    pub fn router(&self) -> Router {
        http::router(self.clone())
    }

    /// What rolls up for this application.
    pub fn hand(&self) -> Hand {
        let courtesy: Arc<Courtesy> = Arc::clone(&self.0.courtesy);
        let publisher = Arc::new(Publisher::new(self.0.caches.clone()));
        let hand = scheduling::hand(&self.0.store, &self.0.config, &self.0.clock);
        hand.minding(courtesy).publishing_to(publisher)
    }

    /// Its scheduler, where it has one.
    pub fn scheduler(&self) -> &Handle {
        &self.0.scheduler
    }

    /// Has rollups wait for a request that is under way.
    pub fn begin_request(&self) -> UnderWay {
        self.0.courtesy.begin()
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

    /// Who a request comes from.
    pub fn authenticator(&self) -> &Authenticator {
        &self.0.authenticator
    }

    /// What is kept between requests.
    pub fn caches(&self) -> &Caches {
        &self.0.caches
    }

    /// The GraphQL schema.
    pub fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// The GraphQL schema for operations whose answers go on.
    pub fn streams(&self) -> &Schema {
        &self.0.streams
    }

    /// The documents that are known.
    pub fn library(&self) -> &Library {
        &self.0.library
    }

    /// What callers' queries cost.
    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// How many requests of each class are under way.
    pub(crate) fn classes(&self) -> &Classes {
        &self.0.classes
    }

    /// Who listens on connections that stay open.
    pub(crate) fn listeners(&self) -> &Listeners {
        &self.0.listeners
    }

    /// Cancelled when the server begins to stop: connections that stay open end then.
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    /// Whether the scheduler has begun.
    pub fn ticks(&self) -> &Ticks {
        &self.0.ticks
    }

    /// Work that outlives the request which began it. Who serves waits for it before the process ends.
    pub fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// Waits until fewer than [`MAX_IMPORTS`] imports are under way. What it gives is kept for as long as the import runs.
    pub async fn turn_to_import(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.0.imports)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed")
    }

    /// Does what lets a fresh snapshot succeed where `snapshot` did not: blocks that can't be read are made from the
    /// facts again. Requests that meet the same damage wait for one repair of their workspace, which goes on should they end before it.
    pub async fn settle(&self, snapshot: &Snapshot, trouble: Trouble) -> Result<(), ApiError> {
        let Trouble::Damaged(days) = trouble else {
            return Ok(());
        };
        let (app, ws, generation) = (self.clone(), snapshot.key(), snapshot.ledger().generation);
        let days = if days.is_empty() {
            vec![snapshot.today()]
        } else {
            days
        };
        let repair = self
            .0
            .tasks
            .spawn(async move { app.repair(ws, generation, &days).await });
        repair.await.map_err(|error| {
            tracing::error!(%error, "a repair panicked");
            ApiError::internal()
        })?
    }

    async fn repair(
        &self,
        ws: WorkspaceKey,
        generation: i64,
        days: &[Day],
    ) -> Result<(), ApiError> {
        let repairs = Arc::clone(
            self.0
                .repairs
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(ws)
                .or_default(),
        );
        let _one_at_a_time = repairs.lock().await;
        let ledger = self.0.store.ledger(ws).await?;
        if ledger.is_some_and(|ledger| ledger.generation != generation) {
            return Ok(());
        }
        tracing::warn!(
            workspace = ws.0,
            days = days.len(),
            "rebuilding stored figures that can't be read"
        );
        self.0.store.mark_days(ws, days, self.0.clock.now()).await?;
        run::run(&self.hand(), ws, REFRESH, &|_| ()).await?;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use caseload_schema::{
        import::{self, Encoding, ImportOptions, Sender, Source},
        zone::Zone,
    };
    use futures::FutureExt as _;

    use super::*;
    use crate::config::Secret;

    /// An application over a fresh database in `folder`: the workspace "acme" with its owner "ada".
    pub(crate) async fn sample(folder: &Path) -> App {
        let store = Store::connect(&format!(
            "sqlite://{}",
            folder.join("caseload.db").display()
        ))
        .await
        .unwrap();
        store.migrate().await.unwrap();
        let clock = Clock::system();
        let ws = store
            .create_workspace("acme", "Acme", Zone::parse("UTC").unwrap(), clock.now())
            .await
            .unwrap();
        let ada = r#"{"type":"member","id":"ada","name":"Ada","role":"owner"}"#;
        let source = Source {
            name: None,
            encoding: Encoding::Identity,
            reader: Box::new(ada.as_bytes()),
        };
        let options = ImportOptions {
            sender: Sender::Operator,
            strict: false,
            clock: clock.clone(),
        };
        assert_eq!(
            import::import(&store, ws, options, vec![source], |_| ())
                .await
                .unwrap()
                .accepted,
            1
        );
        let secret = Some(Secret::new("0123456789abcdef0123456789abcdef"));
        App::new(
            store,
            Config {
                jwt_secret: secret,
                ..Config::default()
            },
            clock,
        )
        .unwrap()
    }

    #[tokio::test]
    async fn one_import_too_many_waits_until_another_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let app = sample(folder.path()).await;
        let mut turns = Vec::new();
        for _ in 0..MAX_IMPORTS {
            turns.push(app.turn_to_import().await);
        }
        assert!(app.turn_to_import().now_or_never().is_none());
        turns.pop();
        assert!(app.turn_to_import().now_or_never().is_some());
    }
}
