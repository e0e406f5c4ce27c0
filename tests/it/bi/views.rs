//! The views: the same rows as the API's and the exports', and for a role nothing but its own workspace.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::tables::expected;
use crate::{
    model::{book::Book, scope::Filter, time::Span, world::World},
    on_both_stores,
    support::{
        app::Caseload,
        command::Cli,
        compare::difference,
        database::{Backend, Database},
        dice::Dice,
        facts::Writer,
    },
};

on_both_stores! {
    the_views_have_the_rows_of_the_model,
    the_views_show_the_current_generation_alone,
    each_view_and_each_of_its_columns_says_what_it_is,
}

/// The views, with the table of exports that each has the rows of.
const DAILY: [(&str, &str); 3] = [
    ("daily_member", "daily"),
    ("daily_label", "labels"),
    ("daily_channel", "channels"),
];
const VIEWS: [&str; 8] = [
    "daily_member",
    "daily_label",
    "daily_channel",
    "members",
    "teams",
    "labels",
    "feedback",
    "rollup_runs",
];

fn view(backend: Backend, name: &str) -> String {
    match backend {
        Backend::Sqlite => format!("bi_{name}"),
        Backend::Postgres => format!("bi.{name}"),
    }
}

/// The rows of a query as objects.
fn rows(backend: Backend, database: &Database, columns: &[String], from: &str) -> Vec<Value> {
    let sql = match backend {
        Backend::Postgres => format!(
            "SELECT row_to_json(r) FROM (SELECT {} FROM {from}) r",
            columns.join(", ")
        ),
        Backend::Sqlite => {
            let pairs: Vec<String> = columns
                .iter()
                .map(|column| format!("'{column}', {column}"))
                .collect();
            format!("SELECT json_object({}) FROM {from}", pairs.join(", "))
        }
    };
    database
        .sql(&sql)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn columns(rows: &[Value]) -> Vec<String> {
    let first = rows.first().and_then(Value::as_object).expect("a row");
    first.keys().cloned().collect()
}

/// A world rolled up, in the workspace "acme".
async fn rolled_up(backend: Backend, seed: u64) -> (Caseload, World, Writer) {
    let mut writer = Writer::new(Dice::seeded(seed));
    let mut world = writer.empty_world();
    let caseload = Caseload::new(backend, world.zone, world.now).await;
    let records = writer.records(300);
    caseload.import(&records).await;
    world.apply_all(&records);
    caseload.roll_up().await;
    (caseload, world, writer)
}

async fn the_views_have_the_rows_of_the_model(backend: Backend) {
    for seed in 4300..4303 {
        let (caseload, world, mut writer) = rolled_up(backend, seed).await;
        let book = Book::of(&world);
        // A stretch of days in which something counts for each of the tables.
        let span = loop {
            let span = writer.span(20);
            let rows = |table| expected(&book, table, span, &Filter::default());
            if DAILY.iter().all(|&(_, table)| !rows(table).is_empty()) {
                break span;
            }
        };
        for (name, table) in DAILY {
            let expected = expected(&book, table, span, &Filter::default());
            let key = ["member_id", "label_id", "channel"]
                .into_iter()
                .find(|key| expected[0].get(key).is_some());
            let order = match backend {
                Backend::Sqlite => format!("{0} IS NULL, {0}", key.expect("a key")),
                Backend::Postgres => format!("{} COLLATE \"C\" NULLS LAST", key.expect("a key")),
            };
            let days = format!("day BETWEEN '{}' AND '{}'", span.from, span.to);
            let from = format!(
                "{} WHERE workspace = 'acme' AND {days} ORDER BY day, {order}",
                view(backend, name)
            );
            let got = rows(backend, &caseload.database, &columns(&expected), &from);
            assert_eq!(
                difference(&json!(expected), &json!(got)),
                None,
                "seed {seed}, {name}, {span:?}"
            );
        }
        check_feedback(backend, &caseload, &world, seed);
        check_people(backend, &caseload, &world);
    }
}

fn check_feedback(backend: Backend, caseload: &Caseload, world: &World, seed: u64) {
    let all = Span {
        from: chrono::NaiveDate::MIN,
        to: chrono::NaiveDate::MAX,
    };
    let all = Span {
        from: all.from.max(world.day(world.now) - chrono::Days::new(6000)),
        to: world.day(world.now) + chrono::Days::new(3),
    };
    let mut expected = Book::of(world).feedback_table(all, &Filter::default());
    for row in &mut expected {
        row.as_object_mut().expect("a row").remove("day");
    }
    let order = if backend == Backend::Sqlite {
        "rating_id"
    } else {
        "rating_id COLLATE \"C\""
    };
    expected.sort_by_key(|row| row["rating_id"].as_str().map(str::to_owned));
    let from = format!("{} ORDER BY {order}", view(backend, "feedback"));
    let mut got = rows(backend, &caseload.database, &columns(&expected), &from);
    for row in &mut got {
        for list in ["label_ids", "labels"] {
            if let Some(text) = row[list].as_str() {
                row[list] = serde_json::from_str(text).expect("a list");
            }
        }
    }
    assert_eq!(
        difference(&json!(expected), &json!(got)),
        None,
        "seed {seed}"
    );
}

fn check_people(backend: Backend, caseload: &Caseload, world: &World) {
    let count = |name: &str, what: &str| {
        let counted = caseload.database.sql(&format!(
            "SELECT COUNT({what}) FROM {}",
            view(backend, name)
        ));
        counted.trim().parse::<usize>().expect("a count")
    };
    assert_eq!(count("teams", "DISTINCT team_id"), world.teams.len());
    let members: usize = world.teams.values().map(|team| team.members.len()).sum();
    assert_eq!(count("teams", "member_id"), members);
    assert!(
        world.members.len() <= count("members", "*") && world.labels.len() <= count("labels", "*")
    );
    assert_eq!(count("rollup_runs", "*"), 1);
}

async fn the_views_show_the_current_generation_alone(backend: Backend) {
    let (caseload, ..) = rolled_up(backend, 4310).await;
    let sum = |caseload: &Caseload, name: &str| {
        caseload.database.sql(&format!(
            "SELECT SUM(conversations), COUNT(*) FROM {}",
            view(backend, name)
        ))
    };
    let before: Vec<String> = DAILY.iter().map(|(name, _)| sum(&caseload, name)).collect();
    // What a run under way has written already.
    for (name, key) in [
        ("member", "member_key"),
        ("label", "label_key"),
        ("channel", "channel_key"),
    ] {
        let table = format!("daily_{name}_summary");
        let figures = "conversations, labeled_conversations, messages, inbound_messages, replies, customers, new_customers, \
                       unanswered, closed, won, lost, follow_ups_completed, first_response_count, closing_time_count, ratings, \
                       backlog_change";
        caseload.database.sql(&format!(
            "INSERT INTO {table} (workspace_id, day, revision, {key}, {figures}) \
             SELECT workspace_id, day, revision + 1000, {key}, {figures} FROM {table}"
        ));
    }
    let after: Vec<String> = DAILY.iter().map(|(name, _)| sum(&caseload, name)).collect();
    assert_eq!(before, after);
}

async fn each_view_and_each_of_its_columns_says_what_it_is(backend: Backend) {
    let database = Database::empty(backend);
    database.store().await;
    for name in VIEWS {
        let undocumented = match backend {
            Backend::Postgres => database.sql(&format!(
                "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = 'bi.{name}'::regclass \
                   AND col_description(a.attrelid, a.attnum) IS NULL \
                 UNION ALL SELECT 'the view' WHERE obj_description('bi.{name}'::regclass) IS NULL"
            )),
            Backend::Sqlite => {
                let text = database.sql(&format!(
                    "SELECT sql FROM sqlite_master WHERE name = 'bi_{name}'"
                ));
                let columns =
                    database.sql(&format!("SELECT name FROM pragma_table_info('bi_{name}')"));
                let comments = text
                    .lines()
                    .filter(|line| line.trim().starts_with("-- "))
                    .count();
                if comments == columns.lines().count() + 1 {
                    String::new()
                } else {
                    text
                }
            }
        };
        assert_eq!(undocumented, "", "{name}");
    }
}

/// Two workspaces on one PostgreSQL, with a conversation and a rating each.
async fn two_workspaces() -> (Database, Cli, TempDir) {
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: database.url(),
    };
    for id in ["acme", "umbrella"] {
        cli.run(&["workspace", "create", id, "--name", id, "--timezone", "UTC"])
            .code(0);
        let records = [
            json!({"type": "member", "id": format!("of-{id}"), "name": format!("Of {id}"), "role": "agent"}),
            json!({"type": "label", "id": "l", "title": id}),
            json!({"type": "team", "id": "t", "name": id, "member_ids": [format!("of-{id}")]}),
            json!({
                "type": "conversation", "id": "c", "customer_id": "k", "assignee_id": format!("of-{id}"),
                "label_ids": ["l"], "channel": id, "created_at": "2026-03-01T09:00:00Z",
            }),
            json!({
                "type": "rating", "id": format!("r-{id}"), "conversation_id": "c", "score": 4, "comment": format!("secret of {id}"),
                "rated_at": "2026-03-01T10:00:00Z",
            }),
        ];
        let lines = crate::support::app::lines(&records);
        cli.run_with(&["import", "--workspace", id, "-"], lines.as_bytes())
            .code(0);
        cli.run(&["rollup", "--workspace", id]).code(0);
    }
    (database, cli, folder)
}

