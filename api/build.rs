//! Builds the dashboard and makes it part of the binary, where the feature `dashboard` asks for it.
//!
//! `npm ci` runs where `package-lock.json` is not the one that is installed, the build where anything that goes into it has
//! changed. Both leave a stamp, so that all profiles share what has been built.

use std::{
    collections::hash_map::DefaultHasher,
    env,
    fmt::Write as _,
    fs::{self, File},
    hash::{Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
    process::{Command, exit},
};

/// What goes into the dashboard, from the root of the repository.
const INPUTS: [&str; 9] = [
    "api/schema.graphql",
    "web/.npmrc",
    "web/graphiql.html",
    "web/index.html",
    "web/package-lock.json",
    "web/package.json",
    "web/scripts",
    "web/src",
    "web/vite.config.ts",
];

/// What npm says first is what is wrong; help follows.
const SHOWN_LINES: usize = 20;
const WITHOUT: &str = "or leave the dashboard out: --no-default-features";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_DASHBOARD").is_none() {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for input in INPUTS {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    if let Err(message) = build(&root, &out) {
        println!("cargo::error={}", message.trim().replace('\n', " | "));
        exit(1);
    }
}

fn build(root: &Path, out: &Path) -> Result<(), String> {
    let web = root.join("web");
    // Builds of several profiles may run at the same time, and share one folder.
    let lock = File::create(web.join(".build.lock"))
        .map_err(|error| cannot("make a lock in web/", &error))?;
    lock.lock()
        .map_err(|error| cannot("take the lock in web/", &error))?;
    once(
        &web.join("node_modules/.installed"),
        hash(&[web.join("package-lock.json")])?,
        || npm(&web, &["ci"]),
    )?;
    let inputs: Vec<PathBuf> = INPUTS.iter().map(|input| root.join(input)).collect();
    once(&web.join("dist/.built"), hash(&inputs)?, || {
        npm(&web, &["run", "--silent", "build"])
    })?;
    embed(&web.join("dist"), out).map_err(|error| cannot("copy the dashboard", &error))
}

/// Does it unless the stamp says that it has been done of the same.
fn once(
    stamp: &Path,
    inputs: u64,
    work: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let inputs = format!("{inputs:016x}");
    if fs::read_to_string(stamp).is_ok_and(|kept| kept == inputs) {
        return Ok(());
    }
    work()?;
    fs::write(stamp, inputs).map_err(|error| cannot("write a stamp", &error))
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), String> {
    let what = format!("npm {}", arguments.join(" "));
    let output = Command::new("npm").args(arguments).current_dir(web).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            format!("the dashboard is built with npm, which is not here: install Node.js 20.19 or later, {WITHOUT}")
        }
        _ => cannot(&what, &error),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .concat();
    let lines = said
        .lines()
        .filter(|line| !line.starts_with("npm warn") && !line.trim().is_empty());
    let said = lines.take(SHOWN_LINES).collect::<Vec<_>>().join("\n");
    Err(format!(
        "`{what}` failed in web/; mend it, {WITHOUT}\n{said}"
    ))
}

/// Copies what was built, and writes the table of it that `src/http/dashboard.rs` includes. `src/document/built_in.rs` takes
/// the documents that the pages ask.
fn embed(dist: &Path, out: &Path) -> io::Result<()> {
    let folder = out.join("dashboard");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    for file in ["index.html", "graphiql.html", "operations.json"] {
        fs::copy(dist.join(file), folder.join(file))?;
    }
    let mut table = "&[\n".to_owned();
    for file in sorted(&dist.join("assets"))? {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        fs::copy(&file, folder.join(&name))?;
        let Some(plain) = name.strip_suffix(".br") else {
            continue;
        };
        let bytes = |suffix| {
            format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/dashboard/{plain}.{suffix}\"))")
        };
        let (media, brotli, gzip) = (media_type(plain), bytes("br"), bytes("gz"));
        let _ = writeln!(
            table,
            "    Asset {{ name: {plain:?}, media: {media:?}, brotli: {brotli}, gzip: {gzip} }},"
        );
    }
    table.push(']');
    fs::write(out.join("dashboard.rs"), table)
}

fn media_type(name: &str) -> &'static str {
    match Path::new(name)
        .extension()
        .and_then(|extension| extension.to_str())
    {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        _ => "application/octet-stream",
    }
}

/// Of the names and contents of all files there.
fn hash(paths: &[PathBuf]) -> Result<u64, String> {
    let mut hasher = DefaultHasher::new();
    for path in paths {
        add(path, &mut hasher)
            .map_err(|error| cannot(&format!("read {}", path.display()), &error))?;
    }
    Ok(hasher.finish())
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    path.file_name().hash(hasher);
    if path.is_dir() {
        return sorted(path)?
            .iter()
            .try_for_each(|entry| add(entry, hasher));
    }
    fs::read(path)?.hash(hasher);
    Ok(())
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

fn cannot(what: &str, error: &io::Error) -> String {
    format!("can't {what}: {error}")
}
