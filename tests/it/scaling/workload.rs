//! Every operation of the product, and what it says to the database.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::transactions::Said;
use crate::{
    lifecycle::wire::until,
    support::{
        app::{lines, token_of},
        command::{Cli, Server},
        postmaster::Postmaster,
        queries,
    },
};

const EXAMPLE: &str = include_str!("../../../docs/example.ndjson");

/// The workspaces; the second one has few facts.
const FIRST: &str = "acme";
const SECOND: &str = "umbrella";

/// What all of that was, in the order of the server's log.
pub(super) fn statements() -> Vec<Said> {
    let postgres =
        Postmaster::start(&["fsync=off", "log_statement=all", "log_line_prefix=<%a|%c> "]);
    let folder = TempDir::new().expect("a temporary folder");
    let cli = Cli {
        folder: folder.path().to_owned(),
        database_url: postgres.url("127.0.0.1"),
    };
    cli.run(&["migrate"]).code(0);
    let from = postgres.log().len();
    prepare(&cli);
    serve(&cli);
    afterwards(&cli, folder.path());
    read(&postgres.log()[from..])
}

fn prepare(cli: &Cli) {
    for id in [FIRST, SECOND] {
        cli.run(&["workspace", "create", id, "--name", id, "--timezone", "UTC"])
            .code(0);
        let boss = [
            json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"}),
            json!({"type": "member", "id": "agent", "name": "Agent", "role": "agent"}),
            json!({"type": "conversation", "id": "old", "customer_id": "k", "created_at": "2020-02-01T09:00:00Z",
                   "closed_at": "2020-02-02T09:00:00Z", "assignee_id": "boss", "updated_at": "2020-02-02T09:00:00Z"}),
            json!({"type": "conversation", "id": "listed", "customer_id": "k", "created_at": "2020-02-01T09:00:00Z",
                   "messages": [{"id": "listed", "sent_at": "2020-02-01T09:00:00Z", "kind": "inbound"}],
                   "ratings": [{"id": "listed", "rated_at": "2020-02-01T09:00:00Z", "score": 5}],
                   "follow_ups": [{"id": "listed", "completed_at": "2020-02-01T09:00:00Z"}],
                   "events": [{"id": "listed", "at": "2020-02-01T09:00:00Z", "kind": "closed"}],
                   "surveys": [{"id": "listed", "asked_at": "2020-02-01T09:00:00Z"}]}),
            json!({"type": "conversation", "id": "listed", "customer_id": "k", "created_at": "2020-02-01T09:00:00Z",
                   "closed_at": "2020-02-02T09:00:00Z", "messages": [], "ratings": [], "follow_ups": [], "events": [], "surveys": []}),
            json!({"type": "event", "id": "closed", "conversation_id": "old", "at": "2020-02-02T09:00:00Z", "kind": "closed"}),
            json!({"type": "delete", "of": "event", "id": "closed"}),
            json!({"type": "survey", "id": "asked", "conversation_id": "old", "asked_at": "2020-02-02T09:00:00Z"}),
            json!({"type": "delete", "of": "survey", "id": "asked"}),
        ];
        import(cli, id, &lines(&boss), &[]);
    }
    cli.run(&["workspace", "list"]).code(0);
    // Twice: the second time nothing is new.
    import(cli, FIRST, EXAMPLE, &[]);
    import(cli, FIRST, EXAMPLE, &[]);
    import(cli, SECOND, EXAMPLE, &["--strict"]);
    let deletes = [
        "message",
        "rating",
        "follow_up",
        "label",
        "customer",
        "conversation",
        "team",
    ];
    let known: Vec<Value> = EXAMPLE
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    for kind in deletes {
        let last = known.iter().rev().find(|record| record["type"] == kind);
        if let Some(record) = last {
            let delete = json!({"type": "delete", "of": kind, "id": record["id"]});
            import(cli, SECOND, &lines(&[delete]), &[]);
        }
    }
    for id in [FIRST, SECOND] {
        cli.run(&["rollup", "--workspace", id]).code(0);
    }
    cli.run(&[
        "rollup",
        "--workspace",
        FIRST,
        "--from",
        "2020-01-01",
        "--to",
        "2026-12-31",
    ])
    .code(0);
}

fn import(cli: &Cli, workspace: &str, text: &str, more: &[&str]) {
    let arguments = [&["import", "--workspace", workspace], more, &["-"]].concat();
    cli.run_with(&arguments, text.as_bytes()).code(0);
}

