//! Who comes when all places are taken.

use std::time::Duration;

use super::wire::{Desk, LABEL, Wire, ask, begin_import, until};
use crate::support::{command::Server, database::Backend};

/// A server with places for two who may be silent for as long as they like.
fn with_two_places(desk: &Desk) -> Server {
    desk.cli
        .serve(&["--header-timeout", "10m", "--max-connections", "2"])
}

#[test]
fn who_was_silent_for_the_longest_time_makes_room() {
    let desk = Desk::new(Backend::Sqlite);
    let server = with_two_places(&desk);
    let (mut first, mut second) = (Wire::connect(&server), Wire::connect(&server));
    second.send("GET /healthz HTTP/1.1\r\nHost: caseload\r\nX-Slow: ");
    assert_eq!(ask(&server, "GET /healthz", "", "").status(), 200);
    assert!(first.rest().is_none(), "it had nothing to be answered");
    second.send("1\r\nConnection: close\r\n\r\n");
    assert_eq!(second.rest().expect("an answer").status(), 200);
}

#[test]
fn who_has_asked_makes_room_once_that_is_answered() {
    let desk = Desk::new(Backend::Sqlite);
    let server = with_two_places(&desk);
    let mut stays = Wire::connect(&server);
    stays.send("GET /healthz HTTP/1.1\r\nHost: caseload\r\n\r\n");
    until("an answer", || !stays.is_silent(Duration::from_millis(100)));
    let mut imports = begin_import(&server);
    assert_eq!(ask(&server, "GET /healthz", "", "").status(), 200);
    assert_eq!(stays.rest().expect("an answer").status(), 200);
    // Both have asked now, and neither has its answer.
    let mut others = begin_import(&server);
    let mut waits = Wire::connect(&server);
    waits.send("GET /healthz HTTP/1.0\r\nHost: caseload\r\n\r\n");
    assert!(
        waits.is_silent(Duration::from_millis(500)),
        "there is no place for it"
    );
    imports.send(&LABEL[10..]);
    let reply = imports.rest().expect("what has begun is answered");
    assert!(reply.body.contains("\"accepted\":1"), "{reply:?}");
    assert_eq!(waits.rest().expect("an answer").status(), 200);
    others.send(&LABEL[10..]);
}
