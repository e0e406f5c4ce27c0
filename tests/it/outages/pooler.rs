//! A connection pooler before PostgreSQL: with sessions that last it is as good as the server itself, without them it is
//! refused at the start.

use tempfile::TempDir;

use crate::support::{command::Cli, pooler::Pooler, postmaster::Postmaster};

fn cli(folder: &TempDir, pooler: &Pooler) -> Cli {
    Cli {
        folder: folder.path().to_owned(),
        database_url: pooler.url(),
    }
}

#[test]
fn a_pooler_that_gives_each_transaction_another_session_is_refused_at_the_start() {
    let postgres = Postmaster::start(&["fsync=off"]);
    let folder = TempDir::new().expect("a temporary folder");
    for (mode, more) in [
        ("transaction", ""),
        ("transaction", "server_round_robin = 1"),
        ("transaction", "default_pool_size = 1"),
        ("statement", ""),
    ] {
        let pooler = Pooler::start(postgres.port(), mode, more);
        let cli = cli(&folder, &pooler);
        // The second time, the pooler has sessions left from the first.
        for command in ["migrate", "serve", "worker", "serve"] {
            let ended = cli.run(&[command, "--listen", "127.0.0.1:0"]).code(2);
            assert_eq!(ended.stderr.trim_end().lines().count(), 1, "{ended:?}");
            assert!(
                ended.stderr.contains("pool_mode = session"),
                "{mode}, {more}: {ended:?}"
            );
        }
    }
}

#[test]
fn a_pooler_that_keeps_sessions_is_as_good_as_the_server() {
    let postgres = Postmaster::start(&["fsync=off"]);
    let folder = TempDir::new().expect("a temporary folder");
    let pooler = Pooler::start(postgres.port(), "session", "");
    let cli = cli(&folder, &pooler);
    cli.run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    let facts = concat!(
        r#"{"type":"member","id":"boss","name":"Boss","role":"owner"}"#,
        "\n",
        r#"{"type":"conversation","id":"c","customer_id":"k","created_at":"2025-03-02T09:00:00Z"}"#,
        "\n",
    );
    cli.run_with(&["import", "-"], facts.as_bytes()).code(0);
    cli.run(&["rollup"]).code(0);
    cli.run(&["verify"]).code(0);
    let server = cli.serve(&[]);
    assert_eq!(server.request("GET /healthz", "", "").0, 200);
    assert_eq!(server.stop(), Some(0));
}
