//! Connections that take places and nothing else.

use std::{fs, io::Write as _, net::TcpStream, time::Duration};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Target;

const IDLE: usize = 5_000;

/// Files for this process' ends of the connections. A server that it starts inherits them.
fn make_room() {
    let limit = getrlimit(Resource::Nofile);
    let needed = u64::try_from(IDLE).expect("a few") + 1_000;
    if limit.current.is_some_and(|current| current < needed) {
        let raised = Rlimit {
            current: Some(needed),
            maximum: limit.maximum,
        };
        setrlimit(Resource::Nofile, raised)
            .expect("ulimit -Hn says 6000 or more; this test opens so many connections");
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
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            .expect("an open connection");
    }
    target.check_time("5,000 connections in the middle of their headers");
    let each = target.more_memory() / idle.len() as u64;
    assert!(
        each < MOST_OF_ONE,
        "a connection in the middle of its headers takes {each} bytes"
    );
    drop(idle);
    target.check("5,000 connections that went");
}

/// As many as wait to be accepted, where the system lets so many wait.
fn crowd() -> usize {
    let most = fs::read_to_string("/proc/sys/net/core/somaxconn").expect("Linux says so");
    let most: usize = most.trim().parse().expect("a number");
    4_000.min(most - most / 20)
}

/// The system has who finds no place to wait try again after a second.
const SECOND: Duration = Duration::from_millis(900);

#[test]
fn a_crowd_that_comes_while_the_server_does_something_else_waits_and_is_let_in() {
    make_room();
    let target = Target::start(&[]);
    let address = target.server.address().parse().expect("an address");
    target.server.signal("STOP");
    let connect = |_| TcpStream::connect_timeout(&address, SECOND).expect("a place to wait");
    let crowd: Vec<TcpStream> = (0..crowd()).map(connect).collect();
    target.server.signal("CONT");
    // It comes behind all of them.
    target.check_time("a crowd that was let in");
    drop(crowd);
}
