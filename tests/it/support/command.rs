//! The real binary.

use std::{
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;

use super::{app::SECRET, postgres::is_root};

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Panics unless it ended with that code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}

/// `caseload`, in a folder, on a database.
#[derive(Debug, Clone)]
pub(crate) struct Cli {
    pub(crate) folder: PathBuf,
    pub(crate) database_url: String,
}

impl Cli {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .env_clear()
            .env("NO_COLOR", "1")
            .env("CASELOAD_DATABASE_URL", &self.database_url)
            .env("CASELOAD_JWT_SECRET", SECRET)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, b"")
    }

    /// Where no secret is set.
    pub(crate) fn run_without_secret(&self, arguments: &[&str]) -> Ended {
        let output = self
            .command(arguments)
            .env_remove("CASELOAD_JWT_SECRET")
            .stdin(Stdio::null())
            .output();
        Ended::of(output.expect("the binary runs"))
    }

    /// With more in its environment.
    pub(crate) fn run_in(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        let mut command = self.command(arguments);
        command
            .envs(environment.iter().copied())
            .stdin(Stdio::null());
        Ended::of(command.output().expect("the binary runs"))
    }

    /// With that on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ended {
        let mut child = self.command(arguments).spawn().expect("the binary runs");
        child
            .stdin
            .take()
            .expect("piped")
            .write_all(input)
            .expect("the command reads its input");
        Ended::of(child.wait_with_output().expect("the command ends"))
    }

    /// Begun, with that on standard input, and on its own.
    pub(crate) fn begin(&self, arguments: &[&str], input: &[u8]) -> Child {
        let mut command = self.command(arguments);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        // Whoever dies reads no more.
        let _ = child.stdin.take().expect("piped").write_all(input);
        child
    }

    /// Begun, with its standard input left open, and its output kept.
    pub(crate) fn begin_open(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().expect("the binary runs")
    }

    /// `caseload serve` on a free port, and where it listens.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        self.serve_with(arguments, &[])
    }

    /// The same, with more in its environment.
    pub(crate) fn serve_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Server {
        self.start("serve", arguments, environment)
    }

    /// `caseload worker` on a free port.
    pub(crate) fn worker(&self, arguments: &[&str]) -> Server {
        self.start("worker", arguments, &[])
    }

    fn start(&self, command: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Server {
        let mut command =
            self.command(&[&[command, "--listen", "127.0.0.1:0"], arguments].concat());
        command.envs(environment.iter().copied());
        listening(command)
    }

    /// The same, for a process that takes no notice of that signal.
    pub(crate) fn serve_ignoring(&self, signal: &str, arguments: &[&str]) -> Server {
        self.serve_through(&format!("trap '' {signal}; exec"), arguments)
    }

    /// The same, for a process that may write to a file only if its owner may, whoever runs it.
    pub(crate) fn serve_as_an_owner(&self, arguments: &[&str]) -> Server {
        self.serve_through(
            if is_root() {
                "exec setpriv --bounding-set=-dac_override,-dac_read_search"
            } else {
                "exec"
            },
            arguments,
        )
    }

    /// The same, run by these words of a shell.
    fn serve_through(&self, words: &str, arguments: &[&str]) -> Server {
        let usual = self.command(&[&["serve", "--listen", "127.0.0.1:0"], arguments].concat());
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{words} \"$0\" \"$@\"")])
            .arg(usual.get_program())
            .args(usual.get_args());
        command.env_clear().envs(
            usual
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        command
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        listening(command)
    }
}

/// Starts a server, and finds out where it listens.
fn listening(mut command: Command) -> Server {
    let mut child = command.spawn().expect("the binary runs");
    let mut said = BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    let address = loop {
        line.clear();
        assert_ne!(
            said.read_line(&mut line).expect("UTF-8"),
            0,
            "it ended without listening"
        );
        if let Some((_, port)) = line.split_once("127.0.0.1:") {
            break format!(
                "127.0.0.1:{}",
                port.chars()
                    .take_while(char::is_ascii_digit)
                    .collect::<String>()
            );
        }
    };
    // What else it says must not fill the pipe.
    let log = Arc::new(Mutex::new(line));
    let written = Arc::clone(&log);
    std::thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            let mut log = written.lock().expect("nobody panics with it");
            log.push_str(&line);
            log.push('\n');
        }
    });
    Server {
        child,
        address,
        log,
    }
}

