//! What fails by chance is tried again, as long as nothing of it was committed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use caseload_schema::{
    id::WorkspaceKey,
    instant::Instant,
    store::{Store, StoreError, StoreOptions, dirty_days},
    zone::Zone,
};

use crate::support::{
    database::{Backend, Database},
    postmaster::Postmaster,
};

/// Ends every session of the database but the one that asks for it.
const END_SESSIONS: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

async fn workspaces(database: &Database) -> (Store, [WorkspaceKey; 2]) {
    let store = database.store().await;
    let now = Instant::from_micros(0);
    let utc = Zone::parse("UTC").expect("a zone");
    let one = store
        .create_workspace("one", "One", utc, now)
        .await
        .expect("a new workspace");
    let two = store
        .create_workspace("two", "Two", utc, now)
        .await
        .expect("a new workspace");
    (store, [one, two])
}

async fn change(store: &Store, ws: WorkspaceKey) -> i64 {
    store
        .read(move |conn| Box::pin(dirty_days::latest_change(conn, ws)))
        .await
        .expect("the store is there")
        .0
}

/// Where in a transaction its connection is lost, the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LostIn {
    TheWork,
    TheCommit,
}

/// Counts one change, and gives what came of it and how often it was tried.
async fn write(
    database: &Arc<Database>,
    store: &Store,
    ws: WorkspaceKey,
    lost: LostIn,
) -> (Result<i64, StoreError>, u32) {
    let (tries, database) = (Arc::new(AtomicU32::new(0)), Arc::clone(database));
    let counted = Arc::clone(&tries);
    let written = store.write(move |conn| {
        Box::pin(async move {
            let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
            if is_first && lost == LostIn::TheWork {
                database.sql(END_SESSIONS);
            }
            let change = dirty_days::next_change(conn, ws).await?;
            if is_first && lost == LostIn::TheCommit {
                database.sql(END_SESSIONS);
            }
            Ok(change.0)
        })
    });
    (written.await, tries.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_connection_that_is_lost_in_a_transaction_is_replaced_and_the_work_done_once() {
    let database = Arc::new(Database::empty(Backend::Postgres));
    let (store, [ws, _]) = workspaces(&database).await;
    let before = change(&store, ws).await;
    let (written, tries) = write(&database, &store, ws, LostIn::TheWork).await;
    assert_eq!(
        (written.expect("done the second time"), tries),
        (before + 1, 2)
    );
    assert_eq!(change(&store, ws).await, before + 1);
}

#[tokio::test]
async fn a_transaction_that_may_have_been_committed_is_not_done_again() {
    let database = Arc::new(Database::empty(Backend::Postgres));
    let (store, [ws, _]) = workspaces(&database).await;
    let (written, tries) = write(&database, &store, ws, LostIn::TheCommit).await;
    assert!(
        matches!(written, Err(StoreError::Unavailable(_))),
        "{written:?}"
    );
    assert_eq!(tries, 1);
}

#[tokio::test]
async fn connections_that_died_while_they_were_idle_cost_no_reader_anything() {
    let database = Database::empty(Backend::Postgres);
    let (store, [ws, _]) = workspaces(&database).await;
    for _ in 0..20 {
        change(&store, ws).await;
        database.sql(END_SESSIONS);
        change(&store, ws).await;
    }
}

#[tokio::test]
async fn of_two_transactions_in_each_other_s_way_both_are_done_in_the_end() {
    let database = Database::empty(Backend::Postgres);
    let (store, [one, two]) = workspaces(&database).await;
    let before = (change(&store, one).await, change(&store, two).await);
    let both = Arc::new(tokio::sync::Barrier::new(2));
    let crossing = |first: WorkspaceKey, second: WorkspaceKey| {
        let (store, both) = (store.clone(), Arc::clone(&both));
        async move {
            let met = Arc::new(AtomicU32::new(0));
            store
                .write(move |conn| {
                    Box::pin(async move {
                        dirty_days::next_change(conn, first).await?;
                        if met.fetch_add(1, Ordering::SeqCst) == 0 {
                            both.wait().await;
                        }
                        dirty_days::next_change(conn, second).await?;
                        Ok(met.load(Ordering::SeqCst))
                    })
                })
                .await
        }
    };
    let (a, b) = tokio::join!(crossing(one, two), crossing(two, one));
    let tries = a.expect("done") + b.expect("done");
    assert_eq!(tries, 3, "one of them was in the way of the other");
    assert_eq!(
        (change(&store, one).await, change(&store, two).await),
        (before.0 + 2, before.1 + 2)
    );
}

#[tokio::test]
async fn a_statement_that_is_stuck_ends_on_the_server() {
    let database = Database::empty(Backend::Postgres);
    let (store, [ws, _]) = workspaces(&database).await;
    drop(store);
    let options = StoreOptions {
        statement_timeout: Duration::from_millis(300),
        ..StoreOptions::default()
    };
    let store = Store::connect_with(&database.url(), &options)
        .await
        .expect("the database is there");
    // Opening its first connection may take longer than that.
    let mut tries = 0;
    while store
        .read(move |conn| Box::pin(dirty_days::latest_change(conn, ws)))
        .await
        .is_err()
    {
        tries += 1;
        assert!(tries < 100, "the database is there");
    }
    let locked = Arc::new(tokio::sync::Notify::new());
    let (holding, release) = (Arc::clone(&locked), Arc::new(tokio::sync::Notify::new()));
    let (other, until) = (database.store().await, Arc::clone(&release));
    let holder = async move {
        other
            .write(move |conn| {
                Box::pin(async move {
                    dirty_days::next_change(conn, ws).await?;
                    holding.notify_one();
                    until.notified().await;
                    Ok(())
                })
            })
            .await
    };
    let stuck = async {
        locked.notified().await;
        // A write outside of a transaction waits for the other's lock.
        let waited = store
            .read(move |conn| Box::pin(dirty_days::next_change(conn, ws)))
            .await;
        release.notify_one();
        waited
    };
    let (held, waited) = tokio::join!(holder, stuck);
    held.expect("nothing was in its way");
    assert!(
        matches!(waited, Err(StoreError::Unavailable(_))),
        "{waited:?}"
    );
}

#[tokio::test]
async fn a_server_that_is_away_is_told_at_once_and_found_again() {
    let mut server = Postmaster::start(&["fsync=off"]);
    let store = Store::connect(&server.url("127.0.0.1"))
        .await
        .expect("the database is there");
    store
        .migrate()
        .await
        .expect("an empty database can be migrated");
    for word in ["stop", "crash", "stop"] {
        server.order(word);
        let began = std::time::Instant::now();
        let away = store.list_workspaces().await;
        assert!(matches!(away, Err(StoreError::Unavailable(_))), "{away:?}");
        assert!(
            began.elapsed() < Duration::from_secs(3),
            "{:?}",
            began.elapsed()
        );
        server.order("start");
        store.list_workspaces().await.expect("it is back");
    }
}
