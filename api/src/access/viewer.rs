//! Who asks, and what they may do.

use std::sync::Arc;

use caseload_schema::{
    audit::Actor,
    directory::{Member, TokenEntry},
    role::Role,
    scope::ApiScope,
    store::workspaces::Workspace,
};

use super::Scope;

/// Who asks: a member with the role that they have now, or a machine.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Their workspace: the only one that this request can see.
    pub workspace: Arc<Workspace>,
    /// Who they are.
    pub identity: Identity,
    /// Whose figures they may read.
    pub scope: Scope,
}

/// Who someone is, as the directory has them now.
#[derive(Debug, Clone)]
pub enum Identity {
    /// A member who is active.
    Member(Arc<Member>),
    /// A machine with an API token that holds.
    ApiToken(Arc<TokenEntry>),
}

impl Identity {
    /// Whose figures that member's role, or that token, may read.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Member(member) if member.role.is_manager() => Scope::Everyone,
            Self::Member(member) => Scope::Only(member.key),
            Self::ApiToken(token)
                if token.scopes.iter().any(|scope| *scope != ApiScope::Import) =>
            {
                Scope::Everyone
            }
            Self::ApiToken(_) => Scope::Nothing,
        }
    }
}

impl Viewer {
    /// Someone of that workspace.
    pub fn new(workspace: Arc<Workspace>, identity: Identity) -> Self {
        Self {
            scope: identity.scope(),
            workspace,
            identity,
        }
    }

    /// The member who asks; `None` where it is a machine.
    pub fn member(&self) -> Option<&Arc<Member>> {
        match &self.identity {
            Identity::Member(member) => Some(member),
            Identity::ApiToken(_) => None,
        }
    }

    /// The role of the member who asks.
    pub fn role(&self) -> Option<Role> {
        self.member().map(|member| member.role)
    }

    /// What the machine that asks may do; `None` where it is a member.
    pub fn api_scopes(&self) -> Option<&[ApiScope]> {
        match &self.identity {
            Identity::Member(_) => None,
            Identity::ApiToken(token) => Some(&token.scopes),
        }
    }

    /// As the audit table names them.
    pub fn actor(&self) -> Actor {
        match &self.identity {
            Identity::Member(member) => Actor::Member(member.key),
            Identity::ApiToken(token) => Actor::ApiToken(token.key),
        }
    }

    /// Whether both have the same role or API scopes, and the same scope of figures.
    pub fn has_same_rights(&self, other: &Self) -> bool {
        self.role() == other.role()
            && self.api_scopes() == other.api_scopes()
            && self.scope == other.scope
    }

    /// Whether they may what owners and admins may.
    pub fn is_admin(&self) -> bool {
        match &self.identity {
            Identity::Member(member) => member.role.is_admin(),
            Identity::ApiToken(token) => token.scopes.contains(&ApiScope::Admin),
        }
    }

    /// Whether they may read everyone's figures, and so the daily rollups: owner, admin, manager, and API tokens made for that.
    pub fn is_manager(&self) -> bool {
        match &self.identity {
            Identity::Member(member) => member.role.is_manager(),
            Identity::ApiToken(token) => {
                self.is_admin() || token.scopes.contains(&ApiScope::ReadRollups)
            }
        }
    }

    /// Whether they may import.
    pub fn is_importer(&self) -> bool {
        self.is_admin()
            || self
                .api_scopes()
                .is_some_and(|scopes| scopes.contains(&ApiScope::Import))
    }

    /// Whether they may read anything: any member, and API tokens that are for more than importing.
    pub fn is_reader(&self) -> bool {
        self.member().is_some() || self.is_manager()
    }
}
