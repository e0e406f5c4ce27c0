//! The real binary.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::app::SECRET;

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
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

    /// With that on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &[u8]) -> Ended {
        let mut child = self.command(arguments).spawn().expect("the binary runs");
        child.stdin.take().expect("piped").write_all(input).expect("the command reads its input");
        let output = child.wait_with_output().expect("the command ends");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// `caseload serve` on a free port, and where it listens.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut child = self.command(&arguments).spawn().expect("the binary runs");
        let mut said = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert_ne!(said.read_line(&mut line).expect("UTF-8"), 0, "it ended without listening");
            if let Some((_, port)) = line.split_once("127.0.0.1:") {
                break format!("127.0.0.1:{}", port.chars().take_while(char::is_ascii_digit).collect::<String>());
            }
        };
        // What else it says must not fill the pipe.
        std::thread::spawn(move || said.read_to_end(&mut Vec::new()));
        Server { child, address }
    }
}

/// A server, killed when this goes.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: String,
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
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, body.to_owned())
    }

    /// Asks it to stop, and says how it ended.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Where it has ended already, there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `target/<profile>/caseload`, beside the folder that this test is in.
fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let binary = test.ancestors().nth(2).unwrap_or(Path::new("")).join("caseload");
    let path = binary.display();
    assert!(binary.exists(), "{path} is missing: build it with `cargo build -p caseload-api`, as `make test` does");
    binary
}
