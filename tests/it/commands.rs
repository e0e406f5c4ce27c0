//! The command from end to end, as an operator uses it.

mod deep;
mod failing;
mod login_link;
mod manual;
mod members;
mod urls;

use std::{io::Write, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    lifecycle::wire::until,
    on_both_stores,
    support::{
        app::{lines, token},
        command::Cli,
        database::{Backend, Database},
    },
};

on_both_stores! {
    facts_go_in_by_file_and_stream_and_come_out_as_rows,
    exit_codes_tell_done_from_partly_and_not_at_all,
    verify_names_the_day_that_differs,
    the_workspace_may_be_left_out_where_there_is_one,
    imports_beside_a_server_show_within_the_refresh_interval,
}

/// A folder for files, a database, and the command for them.
struct Desk {
    cli: Cli,
    database: Database,
    folder: TempDir,
}

impl Desk {
    fn new(backend: Backend) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let database = Database::empty(backend);
        let cli = Cli {
            folder: folder.path().to_owned(),
            database_url: database.url(),
        };
        Self {
            cli,
            database,
            folder,
        }
    }

    fn with_workspace(backend: Backend) -> Self {
        let desk = Self::new(backend);
        desk.cli
            .run(&[
                "workspace",
                "create",
                "acme",
                "--name",
                "Acme",
                "--timezone",
                "Europe/Rome",
            ])
            .code(0);
        desk
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(name), bytes).expect("a file");
    }
}

/// A member, and that many conversations of theirs on as many days of March 2025, each answered and closed.
fn facts(days: u32) -> Vec<Value> {
    let mut records =
        vec![json!({"type": "member", "id": "anna", "name": "Anna, \"A\"", "role": "owner"})];
    for day in 1..=days {
        let id = format!("c-{day}");
        let at = |time: &str| format!("2025-03-{day:02}T{time}+01:00");
        let message = |number: u32, kind: &str, time: &str| {
            let id = format!("{id}-{number}");
            json!({"type": "message", "id": id, "conversation_id": format!("c-{day}"), "sent_at": at(time), "kind": kind})
        };
        records.push(json!({
            "type": "conversation", "id": id, "customer_id": "k", "created_at": at("09:00:00"), "assignee_id": "anna",
            "closed_at": at("12:00:00"), "outcome": "won",
        }));
        records.extend([
            message(1, "inbound", "09:00:00"),
            message(2, "reply", "09:01:30"),
        ]);
    }
    records
}

const HEADER: &str = "day,member_id,member_name,conversations,labeled_conversations,messages,inbound_messages,replies,\
    customers,new_customers,unanswered,closed,won,lost,win_rate,follow_ups_completed,first_response_count,\
    first_response_mean,first_response_median,first_response_p90,closing_time_count,closing_time_mean,\
    closing_time_median,closing_time_p90,ratings,rating_average,satisfied,backlog,rolled_up_at,reopened,\
    closed_by_one_reply,closed_by_bot,surveys_asked,surveys_answered,reply_time_count,reply_time_mean,\
    reply_time_median,reply_time_p90,first_closing_time_count,first_closing_time_mean,\
    first_closing_time_median,first_closing_time_p90";

