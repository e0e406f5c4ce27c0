//! Workspaces.

use diesel::{ExpressionMethods, QueryDsl, Queryable, dsl::sql, sql_types::Text};

use super::{
    Conn, Result, Store, StoreError,
    block_version::BLOCK_VERSION,
    conn::{execute, first, load},
    tables::{counters, ledgers, workspaces},
};
use crate::{id::WorkspaceKey, instant::Instant, url_template::UrlTemplate, zone::Zone};

/// A company whose facts these are.
#[derive(Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its key.
    pub key: WorkspaceKey,
    /// `[a-z0-9][a-z0-9-]{0,62}`.
    pub id: String,
    /// The name.
    pub name: String,
    /// Random, secret, and never another workspace's: not that of one of the same id in another database either.
    pub incarnation: String,
}

impl std::fmt::Debug for Workspace {
    /// Without its secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workspace")
            .field("key", &self.key)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Why a workspace can't be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateWorkspaceError {
    /// The id is not of the right form.
    #[error(
        "workspace id {0:?} must be 1 to 63 of a-z, 0-9 and -, and begin with a letter or digit"
    )]
    BadId(String),
    /// There is one already.
    #[error("workspace {0:?} exists already")]
    Exists(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Queryable)]
struct WorkspaceRow {
    workspace_id: i64,
    id: String,
    name: String,
    incarnation: String,
}

impl From<WorkspaceRow> for Workspace {
    fn from(row: WorkspaceRow) -> Self {
        let WorkspaceRow {
            workspace_id,
            id,
            name,
            incarnation,
        } = row;
        Self {
            key: WorkspaceKey(workspace_id),
            id,
            name,
            incarnation,
        }
    }
}

fn is_valid_id(id: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut bytes = id.bytes();
    id.len() <= 63 && bytes.next().is_some_and(word) && bytes.all(|byte| word(byte) || byte == b'-')
}

impl Store {
    /// Makes a workspace with nothing in it.
    ///
    /// ```
    /// # use caseload_schema::{instant::Instant, store::{CreateWorkspaceError, Store}, zone::Zone};
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let url = format!("sqlite://{}", folder.path().join("caseload.db").display());
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let store = Store::connect(&url).await.unwrap();
    /// store.migrate().await.unwrap();
    /// let now = Instant::parse("2026-05-04T09:00:00Z").unwrap();
    /// let key = store.create_workspace("acme", "Acme", Zone::UTC, now).await.unwrap();
    /// assert_eq!(store.find_workspace("acme").await.unwrap().unwrap().key, key);
    /// let again = store.create_workspace("acme", "Acme", Zone::UTC, now).await;
    /// assert!(matches!(again, Err(CreateWorkspaceError::Exists(id)) if id == "acme"));
    /// # });
    /// ```
    pub async fn create_workspace(
        &self,
        id: &str,
        name: &str,
        zone: Zone,
        now: Instant,
    ) -> Result<WorkspaceKey, CreateWorkspaceError> {
        if !is_valid_id(id) {
            return Err(CreateWorkspaceError::BadId(id.to_owned()));
        }
        let new = (id.to_owned(), name.to_owned());
        let key = self
            .write(move |conn| Box::pin(insert(conn, new, zone, now)))
            .await?;
        key.ok_or_else(|| CreateWorkspaceError::Exists(id.to_owned()))
    }

    /// Sets where conversations without a URL of their own can be opened; `None`: nowhere.
    pub async fn set_url_template(
        &self,
        ws: WorkspaceKey,
        template: Option<UrlTemplate>,
    ) -> Result<()> {
        self.write(move |conn| {
            let template = template.clone();
            Box::pin(async move {
                let text = template.as_ref().map(UrlTemplate::as_str);
                let row = workspaces::table.find(ws.0);
                execute!(
                    conn,
                    diesel::update(row).set(workspaces::url_template.eq(text))
                )?;
                // Lists and exports that were read before have other addresses.
                super::ledger::bump_directory(conn, ws).await
            })
        })
        .await
    }

    /// All workspaces, by id.
    pub async fn list_workspaces(&self) -> Result<Vec<Workspace>> {
        self.read(|conn| Box::pin(list(conn))).await
    }

    /// The workspace of that key.
    pub async fn workspace(&self, ws: WorkspaceKey) -> Result<Option<Workspace>> {
        self.read(move |conn| Box::pin(find_by_key(conn, ws))).await
    }

