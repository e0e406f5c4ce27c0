//! A `PgBouncer` of one's own before a PostgreSQL server. It goes when this does.

use std::{
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::postgres::{free_port, is_root};

#[derive(Debug)]
pub(crate) struct Pooler {
    port: u16,
    process: Child,
    _folder: TempDir,
}

impl Pooler {
    /// With that `pool_mode`, and whatever else its settings file says.
    pub(crate) fn start(server: u16, mode: &str, settings: &str) -> Self {
        let (folder, port) = (TempDir::new().expect("a temporary folder"), free_port());
        let file = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\n{settings}\n"
        )
        // With this kind of authentication, everyone is one user of the server.
        .replace("port=", "user=caseload port=");
        std::fs::write(&file, text).expect("a file");
        let opened = Command::new("chmod")
            .args(["-R", "a+rX"])
            .arg(folder.path())
            .status();
        assert!(opened.expect("chmod runs").success());
        let mut command = Command::new("pgbouncer");
        if is_root() {
            // It does not run as root.
            command.args(["-u", "postgres"]);
        }
        let process = command
            .arg(&file)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pgbouncer runs; see scripts/install-test-tools");
        let pooler = Self {
            port,
            process,
            _folder: folder,
        };
        pooler.wait();
        pooler
    }

    fn wait(&self) {
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("PgBouncer does not listen");
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://caseload@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // Where it has ended already, there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
