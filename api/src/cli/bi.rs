//! `caseload bi`

use std::io::{self, Write as _};

use clap::{Args, Subcommand};

use super::{Outcome, open, settings::Settings};

#[derive(Debug, Subcommand)]
pub(super) enum Bi {
    /// Lets a PostgreSQL role read the rows of one workspace in the views of the schema bi. Creates the role if it does not
    /// exist.
    Grant(Grant),
    /// Takes the access to one workspace away from a role.
    Revoke(Reader),
}

/// A role and a workspace.
#[derive(Debug, Args)]
pub(super) struct Reader {
    /// The workspace's id; not needed if there is only one workspace.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    /// The role's name in the database.
    #[arg(long, value_name = "NAME")]
    role: String,
}

#[derive(Debug, Args)]
pub(super) struct Grant {
    #[command(flatten)]
    reader: Reader,
    /// Leaves out the view of ratings, which holds customers' names and comments.
    #[arg(long)]
    no_feedback: bool,
}

impl Bi {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let reader = match self {
            Self::Grant(grant) => &grant.reader,
            Self::Revoke(reader) => reader,
        };
        let config = settings.load()?;
        let store = open::store(settings, &config).await?;
        let workspace = open::workspace(&store, reader.workspace.as_deref()).await?;
        let (role, id) = (&reader.role, &workspace.id);
        let said = match self {
            Self::Grant(grant) => {
                if store
                    .grant_views(workspace.key, role, !grant.no_feedback)
                    .await?
                {
                    format!(
                        "created the role {role}, which can read {id} in the schema bi; give it a password: ALTER ROLE {role} PASSWORD '…'"
                    )
                } else {
                    format!("{role} can read {id} in the schema bi")
                }
            }
            Self::Revoke(_) => {
                if !store.revoke_views(workspace.key, role).await? {
                    anyhow::bail!("{role} was not given access to {id}");
                }
                format!("{role} can no longer read {id}")
            }
        };
        writeln!(io::stdout(), "{said}")?;
        Ok(Outcome::Done)
    }
}
