//! SQLite: one writer, several readers, all on blocking threads.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use diesel::{
    Connection, SqliteConnection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager as _},
    result::Error as DieselError,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{Result, StoreError};

/// Readers that may be at work at once: each takes a thread, and more threads than a machine has cores gain little.
const READERS: usize = 8;

/// How long is waited for other processes that use the file.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long is waited before what was refused is tried again.
const PAUSE: Duration = Duration::from_millis(10);

/// The text of `SQLITE_BUSY`.
const LOCKED: &str = "database is locked";

/// A SQLite file.
#[derive(Debug, Clone)]
pub(crate) struct Sqlite {
    readers: Lane,
    writer: Lane,
}

/// Connections of one kind: at most `permits` of them, kept for the next caller.
#[derive(Debug, Clone)]
struct Lane {
    path: Arc<PathBuf>,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Idle>>>,
}

struct Idle(SqliteConnection);

impl std::fmt::Debug for Idle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SqliteConnection")
    }
}

/// A connection on loan: it goes back when dropped, unless it was discarded.
pub struct Lent {
    connection: Option<SqliteConnection>,
    lane: Lane,
    _permit: OwnedSemaphorePermit,
}

impl std::fmt::Debug for Lent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lent")
    }
}

impl Lent {
    pub(crate) fn connection(&self) -> &SqliteConnection {
        self.connection.as_ref().expect("taken by drop alone")
    }

    pub(crate) fn connection_mut(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("taken by drop alone")
    }

    /// Closes the connection instead of giving it back: after a failed roll-back nothing is known of its state.
    pub(crate) fn discard(mut self) {
        self.connection = None;
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take()
            && !AnsiTransactionManager::is_broken_transaction_manager(&mut connection)
        {
            self.lane
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Idle(connection));
        }
    }
}

impl Sqlite {
    pub(crate) fn open(path: &Path) -> Self {
        let path = Arc::new(path.to_owned());
        let lane = |permits| Lane {
            path: Arc::clone(&path),
            permits: Arc::new(Semaphore::new(permits)),
            idle: Arc::default(),
        };
        Self {
            readers: lane(READERS),
            writer: lane(1),
        }
    }

    /// Where the file is.
    pub(super) fn folder(&self) -> &Path {
        let folder = self.writer.path.parent();
        folder
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
    }

    pub(crate) async fn reader(&self) -> Result<Lent> {
        self.readers.lend().await
    }

    pub(crate) async fn writer(&self) -> Result<Lent> {
        self.writer.lend().await
    }

    /// Connections in use, and, as far as it can be told, nobody waiting.
    pub(crate) fn status(&self) -> (usize, usize) {
        let used = READERS + 1
            - self.readers.permits.available_permits()
            - self.writer.permits.available_permits();
        (used, 0)
    }
}

impl Lane {
    async fn lend(&self) -> Result<Lent> {
        let began = Instant::now();
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        metrics::histogram!("caseload_pool_wait_seconds").record(began.elapsed());
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let connection = if let Some(Idle(connection)) = idle {
            connection
        } else {
            let path = Arc::clone(&self.path);
            tokio::task::spawn_blocking(move || connect(&path))
                .await
                .map_err(|error| panicked(&error))??
        };
        Ok(Lent {
            connection: Some(connection),
            lane: self.clone(),
            _permit: permit,
        })
    }
}

/// Without a path: statements do not know it.
const CANNOT_OPEN: &str = "the database's file can't be opened";

/// What SQLite's result code means that is neither the statement's fault nor ours and passes. Diesel hands on the text of the
/// code alone, which is part of SQLite and is never translated.
pub(super) fn temporary(said: &str) -> Option<StoreError> {
    let why = match said {
        _ if said.contains("attempt to write a readonly database") => {
            return Some(StoreError::read_only());
        }
        _ if said.contains("database or disk is full") => return Some(StoreError::disk_full()),
        _ if said.contains(LOCKED) => "another process has kept the database locked for too long",
        _ if said.contains("disk I/O error") => "the disk can't be read or written",
        _ if said.contains("unable to open database file") => CANNOT_OPEN,
        _ => return None,
    };
    Some(StoreError::Unavailable(why.to_owned()))
}

pub(crate) fn panicked(error: &tokio::task::JoinError) -> StoreError {
    StoreError::Database(format!("a database thread panicked: {error}"))
}

fn connect(path: &Path) -> Result<SqliteConnection> {
    let text = path
        .to_str()
        .ok_or_else(|| StoreError::Invalid("the database's path is not UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(text).map_err(|_| cannot_open(path))?;
    // FULL: what is acknowledged survives a power cut, at one fsync a transaction. Other processes may use the same file,
    // so a writer waits for them.
    connection.batch_execute(&format!("PRAGMA busy_timeout = {};", PATIENCE.as_millis()))?;
    use_write_ahead_log(&mut connection).map_err(|error| match error {
        StoreError::Unavailable(why) if why == CANNOT_OPEN => cannot_open(path),
        StoreError::Database(why) if why.contains("file is not a database") => {
            StoreError::Invalid(format!(
                "database_url: {} is not a SQLite database; name another file",
                path.display()
            ))
        }
        error => error,
    })?;
    connection.batch_execute(
        "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8000; \
         PRAGMA journal_size_limit = 67108864;",
    )?;
    Ok(connection)
}

/// Why the file can't be opened: SQLite has the same words for all of it.
fn cannot_open(path: &Path) -> StoreError {
    let file = path.display();
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    StoreError::Unavailable(if path.is_dir() {
        format!("{file} is a directory; name a file in it, as in sqlite://{file}/caseload.db")
    } else if !folder.is_dir() {
        format!(
            "{file} can't be made: there is no directory {}; make it first",
            folder.display()
        )
    } else {
        format!("{file} can't be opened; may it, and the directory that it is in, be written to?")
    })
}

/// Has the file written by way of a log. Of several processes that find a new file and want the same, SQLite refuses all but
/// one at once, whatever `busy_timeout` says: each reads the file, and none can write before the others have let go.
fn use_write_ahead_log(connection: &mut SqliteConnection) -> Result<()> {
    let began = Instant::now();
    loop {
        match connection.batch_execute("PRAGMA journal_mode = WAL;") {
            Err(DieselError::DatabaseError(_, why))
                if why.message().contains(LOCKED) && began.elapsed() < PATIENCE =>
            {
                std::thread::sleep(PAUSE);
            }
            done => return Ok(done?),
        }
    }
}
