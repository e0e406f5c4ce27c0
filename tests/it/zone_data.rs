//! Zone data that changes while there are figures, and processes that read different releases of it.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use caseload_schema::clock::Clock;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    on_both_stores,
    support::{
        app::{lines, token},
        command::{Cli, Ended, Server},
        database::{Backend, Database},
    },
};

on_both_stores! {
    days_that_later_rules_move_are_made_anew_and_earlier_ones_change_nothing,
    a_running_server_takes_up_data_that_is_replaced_with_one_flip,
    processes_with_different_data_come_to_rest_on_the_later_rules,
    final_days_keep_the_rules_by_which_they_were_made,
    an_old_name_is_stored_as_the_name_of_today,
    what_lasts_over_a_moved_hour_is_made_anew_by_business_hours,
}

/// A folder of compiled zones of that release, made of `rules` by the compiler of zone data.
fn zoneinfo(folder: &Path, version: &str, rules: &str) -> String {
    let compiled = folder.join(version);
    let source = folder.join(format!("{version}.zi"));
    fs::write(&source, rules).expect("a file");
    let zic = Command::new("zic")
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .arg("-d")
        .arg(&compiled)
        .arg(&source)
        .output()
        .expect("zic is installed");
    assert!(zic.status.success(), "{zic:?}");
    fs::write(compiled.join("+VERSION"), format!("{version}\n")).expect("a file");
    compiled.display().to_string()
}

const WINTER_TIME: &str = "Zone America/Vancouver -7:00 - PDT 2024 Nov 3 9:00u\n -8:00 - PST\n";
const NO_WINTER_TIME: &str = "Zone America/Vancouver -7:00 - PDT\n";

const ONE_WEEK_OF_WINTER_TIME: &str = "Zone America/Vancouver -7:00 - PDT 2024 Nov 3 9:00u
 -8:00 - PST 2024 Nov 10 9:00u\n -7:00 - PDT\n";

/// Instants of conversations, and their days by either of those rules.
const CREATED: [&str; 3] = [
    "2024-10-10T06:30:00Z",
    "2024-11-10T07:30:00Z",
    "2024-12-10T07:30:00Z",
];
const WINTER_TIME_DAYS: &str = "2024-10-09\n2024-11-09\n2024-12-09\n";
const NO_WINTER_TIME_DAYS: &str = "2024-10-09\n2024-11-10\n2024-12-10\n";

/// Longer than a process takes to compare its zone data, which it does once a minute, and to roll up.
const PATIENCE: Duration = Duration::from_mins(3);
/// Figures are looked for several times a second.
const RESTLESS: [&str; 2] = ["--refresh-interval", "300ms"];

/// A workspace in Vancouver, and two releases of zone data.
struct Desk {
    _folder: TempDir,
    database: Database,
    cli: Cli,
    backend: Backend,
    /// With winter time.
    earlier: String,
    /// Without.
    later: String,
}

impl Desk {
    async fn new(backend: Backend) -> Self {
        let (folder, database) = (TempDir::new().expect("a folder"), Database::empty(backend));
        database.store().await;
        let cli = Cli {
            folder: folder.path().to_owned(),
            database_url: database.url(),
        };
        Self {
            earlier: zoneinfo(folder.path(), "2024a", WINTER_TIME),
            later: zoneinfo(folder.path(), "2024b", NO_WINTER_TIME),
            _folder: folder,
            database,
            cli,
            backend,
        }
    }

