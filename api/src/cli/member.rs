//! `caseload member`

use std::io::Cursor;

use anyhow::{anyhow, bail, ensure};
use caseload_schema::{
    audit::Actor,
    clock::Clock,
    directory::Member,
    import::{self, Encoding, ImportOptions, Sender, Source},
    role::Role,
    store::{
        Store, Workspace,
        members::{NewRole, RoleRefusal},
    },
};
use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::{Outcome, open, settings::Settings};

#[derive(Debug, Subcommand)]
pub(super) enum MemberCommand {
    /// Lists the members: id, role, state, e-mail address, name.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Adds a member. The first owner of a workspace is added so.
    Add(Add),
    /// Gives a member another role, which holds from the next request on.
    SetRole {
        #[command(flatten)]
        place: Place,
        /// The member's id.
        id: String,
        /// The role to have.
        #[arg(value_parser = roles())]
        role: Role,
    },
}

/// The workspace that is meant.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The workspace's id; not needed if there is only one workspace.
    #[arg(long, env = "CASELOAD_WORKSPACE", value_name = "ID")]
    workspace: Option<String>,
}

/// A member who is not there yet.
#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    place: Place,
    /// The member's id, as the help desk and the login service use it.
    id: String,
    /// The name that people see.
    #[arg(long, env = "CASELOAD_NAME")]
    name: String,
    /// The e-mail address.
    #[arg(long, env = "CASELOAD_EMAIL")]
    email: Option<String>,
    /// What the member may do.
    #[arg(long, env = "CASELOAD_ROLE", default_value = "agent", value_parser = roles())]
    role: Role,
}

/// The names of roles, and nothing else.
fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::name))
        .try_map(|name| Role::parse(&name).ok_or("no such role"))
}

impl MemberCommand {
    pub(super) async fn run(&self, settings: &Settings) -> anyhow::Result<Outcome> {
        let (Self::List { place } | Self::Add(Add { place, .. }) | Self::SetRole { place, .. }) =
            self;
        let store = open::store(settings, &settings.load()?).await?;
        let workspace = open::workspace(&store, place.workspace.as_deref()).await?;
        match self {
            Self::List { .. } => list(&store, &workspace).await?,
            Self::Add(new) => new.add(&store, &workspace).await?,
            Self::SetRole { id, role, .. } => set_role(&store, &workspace, id, *role).await?,
        }
        Ok(Outcome::Done)
    }
}

async fn list(store: &Store, workspace: &Workspace) -> anyhow::Result<()> {
    for member in store.directory(workspace.key).await?.members() {
        let Member {
            id, name, email, ..
        } = &**member;
        let (role, state) = (member.role.name(), state(member));
        let email = email.as_deref().unwrap_or_default();
        let (id, email, name) = (plain(id), plain(email), plain(name));
        println!("{id}\t{role}\t{state}\t{email}\t{name}");
    }
    Ok(())
}

/// A text of the source without signs that a terminal obeys, or that would begin another line or column.
fn plain(text: &str) -> String {
    text.chars().fold(String::new(), |mut plain, sign| {
        if sign.is_control() {
            plain.extend(sign.escape_default());
        } else {
            plain.push(sign);
        }
        plain
    })
}

fn state(member: &Member) -> &'static str {
    match member {
        Member { known: false, .. } => "unknown",
        Member { active: true, .. } => "active",
        Member { active: false, .. } => "inactive",
    }
}

impl Add {
    /// Imports the record of one member, so that the same rules hold and the same events are recorded.
    async fn add(&self, store: &Store, workspace: &Workspace) -> anyhow::Result<()> {
        let (id, place) = (&self.id, &workspace.id);
        let directory = store.directory(workspace.key).await?;
        if let Some(there) = directory.member_by_id(id).filter(|member| member.known) {
            let state = state(there);
            bail!(
                "the workspace {place} has a member {id:?} already, who is {state}; change the role with caseload member \
                 set-role, and anything else by importing the member's record"
            );
        }
        let record = serde_json::json!({
            "type": "member", "id": id, "name": self.name, "email": self.email, "role": self.role.name()
        });
        let source = Source {
            name: None,
            encoding: Encoding::Identity,
            reader: Box::new(Cursor::new(record.to_string())),
        };
        let options = ImportOptions {
            sender: Sender::Operator,
            strict: true,
            clock: Clock::system(),
        };
        let report = import::import(store, workspace.key, options, vec![source], |_| {}).await?;
        if let Some(error) = report.errors.first() {
            let field = error.field.as_deref().unwrap_or("member");
            bail!("{field}: {}", error.reason);
        }
        ensure!(report.accepted == 1, "the member was not added");
        println!("added {id} to {place} as {}", self.role.name());
        Ok(())
    }
}

async fn set_role(
    store: &Store,
    workspace: &Workspace,
    id: &str,
    role: Role,
) -> anyhow::Result<()> {
    let new = NewRole {
        by: Actor::Operator,
        member_id: id.to_owned(),
        role,
        at: Clock::system().now(),
    };
    let place = &workspace.id;
    let changed = store.set_member_role(workspace.key, new).await?;
    let member = changed.map_err(|refusal| match refusal {
        RoleRefusal::NotFound => anyhow!(
            "the workspace {place} has no member {id:?}; see caseload member list, or add one with caseload member add"
        ),
        RoleRefusal::LastOwner => anyhow!(
            "the member {id:?} is the last owner of {place} and stays one; make another owner first"
        ),
        RoleRefusal::NotAllowed | RoleRefusal::OwnersOnly => {
            anyhow!("the role of {id:?} was not changed")
        }
    })?;
    println!("{id} is {} of {place} now", article(member.role));
    Ok(())
}

/// A role with its article.
fn article(role: Role) -> String {
    let word = match role {
        Role::Owner | Role::Admin | Role::Agent => "an",
        Role::Manager | Role::Viewer => "a",
    };
    format!("{word} {}", role.name())
}