#[tokio::test]
async fn a_role_reads_its_own_workspace_and_nothing_else() {
    let (database, cli, _folder) = two_workspaces().await;
    let role = database.role("analyst");
    let said = cli
        .run(&["bi", "grant", "--workspace", "acme", "--role", &role])
        .code(0)
        .stdout;
    assert!(said.contains("password"), "{said}");
    cli.run(&["bi", "grant", "--workspace", "acme", "--role", &role])
        .code(0);
    for name in VIEWS {
        let seen = database
            .sql_as(&role, &format!("SELECT DISTINCT workspace FROM bi.{name}"))
            .expect("it may");
        assert_eq!(seen, "acme\n", "{name}");
        let all = database.sql(&format!(
            "SELECT DISTINCT workspace FROM bi.{name} ORDER BY 1"
        ));
        assert_eq!(
            all, "acme\numbrella\n",
            "{name}: the owner of the tables reads all"
        );
        for forbidden in [
            "DELETE FROM bi.",
            "INSERT INTO bi.readers SELECT 2, '' FROM bi.",
            "UPDATE bi.readers SET role_name = '' FROM bi.",
        ] {
            assert!(
                database
                    .sql_as(&role, &format!("{forbidden}{name}"))
                    .is_err(),
                "{forbidden}{name}"
            );
        }
    }
    for table in database
        .sql("SELECT oid::regclass FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace")
        .lines()
    {
        let refused = database.sql_as(&role, &format!("SELECT * FROM {table} LIMIT 1")).expect_err(table);
        assert!(refused.contains("permission denied"), "{table}: {refused}");
    }
    for hidden in ["bi.readers", "bi.visible"] {
        assert!(
            database
                .sql_as(&role, &format!("SELECT * FROM {hidden}"))
                .is_err(),
            "{hidden}"
        );
    }
}

