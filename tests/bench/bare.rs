//! What the databases do by themselves, to hold our own work against: the same rows loaded into the same tables with the
//! same indexes, and the same facts read.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use futures::TryStreamExt as _;
use rusqlite::{Connection, types::Value};

use super::postgres::Server;

/// The tables that an import fills.
const TABLES: [&str; 10] = [
    "members",
    "teams",
    "labels",
    "channels",
    "customers",
    "conversations",
    "messages",
    "ratings",
    "follow_ups",
    "dirty_days",
];

/// What a rollup has to read: each fact once, the columns that count.
const READS: [&str; 4] = [
    "SELECT workspace_id, conversation_key, customer_key, created_at, channel_key, assignee_key, label_keys, closed_at, \
     outcome, first_inbound_at, first_reply_at, opens_customer FROM conversations",
    "SELECT workspace_id, conversation_key, sent_at, kind FROM messages WHERE kind <= 2",
    "SELECT workspace_id, rating_key, conversation_key, rated_at, score, member_key, comment IS NOT NULL FROM ratings",
    "SELECT workspace_id, conversation_key, completed_at, assignee_key FROM follow_ups WHERE completed_at IS NOT NULL",
];

/// `COPY … FROM` files that the rows of `from` were copied to, into the empty tables of `to`.
pub(crate) fn load_postgres(
    server: &Server,
    from: &str,
    to: &str,
    folder: &Path,
) -> anyhow::Result<Duration> {
    let file = |table: &str| folder.join(format!("{table}.copy"));
    for table in TABLES {
        server.psql(
            from,
            &[&format!(
                "\\copy {table} TO '{}' (FORMAT binary)",
                file(table).display()
            )],
        )?;
    }
    server.psql("postgres", &["CHECKPOINT"])?;
    let started = Instant::now();
    for table in TABLES {
        server.psql(
            to,
            &[&format!(
                "\\copy {table} FROM '{}' (FORMAT binary)",
                file(table).display()
            )],
        )?;
    }
    let elapsed = started.elapsed();
    for table in TABLES {
        std::fs::remove_file(file(table))?;
    }
    Ok(elapsed)
}

/// Every fact that counts, read as values by the driver that Caseload uses, one row after the other, nothing kept.
pub(crate) async fn read_postgres(url: &str) -> anyhow::Result<Duration> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    let reading = async {
        let started = Instant::now();
        for read in READS {
            let mut rows =
                std::pin::pin!(client.query_raw(read, std::iter::empty::<&str>()).await?);
            while let Some(row) = rows.try_next().await? {
                std::hint::black_box(values(&row)?);
            }
        }
        anyhow::Ok(started.elapsed())
    };
    tokio::select! {
        elapsed = reading => elapsed,
        ended = connection => anyhow::bail!("the connection ended: {ended:?}"),
    }
}

/// Reads every column, as the type that it has; gives how many are not null.
fn values(row: &tokio_postgres::Row) -> Result<usize, tokio_postgres::Error> {
    use tokio_postgres::types::Type;
    let mut present = 0;
    for (at, column) in row.columns().iter().enumerate() {
        present += usize::from(match *column.type_() {
            Type::INT8 => std::hint::black_box(row.try_get::<_, Option<i64>>(at)?).is_some(),
            Type::INT2 => std::hint::black_box(row.try_get::<_, Option<i16>>(at)?).is_some(),
            Type::BOOL => std::hint::black_box(row.try_get::<_, Option<bool>>(at)?).is_some(),
            _ => std::hint::black_box(row.try_get::<_, Option<String>>(at)?).is_some(),
        });
    }
    Ok(present)
}

/// Every fact that counts, copied to nowhere: what the server alone takes.
pub(crate) fn copy_postgres(server: &Server, database: &str) -> anyhow::Result<Duration> {
    let started = Instant::now();
    for read in READS {
        server.psql(
            database,
            &[&format!("\\copy ({read}) TO '/dev/null' (FORMAT binary)")],
        )?;
    }
    Ok(started.elapsed())
}

/// Rows that are read ahead, outside of the time that is taken.
const CHUNK: usize = 50_000;
/// Rows in a transaction.
const BATCH: usize = 5_000;

/// Prepared inserts of the rows of `from` into the empty tables of `to`, in transactions of [`BATCH`] rows.
pub(crate) fn load_sqlite(from: &Path, to: &Path) -> anyhow::Result<Duration> {
    let source = Connection::open(from)?;
    let target = Connection::open(to)?;
    target.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32000;",
    )?;
    let mut elapsed = Duration::ZERO;
    for table in TABLES {
        elapsed +=
            load_table(&source, &target, table).with_context(|| format!("loading {table}"))?;
    }
    Ok(elapsed)
}

fn load_table(source: &Connection, target: &Connection, table: &str) -> rusqlite::Result<Duration> {
    let mut select = source.prepare(&format!("SELECT * FROM {table}"))?;
    let columns = select.column_count();
    let places = vec!["?"; columns].join(", ");
    let mut insert = target.prepare(&format!("INSERT INTO {table} VALUES ({places})"))?;
    let mut elapsed = Duration::ZERO;
    let mut rows = select.query([])?;
    loop {
        let mut chunk: Vec<Vec<Value>> = Vec::with_capacity(CHUNK);
        while chunk.len() < CHUNK {
            let Some(row) = rows.next()? else { break };
            chunk.push(
                (0..columns)
                    .map(|column| row.get(column))
                    .collect::<rusqlite::Result<_>>()?,
            );
        }
        if chunk.is_empty() {
            return Ok(elapsed);
        }
        let started = Instant::now();
        for batch in chunk.chunks(BATCH) {
            target.execute_batch("BEGIN IMMEDIATE")?;
            for row in batch {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
            target.execute_batch("COMMIT")?;
        }
        elapsed += started.elapsed();
    }
}

/// Steps through every fact that counts.
pub(crate) fn read_sqlite(file: &Path) -> anyhow::Result<Duration> {
    let source = Connection::open(file)?;
    let started = Instant::now();
    for read in READS {
        let mut select = source.prepare(read)?;
        let columns = select.column_count();
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                std::hint::black_box(row.get_ref(column)?);
            }
        }
    }
    Ok(started.elapsed())
}
