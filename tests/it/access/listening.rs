//! Every field on every path of every subscription, asked for by everyone over events.

use std::{cell::Cell, collections::BTreeSet};

use axum::{
    body::{Body, BodyDataStream},
    http::{Request, StatusCode, header},
};
use futures::{StreamExt as _, future::join_all};
use serde_json::{Value, json};
use tokio::time::{Duration, timeout};

use super::{
    conversation, nobodies,
    paths::{Asker, check, sample, ways, writings},
    schema::Schema,
};
use crate::support::app::{Answer, Caseload};

fn request(token: &str, document: &str) -> Request<Body> {
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    request
        .body(Body::from(json!({"query": document}).to_string()))
        .expect("a request")
}

/// The next event: its name, and what it says.
async fn next(events: &mut BodyDataStream, text: &mut String) -> (String, Value) {
    loop {
        if let Some((event, rest)) = text.split_once("\n\n") {
            let field = |name: &str| {
                event
                    .lines()
                    .find_map(|line| line.strip_prefix(name))
                    .unwrap_or_default()
                    .trim()
            };
            let found = (
                field("event:").to_owned(),
                serde_json::from_str(field("data:")).unwrap_or_default(),
            );
            text.drain(..text.len() - rest.len());
            // Signs of life have no name.
            if !found.0.is_empty() {
                return found;
            }
            continue;
        }
        let chunk = events
            .next()
            .await
            .expect("an event")
            .expect("an open connection");
        text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
}

/// What is answered first.
async fn first(caseload: &Caseload, token: &str, document: &str) -> Answer {
    let response = caseload.respond(request(token, document)).await;
    assert_eq!(response.status(), StatusCode::OK, "{document}");
    let (mut events, mut text) = (response.into_body().into_data_stream(), String::new());
    let told = timeout(Duration::from_mins(1), next(&mut events, &mut text)).await;
    let (name, answer) = told.unwrap_or_else(|_| panic!("nothing is told: {document}: {text}"));
    assert_eq!(name, "next", "{document}: {answer}");
    Answer {
        status: StatusCode::OK,
        body: answer.to_string().into_bytes(),
    }
}

/// New figures, over and over, with time in between to tell of them, until `enough`. No run is left half done: its lease would
/// hold until a clock that stands still has moved, and nothing would change until then.
async fn change(caseload: &Caseload, made: &Cell<i32>, enough: &Cell<bool>) {
    while !enough.get() {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let number = made.replace(made.get() + 1);
        caseload
            .import(&conversation(
                &format!("new-{number}"),
                "manager",
                1 + number % 9,
            ))
            .await;
        caseload.roll_up().await;
    }
}

#[tokio::test]
async fn every_field_of_every_subscription_is_told_to_whom_the_table_names() {
    let (schema, caseload) = (Schema::committed(), sample().await);
    let (askers, made) = (Asker::all(&caseload).await, Cell::new(0));
    let (mut questions, mut told) = (0, BTreeSet::new());
    for way in ways(&schema, "Subscription") {
        let leaves = schema.leaves(&way.end);
        let asked = askers.iter().flat_map(|asker| {
            let [plain, renamed, spread] =
                writings(&way, &leaves, asker).map(|root| root.trim().to_owned());
            let spread = format!(
                "subscription {{ ...Spread }} fragment Spread on Subscription {{ {spread} }}"
            );
            let documents = [
                format!("subscription {{ {plain} }}"),
                format!("subscription {{ {renamed} }}"),
                spread,
            ];
            let caseload = &caseload;
            documents.map(|document| async move {
                (asker, first(caseload, &asker.token, &document).await)
            })
        });
        let enough = Cell::new(false);
        let answers = async {
            let answers = join_all(asked).await;
            enough.set(true);
            answers
        };
        let (answers, ()) = futures::join!(answers, change(&caseload, &made, &enough));
        for (asker, answer) in answers {
            questions += 1;
            if check(&way, &leaves, asker, &answer) {
                told.insert(way.name());
            }
        }
        let document = format!(
            "subscription {{ {} }}",
            writings(&way, &leaves, &askers[0])[0]
        );
        for (who, token) in nobodies() {
            let answer = caseload.send_request(request(&token, &document)).await;
            assert_eq!(
                (answer.status, answer.codes()),
                (StatusCode::UNAUTHORIZED, vec!["UNAUTHENTICATED".to_owned()]),
                "{who}"
            );
        }
    }
    assert!(100 <= questions, "{questions} questions");
    assert!(
        told.contains("rollupRun")
            && told.contains("rollupStatus")
            && told.contains("rollupStatus.lastRun"),
        "{told:?}"
    );
}
