//! `caseload demo`

use std::{
    fmt::Write as _,
    fs,
    io::{self, BufWriter},
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use caseload_demo::{DemoOptions, FACES, generate};
use caseload_rollup::run;
use caseload_schema::{
    clock::Clock,
    id::WorkspaceKey,
    import::{self, Encoding, ImportOptions, Report, Sender, Source},
    instant::Instant,
    store::Store,
    zone::Zone,
};
use clap::Args;
use rand::TryRngCore as _;
use tokio_util::sync::CancellationToken;

use super::{
    Outcome, open,
    progress::Progress,
    serve::{listen, until_stopped},
    settings::Settings,
};
use crate::{
    app::App,
    config::{Config, Secret},
    http::{self, ServerRole},
    rollups::{self, REFRESH},
};

const WORKSPACE: &str = "demo";
const NAME: &str = "Demo Helpdesk";
const ZONE: &str = "Europe/Berlin";
/// The same sample for everyone.
const SEED: u64 = 7;
/// Tokens hold for as long as someone may leave a demo open.
const TOKEN_SECONDS: u64 = 30 * 86_400;
const SECRET_BYTES: usize = 32;
/// What the line to try asks for.
const QUERY: &str = "{ team { metrics { conversations closed firstResponse { median } } \
                     leaderboard(first: 3) { rank value report { member { name } } } } }";

/// Starts a server with sample data. Nothing else is needed.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The directory for the database and the tokens' secret; without it, a new directory that is deleted when the demo ends. A
    /// directory that is used again keeps its sample, which ends on the day of the first demo; an unfinished one is completed.
    #[arg(long, env = "CASELOAD_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Exits as soon as everything is ready.
    #[arg(long, env = "CASELOAD_EXIT_WHEN_READY")]
    exit_when_ready: bool,
}

impl Demo {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let fresh = if self.data.is_none() {
            Some(tempfile::tempdir().context("can't make a directory")?)
        } else {
            None
        };
        let data = self
            .data
            .as_deref()
            .or(fresh.as_ref().map(tempfile::TempDir::path))
            .context("no directory")?;
        fs::create_dir_all(data).with_context(|| format!("can't make {}", data.display()))?;
        let config = config(settings, data)?;
        open::zones(&config)?;
        let listener = listen(config.listen)?;
        let store =
            Store::connect_with(config.database_url.expose(), &config.store_options()).await?;
        store.migrate().await?;
        fill(&store, &config, data, &Clock::system()).await?;
        let app = App::new(store, config, Clock::system())?;
        print!("{}", welcome(&app, listener.local_addr()?)?);
        if self.exit_when_ready {
            let stop = CancellationToken::new();
            stop.cancel();
            http::serve_as(ServerRole::Both, listener, app, stop).await?;
            return Ok(Outcome::Done);
        }
        until_stopped(|stop| http::serve_as(ServerRole::Both, listener, app, stop)).await
    }
}

/// The settings, but for what makes a demo: its own database, a secret of its own, and a schema that may be asked for.
pub(super) fn config(settings: &Settings, data: &Path) -> anyhow::Result<Config> {
    let mut config = settings.load()?;
    config.database_url = Secret::new(format!("sqlite://{}", data.join("caseload.db").display()));
    config.jwt_secret = Some(secret(&data.join("secret"))?);
    (config.jwt_public_key_file, config.jwks_file) = (None, None);
    (config.jwt_issuer, config.jwt_audience) = (None, None);
    config.introspection = settings.introspection.unwrap_or(true);
    config.graphiql = settings.graphiql.unwrap_or(true);
    Ok(config)
}

/// The secret of that file, made where there is none.
fn secret(path: &Path) -> anyhow::Result<Secret> {
    if let Ok(kept) = fs::read_to_string(path) {
        return Ok(Secret::new(kept));
    }
    let secret = random_secret()?;
    write_private(path, secret.expose())
        .with_context(|| format!("can't write {}", path.display()))?;
    Ok(secret)
}

/// A secret that nobody knows yet.
pub(super) fn random_secret() -> anyhow::Result<Secret> {
    let mut bytes = [0; SECRET_BYTES];
    rand::rngs::OsRng
        .try_fill_bytes(&mut bytes)
        .context("the system gives no random bytes")?;
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(Secret::new(text))
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    io::Write::write_all(&mut file, text.as_bytes())
}