/// PostgreSQL has the zones of its machine, which may lack old names or new zones, or have other rules.
#[tokio::test]
async fn no_view_needs_a_zone_of_the_database() {
    let (database, cli, _folder) = two_workspaces().await;
    let definitions = database.sql(
        "SELECT schemaname || '.' || viewname || ': ' || definition FROM pg_views \
         WHERE schemaname IN ('bi', 'public') ORDER BY 1",
    );
    assert!(definitions.contains("bi.daily_member: "), "{definitions}");
    let lower = definitions.to_lowercase();
    // Casts to `timestamp with time zone` need none: their operands are instants.
    for zone in ["at time zone", "timezone("] {
        assert!(!lower.contains(zone), "{zone}: {definitions}");
    }
    let role = database.role("analyst");
    cli.run(&["bi", "grant", "--workspace", "acme", "--role", &role])
        .code(0);
    for zone in ["Asia/Calcutta", "America/Coyhaique", "US/Pacific"] {
        cli.run(&["workspace", "set-timezone", "acme", zone])
            .code(0);
        cli.run(&["rollup", "--workspace", "acme"]).code(0);
        for view in VIEWS {
            let query = format!("SELECT DISTINCT workspace FROM bi.{view} ORDER BY 1");
            let seen = database.sql_as(&role, &query).expect("it may");
            assert_eq!(seen, "acme\n", "{view} in {zone}");
            assert_eq!(database.sql(&query), "acme\numbrella\n", "{view} in {zone}");
        }
    }
}

