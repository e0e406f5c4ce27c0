//! A directory as a shared cache holds it: all of it, or who is looked up in it would not be found.

use caseload_schema::{
    directory::{Directory, Label, Member, SecretHash, Team, TokenEntry},
    id::{ChannelKey, LabelKey, MemberKey, TeamKey, TokenKey},
    instant::Instant,
    role::Role,
    scope::ApiScope,
};
use serde::{Deserialize, Serialize};

/// Everything with a name, at a version.
#[derive(Serialize, Deserialize)]
struct Written {
    version: i64,
    members: Vec<WrittenMember>,
    teams: Vec<(i64, String, String, Vec<i64>)>,
    labels: Vec<(i64, String, String, Option<String>)>,
    channels: Vec<(i64, String)>,
    tokens: Vec<WrittenToken>,
}

#[derive(Serialize, Deserialize)]
struct WrittenMember {
    key: i64,
    id: String,
    name: String,
    email: Option<String>,
    role: String,
    active: bool,
    avatar_url: Option<String>,
    known: bool,
}

#[derive(Serialize, Deserialize)]
struct WrittenToken {
    key: i64,
    scopes: Vec<String>,
    hash: [u8; 32],
    expires_at: Option<i64>,
}

/// The directory of that version as bytes.
pub(super) fn encode(version: i64, directory: &Directory) -> Vec<u8> {
    let teams = directory.teams().iter().map(|team| {
        let members = team.members.iter().map(|member| member.0).collect();
        (team.key.0, team.id.clone(), team.name.clone(), members)
    });
    let labels = directory.labels().iter();
    let written = Written {
        version,
        members: directory
            .members()
            .iter()
            .map(|member| write_member(member))
            .collect(),
        teams: teams.collect(),
        labels: labels
            .map(|label| {
                (
                    label.key.0,
                    label.id.clone(),
                    label.title.clone(),
                    label.color.clone(),
                )
            })
            .collect(),
        channels: directory
            .channels()
            .map(|(key, name)| (key.0, name.to_string()))
            .collect(),
        tokens: directory
            .api_tokens()
            .map(|token| write_token(token))
            .collect(),
    };
    serde_json::to_vec(&written).expect("numbers and texts can be written")
}

/// The directory that [`encode`] wrote, where it is of that version; `None` for any other bytes.
pub(super) fn decode(version: i64, bytes: &[u8]) -> Option<Directory> {
    let written: Written = serde_json::from_slice(bytes).ok()?;
    if written.version != version {
        return None;
    }
    let team = |(key, id, name, members): (i64, String, String, Vec<i64>)| Team {
        key: TeamKey(key),
        id,
        name,
        members: members.into_iter().map(MemberKey).collect(),
    };
    let label = |(key, id, title, color)| Label {
        key: LabelKey(key),
        id,
        title,
        color,
    };
    let directory = Directory::new(
        written
            .members
            .into_iter()
            .map(read_member)
            .collect::<Option<_>>()?,
        written.teams.into_iter().map(team).collect(),
        written.labels.into_iter().map(label).collect(),
        written
            .channels
            .into_iter()
            .map(|(key, name)| (ChannelKey(key), name))
            .collect(),
    );
    Some(
        directory.with_tokens(
            written
                .tokens
                .iter()
                .map(read_token)
                .collect::<Option<_>>()?,
        ),
    )
}

fn write_member(member: &Member) -> WrittenMember {
    WrittenMember {
        key: member.key.0,
        id: member.id.clone(),
        name: member.name.clone(),
        email: member.email.clone(),
        role: member.role.name().to_owned(),
        active: member.active,
        avatar_url: member.avatar_url.clone(),
        known: member.known,
    }
}

fn read_member(written: WrittenMember) -> Option<Member> {
    Some(Member {
        key: MemberKey(written.key),
        id: written.id,
        name: written.name,
        email: written.email,
        role: Role::parse(&written.role)?,
        active: written.active,
        avatar_url: written.avatar_url,
        known: written.known,
    })
}

fn write_token(token: &TokenEntry) -> WrittenToken {
    WrittenToken {
        key: token.key.0,
        scopes: token
            .scopes
            .iter()
            .map(|scope| scope.name().to_owned())
            .collect(),
        hash: token.hash.0,
        expires_at: token.expires_at.map(Instant::micros),
    }
}

fn read_token(written: &WrittenToken) -> Option<TokenEntry> {
    Some(TokenEntry {
        key: TokenKey(written.key),
        scopes: written
            .scopes
            .iter()
            .map(|name| ApiScope::parse(name))
            .collect::<Option<_>>()?,
        hash: SecretHash(written.hash),
        expires_at: written.expires_at.map(Instant::from_micros),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let member = Member {
            key: MemberKey(1),
            id: "ada".to_owned(),
            name: "Ada".to_owned(),
            email: Some("ada@example.com".to_owned()),
            role: Role::Owner,
            active: true,
            avatar_url: None,
            known: true,
        };
        let team = Team {
            key: TeamKey(2),
            id: "t".to_owned(),
            name: "First".to_owned(),
            members: vec![MemberKey(1)],
        };
        let label = Label {
            key: LabelKey(3),
            id: "l".to_owned(),
            title: "Billing".to_owned(),
            color: Some("#ff0000".to_owned()),
        };
        let token = TokenEntry {
            key: TokenKey(5),
            scopes: ApiScope::ALL.to_vec(),
            hash: SecretHash([7; 32]),
            expires_at: Some(Instant::from_micros(6)),
        };
        Directory::new(
            vec![member],
            vec![team],
            vec![label],
            vec![(ChannelKey(4), "chat".to_owned())],
        )
        .with_tokens(vec![token])
    }

    #[test]
    fn a_directory_is_read_back_as_it_was() {
        let read = decode(7, &encode(7, &directory())).unwrap();
        assert_eq!(read.members(), directory().members());
        assert_eq!(read.teams(), directory().teams());
        assert_eq!(read.labels(), directory().labels());
        assert_eq!(read.channel_by_name("chat"), Some(ChannelKey(4)));
        let token = read.api_token(TokenKey(5)).unwrap();
        assert_eq!(
            (&*token.scopes, token.hash.0),
            (&ApiScope::ALL[..], [7; 32])
        );
        assert_eq!(token.expires_at, Some(Instant::from_micros(6)));
    }

    #[test]
    fn a_directory_of_another_version_is_none() {
        assert!(decode(8, &encode(7, &directory())).is_none());
        assert!(decode(7, b"nonsense").is_none());
    }
}
