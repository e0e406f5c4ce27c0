//! Redis that speaks TLS, with a certificate of its own making.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{REPORT, conversation};
use crate::support::{
    app::{lines, token},
    command::{Cli, Server},
    database::{Backend, Database},
    postgres::free_port,
    redis::{Running, until_cli_says},
};

#[tokio::test]
async fn a_server_with_a_trusted_certificate_is_used_and_one_with_another_is_not() {
    let folder = TempDir::new().expect("a temporary folder");
    let trusted = certificate(folder.path(), "trusted");
    let strange = certificate(folder.path(), "strange");
    let (_redis, port) = server(folder.path(), &trusted);
    let database = Database::empty(Backend::Sqlite);
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: database.url(),
    };
    cli.run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    let boss = json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"});
    cli.run_with(
        &["import", "-"],
        lines(&[boss, conversation(3, "c")]).as_bytes(),
    )
    .code(0);
    cli.run(&["rollup"]).code(0);
    let url = format!("rediss://localhost:{port}");
    let serve = |roots: &Path| {
        cli.serve_with(
            &["--no-scheduler"],
            &[
                ("CASELOAD_REDIS_URL", &url),
                ("SSL_CERT_FILE", &roots.display().to_string()),
            ],
        )
    };
    let keys = |wanted: &dyn Fn(&str) -> bool| {
        until_cli_says(
            &[
                "-p",
                &port,
                "--tls",
                "--cacert",
                &trusted.display().to_string(),
                "DBSIZE",
            ],
            wanted,
        );
    };

    let stranger = serve(&strange);
    assert_eq!(
        conversations(&stranger),
        1,
        "a cache that can't be used costs no answer"
    );
    stranger.stop();
    keys(&|said| said.trim() == "0");
    let friend = serve(&trusted);
    // A server that finds Redis after its first answer says some seconds later what is current.
    keys(&|said| {
        assert_eq!(conversations(&friend), 1);
        said.trim() != "0"
    });
}

fn conversations(server: &Server) -> u64 {
    let (status, body) = server.request(
        "POST /graphql",
        &token("boss"),
        &json!({"query": REPORT}).to_string(),
    );
    assert_eq!(status, 200, "{body}");
    let answer: Value = serde_json::from_str(&body).expect("JSON");
    answer["data"]["team"]["metrics"]["conversations"]
        .as_u64()
        .unwrap_or_else(|| panic!("{answer}"))
}

/// A certificate for localhost that signs itself, and its key beside it under `.key`.
fn certificate(folder: &Path, name: &str) -> PathBuf {
    let made =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let file = folder.join(format!("{name}.pem"));
    fs::write(&file, made.cert.pem()).expect("a file");
    fs::write(file.with_extension("key"), made.signing_key.serialize_pem()).expect("a file");
    file
}

/// A server that speaks TLS alone, and its port.
fn server(folder: &Path, certificate: &Path) -> (Running, String) {
    let (port, file, key) = (
        free_port().to_string(),
        certificate.display().to_string(),
        certificate.with_extension("key"),
    );
    let key = key.display().to_string();
    let plain = [
        "--port",
        "0",
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ];
    let tls = [
        "--tls-port",
        &port,
        "--tls-cert-file",
        &file,
        "--tls-key-file",
        &key,
        "--tls-auth-clients",
        "no",
    ];
    let running = Running::start(
        folder,
        &[&plain[..], &tls, &["--tls-ca-cert-file", &file]].concat(),
    );
    until_cli_says(&["-p", &port, "--tls", "--cacert", &file, "PING"], |said| {
        said.trim() == "PONG"
    });
    (running, port)
}
