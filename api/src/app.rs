//! The application: everything that requests share.

use std::sync::Arc;

use caseload_rollup::schedule::Handle;
use caseload_schema::{clock::Clock, store::Store};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    auth::{Authenticator, SessionTimes, TokenKeys},
    cache::{CacheBytes, Caches, SharedCache},
    config::Config,
    document::DocumentStore,
    graphql::{self, Schema},
    rollups::Rollups,
    telemetry,
};

/// The application. Clones share everything.
#[derive(Debug, Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    config: Arc<Config>,
    clock: Clock,
    authenticator: Authenticator,
    caches: Caches,
    schema: Schema,
    streams: Schema,
    library: DocumentStore,
    stopping: CancellationToken,
    rollups: Rollups,
    tasks: TaskTracker,
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
        let times = SessionTimes {
            ttl: config.session_ttl.duration(),
            idle: config.session_idle.duration(),
        };
        let authenticator =
            Authenticator::new(keys, caches.clone(), clock.clone(), tasks.clone(), times);
        let scheduler = Handle::default();
        let schema = graphql::schema(&config, &scheduler);
        let streams = graphql::schema_of_streams(&config, &scheduler);
        let library = DocumentStore::new(&schema.sdl(), &config)?;
        let stopping = CancellationToken::new();
        let config = Arc::new(config);
        let rollups = Rollups::new(
            Arc::clone(&config),
            caches.clone(),
            scheduler,
            stopping.clone(),
        );
        Ok(Self(Arc::new(Inner {
            store,
            config,
            clock,
            authenticator,
            caches,
            schema,
            streams,
            library,
            stopping,
            rollups,
            tasks,
        })))
    }

    /// The rollups of this process.
    pub fn rollups(&self) -> &Rollups {
        &self.0.rollups
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
    pub fn documents(&self) -> &DocumentStore {
        &self.0.library
    }

    /// Cancelled when the server begins to stop: connections that stay open end then.
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    /// Work that outlives the request which began it. Who serves waits for it before the process ends.
    pub fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use caseload_schema::{
        import::{self, Encoding, ImportOptions, Sender, Source},
        zone::Zone,
    };

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
}
