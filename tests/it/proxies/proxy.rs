//! A proxy on a free port, in a folder of its own.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

/// The files that docs/install.md shows.
pub(super) const NGINX: &str = include_str!("../../../deploy/nginx.conf");
pub(super) const CADDY: &str = include_str!("../../../deploy/Caddyfile");

/// nginx as people know it: nothing but where to go.
pub(super) const BARE_NGINX: &str = "server {
    listen 443 ssl;
    ssl_certificate     /etc/ssl/caseload/fullchain.pem;
    ssl_certificate_key /etc/ssl/caseload/key.pem;
    location / {
        proxy_pass http://127.0.0.1:8080;
    }
}
";

/// How long a proxy may take to listen.
const START: Duration = Duration::from_secs(20);

/// A proxy, ended when this goes.
#[derive(Debug)]
pub(super) struct Proxy {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Proxy {
    /// nginx with that configuration, but for the addresses and the certificate.
    pub(super) fn nginx(config: &str, upstream: &str) -> Self {
        let (folder, port) = place();
        let path = folder.path().display().to_string();
        let config = config
            .replace("127.0.0.1:8080", upstream)
            .replace("listen 443", &format!("listen 127.0.0.1:{port}"))
            .replace("/etc/ssl/caseload", &path);
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {path}/{name};"))
            .concat();
        let main = format!(
            "daemon off;\nmaster_process off;\npid {path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log {path}/access;\n\
             {paths}\n{config}}}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, main).expect("a file");
        let mut command = Command::new("nginx");
        command.args(["-e", "stderr", "-p", &path, "-c"]).arg(file);
        Self::start(command, folder, port)
    }

    /// Caddy with that configuration, but for the addresses and the certificate.
    pub(super) fn caddy(config: &str, upstream: &str) -> Self {
        let (folder, port) = place();
        let path = folder.path().display();
        let site =
            format!("https://127.0.0.1:{port} {{\n\ttls {path}/fullchain.pem {path}/key.pem");
        let config = config
            .replace("127.0.0.1:8080", upstream)
            .replace("caseload.example.com {", &site);
        // Neither the port on which Caddy is told what to do, nor the one from which it leads to HTTPS.
        let config = format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{config}");
        let file = folder.path().join("Caddyfile");
        fs::write(&file, config).expect("a file");
        let mut command = Command::new("caddy");
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(file)
            .env("HOME", folder.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME");
        Self::start(command, folder, port)
    }

    fn start(mut command: Command, folder: TempDir, port: u16) -> Self {
        let log = fs::File::create(folder.path().join("log")).expect("a file");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("a proxy; run: make test-tools");
        let mut proxy = Self {
            child,
            port,
            folder,
        };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = proxy.child.try_wait().expect("a process");
            assert!(
                ended.is_none() && begin.elapsed() < START,
                "{}",
                proxy.read("log")
            );
            thread::sleep(Duration::from_millis(20));
        }
        proxy
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.port)
    }

    /// The same without TLS, where the proxy is configured so.
    pub(super) fn plain_url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// A file that it writes.
    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Where it has ended already, there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder with a certificate in it, and a free port.
fn place() -> (TempDir, u16) {
    let folder = TempDir::new().expect("a temporary folder");
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let write = |name: &str, text: String| write_file(folder.path(), name, &text);
    write("fullchain.pem", cert.pem());
    write("key.pem", signing_key.serialize_pem());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    (folder, port)
}

fn write_file(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a file");
}

/// curl, for what is not checked of the certificate, with nothing of the machine's own settings.
pub(super) fn curl(arguments: &[&str]) -> Command {
    let mut command = Command::new("curl");
    command
        .args([
            "--disable",
            "--silent",
            "--insecure",
            "--no-buffer",
            "--noproxy",
            "*",
        ])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

#[test]
fn the_configurations_shown_are_those_that_are_tested() {
    let guide = include_str!("../../../docs/install.md");
    for (name, config) in [("nginx", NGINX), ("caddy", CADDY)] {
        assert!(
            guide.contains(&format!("```{name}\n{config}```\n")),
            "{name}"
        );
    }
}
