//! Connections that take places and nothing else.

use std::{
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Target;

const IDLE: usize = 5_000;

/// Files for this process' ends of the connections. A server that it starts inherits them.
fn make_room() {
    let limit = getrlimit(Resource::Nofile);
    let needed = u64::try_from(IDLE).expect("a few") + 1_000;
    if limit.current.is_some_and(|current| current < needed) {
        let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
        setrlimit(Resource::Nofile, raised).expect("ulimit -Hn says 6000 or more; this test opens so many connections");
    }
}

/// The memory that a connection may take while the headers of its request come in: a buffer of 8 KiB is most of it.
const MOST_OF_ONE: u64 = 32 << 10;

#[test]
fn five_thousand_idle_connections_keep_nobody_out() {
    make_room();
    // All of them stay for as long as this looks.
    let target = Target::start(&["--header-timeout", "10m"]);
    let connect = |_| TcpStream::connect(target.server.address()).expect("a connection");
    let mut idle: Vec<TcpStream> = (0..IDLE).map(connect).collect();
    target.check("5,000 connections on which nothing is asked");
    for stream in &mut idle {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ").expect("an open connection");
    }
    target.check_time("5,000 connections in the middle of their headers");
    let each = target.more_memory() / idle.len() as u64;
    assert!(each < MOST_OF_ONE, "a connection in the middle of its headers takes {each} bytes");
    drop(idle);
    target.check("5,000 connections that went");
}

/// What comes at once waits to be accepted: the system would have who finds no place there try again after a second.
#[test]
fn a_crowd_that_comes_at_once_is_let_in_at_once() {
    make_room();
    let target = Target::start(&[]);
    let begin = Instant::now();
    let crowd: Vec<TcpStream> =
        (0..IDLE).map(|_| TcpStream::connect(target.server.address()).expect("a connection")).collect();
    let took = begin.elapsed();
    assert!(took < Duration::from_secs(10), "{} connections took {took:?}", crowd.len());
}