async fn facts_go_in_by_file_and_stream_and_come_out_as_rows(backend: Backend) {
    let desk = Desk::with_workspace(backend);
    let text = lines(&facts(3));
    desk.write("facts.ndjson", text.as_bytes());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).expect("memory");
    desk.write("facts.ndjson.gz", &gzip.finish().expect("memory"));
    desk.write(
        "facts.ndjson.zst",
        &zstd::encode_all(text.as_bytes(), 1).expect("memory"),
    );

    let report = desk
        .cli
        .run(&["import", "--json", "facts.ndjson"])
        .code(0)
        .json();
    let all = json!({"accepted": 10, "unchanged": 0, "stale": 0, "rejected": 0, "days_touched": 3, "errors": []});
    assert_eq!(report, all);
    let again = json!({"accepted": 0, "unchanged": 10, "stale": 0, "rejected": 0, "days_touched": 0, "errors": []});
    for file in ["facts.ndjson.gz", "facts.ndjson.zst"] {
        assert_eq!(
            desk.cli.run(&["import", "--json", file]).code(0).json(),
            again,
            "{file}"
        );
    }
    assert_eq!(
        desk.cli
            .run_with(&["import", "--json", "-"], text.as_bytes())
            .code(0)
            .json(),
        again
    );
    let for_people = desk
        .cli
        .run(&["import", "facts.ndjson", "facts.ndjson.gz"])
        .code(0);
    assert!(for_people.stdout.contains("20 unchanged"), "{for_people:?}");

    let rolled_up = desk.cli.run(&["rollup", "--json"]).code(0).json();
    assert_eq!(
        (&rolled_up["days"], &rolled_up["generation"]),
        (&json!(3), &json!(1)),
        "{rolled_up}"
    );
    desk.cli.run(&["verify"]).code(0);
    let range = [
        "export",
        "daily",
        "--from",
        "2025-03-01",
        "--to",
        "2025-03-02",
        "--format",
    ];
    let csv = desk
        .cli
        .run(&[&range[..], &["csv"]].concat())
        .code(0)
        .stdout;
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!((rows[0], rows.len()), (HEADER, 3));
    let first = "2025-03-01,anna,\"Anna, \"\"A\"\"\",1,0,2,1,1,1,1,0,1,1,0,";
    assert!(rows[1].starts_with(first), "{}", rows[1]);
    let ndjson = desk
        .cli
        .run(&[&range[..], &["ndjson", "-o", "rows.ndjson"]].concat())
        .code(0);
    assert_eq!(ndjson.stdout, "");
    let written =
        std::fs::read_to_string(desk.folder.path().join("rows.ndjson")).expect("the file");
    let rows: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(rows.len(), 2);
    let columns: Vec<&str> = HEADER.split(',').collect();
    for row in &rows {
        let fields = row.as_object().expect("an object");
        assert_eq!(fields.len(), columns.len(), "{row}");
        assert!(
            columns.iter().all(|column| fields.contains_key(*column)),
            "{row}"
        );
    }
    assert_eq!(
        (&rows[1]["day"], &rows[1]["first_response_median"]),
        (&json!("2025-03-02"), &json!(90.0))
    );
}

async fn exit_codes_tell_done_from_partly_and_not_at_all(backend: Backend) {
    let desk = Desk::with_workspace(backend);
    let mixed = lines(&facts(1)) + "oops\n";
    let partly = desk
        .cli
        .run_with(&["import", "--json", "-"], mixed.as_bytes())
        .code(1)
        .json();
    assert_eq!(
        (
            &partly["accepted"],
            &partly["rejected"],
            &partly["errors"][0]["line"]
        ),
        (&json!(4), &json!(1), &json!(5))
    );
    let strict = desk.cli.run_with(
        &["import", "--strict", "--json", "-"],
        (lines(&facts(2)) + "oops\n").as_bytes(),
    );
    assert_eq!(strict.code(1).json()["accepted"], json!(0));

    let no_url = Cli {
        database_url: "mysql://nowhere".to_owned(),
        ..desk.cli.clone()
    };
    for (cli, arguments) in [
        (&desk.cli, &["import", "no such file"][..]),
        (&desk.cli, &["import", "--workspace", "nowhere", "-"]),
        (&desk.cli, &["rollup", "--from", "2025-03-01"]),
        (
            &desk.cli,
            &["rollup", "--from", "2025-03-02", "--to", "2025-03-01"],
        ),
        (
            &desk.cli,
            &["workspace", "create", "acme", "--name", "Again"],
        ),
        (
            &desk.cli,
            &["workspace", "create", "Not An Id", "--name", "X"],
        ),
        (
            &desk.cli,
            &[
                "workspace",
                "create",
                "x",
                "--name",
                "X",
                "--timezone",
                "Mars/Olympus",
            ],
        ),
        (&desk.cli, &["no such command"]),
        (&no_url, &["workspace", "list"]),
    ] {
        let ended = cli.run(arguments).code(2);
        assert_eq!(
            ended.stderr.trim_end().lines().count(),
            1,
            "one line that says what to do: {arguments:?} {ended:?}"
        );
    }
}