/// What goes through a server, with the scheduler beside it and a second process that shares its work.
/// By a login link, with a query by the cookie in between.
fn sign_in_and_out(cli: &Cli, server: &Server) {
    let link = cli
        .run(&["login-link", "--workspace", FIRST, "--member", "boss"])
        .code(0);
    let secret = link.stdout.trim().split_once('#').expect("a link").1;
    let here = format!("HTTP/1.1\r\nOrigin: http://{}", server.address());
    let json = "Content-Type: application/json";
    let body = json!({"link": secret}).to_string();
    let answer = server.send_alone(&format!("POST /auth/link {here}\r\n{json}"), &body);
    let (_, cookie) = answer.split_once("set-cookie: ").expect("a cookie");
    let (cookie, _) = cookie.split_once(';').expect("attributes");
    let here = format!("{here}\r\nCookie: {cookie}");
    let query = json!({"query": "{ viewer { member { id } } }"}).to_string();
    let answer = server.send_alone(&format!("POST /graphql {here}\r\n{json}"), &query);
    assert!(answer.contains("\"boss\""), "{answer}");
    let answer = server.send_alone(&format!("POST /auth/logout {here}"), "");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn serve(cli: &Cli) {
    let restless = ["--refresh-interval", "200ms", "--rollup-piece-facts", "40"];
    let server = cli.serve(&restless);
    let worker = cli.worker(&["--rollup-piece-facts", "40"]);
    let boss = token_of(&json!({"sub": "boss", "workspace": FIRST, "exp": 4_102_444_800_u64}));
    for query in [
        queries::team(),
        queries::member(),
        queries::labels(),
        queries::conversations(),
        queries::feedback(),
        queries::daily_rollups(),
        "{ viewer { role } workspace { timezone members { id } teams { id } labels { id } channels } \
           rollupStatus { generation pendingDays } \
           rollupRuns { nodes { id state } } \
           auditEvents { nodes { at } } apiTokens { id } }"
            .to_owned(),
    ] {
        ask(&server, &boss, &query);
    }
    let more = json!({"type": "conversation", "id": "new", "customer_id": "k2", "created_at": "2026-02-01T09:00:00Z"});
    for head in ["POST /v1/import", "POST /v1/import?strict=true"] {
        let sent = server.try_request(
            head,
            &boss,
            "application/x-ndjson",
            &lines(std::slice::from_ref(&more)),
        );
        assert_eq!(sent.expect("an answer").0, 200);
    }
    for path in ["daily", "labels", "channels"] {
        let (status, _) = server.request(&format!("GET /v1/rollups/{path}.csv"), &boss, "");
        assert!([200, 404].contains(&status), "{path}: {status}");
    }
    let run = ask(&server, &boss, "mutation { rebuildRollups { id } }");
    let id = run["data"]["rebuildRollups"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    until("the rebuild", || {
        let run = ask(
            &server,
            &boss,
            &format!("{{ rollupRun(id: \"{id}\") {{ state }} }}"),
        );
        run["data"]["rollupRun"]["state"] == "SUCCEEDED"
    });
    ask(
        &server,
        &boss,
        "mutation { setMemberRole(memberId: \"agent\", role: MANAGER) { id } }",
    );
    let made = ask(
        &server,
        &boss,
        "mutation { createApiToken(name: \"all\", scopes: [IMPORT, READ_ROLLUPS, ADMIN]) { secret token { id } } }",
    );
    let made = &made["data"]["createApiToken"];
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    ask(&server, &secret, "{ rollupStatus { generation } }");
    let id = made["token"]["id"].as_str().expect("an id");
    ask(
        &server,
        &boss,
        &format!("mutation {{ revokeApiToken(id: \"{id}\") {{ id }} }}"),
    );
    cli.run(&["workspace", "set-url", FIRST, "https://desk.example/{id}"])
        .code(0);
    let hours = "{weekdays: [{weekday: 1, stretches: [{from: \"09:00\", to: \"17:00\"}]}]}";
    let set = format!(
        "mutation {{ setBusinessHours(hours: {hours}) {{ businessHours {{ dates {{ date }} }} }} }}"
    );
    ask(&server, &boss, &set);
    ask(
        &server,
        &boss,
        "mutation { setTimezone(timezone: \"Europe/Rome\") { timezone } }",
    );
    until("the days of another zone", || {
        ask(&server, &boss, "{ workspace { timezone } }")["data"]["workspace"]["timezone"]
            == "Europe/Rome"
    });
    sign_in_and_out(cli, &server);
    assert_eq!(server.request("GET /metrics", "", "").0, 200);
    assert_eq!(server.request("GET /readyz", "", "").0, 200);
    // The scheduler has looked some times.
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(server.stop(), Some(0));
    assert_eq!(worker.stop(), Some(0));
}

/// Whatever a query needs; one that refuses what it does not know is not asked for it.
fn ask(server: &Server, token: &str, query: &str) -> Value {
    let variables = json!({
        "period": {"between": {"from": "2026-01-01", "to": "2026-12-31"}}, "by": "MONTH", "measure": "MESSAGES", "busy": "MESSAGES",
        "first": 10, "filter": null,
    });
    let variables = if query.contains("$first") {
        variables
    } else {
        json!({})
    };
    let body = json!({"query": query, "variables": variables}).to_string();
    let (status, answer) = server.request("POST /graphql", token, &body);
    assert!(status == 200, "{status} {answer}");
    serde_json::from_str(&answer).expect("JSON")
}

fn afterwards(cli: &Cli, folder: &Path) {
    for table in ["daily", "labels", "channels", "feedback", "conversations"] {
        let file = folder.join(format!("{table}.csv"));
        let file = file.to_str().expect("UTF-8");
        cli.run(&[
            "export",
            table,
            "--workspace",
            FIRST,
            "--from",
            "2020-01-01",
            "--to",
            "2026-12-31",
            "--format",
            "csv",
            "--output",
            file,
        ])
        .code(0);
    }
    cli.run(&["rollup", "--workspace", FIRST]).code(0);
    cli.run(&["verify", "--workspace", FIRST]).code(0);
    cli.run(&["verify", "--workspace", FIRST, "--repair"])
        .code(0);
    cli.run(&["retention", "--workspace", FIRST, "--keep-months", "12"])
        .code(0);
    import(cli, FIRST, EXAMPLE, &[]);
    cli.run(&["verify", "--workspace", FIRST]);
    cli.run(&["bi", "grant", "--workspace", FIRST, "--role", "analyst"])
        .code(0);
    cli.run(&["bi", "revoke", "--workspace", FIRST, "--role", "analyst"])
        .code(0);
}

/// The statements of Caseload's sessions.
fn read(log: &str) -> Vec<Said> {
    let mut all: Vec<Said> = Vec::new();
    let mut is_ours = false;
    for line in log.lines() {
        let Some((session, rest)) = line
            .strip_prefix("<caseload|")
            .and_then(|line| line.split_once("> "))
        else {
            // A statement of several lines goes on with a tab.
            if line.starts_with('\t')
                && is_ours
                && let Some(last) = all.last_mut()
            {
                last.text.push('\n');
                last.text.push_str(line.trim_start_matches('\t'));
            } else {
                is_ours = false;
            }
            continue;
        };
        is_ours = false;
        if let Some(values) = rest.strip_prefix("DETAIL:  parameters: ")
            && let Some(last) = all.iter_mut().rev().find(|said| said.session == session)
        {
            last.parameters = parameters(values);
        }
        let Some((kind, text)) = rest
            .strip_prefix("LOG:  ")
            .and_then(|said| said.split_once(": "))
        else {
            continue;
        };
        if kind == "statement" || kind.starts_with("execute") {
            is_ours = true;
            all.push(Said {
                session: session.to_owned(),
                text: text.to_owned(),
                parameters: Vec::new(),
            });
        }
    }
    all
}

/// The values of `$1 = '7', $2 = NULL`.
fn parameters(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(" = ") {
        let Some(quoted) = after.strip_prefix('\'') else {
            let (value, next) = after.split_once(", ").unwrap_or((after, ""));
            values.push(value.to_owned());
            rest = next;
            continue;
        };
        let mut value = String::new();
        let mut signs = quoted.char_indices().peekable();
        let mut end = quoted.len();
        while let Some((at, sign)) = signs.next() {
            let is_doubled = signs.peek().is_some_and(|(_, next)| *next == '\'');
            match sign {
                '\'' if is_doubled => {
                    signs.next();
                    value.push('\'');
                }
                '\'' => {
                    end = at + 1;
                    break;
                }
                sign => value.push(sign),
            }
        }
        values.push(value);
        rest = &quoted[end..];
    }
    values
}

#[test]
fn values_are_read_as_the_log_shows_them() {
    assert_eq!(
        parameters("$1 = '7', $2 = NULL, $3 = 'it''s, = $4'"),
        ["7", "NULL", "it's, = $4"]
    );
}