    /// The workspace of that id.
    pub async fn find_workspace(&self, id: &str) -> Result<Option<Workspace>> {
        let id = id.to_owned();
        self.read(move |conn| Box::pin(async move { find(conn, &id).await }))
            .await
    }
}

async fn find(conn: &mut Conn, id: &str) -> Result<Option<Workspace>> {
    let query = || {
        workspaces::table.filter(workspaces::id.eq(id)).select((
            workspaces::workspace_id,
            workspaces::id,
            workspaces::name,
            workspaces::incarnation,
        ))
    };
    let row: Option<WorkspaceRow> = first!(conn, query())?;
    Ok(row.map(Workspace::from))
}

/// Where conversations without a URL of their own can be opened.
pub(super) async fn find_url_template(
    conn: &mut Conn,
    ws: WorkspaceKey,
) -> Result<Option<UrlTemplate>> {
    let row = workspaces::table.find(ws.0);
    let found: Option<Option<String>> = first!(conn, row.select(workspaces::url_template))?;
    let damaged = || StoreError::damaged("workspaces", "url_template", ws);
    let text = found.flatten();
    text.map(|text| UrlTemplate::parse(&text).map_err(|_| damaged()))
        .transpose()
}

async fn find_by_key(conn: &mut Conn, ws: WorkspaceKey) -> Result<Option<Workspace>> {
    let query = workspaces::table.find(ws.0).select((
        workspaces::workspace_id,
        workspaces::id,
        workspaces::name,
        workspaces::incarnation,
    ));
    let row: Option<WorkspaceRow> = first!(conn, query)?;
    Ok(row.map(Workspace::from))
}

async fn list(conn: &mut Conn) -> Result<Vec<Workspace>> {
    let query = workspaces::table
        .select((
            workspaces::workspace_id,
            workspaces::id,
            workspaces::name,
            workspaces::incarnation,
        ))
        .order(workspaces::workspace_id);
    let rows: Vec<WorkspaceRow> = load!(conn, query)?;
    let mut list: Vec<Workspace> = rows.into_iter().map(Workspace::from).collect();
    list.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(list)
}

async fn insert(
    conn: &mut Conn,
    (id, name): (String, String),
    zone: Zone,
    now: Instant,
) -> Result<Option<WorkspaceKey>> {
    let random = match conn {
        Conn::Sqlite(_) => "lower(hex(randomblob(32)))",
        Conn::Postgres(_) => "replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')",
    };
    let values = (
        workspaces::id.eq(&id),
        workspaces::name.eq(&name),
        workspaces::created_at.eq(now.micros()),
        workspaces::incarnation.eq(sql::<Text>(random)),
        workspaces::block_version.eq(BLOCK_VERSION),
    );
    let inserted = execute!(
        conn,
        diesel::insert_into(workspaces::table)
            .values(values)
            .on_conflict_do_nothing()
    )?;
    if inserted == 0 {
        return Ok(None);
    }
    let Some(workspace) = find(conn, &id).await? else {
        return Ok(None);
    };
    let ws = workspace.key.0;
    super::zone_rules::keep(conn, zone).await?;
    execute!(
        conn,
        diesel::insert_into(ledgers::table).values((
            ledgers::workspace_id.eq(ws),
            ledgers::timezone.eq(zone.name()),
            ledgers::rules.eq(zone.fingerprint()),
            ledgers::rules_version.eq(zone.version()),
            ledgers::generation.eq(0_i64),
            ledgers::directory_version.eq(0_i64),
            ledgers::open_revision.eq(0_i64),
            ledgers::head.eq(0_i64),
            ledgers::next_run.eq(1_i64),
        ))
    )?;
    execute!(
        conn,
        diesel::insert_into(counters::table).values((
            counters::workspace_id.eq(ws),
            counters::change.eq(0_i64),
            counters::member.eq(1_i64),
            counters::team.eq(1_i64),
            counters::label.eq(1_i64),
            counters::channel.eq(1_i64),
            counters::customer.eq(1_i64),
            counters::conversation.eq(1_i64),
            counters::rating.eq(1_i64),
        ))
    )?;
    Ok(Some(workspace.key))
}

#[cfg(test)]
mod tests {
    use super::is_valid_id;

    #[test]
    fn workspace_ids_are_lower_case_words() {
        let check = |id: &str, expected| assert_eq!(is_valid_id(id), expected, "{id:?}");
        check("acme", true);
        check("0-acme", true);
        check("", false);
        check("-acme", false);
        check("Acme", false);
        check(&"a".repeat(63), true);
        check(&"a".repeat(64), false);
    }
}
