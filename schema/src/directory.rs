//! The directory of a workspace: who and what there is, by key and by id.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::{
    id::{ChannelKey, LabelKey, MemberKey, TeamKey, TokenKey},
    instant::Instant,
    role::Role,
    scope::ApiScope,
};

/// A member. One known by its id alone is inactive and has its id as name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its key.
    pub key: MemberKey,
    /// The source system's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// What it may do.
    pub role: Role,
    /// Whether it works here now.
    pub active: bool,
    /// Where its picture is.
    pub avatar_url: Option<String>,
    /// Whether a member record ever came; else it is known by its id alone.
    pub known: bool,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its key.
    pub key: TeamKey,
    /// The source system's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Who is in it now, ascending.
    pub members: Vec<MemberKey>,
}

/// A label. One known by its id alone has its id as title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its key.
    pub key: LabelKey,
    /// The source system's id.
    pub id: String,
    /// The title.
    pub title: String,
    /// `#rrggbb`.
    pub color: Option<String>,
}

/// The SHA-256 of an API token's secret.
#[derive(Clone, Copy)]
pub struct SecretHash(pub [u8; 32]);

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// What is needed to check an API token that is not revoked.
#[derive(Debug, Clone)]
pub struct TokenEntry {
    /// Its key.
    pub key: TokenKey,
    /// What it may do.
    pub scopes: Vec<ApiScope>,
    /// The hash of its secret.
    pub hash: SecretHash,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
}

/// Everything in a workspace that has a name, and its API tokens, as of one version.
///
/// ```
/// use caseload_schema::{directory::{Directory, Label}, id::{ChannelKey, LabelKey}};
/// let label = |key, title: &str| Label {
///     key: LabelKey(key), id: format!("l{key}"), title: title.to_owned(), color: None,
/// };
/// let labels = vec![label(1, "Returns"), label(2, "Billing")];
/// let directory = Directory::new(vec![], vec![], labels, vec![(ChannelKey(5), "chat".to_owned())]);
/// assert_eq!(directory.labels()[0].title, "Billing"); // by title
/// assert_eq!(directory.label_by_id("l1").unwrap().key, LabelKey(1));
/// assert_eq!(directory.channel_by_name("chat"), Some(ChannelKey(5)));
/// ```
#[derive(Debug, Default)]
pub struct Directory {
    members: Vec<Arc<Member>>,
    teams: Vec<Arc<Team>>,
    labels: Vec<Arc<Label>>,
    member_by_key: FxHashMap<MemberKey, usize>,
    member_by_id: FxHashMap<String, usize>,
    label_by_key: FxHashMap<LabelKey, usize>,
    label_by_id: FxHashMap<String, usize>,
    channels: FxHashMap<ChannelKey, Arc<str>>,
    channel_by_name: FxHashMap<Arc<str>, ChannelKey>,
    tokens: FxHashMap<TokenKey, Arc<TokenEntry>>,
}

impl Directory {
    /// From its parts, in any order.
    pub fn new(
        mut members: Vec<Member>,
        mut teams: Vec<Team>,
        mut labels: Vec<Label>,
        channels: Vec<(ChannelKey, String)>,
    ) -> Self {
        members.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        teams.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        labels.sort_by(|a, b| (&a.title, &a.id).cmp(&(&b.title, &b.id)));
        let channels: FxHashMap<ChannelKey, Arc<str>> = channels
            .into_iter()
            .map(|(key, name)| (key, Arc::from(name)))
            .collect();
        Self {
            member_by_key: members
                .iter()
                .enumerate()
                .map(|(at, member)| (member.key, at))
                .collect(),
            member_by_id: members
                .iter()
                .enumerate()
                .map(|(at, member)| (member.id.clone(), at))
                .collect(),
            label_by_key: labels
                .iter()
                .enumerate()
                .map(|(at, label)| (label.key, at))
                .collect(),
            label_by_id: labels
                .iter()
                .enumerate()
                .map(|(at, label)| (label.id.clone(), at))
                .collect(),
            channel_by_name: channels
                .iter()
                .map(|(key, name)| (Arc::clone(name), *key))
                .collect(),
            channels,
            members: members.into_iter().map(Arc::new).collect(),
            teams: teams.into_iter().map(Arc::new).collect(),
            labels: labels.into_iter().map(Arc::new).collect(),
            tokens: FxHashMap::default(),
        }
    }

    /// The same with these API tokens.
    #[must_use]
    pub fn with_tokens(self, tokens: Vec<TokenEntry>) -> Self {
        Self {
            tokens: tokens
                .into_iter()
                .map(|token| (token.key, Arc::new(token)))
                .collect(),
            ..self
        }
    }

    /// All API tokens that are not revoked, in no order.
    pub fn api_tokens(&self) -> impl Iterator<Item = &Arc<TokenEntry>> {
        self.tokens.values()
    }

    /// The API token of that key, unless it is revoked.
    pub fn api_token(&self, key: TokenKey) -> Option<&Arc<TokenEntry>> {
        self.tokens.get(&key)
    }

    /// All members, those known by id alone among them, by name, then id (Unicode code points).
    pub fn members(&self) -> &[Arc<Member>] {
        &self.members
    }

    /// All teams, by name, then id.
    pub fn teams(&self) -> &[Arc<Team>] {
        &self.teams
    }

    /// All labels, by title, then id.
    pub fn labels(&self) -> &[Arc<Label>] {
        &self.labels
    }

    /// The member of that key.
    pub fn member(&self, key: MemberKey) -> Option<&Arc<Member>> {
        self.member_by_key.get(&key).map(|&at| &self.members[at])
    }

    /// The member of that id.
    pub fn member_by_id(&self, id: &str) -> Option<&Arc<Member>> {
        self.member_by_id.get(id).map(|&at| &self.members[at])
    }

    /// The team of that key.
    pub fn team(&self, key: TeamKey) -> Option<&Arc<Team>> {
        self.teams.iter().find(|team| team.key == key)
    }

    /// The team of that id.
    pub fn team_by_id(&self, id: &str) -> Option<&Arc<Team>> {
        self.teams.iter().find(|team| team.id == id)
    }

    /// The label of that key.
    pub fn label(&self, key: LabelKey) -> Option<&Arc<Label>> {
        self.label_by_key.get(&key).map(|&at| &self.labels[at])
    }

    /// The label of that id.
    pub fn label_by_id(&self, id: &str) -> Option<&Arc<Label>> {
        self.label_by_id.get(id).map(|&at| &self.labels[at])
    }

    /// The name of that channel.
    pub fn channel(&self, key: ChannelKey) -> Option<&Arc<str>> {
        self.channels.get(&key)
    }

    /// All channels, in no order.
    pub fn channels(&self) -> impl Iterator<Item = (ChannelKey, &Arc<str>)> {
        self.channels.iter().map(|(key, name)| (*key, name))
    }

    /// The channel of that name.
    pub fn channel_by_name(&self, name: &str) -> Option<ChannelKey> {
        self.channel_by_name.get(name).copied()
    }
}
