//! A backup, made as docs/backup.md says while facts come in, and restored.

use serde_json::json;
use tempfile::TempDir;

use crate::{
    on_both_stores,
    support::{
        app::lines,
        command::Cli,
        database::{Backend, Database},
        dice::Dice,
        facts::Writer,
    },
};

on_both_stores! {
    what_was_backed_up_is_what_is_restored,
}

fn daily(cli: &Cli) -> String {
    cli.run(&[
        "export",
        "daily",
        "--from",
        "2025-01-01",
        "--to",
        "2026-12-31",
        "--format",
        "csv",
    ])
    .code(0)
    .stdout
}

async fn what_was_backed_up_is_what_is_restored(backend: Backend) {
    let mut writer = Writer::new(Dice::seeded(77));
    let folder = TempDir::new().expect("a temporary folder");
    let database = Database::empty(backend);
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: database.url(),
    };
    let zone = writer.place.zone.name();
    cli.run(&[
        "workspace",
        "create",
        "acme",
        "--name",
        "Acme",
        "--timezone",
        zone,
    ])
    .code(0);
    let import = |cli: &Cli, text: &str| drop(cli.run_with(&["import", "-"], text.as_bytes()));
    let first = lines(&writer.records(300));
    import(&cli, &first);
    cli.run(&["rollup"]).code(0);
    // Some of it waits for its rollup, and a server has the database open.
    let waiting = json!({"type": "conversation", "id": "late", "customer_id": "k", "created_at": "2025-03-02T09:00:00Z"});
    import(&cli, &lines(&[waiting]));
    let server = cli.serve(&["--no-scheduler"]);
    let rows = daily(&cli);
    let restored = database.back_up();
    let later = json!({"type": "conversation", "id": "later", "customer_id": "k", "created_at": "2025-03-03T09:00:00Z"});
    import(&cli, &lines(std::slice::from_ref(&later)));
    cli.run(&["rollup"]).code(0);
    assert_ne!(daily(&cli), rows);
    assert_eq!(server.stop(), Some(0));

    let cli = Cli {
        database_url: restored.url(),
        ..cli
    };
    cli.run(&["verify"]).code(0);
    assert_eq!(
        daily(&cli),
        rows,
        "figures are those of the moment of the backup"
    );
    let again = cli
        .run_with(&["import", "--json", "-"], first.as_bytes())
        .json();
    assert_eq!(again["rejected"].as_u64().map(|_| 0), Some(0));
    import(&cli, &lines(&[later]));
    cli.run(&["rollup"]).code(0);
    cli.run(&["verify"]).code(0);
    assert_ne!(daily(&cli), rows, "and it goes on from there");
}