    /// The same with that workspace, made by the earlier release, and its conversations.
    async fn in_vancouver(backend: Backend) -> Self {
        let desk = Self::new(backend).await;
        desk.run(&desk.earlier, &create("America/Vancouver"));
        let mut records =
            vec![json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
        records.extend(CREATED.map(created));
        desk.import(&records);
        desk
    }

    fn run(&self, data: &str, arguments: &[&str]) -> Ended {
        let all = [&["--zoneinfo-dir", data], arguments].concat();
        self.cli.run(&all).code(0)
    }

    /// By a process with the earlier release.
    fn import(&self, records: &[Value]) {
        let arguments = ["--zoneinfo-dir", &self.earlier, "import", "-"];
        self.cli
            .run_with(&arguments, lines(records).as_bytes())
            .code(0);
    }

    fn serve(&self, data: &str) -> Server {
        self.cli
            .serve(&[&["--zoneinfo-dir", data][..], &RESTLESS].concat())
    }

    /// Each day with conversations, as the views say.
    fn days(&self) -> String {
        let view = match self.backend {
            Backend::Sqlite => "bi_daily_member",
            Backend::Postgres => "bi.daily_member",
        };
        self.database.sql(&format!(
            "SELECT day FROM {view} WHERE conversations <> 0 ORDER BY day"
        ))
    }

    fn generation(&self) -> i64 {
        let said = self.database.sql("SELECT generation FROM ledgers");
        said.trim().parse().expect("a number")
    }

    fn runs(&self) -> String {
        self.database.sql("SELECT count(*) FROM rollup_runs")
    }
}

fn create(zone: &str) -> [&str; 7] {
    [
        "workspace",
        "create",
        "acme",
        "--name",
        "Acme",
        "--timezone",
        zone,
    ]
}

fn created(at: &str) -> Value {
    json!({"type": "conversation", "id": at, "customer_id": at, "created_at": at, "closed_at": at})
}

/// Each day of 2024 with conversations, as a server answers.
fn served_days(server: &Server) -> String {
    let query = "{ team(period: {between: {from: \"2024-09-01\", to: \"2024-12-31\"}}) {
        series { from metrics { conversations } } } }";
    let body = json!({ "query": query }).to_string();
    let (status, answer) = server.request("POST /graphql", &token("boss"), &body);
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    let series = answer["data"]["team"]["series"].as_array();
    let points = series.unwrap_or_else(|| panic!("{answer}")).iter();
    points
        .filter(|point| point["metrics"]["conversations"] != 0)
        .filter_map(|point| point["from"].as_str())
        .fold(String::new(), |days, day| days + day + "\n")
}

