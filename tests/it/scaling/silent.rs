//! A node that swallows packets is waited for, once for each of its workspaces, and keeps no others waiting for long.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use caseload_schema::{
    id::WorkspaceKey,
    instant,
    store::{Result, Store, StoreError, each::Reached},
    zone::Zone,
};

use crate::support::database::{Backend, Database};

const SILENT: usize = 120;
/// How long the database waits for the node, for each workspace: 6 s for all of them, 4 at a time.
const WAIT: Duration = Duration::from_millis(200);
/// The three stretches in which a look begins to ask, the workspace that is waited for at the end of each, and what a busy machine
/// takes.
const LONGEST_LOOK: Duration = Duration::from_millis(3_000 + 3_000 + 1_000 + 3 * 200 + 2_000);

struct Cluster {
    store: Store,
    answers: WorkspaceKey,
    asked: Arc<AtomicUsize>,
    _database: Database,
}

impl Cluster {
    /// With the workspace that answers under that id, which says when a look comes to it.
    async fn start(id: &str) -> Self {
        let database = Database::empty(Backend::Postgres);
        let store = database.store().await;
        store.migrate().await.expect("tables");
        let now = instant::Instant::parse("2026-03-01T09:00:00Z").expect("an instant");
        for number in 0..SILENT {
            let id = format!("silent-{number}");
            let made = store.create_workspace(&id, "Silent", Zone::UTC, now);
            made.await.expect("a workspace");
        }
        let answers = store.create_workspace(id, "Answers", Zone::UTC, now);
        Self {
            answers: answers.await.expect("a workspace"),
            store,
            asked: Arc::default(),
            _database: database,
        }
    }

    /// A look that the missing node fails, and then one in each workspace. How many silent ones it asked.
    async fn look(&self) -> (Result<Reached<WorkspaceKey>>, usize) {
        let failed = Err(StoreError::NodeUnavailable("node 2".to_owned()));
        let before = self.asked.load(Ordering::Relaxed);
        let (answers, asked) = (self.answers, Arc::clone(&self.asked));
        let looked = self.store.or_in_each("a test", failed, move |_, ws| {
            let asked = Arc::clone(&asked);
            Box::pin(async move {
                if ws == answers {
                    return Ok(Some(ws));
                }
                asked.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(WAIT).await;
                Err(StoreError::NodeUnavailable("node 2".to_owned()))
            })
        });
        let reached = looked.await;
        (reached, self.asked.load(Ordering::Relaxed) - before)
    }
}

#[tokio::test]
async fn workspaces_of_a_silent_node_do_not_delay_those_of_others() {
    for id in ["before-all-others", "the-last-of-all"] {
        check(id).await;
    }
}

async fn check(id: &str) {
    let cluster = Cluster::start(id).await;
    let mut looks = 0;
    loop {
        let begun = Instant::now();
        let (looked, asked) = cluster.look().await;
        let took = begun.elapsed();
        looks += 1;
        assert!(
            asked < SILENT && took < LONGEST_LOOK,
            "look {looks} asked {asked} silent workspaces within {took:?}"
        );
        match looked {
            Ok(reached) if reached.found == [cluster.answers] => break,
            Ok(reached) => panic!("nothing else answers: {reached:?}"),
            // The look was over before it came to the one that answers: the next one begins where it ended.
            Err(error) => assert!(error.is_unavailable(), "{error}"),
        }
        assert!(looks < 20, "the workspace that answers is never asked");
    }
    // From now on it is asked first, and silent ones for a second.
    for _ in 0..3 {
        let begun = Instant::now();
        let (looked, asked) = cluster.look().await;
        let took = begun.elapsed();
        let reached = looked.expect("one answers");
        assert_eq!(reached.found, [cluster.answers]);
        assert!(reached.failed.is_some(), "the others could not be asked");
        assert!(
            asked < SILENT && took < LONGEST_LOOK,
            "a later look asked {asked} silent workspaces within {took:?}"
        );
    }
    // All nodes answer again: nobody is asked by itself.
    let again = cluster
        .store
        .or_in_each("a test", Ok(vec![cluster.answers]), |_, _| {
            Box::pin(async { panic!("the look at all of them did not fail") })
        });
    let again = again.await.expect("the look at all of them");
    assert_eq!(again.found, [cluster.answers]);
    assert!(again.failed.is_none());
}
