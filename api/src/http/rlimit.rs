//! Open files: each connection is one, and systems give a process 1,024 unless it asks for more.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files beside those of clients: of the database, of Redis, of exports that are put together on disk.
const OWN_FILES: u64 = 500;

/// Asks the system for as many open files as that many connections may take. What it gives is all there is: connections beyond
/// wait, and the log says so.
pub(super) fn make_room(connections: usize) {
    let needed = u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_add(OWN_FILES);
    let limit = getrlimit(Resource::Nofile);
    let Some(current) = limit.current.filter(|current| *current < needed) else {
        return;
    };
    let raised = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
    let allowed = match setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(raised),
            ..limit
        },
    ) {
        Ok(()) => raised,
        Err(_) => current,
    };
    if allowed < needed {
        tracing::warn!(
            allowed,
            needed,
            "the system allows fewer open files than max_connections needs; see ulimit -Hn"
        );
    }
}
