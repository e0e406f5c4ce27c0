//! Several processes that find the database empty at the same moment.

use std::thread;

use tempfile::TempDir;

use super::wire::until;
use crate::{
    on_both_stores,
    support::{
        command::Cli,
        database::{Backend, Database},
    },
};

/// Rounds on each store, each on a database of its own.
const ROUNDS: usize = 4;
/// Of each kind: those that migrate and end, and those that serve.
const PROCESSES: usize = 4;

on_both_stores! {
    processes_that_start_together_on_an_empty_database_agree_on_its_tables,
}

async fn processes_that_start_together_on_an_empty_database_agree_on_its_tables(backend: Backend) {
    for round in 0..ROUNDS {
        let folder = TempDir::new().expect("a temporary folder");
        let database = Database::empty(backend);
        let cli = Cli {
            folder: folder.path().to_owned(),
            database_url: database.url(),
        };
        thread::scope(|scope| {
            let migrating: Vec<_> = (0..PROCESSES)
                .map(|_| scope.spawn(|| cli.run(&["migrate"])))
                .collect();
            let serving: Vec<_> = (0..PROCESSES)
                .map(|_| scope.spawn(|| cli.serve(&["--refresh-interval", "0"])))
                .collect();
            for process in migrating {
                process.join().expect("it runs").code(0);
            }
            for process in serving {
                let server = process.join().expect("it runs");
                until("readiness", || {
                    server.request("GET /readyz", "", "").0 == 200
                });
                assert_eq!(server.stop(), Some(0), "round {round}");
            }
        });
        let applied = database
            .sql("SELECT count(*), count(DISTINCT version) FROM __diesel_schema_migrations");
        let (all, distinct) = applied.trim().split_once('|').expect("two columns");
        assert_eq!(all, distinct);
        cli.run(&["workspace", "create", "acme", "--name", "Acme"])
            .code(0);
    }
}