#[tokio::test]
async fn no_trick_of_a_query_shows_a_row_of_another_workspace() {
    let (database, cli, _folder) = two_workspaces().await;
    let role = database.role("sneak");
    cli.run(&["bi", "grant", "--workspace", "acme", "--role", &role])
        .code(0);
    for trick in [
        // A function that tells what it is called with, and claims to cost nothing.
        "CREATE FUNCTION pg_temp.tell(text) RETURNS bool COST 0.0000001 LANGUAGE plpgsql AS \
           $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$; \
         SELECT comment FROM bi.feedback WHERE pg_temp.tell(comment); SELECT channel FROM bi.daily_channel WHERE pg_temp.tell(channel)",
        // An error that names the value it fails on.
        "SELECT 1 FROM bi.feedback WHERE comment LIKE '%umbrella%' AND CAST(comment AS INT) = 1",
        "SET SESSION AUTHORIZATION caseload; SELECT comment FROM bi.feedback",
        "SET ROLE caseload; SELECT comment FROM bi.feedback",
        "SET search_path = public; SELECT comment FROM bi.feedback",
        "SELECT * FROM pg_stats WHERE tablename = 'ratings'",
    ] {
        let said = match database.sql_as(&role, trick) {
            Ok(said) | Err(said) => said,
        };
        assert!(
            !said.contains("umbrella\"") && !said.contains("of umbrella"),
            "{trick}: {said}"
        );
    }
}

#[tokio::test]
async fn the_queries_of_the_guide_run_as_such_a_role() {
    let (database, cli, _folder) = two_workspaces().await;
    let role = database.role("reader");
    cli.run(&["bi", "grant", "--workspace", "acme", "--role", &role])
        .code(0);
    let guide = include_str!("../../../docs/bi.md");
    let queries = guide
        .split(['`', '"'])
        .filter(|part| part.starts_with("SELECT ") && part.contains(" bi."));
    let queries: Vec<&str> = queries.collect();
    assert_eq!(queries.len(), 2, "{queries:?}");
    for query in queries {
        // As Grafana writes it out.
        let days = "day BETWEEN '2026-02-28T23:00:00Z' AND '2030-01-01T00:00:00Z'";
        let rows = database
            .sql_as(&role, &query.replace("$__timeFilter(day)", days))
            .expect(query);
        assert!(
            rows.contains("Of acme") && !rows.contains("umbrella"),
            "{query}: {rows}"
        );
    }
    let described = database
        .sql_as(&role, "\\d+ bi.daily_member")
        .expect("it may");
    assert!(
        described.contains("Conversations open at the end of the day"),
        "{described}"
    );
}

#[tokio::test]
async fn what_was_granted_is_taken_away_again() {
    let (database, cli, _folder) = two_workspaces().await;
    let role = database.role("leaver");
    cli.run(&["bi", "grant", "--workspace", "acme", "--role", &role])
        .code(0);
    cli.run(&[
        "bi",
        "grant",
        "--workspace",
        "umbrella",
        "--role",
        &role,
        "--no-feedback",
    ])
    .code(0);
    let workspaces = |name: &str| {
        database.sql_as(
            &role,
            &format!("SELECT DISTINCT workspace FROM bi.{name} ORDER BY 1"),
        )
    };
    assert_eq!(
        workspaces("daily_member").expect("it may"),
        "acme\numbrella\n"
    );
    assert!(
        workspaces("feedback")
            .expect_err("no comments")
            .contains("permission denied")
    );
    cli.run(&["bi", "revoke", "--workspace", "acme", "--role", &role])
        .code(0);
    assert_eq!(workspaces("daily_member").expect("it may"), "umbrella\n");
    cli.run(&["bi", "revoke", "--workspace", "umbrella", "--role", &role])
        .code(0);
    assert!(
        workspaces("daily_member")
            .expect_err("no more")
            .contains("permission denied")
    );
    let again = cli
        .run(&["bi", "revoke", "--workspace", "umbrella", "--role", &role])
        .code(2);
    assert!(again.stderr.contains("was not given"), "{again:?}");
}

#[tokio::test]
async fn only_a_role_that_has_nothing_else_is_given_the_views() {
    let (_database, cli, _folder) = two_workspaces().await;
    for role in [
        "caseload",
        "pg_monitor",
        "Robert'); DROP TABLE ratings; --",
        "",
        "a b",
    ] {
        let refused = cli
            .run(&["bi", "grant", "--workspace", "acme", "--role", role])
            .code(2);
        assert_eq!(refused.stderr.lines().count(), 1, "{refused:?}");
    }
    let folder = TempDir::new().expect("a temporary folder");
    let embedded = Database::empty(Backend::Sqlite);
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: embedded.url(),
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
    let refused = cli.run(&["bi", "grant", "--role", "analyst"]).code(2);
    assert!(
        refused.stderr.contains("SQLite has no roles"),
        "{refused:?}"
    );
}
