//! Clients that take their time can't keep a server from others.

use std::time::{Duration, Instant};

use super::wire::{Desk, Wire};
use crate::support::database::Backend;

#[test]
fn a_connection_on_which_nothing_is_asked_in_time_is_closed() {
    let desk = Desk::new(Backend::Sqlite);
    let server = desk.cli.serve(&["--header-timeout", "300ms"]);
    // Silent; within the first line; where HTTP/2 could still begin; within the headers.
    for begun in [
        "",
        "GET /hea",
        "PRI * HTTP/2.0\r\n",
        "GET /healthz HTTP/1.1\r\nHost: caseload\r\nX-Slow: ",
    ] {
        let began = Instant::now();
        let mut wire = Wire::connect(&server);
        wire.send(begun);
        let reply = wire.rest();
        assert!(
            reply.as_ref().is_none_or(|reply| reply.status() == 408),
            "{begun:?}: {reply:?}"
        );
        let waited = began.elapsed();
        assert!(
            Duration::from_millis(250) < waited && waited < Duration::from_secs(10),
            "{begun:?}: {waited:?}"
        );
    }
}

#[test]
fn a_connection_that_is_kept_open_is_closed_when_no_other_request_comes() {
    let desk = Desk::new(Backend::Sqlite);
    let server = desk.cli.serve(&["--header-timeout", "300ms"]);
    let mut wire = Wire::connect(&server);
    wire.send("GET /healthz HTTP/1.1\r\nHost: caseload\r\n\r\n");
    let began = Instant::now();
    assert_eq!(wire.rest().expect("an answer").status(), 200);
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}