/// A server, killed when this goes.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: String,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// What a request is answered: the status, and the body.
    pub(crate) fn request(&self, head: &str, token: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        let length = body.len();
        write!(
            stream,
            "{head} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}",
            self.address,
        )
        .expect("the server reads");
        answer(stream)
    }

    /// The same for a server that may be in trouble: `None` where the connection ends without an answer.
    pub(crate) fn try_request(
        &self,
        head: &str,
        token: &str,
        media: &str,
        body: &str,
    ) -> Option<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        let (length, host) = (body.len(), &self.address);
        let head = format!("{head} HTTP/1.0\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n");
        write!(
            stream,
            "{head}Content-Type: {media}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
    }

    /// Begins a request whose body is written bit by bit.
    pub(crate) fn send_chunks(&self, head: &str, token: &str) -> Chunks {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        write!(
            stream,
            "{head}\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\n\
             Connection: close\r\n\r\n",
            self.address,
        )
        .expect("the server reads");
        Chunks(BufWriter::with_capacity(1 << 16, Chunk(stream)))
    }

    /// Asks for something without a body, and counts the bytes of what is answered, its head among them.
    pub(crate) fn count(&self, head: &str, token: &str) -> u64 {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        write!(
            stream,
            "{head} HTTP/1.0\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n",
            self.address
        )
        .expect("the server reads");
        io::copy(&mut stream, &mut io::sink()).expect("the server writes")
    }

    /// Begins a request of JSON with a body that long, and leaves it there.
    pub(crate) fn begin(&self, request: &str, token: &str, length: usize) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        write!(
            stream,
            "{request} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n",
            self.address,
        )
        .expect("the server reads");
        stream
    }

    /// What a request is answered, head and all; nothing where the server closes before it has read everything.
    pub(crate) fn send(&self, head: &str, token: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        let (length, mut answer) = (body.len(), Vec::new());
        write!(
            stream,
            "{head}\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n\r\n",
            self.address,
        )
        .expect("the server reads");
        // Who is refused early is not read to the end.
        let _ = stream.write_all(body);
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).expect("UTF-8")
    }

    /// The same without a token.
    pub(crate) fn send_alone(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        let (length, mut answer) = (body.len(), String::new());
        write!(
            stream,
            "{head}\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}",
            self.address,
        )
        .expect("the server reads");
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// The memory that it has now, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        self.told_memory("VmRSS:")
    }

    /// The most memory that it has had so far, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.told_memory("VmHWM:")
    }

    fn told_memory(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))
            .expect("the server runs");
        let told = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect("Linux says so");
        let kib: u64 = told
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .expect("a number");
        kib * 1024
    }

    /// How long it has computed so far, on all cores together.
    pub(crate) fn computed(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))
            .expect("the server runs");
        // Behind the name, which is in brackets, the times are the 12th and 13th field, in hundredths of a second.
        let fields = stat
            .rsplit_once(')')
            .expect("Linux says so")
            .1
            .split_whitespace();
        let ticks: u64 = fields
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().expect("a number"))
            .sum();
        Duration::from_millis(ticks * 10)
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What it has logged since it listens.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("nobody panics with it").clone()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }

    /// Waits until it has ended, and says how.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }

    /// Asks it to stop, and says how it ended.
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.wait()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where it has ended already, there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status, and the body, of what comes back on a connection that closes behind it.
fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    (status, body.to_owned())
}

/// The body of a request that is under way.
#[derive(Debug)]
pub(crate) struct Chunks(BufWriter<Chunk>);

impl Chunks {
    /// Ends the body, and gives what the request is answered.
    pub(crate) fn end(self) -> (u16, String) {
        let Chunk(mut stream) = self.0.into_inner().expect("the server reads");
        stream.write_all(b"0\r\n\r\n").expect("the server reads");
        answer(stream)
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Each write is one chunk.
#[derive(Debug)]
struct Chunk(TcpStream);

impl Write for Chunk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        write!(self.0, "{:x}\r\n", bytes.len())?;
        self.0.write_all(bytes)?;
        self.0.write_all(b"\r\n")?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// `target/<profile>/caseload`, beside the folder that this test is in.
pub(crate) fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let binary = test
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new(""))
        .join("caseload");
    let path = binary.display();
    assert!(
        binary.exists(),
        "{path} is missing: build it with `cargo build -p caseload-api`, as `make test` does"
    );
    binary
}
