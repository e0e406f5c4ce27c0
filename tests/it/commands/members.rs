//! The operator's way to members and their roles.

use serde_json::json;

use super::{Backend, Desk};
use crate::support::{app::lines, command::Ended};

/// The lines of `member list`, each as its columns.
fn listed(desk: &Desk) -> Vec<Vec<String>> {
    let listed = desk.cli.run(&["member", "list"]).code(0).stdout;
    let columns = |line: &str| line.split('\t').map(str::to_owned).collect();
    listed.lines().map(columns).collect()
}

fn check(ended: &Ended, names: &[&str]) {
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    for name in names {
        assert!(ended.stderr.contains(name), "{name} is missing: {ended:?}");
    }
}

/// Runs `caseload member` with these arguments.
fn member(desk: &Desk, arguments: &[&str], code: i32) -> Ended {
    let whole = [&["member"], arguments].concat();
    desk.cli.run(&whole).code(code)
}

fn members(backend: Backend) {
    let desk = Desk::with_workspace(backend);
    let run = |arguments: &[&str], code: i32| member(&desk, arguments, code);
    assert_eq!(listed(&desk), Vec::<Vec<String>>::new());
    let added = run(
        &[
            "add",
            "anna",
            "--name",
            "Anna",
            "--email",
            "anna@example.com",
            "--role",
            "owner",
        ],
        0,
    );
    assert_eq!(added.stdout, "added anna to acme as owner\n");
    run(&["add", "ben", "--name", "Ben"], 0);
    assert_eq!(
        listed(&desk),
        [
            ["anna", "owner", "active", "anna@example.com", "Anna"],
            ["ben", "agent", "active", "", "Ben"]
        ]
    );

    let changed = run(&["set-role", "ben", "admin"], 0);
    assert_eq!(changed.stdout, "ben is an admin of acme now\n");
    // The same role once more is no error.
    run(&["set-role", "ben", "admin"], 0);
    assert_eq!(listed(&desk)[1][1], "admin");
    check(
        &run(&["set-role", "anna", "manager"], 2),
        &["\"anna\"", "last owner"],
    );
    run(&["set-role", "ben", "owner"], 0);
    run(&["set-role", "anna", "viewer"], 0);
    assert_eq!(listed(&desk)[0][1], "viewer");

    check(
        &run(&["set-role", "nobody", "agent"], 2),
        &["\"nobody\"", "member list"],
    );
    check(
        &run(&["add", "anna", "--name", "Another", "--role", "owner"], 2),
        &["\"anna\"", "already", "set-role"],
    );
    assert_eq!(
        listed(&desk)[0][1..],
        ["viewer", "active", "anna@example.com", "Anna"]
    );
    // What can't be a member is refused as an import refuses it.
    check(&run(&["add", "", "--name", "No id"], 2), &["id"]);
    check(&run(&["add", "cleo", "--name", ""], 2), &["name"]);
    let bad = run(&["add", "cleo", "--name", "Cleo", "--role", "boss"], 2);
    assert!(
        bad.stderr.contains("boss") && bad.stderr.contains("manager"),
        "{bad:?}"
    );
    assert_eq!(listed(&desk).len(), 2);

    // Each change of a role is recorded as the operator's: that of a new agent is none.
    let operators = desk.database.sql(
        "SELECT count(*) FROM audit_events WHERE kind = 'role_changed' AND actor = 'operator'",
    );
    assert_eq!(operators.trim(), "4");
}

fn members_without_a_record(backend: Backend) {
    let desk = Desk::with_workspace(backend);
    let run = |arguments: &[&str], code: i32| member(&desk, arguments, code);
    run(&["add", "anna", "--name", "Anna", "--role", "owner"], 0);
    run(&["add", "ben", "--name", "Ben", "--role", "owner"], 0);
    // Who is known by id alone has no record yet, and who left stays listed.
    let records = [
        json!({"type": "conversation", "id": "c", "customer_id": "k", "created_at": "2026-03-01T09:00:00Z", "assignee_id": "dora"}),
        json!({"type": "delete", "of": "member", "id": "anna"}),
    ];
    desk.cli
        .run_with(&["import", "-"], lines(&records).as_bytes())
        .code(0);
    let states: Vec<(String, String)> = listed(&desk)
        .into_iter()
        .map(|row| (row[0].clone(), row[2].clone()))
        .collect();
    let expected = [("anna", "inactive"), ("ben", "active"), ("dora", "unknown")];
    for (id, state) in expected {
        assert!(
            states.contains(&(id.to_owned(), state.to_owned())),
            "{id}: {states:?}"
        );
    }
    check(&run(&["set-role", "dora", "manager"], 2), &["\"dora\""]);
    run(&["add", "dora", "--name", "Dora", "--role", "manager"], 0);
    check(&run(&["add", "anna", "--name", "Anna"], 2), &["inactive"]);

    desk.cli
        .run(&["workspace", "create", "two", "--name", "Two"])
        .code(0);
    check(&run(&["list"], 2), &["--workspace"]);
    run(
        &[
            "add",
            "anna",
            "--workspace",
            "two",
            "--name",
            "Anna",
            "--role",
            "owner",
        ],
        0,
    );
    let there = run(&["list", "--workspace", "two"], 0).stdout;
    assert_eq!(there, "anna\towner\tactive\t\tAnna\n");
}

#[test]
fn the_operator_adds_members_and_changes_roles_on_sqlite() {
    members(Backend::Sqlite);
    members_without_a_record(Backend::Sqlite);
}

#[test]
fn the_operator_adds_members_and_changes_roles_on_postgres() {
    members(Backend::Postgres);
    members_without_a_record(Backend::Postgres);
}
