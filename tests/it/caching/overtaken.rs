//! Figures that change faster than they can be read: everyone is answered all the same.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    http::{Request, header},
};
use caseload_api::{cache::SnapshotFault, snapshot::Snapshot};
use caseload_schema::{
    day::Day,
    store::{RunDays, RunKind, queue::NewRun},
};
use futures::{StreamExt as _, future::join_all};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::timeout};

use super::{acme_on, conversation, conversations, report};
use crate::{
    front::{server::Server, sockets::greeted},
    on_both_stores,
    support::{
        app::{Caseload, token},
        database::{Backend, Database},
    },
};

on_both_stores! {
    queries_are_answered_however_fast_figures_change,
    every_subscriber_hears_something_each_second_however_fast_figures_change,
    damage_is_mended_though_a_new_generation_has_come,
}

/// How long a subscriber is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Events that each subscriber is to hear.
const EVENTS: usize = 8;

/// Changes the generation over and over, some thousand times a second, until this is dropped: each time that a ledger is read,
/// it is another one by the time that the next question is answered.
struct Overtaking {
    _ends: Arc<()>,
    _task: JoinSet<()>,
}

impl Overtaking {
    fn begin(database: &Arc<Database>) -> Self {
        let (ends, database, mut task) = (Arc::new(()), Arc::clone(database), JoinSet::new());
        let goes_on = Arc::downgrade(&ends);
        task.spawn_blocking(move || {
            while goes_on.strong_count() != 0 {
                database.script(match &*database {
                    Database::Sqlite(_) => SQLITE,
                    _ => POSTGRES,
                });
            }
        });
        Self {
            _ends: ends,
            _task: task,
        }
    }
}

/// Some hundred changes, each a transaction of its own, and each seen by others before the next one.
const POSTGRES: &str = "DO $$ BEGIN FOR change IN 1..500 LOOP UPDATE ledgers SET generation = generation + 1; COMMIT; \
     PERFORM pg_sleep(0.0002); END LOOP; END $$";

const SQLITE: &str = "PRAGMA synchronous = OFF; PRAGMA busy_timeout = 10000; \
     UPDATE ledgers SET generation = generation + 1; UPDATE ledgers SET generation = generation + 1;";

async fn queries_are_answered_however_fast_figures_change(backend: Backend) {
    let caseload = acme_on(backend, None).await;
    let expected = conversations(&report(&caseload).await);
    let _overtaking = Overtaking::begin(&caseload.database);
    let mut generations = Vec::new();
    for _ in 0..100 {
        let query = "{ rollupStatus { generation } team(period: {between: {from: \"2026-03-01\", to: \"2026-03-08\"}}) {
            metrics { conversations } } }";
        let answer = caseload.ask("boss", query, &json!({})).await.json();
        assert!(answer.get("errors").is_none(), "{answer}");
        assert_eq!(conversations(&answer["data"]["team"]), expected);
        generations.push(answer["data"]["rollupStatus"]["generation"].as_i64());
    }
    generations.dedup();
    assert!(10 < generations.len(), "the generation hardly changed");
}

/// Hears so many events of a subscription over server-sent events, and how long each was waited for.
async fn hear_events(caseload: &Caseload, query: &str) -> Vec<Duration> {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::AUTHORIZATION, format!("Bearer {}", token("boss")));
    let body = Body::from(json!({"query": query}).to_string());
    let response = caseload.respond(request.body(body).expect("a request"));
    let mut events = response.await.into_body().into_data_stream();
    let (mut waits, mut text, mut since) = (Vec::new(), String::new(), Instant::now());
    while waits.len() < EVENTS {
        while let Some((event, rest)) = text.split_once("\n\n") {
            if let Some(answer) = event.lines().find_map(|line| line.strip_prefix("data:")) {
                check(query, &serde_json::from_str(answer).expect("JSON"));
                waits.push(std::mem::replace(&mut since, Instant::now()).elapsed());
            }
            text = rest.to_owned();
        }
        let chunk = timeout(PATIENCE, events.next()).await;
        let chunk = chunk.unwrap_or_else(|_| panic!("nothing is told: {query}"));
        let chunk = chunk.expect("an event").expect("an open connection");
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    waits
}

