//! A file of keys that is read again when it changes.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use caseload_schema::instant::Instant;

use super::{key::KeyError, key_set::KeySet};

/// How often the file is looked at while tokens come: a look costs a few microseconds, and who takes a key out of use
/// does not want to wait.
const LOOK_SECONDS: i64 = 1;

/// A set of a hundred keys has some 50 KB; what is larger is no file of keys.
const MAX_BYTES: u64 = 1 << 20;

/// How the text of such a file is read.
pub(super) type Read = fn(&str) -> Result<KeySet, KeyError>;

/// The keys of a file, as it was last found in order.
#[derive(Debug)]
pub(super) struct KeyFile {
    path: PathBuf,
    read: Read,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    keys: Arc<KeySet>,
    /// What the file looked like when it was last read, in order or not; `None` where it was gone.
    seen: Option<Stamp>,
    looked_at: Instant,
}

/// What differs when a file differs, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: (i64, i64),
    changed: (i64, i64),
    bytes: u64,
    inode: u64,
}

impl KeyFile {
    /// The keys of that file, which must be in order to begin with.
    pub(super) fn open(path: &Path, read: Read, now: Instant) -> anyhow::Result<Self> {
        let seen = stamp(path).ok();
        let keys = load(path, read).with_context(|| format!("{}", path.display()))?;
        let state = State {
            keys: Arc::new(keys),
            seen,
            looked_at: now,
        };
        Ok(Self {
            path: path.to_owned(),
            read,
            state: Mutex::new(state),
        })
    }

    /// The keys of now. Where the file has become unreadable, those that were in it stay, and the log says so once.
    pub(super) fn keys(&self, now: Instant) -> Arc<KeySet> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = state.looked_at <= now && now < state.looked_at.plus_seconds(LOOK_SECONDS);
        if !lately {
            state.looked_at = now;
            let stamp = stamp(&self.path).ok();
            if stamp != state.seen {
                state.seen = stamp;
                self.read_again(&mut state);
            }
        }
        Arc::clone(&state.keys)
    }

    fn read_again(&self, state: &mut State) {
        match load(&self.path, self.read) {
            Ok(keys) => {
                state.keys = Arc::new(keys);
                tracing::info!(path = %self.path.display(), "the keys for tokens have changed");
            }
            Err(error) => {
                let (path, error) = (self.path.display(), format!("{error:#}"));
                tracing::error!(%path, error, "the keys for tokens can't be read again; those of before still count");
            }
        }
    }
}

fn load(path: &Path, read: Read) -> anyhow::Result<KeySet> {
    let bytes = fs::metadata(path).context("can't be read")?.len();
    anyhow::ensure!(bytes <= MAX_BYTES, "is larger than {MAX_BYTES} bytes");
    Ok(read(&fs::read_to_string(path).context("can't be read")?)?)
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let found = fs::metadata(path)?;
    Ok(Stamp {
        modified: (found.mtime(), found.mtime_nsec()),
        changed: (found.ctime(), found.ctime_nsec()),
        bytes: found.len(),
        inode: found.ino(),
    })
}
