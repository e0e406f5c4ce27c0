//! Connections that take places and nothing else.

use std::{io::Write as _, net::TcpStream};

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

#[test]
fn five_thousand_idle_connections_keep_nobody_out() {
    make_room();
    let target = Target::start(&[]);
    let connect = |_| TcpStream::connect(target.server.address()).expect("a connection");
    let mut idle: Vec<TcpStream> = (0..IDLE).map(connect).collect();
    target.check("5,000 connections on which nothing is asked");
    for stream in &mut idle {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ").expect("an open connection");
    }
    target.check("5,000 connections in the middle of their headers");
    drop(idle);
    target.check("5,000 connections that went");
}
