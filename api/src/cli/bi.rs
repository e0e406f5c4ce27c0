//! `caseload bi`

use std::io::{self, Write as _};

use clap::{Args, Subcommand};

use super::{Outcome, open, settings::Settings};

#[derive(Debug, Subcommand)]
pub(super) enum Bi {
    /// Lets a role of PostgreSQL read the views of the schema bi, and of them the rows of one workspace. Makes the role where it
    /// is not there yet.
    Grant(Grant),
    /// Takes a workspace from such a role.
    Revoke(Reader),
}

/// Who reads which workspace.
#[derive(Debug, Args)]
pub(super) struct Reader {
    /// The workspace's id; may be left out where there is only one.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
    /// The role of the database.
    #[arg(long, value_name = "NAME")]
    role: String,
}

#[derive(Debug, Args)]
pub(super) struct Grant {
    #[command(flatten)]
    reader: Reader,
    /// Without the view of ratings, which names customers and holds what they wrote.
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
                        "made the role {role}, which reads {id} in the schema bi; give it a password: ALTER ROLE {role} PASSWORD '…'"
                    )
                } else {
                    format!("{role} reads {id} in the schema bi")
                }
            }
            Self::Revoke(_) => {
                if !store.revoke_views(workspace.key, role).await? {
                    anyhow::bail!("{role} was not given {id}");
                }
                format!("{role} reads {id} no longer")
            }
        };
        writeln!(io::stdout(), "{said}")?;
        Ok(Outcome::Done)
    }
}
