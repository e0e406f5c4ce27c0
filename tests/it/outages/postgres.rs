//! PostgreSQL goes away under load, and comes back.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

use tempfile::TempDir;

use super::facts::Sender;
use crate::support::{command::Cli, postmaster::Postmaster};

/// How often the server is taken away, in three ways in turn.
const OUTAGES: usize = 9;
const RECORDS: usize = 60;

#[test]
fn what_was_acknowledged_while_postgresql_came_and_went_is_there() {
    let mut postgres = Postmaster::start(&["fsync=off"]);
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: postgres.url("127.0.0.1"),
    };
    cli.run(&["migrate"]).code(0);
    let mut senders = [Sender::new(&cli, "one", 1), Sender::new(&cli, "two", 2)];
    let reader = Sender::new(&cli, "three", 3);
    let server = cli.serve_with(
        &[
            "--refresh-interval",
            "100ms",
            "--request-timeout",
            "3s",
            "--statement-timeout",
            "2s",
        ],
        &[("CASELOAD_MAX_COMPLEXITY", "1000000000")],
    );
    let (over, figures, taken) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for sender in &mut senders {
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    sender.send(&server, RECORDS);
                    taken.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                figures.fetch_add(u64::from(reader.ask(&server)), Ordering::SeqCst);
                thread::sleep(Duration::from_millis(5));
            }
        });
        for outage in 0..OUTAGES {
            thread::sleep(Duration::from_millis(400));
            let (away, back) =
                [("stop", "start"), ("crash", "start"), ("freeze", "thaw")][outage % 3];
            postgres.order(away);
            thread::sleep(Duration::from_millis(300));
            postgres.order(back);
            let before = taken.load(Ordering::SeqCst);
            let went_on = (0..600).any(|_| {
                thread::sleep(Duration::from_millis(100));
                before + 1 < taken.load(Ordering::SeqCst)
            });
            if !went_on {
                over.store(true, Ordering::SeqCst);
                panic!("imports are stuck after outage {outage}");
            }
        }
        over.store(true, Ordering::SeqCst);
    });
    for sender in &mut senders {
        assert!(0 < sender.acknowledged);
        sender.check(&cli, &server);
    }
    let refused: u64 = senders.iter().map(|sender| sender.refused).sum();
    assert!(0 < refused, "the load met no outage");
    assert!(0 < figures.load(Ordering::SeqCst), "no figures were read");
    assert_eq!(postgres.sql("SELECT count(*) FROM dirty_days").trim(), "0");
    assert_eq!(server.stop(), Some(0));
}
