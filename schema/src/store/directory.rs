//! The directory of a workspace, read whole.

use diesel::{ExpressionMethods, QueryDsl};

use super::{
    Conn, Result, Store, StoreError, api_tokens,
    conn::load,
    keys,
    tables::{channels, labels, members, teams},
};
use crate::{
    directory::{Directory, Label, Member, Team},
    id::{ChannelKey, LabelKey, MemberKey, TeamKey, WorkspaceKey},
    role::Role,
    store::rows::{LabelRow, MemberRow, TeamRow},
};

impl Store {
    /// Everything in the workspace that has a name, as of one moment.
    pub async fn directory(&self, ws: WorkspaceKey) -> Result<Directory> {
        self.snapshot(move |conn| Box::pin(read(conn, ws))).await
    }
}

async fn read(conn: &mut Conn, ws: WorkspaceKey) -> Result<Directory> {
    let members: Vec<MemberRow> =
        load!(conn, members::table.filter(members::workspace_id.eq(ws.0)))?;
    let teams: Vec<TeamRow> = load!(conn, teams::table.filter(teams::workspace_id.eq(ws.0)))?;
    let labels: Vec<LabelRow> = load!(conn, labels::table.filter(labels::workspace_id.eq(ws.0)))?;
    let channels: Vec<(i64, String)> = load!(
        conn,
        channels::table
            .filter(channels::workspace_id.eq(ws.0))
            .select((channels::channel_key, channels::name))
    )?;
    let tokens = api_tokens::list_entries(conn, ws).await?;
    let directory = Directory::new(
        members.into_iter().map(member).collect::<Result<_>>()?,
        teams.into_iter().map(team).collect::<Result<_>>()?,
        labels.into_iter().map(label).collect(),
        channels
            .into_iter()
            .map(|(key, name)| (ChannelKey(key), name))
            .collect(),
    );
    Ok(directory.with_tokens(tokens))
}

pub(crate) fn member(row: MemberRow) -> Result<Member> {
    let role = Role::parse(&row.role)
        .ok_or_else(|| StoreError::damaged("members", "role", row.member_key))?;
    Ok(Member {
        key: MemberKey(row.member_key),
        id: row.id,
        name: row.name,
        email: row.email,
        role,
        active: row.active,
        avatar_url: row.avatar_url,
        known: row.known,
    })
}

fn team(row: TeamRow) -> Result<Team> {
    let members = keys::split(&row.member_keys, "teams", "member_keys")?;
    Ok(Team {
        key: TeamKey(row.team_key),
        id: row.id,
        name: row.name,
        members: members.into_iter().map(MemberKey).collect(),
    })
}

fn label(row: LabelRow) -> Label {
    Label {
        key: LabelKey(row.label_key),
        id: row.id,
        title: row.title,
        color: row.color,
    }
}