/// Makes the sample workspace and rolls it up. One that is there is given the same sample once more: an earlier demo may have
/// ended in the middle of it, and what has arrived already changes nothing.
async fn fill(store: &Store, config: &Config, data: &Path, clock: &Clock) -> anyhow::Result<()> {
    let zone = Zone::parse(ZONE)?;
    let begun = begun(&data.join("begun"), clock.now())?;
    let kept = store.find_workspace(WORKSPACE).await?;
    let ws = match &kept {
        Some(workspace) => workspace.key,
        None => {
            store
                .create_workspace(WORKSPACE, NAME, zone, clock.now())
                .await?
        }
    };
    let report = import_sample(store, ws, begun, zone, clock).await?;
    if kept.is_some() {
        let day = zone.day_of(begun);
        println!(
            "The sample of {day} is kept, and ends on that day; {} missing records were added.",
            report.accepted
        );
    }
    let progress = Progress::new("days rolled up");
    run::run(&rollups::worker(store, config, clock), ws, REFRESH, &|at| {
        progress.of_run(at);
    })
    .await?;
    Ok(())
}

/// The instant in that file, which is `now` where there is none: a sample is the same again only where it ends at the same
/// instant.
fn begun(path: &Path, now: Instant) -> anyhow::Result<Instant> {
    let kept = fs::read_to_string(path)
        .ok()
        .and_then(|text| Instant::parse(text.trim()));
    if kept.is_none() {
        fs::write(path, now.to_string())
            .with_context(|| format!("can't write {}", path.display()))?;
    }
    Ok(kept.unwrap_or(now))
}

/// The sample up to `now` goes in like anyone's facts: written as NDJSON at one end of a pipe, imported at the other.
async fn import_sample(
    store: &Store,
    ws: WorkspaceKey,
    now: Instant,
    zone: Zone,
    clock: &Clock,
) -> anyhow::Result<Report> {
    let (reader, writer) = io::pipe().context("can't make a pipe")?;
    let options = DemoOptions {
        seed: SEED,
        today: zone.day_of(now),
        now,
        zone,
    };
    let writing =
        tokio::task::spawn_blocking(move || generate(&options, &mut BufWriter::new(writer)));
    let source = Source {
        name: None,
        encoding: Encoding::Identity,
        reader: Box::new(reader),
    };
    let progress = Progress::new("records imported");
    let options = ImportOptions {
        sender: Sender::Operator,
        strict: false,
        clock: clock.clone(),
    };
    let report = import::import(store, ws, options, vec![source], move |at| {
        progress.done(at.records);
    })
    .await?;
    writing.await?.context("the sample could not be written")?;
    let refused = report
        .errors
        .first()
        .map(|error| format!("line {}: {}", error.line, error.reason));
    anyhow::ensure!(
        refused.is_none(),
        "the sample was refused: {}",
        refused.unwrap_or_default()
    );
    Ok(report)
}

/// What the terminal shows: addresses, a token for each role, and a line to try.
fn welcome(app: &App, address: SocketAddr) -> anyhow::Result<String> {
    let base = format!("http://{address}");
    let mut text = format!("\n{NAME} is ready.\n\n");
    let has_dashboard = cfg!(feature = "dashboard") && app.config().dashboard;
    if has_dashboard {
        writeln!(text, "  {:<9} {base}/", "dashboard")?;
    }
    for (what, path) in [
        ("GraphQL", "/graphql"),
        ("import", "/v1/import"),
        ("health", "/healthz"),
    ] {
        writeln!(text, "  {what:<9} {base}{path}")?;
    }
    text.push_str("\nA token for each role:\n\n");
    let (mut tokens, mut last) = (Vec::new(), String::new());
    for (role, member) in FACES {
        let token =
            app.authenticator()
                .keys()
                .sign(WORKSPACE, member, app.clock().now(), TOKEN_SECONDS)?;
        writeln!(text, "  {:<8} {token}", role.name())?;
        if role.is_manager() {
            last.clone_from(&token);
        }
        tokens.push((role, token));
    }
    if has_dashboard {
        text.push_str(
            "\nThe dashboard, as each of them. The token is behind the #, which browsers send to no server:\n\n",
        );
        for (role, token) in &tokens {
            writeln!(text, "  {:<8} {base}/#token={token}", role.name())?;
        }
    }
    let body = serde_json::json!({ "query": QUERY });
    writeln!(text, "\nTry:\n")?;
    write!(
        text,
        "  curl -s {base}/graphql -H 'Content-Type: application/json' -H 'Authorization: Bearer {last}' "
    )?;
    writeln!(text, "-d '{body}'\n")?;
    Ok(text)
}
