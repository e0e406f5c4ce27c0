//! Work that is done in a process of its own, so that its memory can be told.

use std::{fs::File, path::Path, process::Command, time::Instant};

use anyhow::{Context as _, ensure};
use caseload_rollup::run::{self, RunDays, RunRequest, Worker};
use caseload_schema::{
    clock::Clock,
    id::WorkspaceKey,
    import::{self, Encoding, ImportOptions, Sender, Source},
    store::{RunKind, Store},
};
use serde_json::{Value, json};

use super::generate;

/// The word that makes this program do one task instead of a benchmark.
pub(crate) const CHILD: &str = "child";

/// How long a task took, and the most memory that it had.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    pub(crate) peak_mib: f64,
}

/// Runs a task (`import FOLDER`, `rollup`) on the database at `url` in a process of its own.
pub(crate) fn spawn(task: &str, url: &str, rest: &[&str]) -> anyhow::Result<Cost> {
    let output = Command::new(std::env::current_exe()?)
        .args([CHILD, task, url])
        .args(rest)
        .output()?;
    ensure!(
        output.status.success(),
        "{task}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let cost: Value = serde_json::from_slice(&output.stdout).context("the task printed no cost")?;
    let number = |name: &str| cost[name].as_f64().with_context(|| format!("no {name}"));
    Ok(Cost {
        seconds: number("seconds")?,
        peak_mib: number("peak_mib")?,
    })
}

/// What the process of its own does.
pub(crate) async fn perform(arguments: &[String]) -> anyhow::Result<()> {
    let [task, url, rest @ ..] = arguments else {
        anyhow::bail!("a task and a database")
    };
    let store = Store::connect(url).await?;
    let started = Instant::now();
    match (task.as_str(), rest) {
        ("import", [folder]) => import_folder(&store, Path::new(folder)).await?,
        ("rollup", []) => {
            for workspace in store.list_workspaces().await? {
                roll_up(&store, workspace.key).await?;
            }
        }
        _ => anyhow::bail!("no such task: {task}"),
    }
    println!(
        "{}",
        json!({"seconds": started.elapsed().as_secs_f64(), "peak_mib": peak_mib()?})
    );
    Ok(())
}

/// Each workspace's file, one after the other.
async fn import_folder(store: &Store, folder: &Path) -> anyhow::Result<()> {
    for workspace in store.list_workspaces().await? {
        let file = File::open(folder.join(format!("{}.ndjson", workspace.id)))?;
        import(store, workspace.key, file).await?;
    }
    Ok(())
}

/// Imports NDJSON, none of which may be refused.
pub(crate) async fn import(
    store: &Store,
    workspace: WorkspaceKey,
    reader: impl std::io::Read + Send + 'static,
) -> anyhow::Result<()> {
    let source = Source {
        name: None,
        encoding: Encoding::Identity,
        reader: Box::new(reader),
    };
    let options = ImportOptions {
        sender: Sender::Operator,
        strict: false,
        clock: clock(),
    };
    let report = import::import(store, workspace, options, vec![source], |_| ()).await?;
    ensure!(report.rejected == 0, "refused: {:?}", report.errors.first());
    Ok(())
}

/// Rolls up what is pending.
pub(crate) async fn roll_up(store: &Store, workspace: WorkspaceKey) -> anyhow::Result<()> {
    let request = RunRequest {
        kind: RunKind::Refresh,
        days: RunDays::Pending,
        requested_by: None,
    };
    run::run(
        &Worker::new(store.clone(), clock()),
        workspace,
        request,
        &|_| (),
    )
    .await?;
    Ok(())
}

/// The evening of the last day with facts.
pub(crate) fn clock() -> Clock {
    Clock::manual(generate::zone().at(generate::last_day(), 23, 0))
}

fn peak_mib() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")
        .context("the peak of memory is read on Linux alone")?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .context("no VmHWM")?;
    let kib: f64 = line
        .split_whitespace()
        .nth(1)
        .context("no number")?
        .parse()?;
    Ok(kib / 1024.0)
}
