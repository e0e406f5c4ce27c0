//! A Citus cluster that `make test-citus` has started: then each test's database is one of it, on every node.

use std::{path::PathBuf, process::Command, sync::OnceLock};

use super::{
    command::binary,
    postgres::{psql_at, url_at},
};

/// Its programs, and the ports of its nodes on this machine, that of the coordinator first.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) programs: PathBuf,
    ports: Vec<u16>,
}

impl Cluster {
    /// The one that `CASELOAD_TEST_CITUS` names: a folder and the ports, with spaces in between.
    pub(crate) fn offered() -> Option<&'static Self> {
        static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
        let find = || {
            let offered = std::env::var_os("CASELOAD_TEST_CITUS")?;
            let offered = offered.to_str().expect("UTF-8");
            let mut words = offered.split(' ');
            let programs = PathBuf::from(words.next().expect("a folder"));
            let ports: Vec<u16> = words.map(|port| port.parse().expect("a port")).collect();
            assert!(1 < ports.len(), "a coordinator and nodes: {offered:?}");
            Some(Self { programs, ports })
        };
        CLUSTER.get_or_init(find).as_ref()
    }

    /// Where clients connect to.
    pub(crate) fn coordinator(&self) -> u16 {
        self.ports[0]
    }

    /// Makes a database on every node, with all tables spread.
    pub(crate) fn create(&self, name: &str) {
        for port in &self.ports {
            psql_at(*port, "postgres", &format!("CREATE DATABASE {name}"));
            psql_at(*port, name, "CREATE EXTENSION citus");
        }
        let coordinator = self.coordinator();
        let host = format!("SELECT citus_set_coordinator_host('127.0.0.1', {coordinator})");
        psql_at(coordinator, name, &host);
        for port in &self.ports[1..] {
            let add = format!("SELECT citus_add_node('127.0.0.1', {port})");
            psql_at(coordinator, name, &add);
        }
        let spread = Command::new(binary())
            .args(["migrate", "--citus"])
            .env("CASELOAD_DATABASE_URL", url_at(coordinator, name))
            .output()
            .expect("the binary runs");
        assert!(
            spread.status.success(),
            "{}",
            String::from_utf8_lossy(&spread.stderr)
        );
    }

    /// Drops it on every node: each has a process on each.
    pub(crate) fn remove(&self, name: &str) {
        for port in &self.ports {
            psql_at(
                *port,
                "postgres",
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            );
        }
    }
}
