//! What is under way when a server is told to stop.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use super::wire::{Desk, LABEL, begin_import, until};
use crate::{
    on_both_stores,
    support::{command::Server, database::Backend},
};

on_both_stores! {
    an_import_under_way_is_finished_and_acknowledged,
}

fn is_closed(server: &Server) -> bool {
    TcpStream::connect(server.address()).is_err()
}

async fn an_import_under_way_is_finished_and_acknowledged(backend: Backend) {
    let desk = Desk::new(backend);
    let mut server = desk.cli.serve(&[]);
    let mut wire = begin_import(&server);
    server.signal("TERM");
    until("the end of listening", || is_closed(&server));
    wire.send(&LABEL[10..]);
    let reply = wire.rest().expect("what has begun is answered");
    assert_eq!(reply.status(), 200, "{reply:?}");
    assert!(reply.body.contains("\"accepted\":1"), "{reply:?}");
    assert_eq!(server.wait(), Some(0));
    let again = desk
        .cli
        .run_with(&["import", "--json", "-"], LABEL.as_bytes())
        .code(0)
        .json();
    assert_eq!(
        again["unchanged"], 1,
        "what was acknowledged is there: {again}"
    );
}

#[test]
fn what_does_not_end_in_time_is_dropped() {
    let desk = Desk::new(Backend::Sqlite);
    let mut server = desk.cli.serve(&["--drain-timeout", "500ms"]);
    let _wire = begin_import(&server);
    let began = Instant::now();
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    let took = began.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
    until("the warning", || server.log().contains("drain_timeout"));
}

#[test]
fn a_second_signal_ends_at_once() {
    let desk = Desk::new(Backend::Sqlite);
    let mut server = desk.cli.serve(&["--drain-timeout", "10m"]);
    let _wire = begin_import(&server);
    server.signal("TERM");
    until("the end of listening", || is_closed(&server));
    server.signal("INT");
    assert_eq!(server.wait(), Some(0));
}
