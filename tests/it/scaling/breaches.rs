//! Each rule finds the statement that breaks it, and lets a like one pass.

use std::collections::BTreeSet;

use super::{
    migrations::{Unsuitable, unsuitable},
    rules::{Catalog, Rule, broken, broken_by_view, parse},
    transactions::{Said, Trouble, troubles},
};
use crate::support::database::{Backend, Database};

async fn catalog() -> Catalog {
    let database = Database::empty(Backend::Postgres);
    database.store().await;
    Catalog::of(&database)
}

#[track_caller]
fn check(rules: &BTreeSet<Rule>, expected: &[Rule], sql: &str) {
    assert_eq!(*rules, expected.iter().copied().collect(), "{sql}");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
async fn each_rule_has_a_statement_that_breaks_it() {
    let catalog = catalog().await;
    for (expected, sql) in [
        (
            &[][..],
            "UPDATE ledgers SET head = $2 WHERE workspace_id = $1",
        ),
        (
            &[Rule::Volatile],
            "UPDATE ledgers SET directory_version = directory_version + 1 + floor(random() * 10)::bigint WHERE workspace_id = $1",
        ),
        (
            &[Rule::Volatile],
            "UPDATE ledgers SET head = ('x' || md5(random()::text || clock_timestamp()::text))::bit(64)::bigint WHERE workspace_id = $1",
        ),
        (
            &[Rule::Volatile],
            "DELETE FROM messages WHERE workspace_id = $1 AND sent_at < random()",
        ),
        (
            &[Rule::Volatile],
            "INSERT INTO dirty_days (workspace_id, day, mark, marked_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (workspace_id, day) DO UPDATE SET mark = random()",
        ),
        (
            &[Rule::NoWorkspace],
            "SELECT day FROM ledger_days WHERE day = $1",
        ),
        (
            &[Rule::NoWorkspace],
            "SELECT day FROM ledger_days WHERE workspace_id = $1 OR day = $2",
        ),
        (
            &[Rule::NoWorkspace],
            "SELECT generation FROM ledgers WHERE workspace_id = ANY($1)",
        ),
        (&[Rule::NoWorkspace], "UPDATE ledgers SET tried_at = $1"),
        (&[Rule::NoWorkspace], "DELETE FROM leases WHERE name = $1"),
        (
            &[],
            "SELECT r.id FROM ratings r JOIN conversations c ON c.workspace_id = r.workspace_id AND \
             c.conversation_key = r.conversation_key WHERE r.workspace_id = $1",
        ),
        (
            &[Rule::NoWorkspace],
            "SELECT r.id FROM ratings r JOIN conversations c ON c.conversation_key = r.conversation_key WHERE r.workspace_id = $1",
        ),
        (
            &[],
            "SELECT c.id FROM conversations c WHERE c.workspace_id = $1 AND NOT EXISTS (SELECT FROM messages m \
             WHERE m.workspace_id = c.workspace_id AND m.conversation_key = c.conversation_key)",
        ),
        (
            &[Rule::NoWorkspace],
            "SELECT c.id FROM conversations c WHERE c.workspace_id = $1 AND NOT EXISTS (SELECT FROM messages m \
             WHERE m.conversation_key = c.conversation_key)",
        ),
        (
            &[Rule::KeyInSet],
            "UPDATE members SET workspace_id = $2 WHERE workspace_id = $1",
        ),
        (
            &[Rule::ConflictTarget],
            "INSERT INTO members (workspace_id, id) VALUES ($1, $2) ON CONFLICT (id, workspace_id) DO NOTHING",
        ),
        (
            &[Rule::RowsWithoutKey],
            "INSERT INTO members (id) VALUES ($1)",
        ),
        (
            &[Rule::RowsWithoutKey],
            "COPY messages (id, sent_at) FROM STDIN (FORMAT binary)",
        ),
        (
            &[],
            "COPY messages (workspace_id, id) FROM STDIN (FORMAT binary)",
        ),
        (
            &[Rule::InsertSelect],
            "INSERT INTO members (workspace_id, id) SELECT workspace_id, id FROM teams WHERE workspace_id = $1",
        ),
        (&[Rule::OfOneSession], "LISTEN changes"),
        (
            &[Rule::OfOneSession],
            "CREATE TEMPORARY TABLE seen (id TEXT)",
        ),
        (
            &[],
            "SELECT id FROM members WHERE workspace_id = $1 FOR UPDATE SKIP LOCKED",
        ),
        (
            &[Rule::LockedJoin],
            "SELECT m.id FROM members m JOIN teams t ON t.workspace_id = m.workspace_id WHERE m.workspace_id = $1 FOR UPDATE",
        ),
        (
            &[Rule::Oid],
            "SELECT id FROM members WHERE workspace_id = $1 AND has_table_privilege('members'::regclass, 'SELECT')",
        ),
    ] {
        for statement in parse(sql) {
            check(&broken(&statement, &catalog), expected, sql);
        }
    }
}

/// The views as they were before they were tried on a cluster, in parts.
#[tokio::test]
async fn each_rule_of_views_has_a_view_that_breaks_it() {
    let catalog = catalog().await;
    for (expected, sql) in [
        (
            &[][..],
            "SELECT w.id FROM ledgers l JOIN workspaces w ON w.workspace_id = l.workspace_id \
             WHERE EXISTS (SELECT FROM bi.readers r WHERE r.workspace_id = l.workspace_id AND r.role_name = current_user)",
        ),
        (
            &[Rule::CorrelatedOnReference],
            "SELECT w.id FROM ledgers l JOIN workspaces w ON w.workspace_id = l.workspace_id \
             WHERE EXISTS (SELECT FROM bi.readers r WHERE r.workspace_id = w.workspace_id AND r.role_name = current_user)",
        ),
        (
            &[Rule::NoWorkspace],
            "SELECT l.day FROM bi.visible v JOIN ledger_days l ON l.day = v.today",
        ),
        (
            &[Rule::MutableWithoutTable],
            "SELECT l.day FROM ledger_days l CROSS JOIN (SELECT now() AS at) n",
        ),
        (
            &[],
            "SELECT l.day FROM ledger_days l WHERE pg_has_role(current_user, (SELECT pg_get_userbyid(c.relowner) \
             FROM pg_class c WHERE c.oid = CAST('workspaces' AS regclass)), 'USAGE')",
        ),
        (
            &[Rule::Oid],
            "SELECT l.day FROM ledger_days l JOIN pg_class c ON pg_has_role(current_user, c.relowner, 'USAGE')",
        ),
    ] {
        for statement in parse(sql) {
            check(&broken_by_view(&statement, &catalog), expected, sql);
        }
    }
}

#[tokio::test]
async fn each_rule_of_transactions_has_one_that_breaks_it() {
    let catalog = catalog().await;
    let said = |text: &str, workspace: i64| Said {
        session: "1".to_owned(),
        text: text.to_owned(),
        parameters: vec![workspace.to_string()],
    };
    let read = "SELECT id FROM members WHERE workspace_id = $1";
    let joined = "SELECT m.id FROM members m JOIN teams t ON t.workspace_id = m.workspace_id WHERE m.workspace_id = $1";
    let planned = "SET LOCAL plan_cache_mode = force_generic_plan";
    let one = vec![
        said("BEGIN; SET LOCAL statement_timeout = '10min'", 0),
        said(planned, 0),
        said(read, 7),
        said("COMMIT", 0),
        said(joined, 7),
    ];
    assert_eq!(troubles(&one, &catalog), []);
    let mut leader = one.clone();
    leader.insert(
        2,
        said(
            "UPDATE leases SET expires_at = 1 WHERE workspace_id = $1",
            0,
        ),
    );
    assert_eq!(troubles(&leader, &catalog), []);

    let mut two = one.clone();
    two.insert(2, said(read, 8));
    assert_eq!(
        troubles(&two, &catalog),
        [Trouble::TwoWorkspaces(vec![7, 8])]
    );
    let mut join = one;
    join.insert(2, said(joined, 7));
    assert_eq!(
        troubles(&join, &catalog),
        [Trouble::JoinPlannedForAny(joined.to_owned())]
    );
}

#[tokio::test]
async fn each_rule_of_migrations_has_one_that_breaks_it() {
    let catalog = catalog().await;
    for (expected, sql) in [
        (
            None,
            "CREATE INDEX members_by_role ON members (workspace_id, role);",
        ),
        (
            None,
            "ALTER TABLE members ADD COLUMN phone TEXT; ALTER TABLE teams ADD COLUMN phone TEXT;",
        ),
        (
            None,
            "UPDATE ledgers SET tried_at = NULL WHERE tried_at < 0; ALTER TABLE ledgers ADD COLUMN a INT;",
        ),
        (
            Some(Unsuitable::NotAlone),
            "ALTER TABLE members ADD COLUMN phone TEXT; CREATE INDEX members_by_phone ON members (workspace_id, phone);",
        ),
        (
            Some(Unsuitable::NotAlone),
            "ALTER TABLE members DROP COLUMN email; ALTER TABLE members ADD COLUMN phone TEXT;",
        ),
        (
            Some(Unsuitable::Breaks(Rule::Volatile)),
            "UPDATE workspaces SET incarnation = gen_random_uuid()::text;",
        ),
        (
            Some(Unsuitable::Breaks(Rule::InsertSelect)),
            "INSERT INTO dirty_days (workspace_id, day) SELECT workspace_id, day FROM ledger_days;",
        ),
    ] {
        assert_eq!(unsuitable(sql, &catalog), expected, "{sql}");
    }
}