/// The same over a WebSocket.
async fn hear_messages(server: &Server, query: &str) -> Vec<Duration> {
    let mut client = greeted(server, "boss").await;
    client.subscribe("one", query).await;
    let (mut waits, mut since) = (Vec::new(), Instant::now());
    while waits.len() < EVENTS {
        let message = timeout(PATIENCE, client.hear()).await;
        let message = message.unwrap_or_else(|_| panic!("nothing is told: {query}"));
        let message = message.expect("an open connection");
        assert_eq!(message["type"], "next", "{message}");
        check(query, &message["payload"]);
        waits.push(std::mem::replace(&mut since, Instant::now()).elapsed());
    }
    waits
}

fn check(query: &str, answer: &Value) {
    let is_told = answer.get("errors").is_none() && answer["data"].is_object();
    assert!(is_told, "{query}: {answer}");
}

async fn every_subscriber_hears_something_each_second_however_fast_figures_change(
    backend: Backend,
) {
    let caseload = acme_on(backend, None).await;
    let new = NewRun {
        kind: RunKind::Rebuild,
        days: RunDays::All,
        requested_by: None,
        at: caseload.clock.now(),
    };
    // It waits for as long as nobody takes a step of it.
    let run = caseload.store.enqueue_run(caseload.workspace, new).await;
    let run = run.expect("the store is there").expect("a workspace");
    let queries = [
        "subscription { rollupStatus { generation pendingDays lastRun { state } } }".to_owned(),
        format!(
            "subscription {{ rollupRun(id: {}) {{ state daysDone requestedBy {{ id }} }} }}",
            run.id
        ),
    ];
    let sdl = include_str!("../../../api/schema.graphql");
    let (_, subscriptions) = sdl
        .split_once("\ntype Subscription {")
        .expect("subscriptions");
    let (subscriptions, _) = subscriptions.split_once("\n}").expect("an end");
    let fields = subscriptions
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let is_field = |line: &&str| line.trim_start().starts_with(char::is_alphabetic);
    assert_eq!(
        fields.filter(is_field).count(),
        queries.len(),
        "one query for each subscription"
    );

    let server = Server::start(&caseload).await;
    let _overtaking = Overtaking::begin(&caseload.database);
    let events = join_all(queries.iter().map(|query| hear_events(&caseload, query)));
    let messages = join_all(queries.iter().map(|query| hear_messages(&server, query)));
    let (events, messages) = futures::join!(events, messages);
    for mut waits in events.into_iter().chain(messages) {
        // A machine that is busy with other things may hold up one of them.
        waits.sort();
        assert!(waits[EVENTS / 2] < Duration::from_secs(1), "{waits:?}");
    }
    server.stop().await;
}

async fn damage_is_mended_though_a_new_generation_has_come(backend: Backend) {
    let caseload = acme_on(backend, None).await;
    let expected = conversations(&report(&caseload).await);
    let day = Day::parse("2026-03-02").expect("a day");
    for damage in [
        format!("DELETE FROM day_blocks WHERE day = {}", day.number()),
        "DELETE FROM open_blocks".to_owned(),
    ] {
        caseload.database.script(&damage);
        let node = caseload.another();
        let caches = node.app.caches();
        let workspace = caches.workspace("acme").await.expect("the store is there");
        let workspace = workspace.expect("the workspace");
        let snapshot = Snapshot::open(caches, workspace, &node.clock).await;
        let snapshot = Arc::new(snapshot.expect("the store is there").expect("a ledger"));
        let _ = snapshot.blocks(day, day).await;
        let trouble = snapshot.trouble().expect("something that can't be read");
        assert!(matches!(trouble, SnapshotFault::Corrupt(_)), "{damage}");
        // Another day changes, and this one stays as it is.
        let generation = snapshot.ledger().generation;
        caseload
            .database
            .script("UPDATE ledgers SET generation = generation + 1");
        let still = snapshot.remaining(trouble.clone()).await;
        assert_eq!(still.expect("the store is there"), trouble, "{damage}");
        node.app
            .rollups()
            .recover(&snapshot, trouble.clone())
            .await
            .expect("it can be mended");
        let still = snapshot.remaining(trouble).await;
        assert_eq!(
            still.expect("the store is there"),
            SnapshotFault::Superseded,
            "{damage}"
        );
        let now = report(&node.another()).await;
        assert_eq!(conversations(&now), expected, "{damage}");
        let ledger = caseload.store.ledger(caseload.workspace).await;
        let ledger = ledger.expect("the store is there").expect("a ledger");
        assert!(generation.0 + 1 < ledger.generation.0, "{damage}");
    }
    caseload.import(&[conversation(2, "another")]).await;
    caseload.roll_up().await;
    assert_eq!(conversations(&report(&caseload).await), expected + 1);
}
