//! Whether the database takes writes. It may refuse them while it can be read: on a standby, or where its disk is full.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use diesel::{QueryableByName, connection::SimpleConnection as _, sql_types::Bool};
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};

use super::{
    Backend, Conn, Result, Store, StoreError,
    error::READ_ONLY,
    sqlite::{self, Sqlite},
};

/// How long the answer of an attempt counts: whoever asks more often is told the same.
const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// As much as a batch of an import needs: a few bytes may fit where that does not.
const PROBE_BYTES: usize = 1 << 20;

/// What is known of the database's writes. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Writes(Arc<Mutex<Option<Refusal>>>);

/// The latest write that was refused.
#[derive(Debug)]
struct Refusal {
    why: String,
    /// When it was last tried whether this is over.
    tried: Option<Instant>,
}

impl Writes {
    /// Remembers that a write was refused.
    pub(super) fn note_refusal(&self, why: &str) {
        let mut refusal = self.lock();
        if refusal.is_none() {
            tracing::warn!(why, "the database takes no writes; it is read on");
        }
        let tried = refusal.as_ref().and_then(|refusal| refusal.tried);
        *refusal = Some(Refusal {
            why: why.to_owned(),
            tried,
        });
    }

    fn note_success(&self) {
        if self.lock().take().is_some() {
            tracing::info!("the database takes writes again");
        }
    }

    /// Why writes are refused, and whether it is time to try again.
    fn refused(&self) -> Option<(String, bool)> {
        let mut refusal = self.lock();
        let refusal = refusal.as_mut()?;
        let is_due = refusal
            .tried
            .is_none_or(|tried| PROBE_INTERVAL <= tried.elapsed());
        if is_due {
            refusal.tried = Some(Instant::now());
        }
        Some((refusal.why.clone(), is_due))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Refusal>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(QueryableByName)]
struct IsReadOnly {
    #[diesel(sql_type = Bool)]
    is_read_only: bool,
}

impl Store {
    /// Why the database takes no writes, where it does not. Nothing is written to find that out unless a write was refused
    /// before: then one is tried, at most once a second.
    pub async fn refused_writes(&self) -> Result<Option<String>> {
        if let Some((why, is_due)) = self.writes.refused() {
            if !is_due {
                return Ok(Some(why));
            }
            return match self.probe_write().await {
                Ok(()) => {
                    self.writes.note_success();
                    Ok(None)
                }
                Err(StoreError::ReadOnly(why)) => Ok(Some(why)),
                // Nothing that says whether others may write: the role may make no temporary tables, say.
                Err(StoreError::Database(why)) => {
                    tracing::debug!(why, "whether the database takes writes can't be tried");
                    self.writes.note_success();
                    Ok(None)
                }
                Err(error) => Err(error),
            };
        }
        let is_read_only = self.read(|conn| Box::pin(is_read_only(conn))).await?;
        if is_read_only {
            self.writes.note_refusal(READ_ONLY);
        }
        Ok(is_read_only.then(|| READ_ONLY.to_owned()))
    }

    /// Writes as much as a batch of an import does, and takes it back.
    async fn probe_write(&self) -> Result<()> {
        if let Backend::Sqlite(db) = &self.backend {
            let db = db.clone();
            tokio::task::spawn_blocking(move || probe_disk_space(&db))
                .await
                .map_err(|error| sqlite::panicked(&error))??;
        }
        self.write(|conn| {
            Box::pin(async move {
                match conn {
                    // SQLite begins a transaction on a read-only file as one that reads: a statement that may write is
                    // refused, also if it changes no row.
                    Conn::Sqlite(lent) => lent
                        .connection_mut()
                        .batch_execute("UPDATE workspaces SET name = name WHERE 0")?,
                    Conn::Postgres(c) => {
                        let rows = PROBE_BYTES / 1_000;
                        c.batch_execute(&format!(
                            "CREATE TEMP TABLE caseload_probe ON COMMIT DROP AS \
                             SELECT repeat(md5(line::text), 30) AS text \
                             FROM generate_series(1, {rows}) line"
                        ))
                        .await?;
                    }
                }
                Ok(())
            })
        })
        .await
    }
}

/// A file beside the database's: SQLite itself would have to keep what it writes.
fn probe_disk_space(db: &Sqlite) -> Result<()> {
    use std::io::{ErrorKind, Write as _};
    let written = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".caseload-probe-")
            .tempfile_in(db.folder())?;
        file.write_all(&vec![0x5a; PROBE_BYTES])?;
        file.as_file().sync_data()
    };
    written().map_err(|error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            StoreError::disk_full()
        }
        _ => StoreError::read_only(),
    })
}

async fn is_read_only(conn: &mut Conn) -> Result<bool> {
    let Conn::Postgres(c) = conn else {
        return Ok(false);
    };
    let asked = "SELECT current_setting('transaction_read_only')::bool AS is_read_only";
    let answer: IsReadOnly = diesel::sql_query(asked).get_result(&mut ***c).await?;
    Ok(answer.is_read_only)
}
