//! Filters, and what passes them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::world::{Conversation, World};

/// A filter as a query names it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) members: Option<Vec<String>>,
    pub(crate) teams: Option<Vec<String>>,
    pub(crate) unassigned: Option<bool>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) channels: Option<Vec<String>>,
    pub(crate) attributes: Option<Vec<Wanted>>,
}

/// The values wanted of an attribute; none among them stands for conversations without the key.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) key: String,
    pub(crate) any_of: Vec<Option<String>>,
}

impl Wanted {
    fn input(&self) -> Value {
        json!({"key": self.key, "anyOf": self.any_of})
    }

    fn passes(&self, conversation: &Conversation) -> bool {
        match conversation.attributes.get(&self.key) {
            None => self.any_of.contains(&None),
            Some(values) => {
                let wanted = self.any_of.iter().flatten();
                wanted.into_iter().any(|value| values.contains(value))
            }
        }
    }
}

impl Filter {
    /// As the argument of a query.
    pub(crate) fn input(&self) -> Value {
        json!({
            "memberIds": self.members, "teamIds": self.teams, "unassigned": self.unassigned,
            "labelIds": self.labels, "channels": self.channels,
            "attributes": self.attributes.as_ref().map(|wanted| wanted.iter().map(Wanted::input).collect::<Vec<_>>()),
        })
    }

    /// The same without what it says about members.
    pub(crate) fn of_anyone(&self) -> Self {
        Self {
            members: None,
            teams: None,
            unassigned: None,
            ..self.clone()
        }
    }

    fn names_people(&self) -> bool {
        self.members.is_some() || self.teams.is_some()
    }

    /// The members that `memberIds` and `teamIds` leave; none where `unassigned` stands alone.
    pub(crate) fn members_left(&self, world: &World) -> BTreeSet<String> {
        if self.unassigned == Some(true) && !self.names_people() {
            return BTreeSet::new();
        }
        let mut left = world.everyone();
        if let Some(members) = &self.members {
            left.retain(|member| members.contains(member));
        }
        if let Some(teams) = &self.teams {
            let in_team = |member: &String| {
                teams
                    .iter()
                    .filter_map(|team| world.teams.get(team))
                    .any(|team| team.members.contains(member))
            };
            left.retain(in_team);
        }
        left
    }
}

impl Filter {
    /// The teams that `teamIds` leave, with their members; none where `unassigned` stands alone.
    pub(crate) fn teams_left(&self, world: &World) -> Vec<(String, String, Vec<String>)> {
        if self.unassigned == Some(true) && !self.names_people() {
            return Vec::new();
        }
        let mut left = Vec::new();
        for (id, team) in &world.teams {
            if self.teams.as_ref().is_none_or(|teams| teams.contains(id)) {
                let members = team.members.iter().cloned().collect();
                left.push((id.clone(), team.name.clone(), members));
            }
        }
        left
    }
}

/// Restrictions that all have to hold; each is a set of alternatives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    credit: Vec<BTreeSet<Option<String>>>,
    labels: Vec<BTreeSet<String>>,
    channels: Vec<BTreeSet<String>>,
    attributes: Vec<Wanted>,
    unlabeled: bool,
    customers: Vec<String>,
    outcomes: Vec<Option<String>>,
}

impl Scope {
    pub(crate) fn of(world: &World, filter: &Filter) -> Self {
        let mut scope = Self::default();
        if filter.names_people() || filter.unassigned == Some(true) {
            let mut credit: BTreeSet<_> =
                filter.members_left(world).into_iter().map(Some).collect();
            if filter.unassigned == Some(true) {
                credit.insert(None);
            }
            scope.credit.push(credit);
        }
        scope.labels.extend(
            filter
                .labels
                .iter()
                .map(|labels| labels.iter().cloned().collect()),
        );
        scope.channels.extend(
            filter
                .channels
                .iter()
                .map(|channels| channels.iter().cloned().collect()),
        );
        scope
            .attributes
            .extend(filter.attributes.iter().flatten().cloned());
        scope
    }

    pub(crate) fn with_attribute(&self, key: &str, value: Option<&str>) -> Self {
        let mut scope = self.clone();
        scope.attributes.push(Wanted {
            key: key.to_owned(),
            any_of: vec![value.map(str::to_owned)],
        });
        scope
    }

    pub(crate) fn credited_to(&self, member: Option<&str>) -> Self {
        let mut scope = self.clone();
        scope
            .credit
            .push(BTreeSet::from([member.map(str::to_owned)]));
        scope
    }

    pub(crate) fn credited_to_any(&self, members: &[String]) -> Self {
        let mut scope = self.clone();
        scope
            .credit
            .push(members.iter().cloned().map(Some).collect());
        scope
    }

    pub(crate) fn credited_to_one_of(&self, credited: BTreeSet<Option<String>>) -> Self {
        let mut scope = self.clone();
        scope.credit.push(credited);
        scope
    }

    pub(crate) fn unlabeled(&self) -> Self {
        let mut scope = self.clone();
        scope.unlabeled = true;
        scope
    }

    pub(crate) fn of_customer(&self, customer: &str) -> Self {
        let mut scope = self.clone();
        scope.customers.push(customer.to_owned());
        scope
    }

    pub(crate) fn ended(&self, outcome: Option<&str>) -> Self {
        let mut scope = self.clone();
        scope.outcomes.push(outcome.map(str::to_owned));
        scope
    }

    pub(crate) fn labeled(&self, label: &str) -> Self {
        let mut scope = self.clone();
        scope.labels.push(BTreeSet::from([label.to_owned()]));
        scope
    }

    pub(crate) fn on_channel(&self, channel: &str) -> Self {
        let mut scope = self.clone();
        scope.channels.push(BTreeSet::from([channel.to_owned()]));
        scope
    }

    /// Whether something of this conversation that is credited to `credited` passes.
    pub(crate) fn passes(&self, conversation: &Conversation, credited: Option<&String>) -> bool {
        let credited = credited.cloned();
        self.credit.iter().all(|credit| credit.contains(&credited))
            && self.labels.iter().all(|labels| {
                labels
                    .iter()
                    .any(|label| conversation.labels.contains(label))
            })
            && self
                .channels
                .iter()
                .all(|channels| channels.contains(&conversation.channel))
            && self
                .attributes
                .iter()
                .all(|wanted| wanted.passes(conversation))
            && (!self.unlabeled || conversation.labels.is_empty())
            && self
                .customers
                .iter()
                .all(|customer| *customer == conversation.customer)
            && self
                .outcomes
                .iter()
                .all(|outcome| *outcome == conversation.outcome)
    }
}
