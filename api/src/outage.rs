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

/// The state of the way to the database. Clones share it.
#[derive(Debug, Clone)]
pub struct Outage(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    tasks: TaskTracker,
    /// What a request looks at: the rest is for when this is true.
    is_out: AtomicBool,
    next_try: Mutex<Instant>,
}

impl Outage {
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
            let outage = self.clone();
            self.0.tasks.spawn(async move { outage.try_again().await });
        }
        Err(StoreError::Unavailable(
            "it could not be reached a moment ago".to_owned(),
        ))
    }

    /// A question that the database answers in no time, or not at all. Whoever has `another_way` waits less.
    pub async fn quick<T>(
        &self,
        another_way: bool,
        question: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.check()?;
        let patience = if another_way { PATIENCE } else { LAST_PATIENCE };
        let answer = timeout(patience, question).await;
        let answer = answer.unwrap_or_else(|_| {
            Err(StoreError::Unavailable(format!(
                "no answer in {patience:?}"
            )))
        });
        self.note(answer)
    }

    /// A question that may take as long as its request has.
    pub async fn long<T>(
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
        // No workspace has that key.
        let probe = self.0.store.ledger(WorkspaceKey(0));
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

    async fn outage(folder: &std::path::Path) -> Outage {
        let store = Store::connect(&format!(
            "sqlite://{}",
            folder.join("caseload.db").display()
        ))
        .await
        .unwrap();
        store.migrate().await.unwrap();
        Outage::new(store, TaskTracker::new())
    }

    fn gone() -> impl Future<Output = Result<(), StoreError>> {
        std::future::ready(Err(StoreError::Unavailable("gone".to_owned())))
    }

    #[tokio::test]
    async fn after_one_failure_nobody_waits_until_the_database_answers_again() {
        let folder = tempfile::tempdir().unwrap();
        let outage = outage(folder.path()).await;
        assert!(outage.check().is_ok());
        assert!(outage.quick(true, gone()).await.is_err());
        let unasked = outage.long(async { panic!("it is not asked") });
        assert!(matches!(
            unasked.await,
            Err::<(), _>(StoreError::Unavailable(_))
        ));

        // The database is there all the time; the next who asks after a while has it tried again.
        *lock(&outage.0.next_try) = Instant::now();
        assert!(outage.check().is_err());
        outage.0.tasks.close();
        outage.0.tasks.wait().await;
        assert!(outage.check().is_ok());
    }

    #[tokio::test]
    async fn other_failures_are_no_outage() {
        let folder = tempfile::tempdir().unwrap();
        let outage = outage(folder.path()).await;
        assert!(
            outage
                .quick(true, async {
                    Err::<(), _>(StoreError::Database("syntax".to_owned()))
                })
                .await
                .is_err()
        );
        assert!(outage.check().is_ok());
    }
}
