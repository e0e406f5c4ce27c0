//! How PostgreSQL finds the facts of a rollup in a workspace that its statistics do not know yet.

use serde_json::json;
use tempfile::TempDir;

use crate::support::{app::lines, command::Cli, postmaster::Postmaster};

/// Workspaces that the statistics know, and messages of each.
const KNOWN: u32 = 8;
const MESSAGES: u32 = 20_000;
/// Conversations of the new workspace, with two messages each.
const CONVERSATIONS: u32 = 4_000;

/// The ninth workspace of many: what the planner knows says that it has no rows, so that any index would do.
#[test]
fn the_first_rollup_of_a_large_workspace_reads_messages_by_time() {
    let postgres = Postmaster::start(&[
        "fsync=off",
        "autovacuum=off",
        "session_preload_libraries=auto_explain",
        "auto_explain.log_min_duration=0",
        "log_line_prefix=<%a> ",
    ]);
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: postgres.url("127.0.0.1"),
    };
    cli.run(&["migrate"]).code(0);
    // Others that are there already: of them, the messages will do.
    postgres.sql(&format!(
        "INSERT INTO messages SELECT 1000 + n % {KNOWN}, 'm' || n, n / 2, 1577836800000000 + n::bigint * 60000000, 1, NULL \
         FROM generate_series(1, {}) n; ANALYZE messages",
        KNOWN * MESSAGES
    ));
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
    let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
    let records = (0..CONVERSATIONS).flat_map(|number| {
        let day = first + chrono::Days::new(u64::from(number % 200));
        let (id, at) = (format!("c{number}"), format!("{day}T09:00:00Z"));
        [
            json!({"type": "conversation", "id": id, "customer_id": format!("k{number}"), "created_at": at}),
            json!({"type": "message", "id": format!("{id}a"), "conversation_id": id, "sent_at": at, "kind": "inbound"}),
            json!({"type": "message", "id": format!("{id}b"), "conversation_id": id, "sent_at": at, "kind": "reply"}),
        ]
    });
    let records: Vec<_> = records.collect();
    cli.run_with(
        &["import", "--workspace", "acme", "-"],
        lines(&records).as_bytes(),
    )
    .code(0);
    let from = postgres.log().len();
    cli.run(&["rollup", "--workspace", "acme"]).code(0);
    let log = postgres.log();
    let plans: Vec<&str> = log[from..]
        .split("\n<caseload> LOG:  ")
        .filter(|said| said.contains("plan:") && said.contains("FROM \"messages\""))
        .collect();
    assert_ne!(plans, Vec::<&str>::new());
    for plan in plans {
        assert!(
            plan.contains("messages_by_time") && !plan.contains("messages_by_conversation"),
            "{plan}"
        );
    }
}
