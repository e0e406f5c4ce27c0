//! Roles of the database that read the views of the schema `bi`, each the rows of the workspaces granted to it.

use diesel::sql_types::{BigInt, Bool, Text};

use super::{
    Conn, Result, Store, StoreError,
    conn::{execute, load},
};
use crate::id::WorkspaceKey;

/// The views of figures, and who and what they name.
const FIGURES: [&str; 7] = [
    "daily_member",
    "daily_label",
    "daily_channel",
    "members",
    "teams",
    "labels",
    "rollup_runs",
];
/// The view that names customers and holds what they wrote.
const FEEDBACK: &str = "feedback";

/// Why a role does not get its rights.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// SQLite has no roles.
    #[error("SQLite has no roles: whoever has the file reads everything in it")]
    Embedded,
    /// No name that a role may have here.
    #[error(
        "{0:?} is no name for such a role: use a to z, 0 to 9 and _, beginning with a letter, at most 63"
    )]
    Name(String),
    /// It could read everything without the views.
    #[error(
        "{0:?} owns the tables or may act as who does: give the views to a role that has nothing else"
    )]
    Owner(String),
    /// The views run on a cluster's nodes as whoever asks.
    #[error(
        "on a Citus cluster the views of bi can be read by the owner of the tables alone: nodes run a view as the role that asks, \
         which would need rights on every table. Use that owner, or `caseload export`; see docs/scaling.md"
    )]
    Cluster,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(diesel::QueryableByName)]
struct Known {
    #[diesel(sql_type = Bool)]
    owns: bool,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Store {
    /// Lets `role` read the views, and of them the rows of `ws`; ratings with their comments only `with_feedback`. A role that
    /// is not there is made: it may log in, once it has a password. Gives whether it was made.
    pub async fn grant_views(
        &self,
        ws: WorkspaceKey,
        role: &str,
        with_feedback: bool,
    ) -> Result<bool, GrantError> {
        let role = self.check_role(role)?;
        if self.has_citus().await? {
            return Err(GrantError::Cluster);
        }
        let granted = self.write(move |conn| {
            Box::pin(async move { grant(conn, ws, &role, with_feedback).await })
        });
        granted.await?.map_err(GrantError::Owner)
    }

    /// Takes the rows of `ws` from `role`, and the views too where it has no others. Gives whether it had any.
    pub async fn revoke_views(&self, ws: WorkspaceKey, role: &str) -> Result<bool, GrantError> {
        let role = self.check_role(role)?;
        Ok(self
            .write(move |conn| Box::pin(async move { revoke(conn, ws, &role).await }))
            .await?)
    }

    fn check_role(&self, role: &str) -> Result<String, GrantError> {
        if self.is_embedded() {
            return Err(GrantError::Embedded);
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let named = role.len() <= 63
            && role.bytes().all(plain)
            && role.starts_with(|first: char| first.is_ascii_lowercase());
        if named && !role.starts_with("pg_") {
            Ok(role.to_owned())
        } else {
            Err(GrantError::Name(role.to_owned()))
        }
    }
}

/// The error is the role's name where it may act as the owner of the tables.
async fn grant(
    conn: &mut Conn,
    ws: WorkspaceKey,
    role: &str,
    with_feedback: bool,
) -> Result<Result<bool, String>> {
    let known = "SELECT pg_has_role(r.oid, c.relowner, 'USAGE') AS owns FROM pg_roles r, pg_class c \
                 WHERE r.rolname = $1 AND c.oid = 'workspaces'::regclass";
    let known: Vec<Known> = load!(conn, diesel::sql_query(known).bind::<Text, _>(role))?;
    if known.iter().any(|known| known.owns) {
        return Ok(Err(role.to_owned()));
    }
    if known.is_empty() {
        run(conn, &format!("CREATE ROLE \"{role}\" LOGIN")).await?;
    }
    run(conn, &format!("GRANT USAGE ON SCHEMA bi TO \"{role}\"")).await?;
    for view in FIGURES {
        run(conn, &format!("GRANT SELECT ON bi.{view} TO \"{role}\"")).await?;
    }
    let feedback = if with_feedback {
        ("GRANT", "TO")
    } else {
        ("REVOKE", "FROM")
    };
    run(
        conn,
        &format!(
            "{} SELECT ON bi.{FEEDBACK} {} \"{role}\"",
            feedback.0, feedback.1
        ),
    )
    .await?;
    let reader =
        "INSERT INTO bi.readers (workspace_id, role_name) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    execute!(
        conn,
        diesel::sql_query(reader)
            .bind::<BigInt, _>(ws.0)
            .bind::<Text, _>(role)
    )?;
    Ok(Ok(known.is_empty()))
}

async fn revoke(conn: &mut Conn, ws: WorkspaceKey, role: &str) -> Result<bool> {
    let reader = "DELETE FROM bi.readers WHERE workspace_id = $1 AND role_name = $2";
    let had = execute!(
        conn,
        diesel::sql_query(reader)
            .bind::<BigInt, _>(ws.0)
            .bind::<Text, _>(role)
    )?;
    let others = "SELECT COUNT(*) AS count FROM bi.readers WHERE role_name = $1";
    let others: Vec<Count> = load!(conn, diesel::sql_query(others).bind::<Text, _>(role))?;
    if 0 < had && others.iter().all(|others| others.count == 0) {
        run(
            conn,
            &format!("REVOKE SELECT ON ALL TABLES IN SCHEMA bi FROM \"{role}\""),
        )
        .await?;
        run(conn, &format!("REVOKE USAGE ON SCHEMA bi FROM \"{role}\"")).await?;
    }
    Ok(0 < had)
}

/// A statement that takes no parameters: names in it have been checked.
async fn run(conn: &mut Conn, sql: &str) -> Result<()> {
    execute!(conn, diesel::sql_query(sql))?;
    Ok(())
}