async fn verify_names_the_day_that_differs(backend: Backend) {
    let desk = Desk::with_workspace(backend);
    desk.cli
        .run_with(&["import", "-"], lines(&facts(4)).as_bytes())
        .code(0);
    desk.cli.run(&["rollup"]).code(0);
    // The second of March 2025.
    desk.database
        .sql("UPDATE daily_member_summary SET closed = 7 WHERE day = 20149");
    let found = desk.cli.run(&["verify"]).code(1);
    assert!(
        found.stdout.contains("2025-03-02") && !found.stdout.contains("2025-03-03"),
        "{found:?}"
    );
    desk.cli
        .run(&["verify", "--from", "2025-03-03", "--to", "2025-03-04"])
        .code(0);
    desk.cli
        .run(&["rollup", "--from", "2025-03-01", "--to", "2025-03-02"])
        .code(0);
    desk.cli.run(&["verify"]).code(0);
}

async fn the_workspace_may_be_left_out_where_there_is_one(backend: Backend) {
    let desk = Desk::new(backend);
    desk.cli.run(&["rollup"]).code(2);
    desk.cli
        .run(&["workspace", "create", "one", "--name", "One"])
        .code(0);
    desk.cli.run(&["rollup"]).code(0);
    desk.cli
        .run(&["workspace", "create", "two", "--name", "Two"])
        .code(0);
    desk.cli.run(&["rollup"]).code(2);
    desk.cli.run(&["rollup", "--workspace", "two"]).code(0);
    let listed = desk.cli.run(&["workspace", "list"]).code(0).stdout;
    assert!(listed.contains("one") && listed.contains("two"), "{listed}");
}

async fn imports_beside_a_server_show_within_the_refresh_interval(backend: Backend) {
    let desk = Desk::with_workspace(backend);
    let server = desk.cli.serve(&["--refresh-interval", "100ms"]);
    assert_eq!(server.request("GET /healthz", "", "").0, 200);
    until("readiness", || {
        server.request("GET /readyz", "", "").0 == 200
    });
    desk.cli
        .run_with(&["import", "-"], lines(&facts(2)).as_bytes())
        .code(0);
    let query = "{ team(period: {between: {from: \"2025-03-01\", to: \"2025-03-31\"}}) { metrics { closed } } }";
    let body = json!({"query": query}).to_string();
    let signed = desk
        .cli
        .run(&[
            "token",
            "--workspace",
            "acme",
            "--member",
            "anna",
            "--ttl",
            "1h",
        ])
        .code(0)
        .stdout;
    for token in [signed.trim(), &token("anna")] {
        let mut tries = 0;
        loop {
            let (status, answer) = server.request("POST /graphql", token, &body);
            assert_eq!(status, 200, "{answer}");
            if answer.contains("\"closed\":2") {
                break;
            }
            tries += 1;
            assert!(tries < 300, "{answer}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    assert_eq!(server.request("POST /graphql", "", &body).0, 401);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_demo_makes_a_workspace_with_figures_and_tokens() {
    let desk = Desk::new(Backend::Sqlite);
    let demo = desk
        .cli
        .run(&[
            "demo",
            "--data",
            "data",
            "--listen",
            "127.0.0.1:0",
            "--exit-when-ready",
        ])
        .code(0);
    assert!(
        demo.stdout.contains("http://127.0.0.1:") && demo.stdout.contains("curl"),
        "{demo:?}"
    );
    for role in ["owner", "admin", "manager", "agent", "viewer"] {
        let told = demo
            .stdout
            .lines()
            .any(|line| line.trim_start().starts_with(role) && line.contains(" eyJ"));
        assert!(told, "no token for {role}: {demo:?}");
    }
    let database_url = format!(
        "sqlite://{}",
        desk.folder.path().join("data/caseload.db").display()
    );
    let cli = Cli {
        database_url,
        ..desk.cli.clone()
    };
    let verified = cli.run(&["verify"]).code(0);
    assert!(
        verified.stdout.contains(" 0 left out") || verified.stdout.contains("0 differences"),
        "{verified:?}"
    );
    let again = desk
        .cli
        .run(&[
            "demo",
            "--data",
            "data",
            "--listen",
            "127.0.0.1:0",
            "--exit-when-ready",
        ])
        .code(0);
    assert!(again.stdout.contains("http://127.0.0.1:"), "{again:?}");
}

#[test]
fn the_schema_that_is_printed_is_the_committed_one() {
    let desk = Desk::new(Backend::Sqlite);
    let printed = desk.cli.run(&["schema"]).code(0).stdout;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/schema.graphql");
    assert_eq!(
        printed.trim(),
        std::fs::read_to_string(path)
            .expect("the schema is committed")
            .trim()
    );
}
