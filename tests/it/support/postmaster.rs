//! A PostgreSQL server of one's own, to be stopped, started and frozen. It goes when this does.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::postgres::{free_port, is_root, programs};

/// Obeys one word a line; stops the server and clears up once its standard input ends, however that comes.
const KEEPER: &str = r#"
set -e
bin=$1 port=$2
shift 2
dir=$(mktemp -d "${TMPDIR:-/tmp}/caseload-postmaster-XXXXXX")
server=
start() {
  "$bin/postgres" -D "$dir/data" -p "$port" -k "$dir" -c listen_addresses=127.0.0.1,::1 -c shared_buffers=32MB "$@" \
    </dev/null >>"$dir/log" 2>&1 &
  server=$!
  for attempt in $(seq 1 300); do
    if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then return 0; fi
    if ! kill -0 $server 2>/dev/null; then cat "$dir/log"; exit 1; fi
    sleep 0.1
  done
  exit 1
}
everyone() { echo $server $(cat /proc/$server/task/*/children 2>/dev/null); }
clear() {
  if [ -n "$server" ]; then kill -CONT $(everyone) 2>/dev/null || true; kill -QUIT $server 2>/dev/null || true; wait $server || true; fi
  rm -rf "$dir"
}
trap clear EXIT
"$bin/initdb" -D "$dir/data" -U caseload --auth=trust --no-sync -E UTF8 --locale=C >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
if [ -n "$TLS_KEY" ]; then
  umask 077
  printf '%s' "$TLS_KEY" > "$dir/data/server.key"
  printf '%s' "$TLS_CERTIFICATE" > "$dir/data/server.crt"
fi
start "$@"
echo "$dir"
echo ready
while read -r word; do
  case $word in
    start) start "$@" ;;
    stop) kill -INT $server; wait $server || true; server= ;;
    crash) kill -QUIT $server; wait $server || true; server= ;;
    freeze)
      # It first, so that no other comes; another may go by itself meanwhile.
      kill -STOP $server
      until grep -q '^State:[[:space:]]*T' /proc/$server/status; do sleep 0.01; done
      kill -STOP $(everyone) 2>/dev/null || true ;;
    thaw) kill -CONT $(everyone) 2>/dev/null || true ;;
  esac
  echo ready
done
"#;

/// The server.
#[derive(Debug)]
pub(crate) struct Postmaster {
    port: u16,
    keeper: Child,
    /// `None` once it is time to go.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: String,
}

impl Postmaster {
    /// A running server with those settings besides the usual ones.
    pub(crate) fn start(settings: &[&str]) -> Self {
        Self::with(settings, "", "")
    }

    /// One that speaks TLS, with that certificate and key.
    pub(crate) fn with_tls(certificate: &str, key: &str) -> Self {
        Self::with(&["ssl=on"], certificate, key)
    }

    /// One whose messages are German, by a locale that is made for it in `folder`.
    pub(crate) fn german(folder: &std::path::Path) -> Self {
        let made = Command::new("localedef")
            .args(["-i", "de_DE", "-f", "UTF-8"])
            .arg(folder.join("de_DE.UTF-8"))
            .output()
            .expect("localedef runs");
        assert!(
            folder.join("de_DE.UTF-8/LC_MESSAGES").exists(),
            "{}; see scripts/install-test-tools",
            String::from_utf8_lossy(&made.stderr)
        );
        readable_by_all(folder);
        Self::speaking(folder)
    }

    fn speaking(locales: &std::path::Path) -> Self {
        Self::begin(&["lc_messages=de_DE.UTF-8"], |command| {
            command.env("LOCPATH", locales);
        })
    }

    fn with(settings: &[&str], certificate: &str, key: &str) -> Self {
        Self::begin(settings, |command| {
            command
                .env("TLS_CERTIFICATE", certificate)
                .env("TLS_KEY", key);
        })
    }

    fn begin(settings: &[&str], prepare: impl FnOnce(&mut Command)) -> Self {
        let port = free_port();
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        prepare(&mut command);
        let mut keeper = command
            .args(["-c", KEEPER, "keeper"])
            .arg(programs())
            .arg(port.to_string())
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell to start PostgreSQL from");
        let orders = keeper.stdin.take();
        let answers = BufReader::new(keeper.stdout.take().expect("piped"));
        let mut postmaster = Self {
            port,
            keeper,
            orders,
            answers,
            folder: String::new(),
        };
        let said = postmaster.until_ready();
        said.trim_end_matches("ready\n")
            .trim()
            .clone_into(&mut postmaster.folder);
        postmaster
    }

    /// Does what the word says: `start`, `stop` (after the transactions under way were ended), `crash`, `freeze`, `thaw`.
    pub(crate) fn order(&mut self, word: &str) {
        let orders = self.orders.as_mut().expect("taken by drop alone");
        writeln!(orders, "{word}").expect("the keeper listens");
        self.until_ready();
    }

    fn until_ready(&mut self) -> String {
        let mut said = String::new();
        while !said.ends_with("ready\n") {
            let read = self.answers.read_line(&mut said).expect("UTF-8");
            assert!(read != 0, "PostgreSQL did not do as it was told: {said}");
        }
        said
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(format!("{}/log", self.folder)).expect("it logs")
    }

    pub(crate) fn url(&self, host: &str) -> String {
        format!("postgres://caseload@{host}:{}/postgres", self.port)
    }

    /// Where it listens, on this machine.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL; rows as lines, columns between `|`.
    pub(crate) fn sql(&self, sql: &str) -> String {
        super::postgres::psql_at(self.port, "postgres", sql)
    }
}

/// The server may be another user's.
fn readable_by_all(folder: &std::path::Path) {
    let done = Command::new("chmod")
        .args(["-R", "a+rX"])
        .arg(folder)
        .status();
    assert!(done.expect("chmod runs").success());
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        // The keeper stops the server and clears up once its input ends; one that is gone has done so.
        self.orders = None;
        let _ = self.keeper.wait();
    }
}
