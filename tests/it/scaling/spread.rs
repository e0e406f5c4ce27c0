//! `caseload migrate --citus`, on a server without Citus and on one that has a stand-in of it.

use tempfile::TempDir;

use caseload_schema::store::citus::{DISTRIBUTED_TABLES, REFERENCE_TABLES};

use crate::support::{
    command::{Cli, Ended},
    database::{Backend, Database},
};

const STAND_IN: &str = include_str!("stand_in.sql");

struct Desk {
    database: Database,
    cli: Cli,
    _folder: TempDir,
}

impl Desk {
    fn new(backend: Backend) -> Self {
        let database = Database::empty(backend);
        let folder = TempDir::new().expect("a temporary folder");
        let cli = Cli {
            folder: folder.path().to_owned(),
            database_url: database.url(),
        };
        Self {
            database,
            cli,
            _folder: folder,
        }
    }

    fn with_stand_in() -> Self {
        let desk = Self::new(Backend::Postgres);
        desk.database.script(STAND_IN);
        desk
    }

    fn spread(&self) -> Ended {
        self.cli.run(&["migrate", "--citus"])
    }

    /// What the stand-in was asked to do, in order.
    fn calls(&self) -> Vec<String> {
        let calls = self
            .database
            .sql("SELECT call FROM stand_in.calls ORDER BY number");
        calls.lines().map(str::to_owned).collect()
    }

    #[track_caller]
    fn is_refused(&self, why: &[&str]) {
        let refused = self.spread().code(2);
        for word in why {
            assert!(refused.stderr.contains(word), "{word}: {refused:?}");
        }
    }
}

#[test]
fn without_the_extension_it_says_what_to_install() {
    Desk::new(Backend::Postgres).is_refused(&["extension citus", "shared_preload_libraries"]);
    Desk::new(Backend::Sqlite).is_refused(&["SQLite", "postgres://"]);
    let desk = Desk::new(Backend::Postgres);
    desk.spread().code(2);
    let tables = desk
        .database
        .sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'");
    assert_eq!(tables.trim(), "0", "what is refused has changed nothing");
}

#[test]
fn an_old_version_a_worker_node_and_a_table_spread_in_another_way_are_refused() {
    let desk = Desk::with_stand_in();
    desk.database.script(
        "SET allow_system_table_mods = on; UPDATE pg_extension SET extversion = '11.1-1' WHERE extname = 'citus'",
    );
    desk.is_refused(&["11.1-1", "too old", "11.2"]);

    let desk = Desk::with_stand_in();
    desk.database
        .script("UPDATE stand_in.groups SET groupid = 3");
    desk.is_refused(&["worker node", "coordinator"]);

    let desk = Desk::with_stand_in();
    desk.database
        .script("DELETE FROM stand_in.nodes WHERE groupid = 0");
    desk.is_refused(&["citus_set_coordinator_host"]);
    assert_eq!(desk.calls(), Vec::<String>::new());

    for (method, key, wrong) in [
        ("h", "'id'", "distributed by id"),
        ("n", "NULL", "in another way"),
    ] {
        let desk = Desk::with_stand_in();
        desk.cli.run(&["migrate"]).code(0);
        desk.database.script(&format!(
            "INSERT INTO stand_in.partitions VALUES ('members', '{method}', {key}, 's')"
        ));
        desk.is_refused(&["members", wrong, "undistribute_table('members')"]);
        assert_eq!(desk.calls(), Vec::<String>::new());
    }
}

#[test]
fn every_table_is_spread_once_with_those_of_its_workspace() {
    let desk = Desk::with_stand_in();
    let said = desk.spread().code(0).stdout;
    let count = REFERENCE_TABLES.len() + DISTRIBUTED_TABLES.len();
    assert!(
        said.contains(&format!("Citus 13.2-1: {count} tables are spread now")),
        "{said}"
    );
    let copied = REFERENCE_TABLES.map(|table| format!("reference {table}"));
    let distributed = DISTRIBUTED_TABLES.map(|table| {
        let with = if table == "ledgers" {
            "default"
        } else {
            "ledgers"
        };
        format!("distributed {table} by workspace_id with {with}")
    });
    let made: Vec<String> = desk
        .calls()
        .into_iter()
        .filter(|call| !call.starts_with("without"))
        .collect();
    assert_eq!(made, [&copied[..], &distributed[..]].concat());

    let again = desk.spread().code(0).stdout;
    assert!(
        again.contains(&format!("all {count} tables were spread already")),
        "{again}"
    );
    let calls = desk.calls();
    let made = calls.iter().filter(|call| !call.starts_with("without"));
    assert_eq!(made.count(), count, "{calls:?}");
}

#[test]
fn what_was_interrupted_goes_on_where_it_was() {
    let desk = Desk::with_stand_in();
    desk.spread().code(0);
    desk.database.script(
        "TRUNCATE stand_in.calls; DELETE FROM stand_in.partitions WHERE logicalrelid IN ('leases'::regclass, 'bi.readers')",
    );
    let said = desk.spread().code(0).stdout;
    assert!(
        said.contains("2 tables are spread now: leases, bi.readers"),
        "{said}"
    );
}

