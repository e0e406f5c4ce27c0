//! A Redis server of one's own, to be killed, started again and frozen. It goes when this does.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Starts a server, says its process id, and kills it once its standard input ends, however that comes.
const WATCHDOG: &str = r#"
redis-server "$@" </dev/null >/dev/null 2>&1 &
server=$!
echo $server
cat >/dev/null || true
kill -CONT $server 2>/dev/null
kill -KILL $server 2>/dev/null
wait $server 2>/dev/null
exit 0
"#;

/// The server: on a socket in a folder of its own, with nothing kept on disk.
#[derive(Debug)]
pub(crate) struct Redis {
    folder: TempDir,
    running: Option<Running>,
}

/// A process of `redis-server`.
#[derive(Debug)]
pub(crate) struct Running {
    watchdog: Child,
    process: String,
}

impl Running {
    /// With these arguments, in that folder, and with nothing kept on disk.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell to start Redis from");
        let mut process = String::new();
        BufReader::new(watchdog.stdout.take().expect("piped"))
            .read_line(&mut process)
            .expect("UTF-8");
        Self {
            watchdog,
            process: process.trim().to_owned(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // One that is gone has done what it is there for.
        let _ = self.watchdog.wait();
    }
}

/// Runs `redis-cli` until it says what is wanted.
pub(crate) fn until_cli_says(arguments: &[&str], wanted: impl Fn(&str) -> bool) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(90) {
        let said = Command::new("redis-cli")
            .args(arguments)
            .output()
            .ok()
            .filter(|output| output.status.success());
        if said
            .and_then(|output| String::from_utf8(output.stdout).ok())
            .is_some_and(|said| wanted(&said))
        {
            return;
        }
        std::thread::sleep(Duration::from_millis(40));
    }
    panic!(
        "{arguments:?} in vain; these tests need redis-server and redis-cli: install them (Debian, Ubuntu: `apt-get install redis-server`)"
    );
}

impl Redis {
    /// A running server.
    pub(crate) fn start() -> Self {
        let mut redis = Self::absent();
        redis.start_again();
        redis
    }

    /// A server that is not there yet.
    pub(crate) fn absent() -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
            running: None,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    pub(crate) fn url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    /// Starts it, empty, where it was before.
    pub(crate) fn start_again(&mut self) {
        assert!(self.running.is_none(), "it runs already");
        let socket = self.socket().display().to_string();
        let arguments = [
            "--port",
            "0",
            "--save",
            "",
            "--appendonly",
            "no",
            "--unixsocket",
            &socket,
        ];
        self.running = Some(Running::start(self.folder.path(), &arguments));
        until_cli_says(&["-s", &socket, "PING"], |said| said.trim() == "PONG");
    }

    /// Ends it at once, with all that it holds.
    pub(crate) fn kill(&mut self) {
        self.running = None;
        // A server that was killed leaves its socket behind.
        let _ = std::fs::remove_file(self.socket());
    }

    /// Lets it hang: it takes connections, and answers nothing.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let process = &self.running.as_ref().expect("it runs").process;
        let sent = Command::new("kill")
            .args([signal, process])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }

    /// What `redis-cli` says to a command.
    pub(crate) fn cli(&self, command: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .arg("-s")
            .arg(self.socket())
            .args(command)
            .output();
        let output = output.expect("redis-cli runs");
        assert!(output.status.success(), "redis-cli failed: {command:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// All keys.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.cli(&["KEYS", "*"])
            .lines()
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A figure of `INFO stats`.
    pub(crate) fn stat(&self, name: &str) -> u64 {
        let stats = self.cli(&["INFO", "stats"]);
        let line = stats
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|value| value.trim().parse().ok())
            .unwrap_or_else(|| panic!("no {name} in {stats}"))
    }
}
