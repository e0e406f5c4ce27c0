//! A database for each test, on both stores.

use std::path::PathBuf;

use caseload_schema::store::Store;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::postgres;

/// Which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

/// A database that goes when this does (on PostgreSQL: with its server).
#[derive(Debug)]
pub(crate) enum Database {
    Sqlite(TempDir),
    Postgres(postgres::Database),
    /// Somebody else's.
    At(String),
}

impl Database {
    /// Without a table.
    pub(crate) fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::Sqlite(TempDir::new().expect("a temporary folder")),
            Backend::Postgres => Self::Postgres(postgres::Database::create()),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", file(folder).display()),
            Self::Postgres(database) => database.url(),
            Self::At(url) => url.clone(),
        }
    }

    /// The store on it, with all tables.
    pub(crate) async fn store(&self) -> Store {
        if let Self::Sqlite(folder) = self
            && !file(folder).exists()
        {
            std::fs::write(file(folder), migrated().await).expect("the folder takes files");
        }
        let store = Store::connect(&self.url())
            .await
            .expect("the database is there");
        store
            .migrate()
            .await
            .expect("an empty database can be migrated");
        store
    }

    /// A copy as of now, made and restored as operators are told to.
    pub(crate) fn back_up(&self) -> Self {
        match self {
            Self::Sqlite(folder) => {
                let copy = TempDir::new().expect("a temporary folder");
                sqlite(
                    &file(folder),
                    &format!("VACUUM INTO '{}'", file(&copy).display()),
                );
                Self::Sqlite(copy)
            }
            Self::Postgres(database) => Self::Postgres(database.back_up()),
            Self::At(url) => panic!("whoever made {url} keeps it"),
        }
    }

    /// Runs SQL behind the store's back; rows as lines, columns between `|`.
    pub(crate) fn sql(&self, sql: &str) -> String {
        match self {
            Self::Sqlite(folder) => sqlite(&file(folder), sql),
            Self::Postgres(database) => database.sql(sql),
            Self::At(url) => panic!("ask whoever gave {url}"),
        }
    }

    /// Runs several statements of SQL, and gives nothing back.
    pub(crate) fn script(&self, sql: &str) {
        match self {
            Self::Sqlite(folder) => {
                let connection =
                    rusqlite::Connection::open(file(folder)).expect("the file can be made");
                connection
                    .execute_batch(sql)
                    .unwrap_or_else(|error| panic!("{sql}: {error}"));
            }
            Self::Postgres(database) => drop(database.sql(sql)),
            Self::At(url) => panic!("ask whoever gave {url}"),
        }
    }

    /// A name for a role of this test.
    pub(crate) fn role(&self, name: &str) -> String {
        match self {
            Self::Sqlite(_) | Self::At(_) => name.to_owned(),
            Self::Postgres(database) => database.role(name),
        }
    }

    /// Runs SQL as another role; what it said where it was refused.
    pub(crate) fn sql_as(&self, role: &str, sql: &str) -> Result<String, String> {
        match self {
            Self::Sqlite(_) => Err("SQLite has no roles".to_owned()),
            Self::Postgres(database) => database.sql_as(role, sql),
            Self::At(url) => panic!("ask whoever gave {url}"),
        }
    }
}

/// A SQLite file with all tables. To make each of them takes longer than most tests do.
async fn migrated() -> &'static [u8] {
    static FILE: OnceCell<Vec<u8>> = OnceCell::const_new();
    FILE.get_or_init(|| async {
        let database = Database::empty(Backend::Sqlite);
        let store = Store::connect(&database.url())
            .await
            .expect("the folder takes files");
        store
            .migrate()
            .await
            .expect("an empty database can be migrated");
        let Database::Sqlite(folder) = database.back_up() else {
            unreachable!("the copy of a file is a file");
        };
        std::fs::read(file(&folder)).expect("the copy is there")
    })
    .await
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("caseload.db")
}

fn sqlite(file: &std::path::Path, sql: &str) -> String {
    let connection = rusqlite::Connection::open(file).expect("the file is there");
    connection
        .busy_timeout(std::time::Duration::from_secs(10))
        .expect("SQLite waits");
    let mut statement = connection
        .prepare(sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let columns = statement.column_count();
    let mut lines = String::new();
    let mut rows = statement
        .query([])
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    while let Some(row) = rows.next().unwrap_or_else(|error| panic!("{sql}: {error}")) {
        let values: Vec<String> = (0..columns)
            .map(|at| shown(row.get_ref(at).expect("a column")))
            .collect();
        lines.push_str(&values.join("|"));
        lines.push('\n');
    }
    lines
}

fn shown(value: rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(integer) => integer.to_string(),
        ValueRef::Real(real) => real.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => bytes
            .iter()
            .fold(String::from("\\x"), |hex, byte| format!("{hex}{byte:02x}")),
    }
}
