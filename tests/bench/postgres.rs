//! A PostgreSQL server of our own with its default settings, in a temporary folder, gone when the benchmark ends.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, ensure};

/// Starts a server and stops it once its standard input ends: when this process does, however it ends.
const KEEPER: &str = r#"
set -e
bin=$1 port=$2
dir=$(mktemp -d "${TMPDIR:-/tmp}/caseload-bench-XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$bin/initdb" -D "$dir/data" -U caseload --auth=trust -E UTF8 --locale=C >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
"$bin/postgres" -D "$dir/data" -p "$port" -k "$dir" -c listen_addresses=127.0.0.1 </dev/null >>"$dir/log" 2>&1 &
server=$!
for attempt in $(seq 1 300); do
  if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then break; fi
  if ! kill -0 $server 2>/dev/null; then cat "$dir/log"; exit 1; fi
  sleep 0.1
done
echo ready
cat >/dev/null || true
kill -INT $server
wait $server || true
"#;

/// The running server.
#[derive(Debug)]
pub(crate) struct Server {
    bin: PathBuf,
    port: u16,
    /// Its standard input is what keeps the server alive.
    keeper: Child,
}

impl Server {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let bin = programs()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = shell();
        command
            .args(["-c", KEEPER, "keeper"])
            .arg(&bin)
            .arg(port.to_string())
            .current_dir("/");
        let mut keeper = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("can't start a shell")?;
        let mut said = String::new();
        let mut lines = BufReader::new(keeper.stdout.take().context("no output")?);
        while !said.ends_with("ready\n") {
            ensure!(
                lines.read_line(&mut said)? != 0,
                "PostgreSQL did not start: {said}"
            );
        }
        Ok(Self { bin, port, keeper })
    }

    /// Makes an empty database and gives its address.
    pub(crate) fn create_database(&self, name: &str) -> anyhow::Result<String> {
        self.psql("postgres", &[&format!("CREATE DATABASE {name}")])?;
        Ok(format!(
            "postgres://caseload@127.0.0.1:{}/{name}",
            self.port
        ))
    }

    /// Runs commands one after the other and gives what they print.
    pub(crate) fn psql(&self, database: &str, commands: &[&str]) -> anyhow::Result<String> {
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-U",
            "caseload",
        ]);
        psql.args(["-p", &self.port.to_string(), "-d", database]);
        for command in commands {
            psql.args(["-c", command]);
        }
        let output = psql.output().context("can't run psql")?;
        ensure!(
            output.status.success(),
            "psql: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// "PostgreSQL 15.4", say.
    pub(crate) fn version(&self) -> anyhow::Result<String> {
        Ok(format!(
            "PostgreSQL {}",
            self.psql("postgres", &["SHOW server_version"])?.trim()
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Whatever it says: the run is over.
        let _ = self.keeper.wait();
    }
}

/// A shell of somebody else's where we are root: as root PostgreSQL refuses to run.
fn shell() -> Command {
    use std::os::unix::fs::MetadataExt;
    if Path::new("/proc/self")
        .metadata()
        .is_ok_and(|process| process.uid() == 0)
    {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        return command;
    }
    Command::new("sh")
}

/// The folder of `initdb` and `postgres`, of the newest version.
fn programs() -> anyhow::Result<PathBuf> {
    let asked = Command::new("pg_config").arg("--bindir").output().ok();
    let asked = asked
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map(|bin| PathBuf::from(bin.trim()));
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut installed: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    installed.sort();
    let mut found = asked.into_iter().chain(installed.into_iter().rev());
    let found = found.find(|bin| bin.join("postgres").exists() && bin.join("initdb").exists());
    found.context("PostgreSQL 15 or later is missing: install it (Debian, Ubuntu: apt-get install postgresql)")
}
