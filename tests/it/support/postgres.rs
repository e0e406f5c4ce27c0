//! One PostgreSQL server for this run of the tests, in a folder of its own, gone when the run ends.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use super::cluster::Cluster;

/// Starts a server and stops it once its standard input ends: when this process does, however it ends.
const WATCHDOG: &str = r#"
set -e
bin=$1 port=$2 record=$3
preload=
[ -z "$record" ] || preload='-c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.max=500000'
dir=$(mktemp -d "${TMPDIR:-/tmp}/caseload-postgres-XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$bin/initdb" -D "$dir/data" -U caseload --auth=trust --no-sync -E UTF8 --locale=C >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
"$bin/postgres" -D "$dir/data" -p "$port" -k "$dir" -c listen_addresses=127.0.0.1 -c fsync=off \
  -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB \
  -c max_wal_size=4GB $preload </dev/null >>"$dir/log" 2>&1 &
server=$!
for attempt in $(seq 1 300); do
  if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then break; fi
  if ! kill -0 $server 2>/dev/null; then cat "$dir/log"; exit 1; fi
  sleep 0.1
done
echo ready
[ -z "$record" ] || : >"$record/$port.pending"
cat >/dev/null || true
if [ -n "$record" ]; then
  "$bin/psql" -X -q -A -t -h 127.0.0.1 -p "$port" -U caseload -d postgres -c 'CREATE EXTENSION pg_stat_statements' \
    -c "SELECT json_build_object('lost', (SELECT dealloc FROM pg_stat_statements_info), 'statements', \
        (SELECT json_agg(DISTINCT query) FROM pg_stat_statements WHERE userid = 'caseload'::regrole))" >"$record/$port.json"
  rm -f "$record/$port.pending"
fi
kill -INT $server
wait $server || true
"#;

#[derive(Debug)]
struct Server {
    port: u16,
    /// Its standard input is what keeps the server alive.
    _watchdog: Child,
}

/// A database of its own on the server, empty.
#[derive(Debug)]
pub(crate) struct Database {
    name: String,
}

impl Database {
    pub(crate) fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", COUNT.fetch_add(1, Ordering::SeqCst));
        match Cluster::offered() {
            Some(cluster) => cluster.create(&name),
            None => drop(psql("postgres", &format!("create database {name}"))),
        }
        Self { name }
    }

    pub(crate) fn url(&self) -> String {
        url_at(port(), &self.name)
    }

    /// A copy of it beside it, through a dump.
    pub(crate) fn back_up(&self) -> Self {
        let copy = Self::create();
        let dumped = unrecorded("pg_dump")
            .args(["--format=custom", "--dbname", &self.url()])
            .output()
            .expect("pg_dump runs");
        assert!(
            dumped.status.success(),
            "{}",
            String::from_utf8_lossy(&dumped.stderr)
        );
        let mut restoring = unrecorded("pg_restore")
            .args(["--no-owner", "--exit-on-error", "--dbname", &copy.url()])
            .stdin(Stdio::piped())
            .spawn()
            .expect("pg_restore runs");
        restoring
            .stdin
            .take()
            .expect("piped")
            .write_all(&dumped.stdout)
            .expect("it reads");
        assert!(restoring.wait().expect("it ends").success());
        copy
    }

    /// Runs SQL; rows as lines, columns between `|`.
    pub(crate) fn sql(&self, sql: &str) -> String {
        psql(&self.name, sql)
    }

    /// A name for a role of this test: roles belong to the whole server.
    pub(crate) fn role(&self, name: &str) -> String {
        format!("{name}_{}", self.name)
    }

    /// The same as another role; what it said where it was refused.
    pub(crate) fn sql_as(&self, role: &str, sql: &str) -> Result<String, String> {
        let output = run_psql(port(), &self.name, role, sql);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let rows = String::from_utf8(output.stdout).expect("UTF-8");
        if output.status.success() {
            Ok(rows + &said)
        } else {
            Err(said)
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server of one's own goes with all its databases.
        if let Some(cluster) = Cluster::offered()
            && !std::thread::panicking()
        {
            cluster.remove(&self.name);
        }
    }
}

pub(crate) fn url_at(port: u16, database: &str) -> String {
    format!("postgres://caseload@127.0.0.1:{port}/{database}")
}

fn port() -> u16 {
    Cluster::offered().map_or_else(|| server().port, Cluster::coordinator)
}

fn psql(database: &str, sql: &str) -> String {
    psql_at(port(), database, sql)
}

/// Where to write down all that the server was sent, once it ends: as `make test` wants it, for `scaling::recorded`.
pub(crate) fn recordings() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("CASELOAD_TEST_RECORD")?);
    assert!(
        folder.is_absolute(),
        "{}: the server has another folder",
        folder.display()
    );
    Some(folder)
}

/// Runs SQL on the server at that port.
pub(crate) fn psql_at(port: u16, database: &str, sql: &str) -> String {
    let output = run_psql(port, database, "caseload", sql);
    assert!(
        output.status.success(),
        "{sql}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A program of PostgreSQL, of which nothing is recorded: what tests say themselves is not the product's.
fn unrecorded(program: &str) -> Command {
    let mut command = Command::new(programs().join(program));
    if recordings().is_some() {
        command.env("PGOPTIONS", "-c pg_stat_statements.track=none");
    }
    command
}

fn run_psql(port: u16, database: &str, role: &str, sql: &str) -> Output {
    // Other roles may not set that, and are told from the product by their names.
    let mut command = if role == "caseload" {
        unrecorded("psql")
    } else {
        Command::new(programs().join("psql"))
    };
    let mut psql = command
        .args([
            "-X",
            "-q",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-U",
            role,
            "-d",
            database,
        ])
        .args(["-p", &port.to_string(), "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("psql runs");
    psql.stdin
        .take()
        .expect("piped")
        .write_all(sql.as_bytes())
        .expect("psql reads");
    psql.wait_with_output().expect("psql ends")
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(start)
}

fn start() -> Server {
    let bin = programs();
    let port = free_port();
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    let mut watchdog = command
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(&bin)
        .arg(port.to_string())
        .arg(recordings().unwrap_or_default())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell to start PostgreSQL from");
    let mut said = String::new();
    let mut lines = BufReader::new(watchdog.stdout.take().expect("piped"));
    while !said.ends_with("ready\n") {
        let read = lines.read_line(&mut said).expect("UTF-8");
        assert!(read != 0, "PostgreSQL did not start: {said}");
    }
    Server {
        port,
        _watchdog: watchdog,
    }
}

/// A port that nobody listens on, given once. It is below those that the system gives to whoever connects: until somebody
/// listens there, it stays free.
pub(crate) fn free_port() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    // Another process of these tests begins elsewhere.
    let mut ports = std::iter::repeat_with(|| GIVEN.fetch_add(1, Ordering::SeqCst))
        .map(|given| 20_000 + ((std::process::id() * 100 + given) % 12_000) as u16);
    ports.find(is_free).expect("there is no end to them")
}

/// The folder of `initdb` and `postgres`.
pub(crate) fn programs() -> PathBuf {
    if let Some(cluster) = Cluster::offered() {
        return cluster.programs.clone();
    }
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
    asked
        .into_iter()
        .chain(installed.into_iter().rev())
        .find(|bin| bin.join("postgres").exists() && bin.join("initdb").exists())
        .expect("these tests need PostgreSQL 15 or later: install it (Debian, Ubuntu: `apt-get install postgresql`)")
}

/// PostgreSQL refuses to run as root; its package brings a user of its own.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|process| process.uid() == 0)
}
