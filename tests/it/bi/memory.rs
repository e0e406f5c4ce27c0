//! How much memory the largest export takes: ten years of two hundred members, from a real process.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    on_both_stores,
    support::{
        app::{lines, token},
        command::Cli,
        database::{Backend, Database},
    },
};

on_both_stores! { ten_years_of_two_hundred_members_take_less_than_64_mib }

const MEMBERS: usize = 200;
const DAYS: i64 = 3_653;
/// Conversations a day, so that blocks hold something.
const A_DAY: i64 = 4;
const MIB: u64 = 1 << 20;
/// What an export may take on top of what the process has while it does nothing.
const MOST: u64 = 64 * MIB;

fn records() -> Vec<Value> {
    let start = "2016-01-01T09:00:00Z"
        .parse::<chrono::DateTime<chrono::Utc>>()
        .expect("an instant");
    let conversation = move |id: String, day: i64, member: usize, closed: bool| {
        let created = start + chrono::Duration::days(day);
        json!({
            "type": "conversation", "id": id, "customer_id": format!("k{}", day % 500), "channel": "chat",
            "assignee_id": format!("member-{member:03}"), "label_ids": [format!("label-{}", member % 20)],
            "created_at": created.to_rfc3339(),
            "closed_at": closed.then(|| (created + chrono::Duration::seconds(day * 7 % 5000)).to_rfc3339()),
        })
    };
    // Each has one that stays open: a row for each member on each day.
    let open = (0..MEMBERS).map(move |member| conversation(format!("o{member}"), 0, member, false));
    let closed = (0..DAYS * A_DAY).map(move |at| {
        let member = usize::try_from(at * 37).expect("no overflow") % MEMBERS;
        conversation(format!("c{at}"), at / A_DAY, member, true)
    });
    let boss = json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"});
    std::iter::once(boss).chain(open).chain(closed).collect()
}

async fn ten_years_of_two_hundred_members_take_less_than_64_mib(backend: Backend) {
    let database = Database::empty(backend);
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: database.url(),
    };
    cli.run(&[
        "workspace",
        "create",
        "acme",
        "--name",
        "Acme",
        "--timezone",
        "UTC",
    ])
    .code(0);
    cli.run_with(&["import", "-"], lines(&records()).as_bytes())
        .code(0);
    cli.run(&["rollup"]).code(0);
    let (small, large) = (
        "from=2016-01-01&to=2016-01-31",
        "from=2016-01-01&to=2025-12-31",
    );
    // How rows are written does not depend on where they come from.
    let formats = ["parquet", "csv", "ndjson", "arrow"];
    let formats = if backend == Backend::Sqlite {
        &formats[..]
    } else {
        &formats[..1]
    };
    for format in formats {
        // A process for each: what one export has left behind is not to hide what the next one takes.
        let server = cli.serve(&["--no-scheduler"]);
        server.count(
            &format!("GET /v1/rollups/channels.csv?{small}"),
            &token("boss"),
        );
        let idle = server.memory();
        let bytes = server.count(
            &format!("GET /v1/rollups/daily.{format}?{large}"),
            &token("boss"),
        );
        let rows = DAYS.unsigned_abs() * MEMBERS as u64;
        let least = if *format == "parquet" {
            rows / 4
        } else {
            rows * 50
        };
        assert!(least < bytes, "{format}: {bytes} bytes sent");
        let more = server.peak_memory() - idle;
        println!(
            "{format}: {} MiB sent, {} MiB more than {}",
            bytes / MIB,
            more / MIB,
            idle / MIB
        );
        assert!(
            more < MOST,
            "{format}: {} MiB more than {}",
            more / MIB,
            idle / MIB
        );
    }
}