/// Asks until those days are served. Until then it is those of before, and nothing in between.
async fn wait_for(server: &Server, before: &[&str], days: &str) {
    let began = Instant::now();
    loop {
        let now = served_days(server);
        if now == days {
            return;
        }
        assert!(before.contains(&now.as_str()), "{now}");
        assert!(began.elapsed() < PATIENCE, "still {now}: {}", server.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn days_that_later_rules_move_are_made_anew_and_earlier_ones_change_nothing(
    backend: Backend,
) {
    let desk = Desk::in_vancouver(backend).await;
    desk.run(&desk.earlier, &["rollup"]);
    assert_eq!(desk.days(), WINTER_TIME_DAYS);
    // Data of a later release: the days that it moves are made anew.
    desk.run(&desk.later, &["rollup"]);
    assert_eq!(desk.days(), NO_WINTER_TIME_DAYS);
    // Whoever has an earlier one reads, checks and rolls up by the same rules.
    for data in [&desk.earlier, &desk.later] {
        desk.run(data, &["rollup"]);
        desk.run(data, &["verify"]);
        assert_eq!(desk.days(), NO_WINTER_TIME_DAYS, "{data}");
    }
    let said = desk.run(&desk.later, &["--version"]).stdout;
    assert!(
        said.contains(&format!("IANA 2024b, from {}", desk.later)),
        "{said}"
    );
    let server = desk
        .cli
        .serve(&["--zoneinfo-dir", &desk.earlier, "--no-scheduler"]);
    let ready = server.request("GET /readyz", "", "").1;
    assert!(
        ready.contains("IANA 2024a") && ready.contains("1 workspaces have rules up to 2024b"),
        "{ready}"
    );
}

async fn a_running_server_takes_up_data_that_is_replaced_with_one_flip(backend: Backend) {
    let desk = Desk::in_vancouver(backend).await;
    let server = desk.serve(&desk.earlier);
    wait_for(&server, &[""], WINTER_TIME_DAYS).await;
    let before = desk.generation();
    // As a package does: each file at once, and what tells the release last.
    for file in ["America/Vancouver", "+VERSION"] {
        let of = |data: &str| Path::new(data).join(file);
        let new = of(&desk.earlier).with_extension("new");
        fs::copy(of(&desk.later), &new).expect("a file");
        fs::rename(&new, of(&desk.earlier)).expect("a file");
    }
    wait_for(&server, &[WINTER_TIME_DAYS], NO_WINTER_TIME_DAYS).await;
    assert_eq!(desk.generation(), before + 1, "{}", server.log());
    let ready = server.request("GET /readyz", "", "").1;
    assert!(ready.contains("IANA 2024b"), "{ready}");
    assert_eq!(desk.days(), NO_WINTER_TIME_DAYS);
    drop(server);
    desk.run(&desk.later, &["verify"]);
}

async fn processes_with_different_data_come_to_rest_on_the_later_rules(backend: Backend) {
    let desk = Desk::in_vancouver(backend).await;
    let earlier = desk.serve(&desk.earlier);
    wait_for(&earlier, &[""], WINTER_TIME_DAYS).await;
    let later = desk.serve(&desk.later);
    let before = ["", WINTER_TIME_DAYS];
    wait_for(&later, &before, NO_WINTER_TIME_DAYS).await;
    wait_for(&earlier, &before, NO_WINTER_TIME_DAYS).await;
    // Both go on rolling up, and so does one with the earlier release that starts now.
    let another = desk.serve(&desk.earlier);
    let servers = [&earlier, &later, &another];
    for server in servers {
        wait_for(server, &[], NO_WINTER_TIME_DAYS).await;
    }
    desk.import(&[created("2024-12-20T07:30:00Z")]);
    let with_more = format!("{NO_WINTER_TIME_DAYS}2024-12-20\n");
    for server in servers {
        wait_for(server, &[NO_WINTER_TIME_DAYS], &with_more).await;
    }
    let rest = (desk.generation(), desk.runs());
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        for server in servers {
            assert_eq!(served_days(server), with_more);
        }
    }
    assert_eq!((desk.generation(), desk.runs()), rest);
    // Where the one with the later release is gone, its rules stay.
    drop(later);
    desk.import(&[created("2024-12-21T07:30:00Z")]);
    let with_most = format!("{with_more}2024-12-21\n");
    for server in [&earlier, &another] {
        wait_for(server, &[&with_more], &with_most).await;
    }
    desk.run(&desk.earlier, &["verify"]);
}

async fn final_days_keep_the_rules_by_which_they_were_made(backend: Backend) {
    let desk = Desk::in_vancouver(backend).await;
    let now: DateTime<Utc> = Clock::system().now().to_chrono();
    let recent: NaiveDate = now.date_naive() - Days::new(10);
    desk.import(&[created(&format!("{recent}T07:30:00Z"))]);
    desk.run(&desk.earlier, &["rollup"]);
    let with = |recent: NaiveDate| format!("{WINTER_TIME_DAYS}{recent}\n");
    assert_eq!(desk.days(), with(recent - Days::new(1)));
    desk.run(&desk.earlier, &["retention", "--keep-months", "1"]);
    assert_eq!(
        desk.database.sql("SELECT count(*) FROM conversations"),
        "1\n"
    );
    for data in [&desk.later, &desk.earlier, &desk.later] {
        desk.run(data, &["rollup"]);
        desk.run(data, &["verify"]);
        assert_eq!(desk.days(), with(recent), "{data}");
    }
}

async fn an_old_name_is_stored_as_the_name_of_today(backend: Backend) {
    let desk = Desk::new(backend).await;
    let said = desk.cli.run(&create("Asia/Calcutta")).code(0).stdout;
    assert!(said.contains("Asia/Kolkata"), "{said}");
    assert_eq!(
        desk.database.sql("SELECT timezone FROM ledgers"),
        "Asia/Kolkata\n"
    );
    // As a version before stored it.
    desk.database
        .sql("UPDATE ledgers SET timezone = 'Asia/Calcutta', rules = NULL, rules_version = NULL");
    desk.cli.run(&["rollup"]).code(0);
    assert_eq!(
        desk.database.sql("SELECT timezone FROM ledgers"),
        "Asia/Kolkata\n"
    );
    assert_eq!(desk.days(), "");
}

async fn what_lasts_over_a_moved_hour_is_made_anew_by_business_hours(backend: Backend) {
    let desk = Desk::new(backend).await;
    desk.run(&desk.later, &create("America/Vancouver"));
    let hours = desk.cli.folder.join("hours.toml");
    fs::write(&hours, "tuesday = [\"09:00-17:00\"]").expect("a file");
    let hours = hours.display().to_string();
    desk.run(
        &desk.later,
        &["workspace", "set-hours", "acme", "--file", &hours],
    );
    // From ten on a Tuesday to a day whose clocks are the same by either rules; by the later ones it is nine when it begins.
    desk.import(&[json!({
        "type": "conversation", "id": "c", "customer_id": "k", "created_at": "2024-11-05T17:00:00Z",
        "closed_at": "2024-11-20T20:00:00Z",
    })]);
    desk.run(&desk.later, &["rollup"]);
    desk.run(&desk.later, &["verify"]);
    let block = || {
        let closing = DateTime::parse_from_rfc3339("2024-11-20T20:00:00Z").expect("an instant");
        let day = closing.timestamp() / 86_400;
        desk.database.sql(&format!(
            "SELECT revision FROM ledger_days WHERE day = {day}"
        ))
    };
    let before = block();
    let latest = zoneinfo(&desk.cli.folder, "2024c", ONE_WEEK_OF_WINTER_TIME);
    desk.run(&latest, &["rollup"]);
    assert_ne!(block(), before);
    desk.run(&latest, &["verify"]);
}
