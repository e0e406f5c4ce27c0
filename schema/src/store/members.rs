//! Members and their roles.

use diesel::{ExpressionMethods, QueryDsl};

use super::{
    Conn, Result, Store, StoreError,
    audit::{self, NewEvent},
    conn::{execute, first, load},
    directory, dirty_days, ledger,
    tables::members,
};
use crate::{
    audit::{Action, Actor},
    directory::Member,
    id::{MemberKey, WorkspaceKey},
    instant::Instant,
    role::Role,
    store::rows::MemberRow,
};

/// A role that a member should have.
#[derive(Debug, Clone)]
pub struct NewRole {
    /// Who says so: the operator, or a member.
    pub by: Actor,
    /// The id of the member.
    pub member_id: String,
    /// The role.
    pub role: Role,
    /// Now.
    pub at: Instant,
}

/// Why a role stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleRefusal {
    /// Who asks is no admin and no owner, or not any more.
    NotAllowed,
    /// Only an owner makes or unmakes an owner.
    OwnersOnly,
    /// There is no such member, or no record of them ever came.
    NotFound,
    /// The workspace would have no active owner.
    LastOwner,
}

impl Store {
    /// Gives a member another role; the member as they are then.
    pub async fn set_member_role(
        &self,
        ws: WorkspaceKey,
        new: NewRole,
    ) -> Result<Result<Member, RoleRefusal>> {
        self.write(move |conn| Box::pin(async move { set_role(conn, ws, &new).await }))
            .await
    }
}

/// The role of a member who is active; `None` where there is no such one.
pub(crate) async fn active_role(
    conn: &mut Conn,
    ws: WorkspaceKey,
    key: MemberKey,
) -> Result<Option<Role>> {
    let row = members::table
        .find((ws.0, key.0))
        .filter(members::active.eq(true))
        .filter(members::known.eq(true));
    let name: Option<String> = first!(conn, row.select(members::role))?;
    name.map(|name| parse(&name, key)).transpose()
}

/// The role of a member who is active, whose row nobody else changes until the transaction ends; `None` where there is no such
/// one. Whoever makes the member inactive meanwhile comes first, or sees what this transaction leaves.
pub(crate) async fn lock_active_role(
    conn: &mut Conn,
    ws: WorkspaceKey,
    key: MemberKey,
) -> Result<Option<Role>> {
    let row = members::table.find((ws.0, key.0));
    // An update that changes nothing, as in `dirty_days::lock`. An import writes the row anew: then this one is gone.
    let locked = execute!(
        conn,
        diesel::update(row).set(members::active.eq(members::active))
    )?;
    if locked == 0 {
        return Ok(None);
    }
    active_role(conn, ws, key).await
}

async fn set_role(
    conn: &mut Conn,
    ws: WorkspaceKey,
    new: &NewRole,
) -> Result<Result<Member, RoleRefusal>> {
    // Imports change roles too, and who reads the directory goes by the ledger's row.
    dirty_days::lock(conn, ws).await?;
    ledger::lock(conn, ws).await?;
    // By the role of now, whose row the locks hold: it may have changed since the request began.
    let own = match new.by {
        Actor::Operator => Role::Owner,
        Actor::Member(by) => match active_role(conn, ws, by).await? {
            Some(role) if role.is_admin() => role,
            _ => return Ok(Err(RoleRefusal::NotAllowed)),
        },
        Actor::ApiToken(_) => return Ok(Err(RoleRefusal::NotAllowed)),
    };
    let named = members::table
        .filter(members::workspace_id.eq(ws.0))
        .filter(members::id.eq(&new.member_id));
    let row: Option<MemberRow> = first!(conn, named.filter(members::known.eq(true)))?;
    let Some(row) = row else {
        return Ok(Err(RoleRefusal::NotFound));
    };
    let mut member = directory::member(row)?;
    if member.role == new.role {
        return Ok(Ok(member));
    }
    if (member.role == Role::Owner || new.role == Role::Owner) && own != Role::Owner {
        return Ok(Err(RoleRefusal::OwnersOnly));
    }
    if member.role == Role::Owner && is_last_owner(conn, ws, member.key).await? {
        return Ok(Err(RoleRefusal::LastOwner));
    }
    let row = members::table.find((ws.0, member.key.0));
    execute!(
        conn,
        diesel::update(row).set(members::role.eq(new.role.name()))
    )?;
    ledger::bump_directory(conn, ws).await?;
    let action = Action::RoleChanged {
        member: member.key,
        from: Some(member.role),
        to: new.role,
    };
    audit::insert(
        conn,
        ws,
        &NewEvent {
            at: new.at,
            actor: new.by,
            action,
        },
    )
    .await?;
    member.role = new.role;
    Ok(Ok(member))
}

/// Whether nobody but `key` is an active owner.
async fn is_last_owner(conn: &mut Conn, ws: WorkspaceKey, key: MemberKey) -> Result<bool> {
    let owners = members::table
        .filter(members::workspace_id.eq(ws.0))
        .filter(members::role.eq(Role::Owner.name()))
        .filter(members::active.eq(true))
        .filter(members::known.eq(true))
        .select(members::member_key);
    let owners: Vec<i64> = load!(conn, owners)?;
    Ok(owners.iter().all(|owner| *owner == key.0))
}

fn parse(name: &str, key: MemberKey) -> Result<Role> {
    Role::parse(name).ok_or_else(|| StoreError::damaged("members", "role", key))
}
