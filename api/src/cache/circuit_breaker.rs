//! Whether the database can be reached. While it can't, nobody waits for it: what does not need it goes on, and what does is
//! told so at once.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use caseload_schema::{
    id::WorkspaceKey,
    store::{Store, StoreError},
};
use tokio::time::{Instant, timeout};
use tokio_util::task::TaskTracker;

/// How long a row by its key is waited for where there is another way to answer. What takes some thousand times as long as
/// usual is not coming.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long it is waited for where there is none: less than a request has by default.
const LAST_PATIENCE: Duration = Duration::from_secs(8);

/// How often a database that was out of reach is tried again, while anybody asks for it.
const RETRY: Duration = Duration::from_millis(300);

/// Whether a caller can answer without the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// It can: it waits for a short time.
    Exists,
    /// It can't.
    None,
}

impl Fallback {
    /// What is known of the caller.
    pub const fn of(exists: bool) -> Self {
        if exists { Self::Exists } else { Self::None }
    }
}

/// The circuit breaker before the database: after one failure, calls fail at once until a probe succeeds. Clones share it.
#[derive(Debug, Clone)]
pub struct CircuitBreaker(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    tasks: TaskTracker,
    /// What a request looks at: the rest is for when this is true.
    is_out: AtomicBool,
    next_try: Mutex<Instant>,
}

impl CircuitBreaker {
    /// Of that database, which is taken to be there.
    pub fn new(store: Store, tasks: TaskTracker) -> Self {
        let next_try = Mutex::new(Instant::now());
        Self(Arc::new(Inner {
            store,
            tasks,
            is_out: AtomicBool::new(false),
            next_try,
        }))
    }

    /// Fails at once while the database is out of reach.
    pub fn check(&self) -> Result<(), StoreError> {
        if !self.0.is_out.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut next_try = lock(&self.0.next_try);
        let now = Instant::now();
        if *next_try <= now {
            *next_try = now + RETRY;
            let circuit_breaker = self.clone();
            self.0
                .tasks
                .spawn(async move { circuit_breaker.try_again().await });
        }
        Err(StoreError::Unavailable(
            "it could not be reached a moment ago".to_owned(),
        ))
    }

    /// A question that the database answers in no time, or not at all. A caller with a fallback waits less.
    pub async fn call<T>(
        &self,
        fallback: Fallback,
        question: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.check()?;
        let patience = match fallback {
            Fallback::Exists => PATIENCE,
            Fallback::None => LAST_PATIENCE,
        };
        let answer = timeout(patience, question).await;
        let answer = answer.unwrap_or_else(|_| {
            Err(StoreError::Unavailable(format!(
                "no answer in {patience:?}"
            )))
        });
        self.note(answer)
    }

    /// A question that may take as long as its request may.
    pub async fn call_slow<T>(
        &self,
        question: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.check()?;
        self.note(question.await)
    }

    fn note<T>(&self, answer: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error @ StoreError::Unavailable(_)) = &answer
            && !self.0.is_out.swap(true, Ordering::Relaxed)
        {
            *lock(&self.0.next_try) = Instant::now() + RETRY;
            tracing::warn!(%error, "the database can't be reached; what is in memory or shared is answered without it");
        }
        answer
    }

    async fn try_again(&self) {
        // No workspace has that key. Where the tables are spread over nodes, the list of workspaces is on each of them: one
        // node that is away is not the database.
        let probe = self.0.store.workspace(WorkspaceKey(0));
        if matches!(timeout(PATIENCE, probe).await, Ok(Ok(_)))
            && self.0.is_out.swap(false, Ordering::Relaxed)
        {
            tracing::info!("the database can be reached again");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn circuit_breaker(folder: &std::path::Path) -> CircuitBreaker {
        let store = Store::connect(&format!(
            "sqlite://{}",
            folder.join("caseload.db").display()
        ))
        .await
        .unwrap();
        store.migrate().await.unwrap();
        CircuitBreaker::new(store, TaskTracker::new())
    }

    fn gone() -> impl Future<Output = Result<(), StoreError>> {
        std::future::ready(Err(StoreError::Unavailable("gone".to_owned())))
    }

    #[tokio::test]
    async fn after_one_failure_nobody_waits_until_the_database_answers_again() {
        let folder = tempfile::tempdir().unwrap();
        let circuit_breaker = circuit_breaker(folder.path()).await;
        assert!(circuit_breaker.check().is_ok());
        assert!(
            circuit_breaker
                .call(Fallback::Exists, gone())
                .await
                .is_err()
        );
        let unasked = circuit_breaker.call_slow(async { panic!("it is not asked") });
        assert!(matches!(
            unasked.await,
            Err::<(), _>(StoreError::Unavailable(_))
        ));

        // The database is there all the time; the next who asks after a while has it tried again.
        *lock(&circuit_breaker.0.next_try) = Instant::now();
        assert!(circuit_breaker.check().is_err());
        circuit_breaker.0.tasks.close();
        circuit_breaker.0.tasks.wait().await;
        assert!(circuit_breaker.check().is_ok());
    }

    #[tokio::test]
    async fn other_failures_are_no_outage() {
        let folder = tempfile::tempdir().unwrap();
        let circuit_breaker = circuit_breaker(folder.path()).await;
        for error in [
            StoreError::Database("syntax".to_owned()),
            StoreError::NodeUnavailable("others answer".to_owned()),
        ] {
            let failed = circuit_breaker
                .call(Fallback::Exists, async { Err::<(), _>(error) })
                .await;
            assert!(failed.is_err());
            assert!(circuit_breaker.check().is_ok());
        }
    }
}