/// A process that ended between a migration and the spreading of the tables that it made has left them on the coordinator.
#[test]
fn the_next_migration_spreads_what_an_earlier_one_has_left() {
    let desk = Desk::with_stand_in();
    desk.spread().code(0);
    desk.database.script(
        "TRUNCATE stand_in.calls; DELETE FROM stand_in.partitions WHERE logicalrelid = 'leases'::regclass",
    );
    desk.cli.run(&["migrate"]).code(0);
    assert_eq!(
        desk.calls(),
        ["distributed leases by workspace_id with ledgers"]
    );
    desk.database.script("TRUNCATE stand_in.calls");
    desk.cli.run(&["migrate"]).code(0);
    assert_eq!(desk.calls(), Vec::<String>::new());
}

/// What is migrated there would be missing on all other nodes, whose table of migrations says that it is there.
#[test]
fn nothing_is_migrated_through_a_worker_node() {
    let desk = Desk::with_stand_in();
    desk.database
        .script("UPDATE stand_in.groups SET groupid = 3");
    let refused = desk.cli.run(&["migrate"]).code(2);
    for word in ["worker node", "coordinator"] {
        assert!(refused.stderr.contains(word), "{refused:?}");
    }
    let tables = desk
        .database
        .sql("SELECT count(*) FROM pg_tables WHERE tablename = 'workspaces'");
    assert_eq!(tables.trim(), "0");
}

/// Nodes run a view as the role that asks, which has no rights on the tables there.
#[test]
fn roles_that_had_views_before_are_named() {
    let desk = Desk::new(Backend::Postgres);
    desk.cli
        .run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    let role = desk.database.role("analyst");
    desk.cli
        .run(&["bi", "grant", "--workspace", "acme", "--role", &role])
        .code(0);
    desk.database.script(STAND_IN);
    let said = desk.spread().code(0).stdout;
    assert!(said.contains(&role) && said.contains("bi revoke"), "{said}");
    let again = desk.spread().code(0).stdout;
    assert!(!again.contains(&role), "{again}");
    // What they had can still be taken away.
    desk.cli
        .run(&["bi", "revoke", "--workspace", "acme", "--role", &role])
        .code(0);
}

/// Rows that were there are hidden behind the copies on the nodes, and would take space for ever.
#[test]
fn of_a_filled_database_the_rows_left_behind_are_dropped() {
    let desk = Desk::with_stand_in();
    desk.cli.run(&["migrate"]).code(0);
    desk.cli
        .run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    desk.spread().code(0);
    let calls = desk.calls();
    for table in ["workspaces", "ledgers", "counters"] {
        let dropped = format!("without local rows {table}");
        let at = calls.iter().position(|call| *call == dropped);
        let spread = calls
            .iter()
            .position(|call| call.contains(&format!(" {table}")));
        assert!(spread < at, "{table}: {calls:?}");
    }
    assert!(
        !calls.contains(&"without local rows messages".to_owned()),
        "{calls:?}"
    );
}

#[test]
fn while_others_are_at_work_nothing_is_spread() {
    let desk = Desk::with_stand_in();
    let server = desk.cli.serve(&["--no-scheduler"]);
    desk.is_refused(&["connections of other caseload processes"]);
    assert_eq!(desk.calls(), Vec::<String>::new());
    assert_eq!(server.stop(), Some(0));
    desk.spread().code(0);
    // With all spread there is nothing to wait for.
    let server = desk.cli.serve(&["--no-scheduler"]);
    desk.spread().code(0);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn what_a_later_migration_adds_is_spread_with_it() {
    let desk = Desk::with_stand_in();
    desk.spread().code(0);
    // As if the latest migration had not been made, and an earlier one had left a table that is not spread.
    let folders = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations/postgres");
    let folders = std::fs::read_dir(folders).expect("the migrations");
    let latest = folders
        .map(|entry| entry.expect("a folder").path())
        .max()
        .expect("a migration");
    let down = std::fs::read_to_string(latest.join("down.sql")).expect("what undoes it");
    desk.database.script(&format!(
        "{down}; DELETE FROM __diesel_schema_migrations WHERE version = (SELECT max(version) FROM __diesel_schema_migrations); \
         TRUNCATE stand_in.calls; DELETE FROM stand_in.partitions WHERE logicalrelid = 'audit_events'::regclass",
    ));
    desk.cli
        .run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    let is_new =
        |table: &str| table == "audit_events" || down.contains(&format!("DROP TABLE {table};"));
    let expected: Vec<String> = DISTRIBUTED_TABLES
        .into_iter()
        .filter(|table| is_new(table))
        .map(|table| format!("distributed {table} by workspace_id with ledgers"))
        .collect();
    assert_eq!(desk.calls(), expected);

    // Where nothing is spread, nothing is by itself.
    let desk = Desk::with_stand_in();
    desk.cli.run(&["migrate"]).code(0);
    assert_eq!(desk.calls(), Vec::<String>::new());
}

#[test]
fn roles_get_no_views_that_nodes_would_refuse_them() {
    let desk = Desk::with_stand_in();
    desk.spread().code(0);
    desk.cli
        .run(&["workspace", "create", "acme", "--name", "Acme"])
        .code(0);
    let role = desk.database.role("analyst");
    let refused = desk
        .cli
        .run(&["bi", "grant", "--workspace", "acme", "--role", &role])
        .code(2);
    assert!(refused.stderr.contains("Citus"), "{refused:?}");
    let made = format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'");
    assert_eq!(desk.database.sql(&made).trim(), "0");
}
