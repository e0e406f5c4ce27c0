//! What a figure is restricted to.

use std::collections::BTreeSet;

use caseload_schema::id::{ChannelKey, LabelKey, MemberKey};

use crate::block::{Members, Tags};

/// Values of one field are alternatives, fields restrict each other. `None` restricts nothing, an empty set lets nothing
/// pass.
///
/// ```
/// # use caseload_rollup::cube::{Filter, View};
/// # use caseload_schema::id::{ChannelKey, MemberKey};
/// # use std::collections::BTreeSet;
/// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
/// // What is credited to member 2 or to nobody, on channel 1.
/// let filter = Filter {
///     credit: Some(BTreeSet::from([Some(MemberKey(2)), None])),
///     channels: Some(BTreeSet::from([ChannelKey(1)])),
///     ..Filter::default()
/// };
/// assert_eq!(View::new(days.clone(), open.clone(), both, filter).counts().conversations, 1);
/// let nothing = Filter { labels: Some(BTreeSet::new()), ..Filter::default() };
/// assert_eq!(View::new(days, open, both, nothing).counts().conversations, 0);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whom it is credited to; `None` among them is nobody.
    pub credit: Option<BTreeSet<Option<MemberKey>>>,
    /// The labels that its conversation has now: any of these.
    pub labels: Option<BTreeSet<LabelKey>>,
    /// The channel of its conversation.
    pub channels: Option<BTreeSet<ChannelKey>>,
}

/// A filter that can be narrowed further.
#[derive(Debug, Clone, Default)]
pub(super) struct Predicate {
    credit: Credit,
    labels: Option<BTreeSet<LabelKey>>,
    /// Labels of which a conversation has to have each, beside any of the above.
    also_labeled: BTreeSet<LabelKey>,
    channels: Option<BTreeSet<ChannelKey>>,
}

/// Who may be credited.
#[derive(Debug, Clone, Default)]
enum Credit {
    #[default]
    Everyone,
    One(Option<MemberKey>),
    Some(BTreeSet<Option<MemberKey>>),
}

/// The groups of a block that pass.
#[derive(Debug)]
pub(super) enum Passing<P> {
    /// All.
    All,
    /// At most one, by place.
    One(Option<usize>),
    /// Any number, by place.
    Some(P),
}

impl From<Filter> for Predicate {
    fn from(filter: Filter) -> Self {
        let Filter {
            credit,
            labels,
            channels,
        } = filter;
        Self {
            credit: credit.map_or(Credit::Everyone, Credit::Some),
            labels,
            also_labeled: BTreeSet::new(),
            channels,
        }
    }
}

impl Predicate {
    pub(super) fn credited_to(&self, member: Option<MemberKey>) -> Self {
        let credit = match &self.credit {
            Credit::One(only) if *only != member => Credit::Some(BTreeSet::new()),
            Credit::Some(before) if !before.contains(&member) => Credit::Some(BTreeSet::new()),
            _ => Credit::One(member),
        };
        let (labels, channels) = (self.labels.clone(), self.channels.clone());
        Self {
            credit,
            labels,
            also_labeled: self.also_labeled.clone(),
            channels,
        }
    }

    /// Those of `members` who may be credited already.
    pub(super) fn credited_to_any(&self, members: &[MemberKey]) -> Self {
        let passes = |member: &Option<MemberKey>| match &self.credit {
            Credit::Everyone => true,
            Credit::One(only) => only == member,
            Credit::Some(before) => before.contains(member),
        };
        let left = members.iter().copied().map(Some).filter(passes);
        Self {
            credit: Credit::Some(left.collect()),
            ..self.clone()
        }
    }

    pub(super) fn labeled(&self, label: LabelKey) -> Self {
        let mut narrowed = self.clone();
        narrowed.also_labeled.insert(label);
        narrowed
    }

    pub(super) fn on_channel(&self, channel: ChannelKey) -> Self {
        let passes = self
            .channels
            .as_ref()
            .is_none_or(|before| before.contains(&channel));
        Self {
            channels: Some(passes.then_some(channel).into_iter().collect()),
            ..self.clone()
        }
    }

    /// Whether it is one who may be credited.
    pub(super) const fn is_of_one(&self) -> bool {
        matches!(self.credit, Credit::One(_))
    }

    /// The groups of those who may be credited, by place in `members`.
    pub(super) fn groups(&self, members: &Members) -> Passing<impl Iterator<Item = usize>> {
        match &self.credit {
            Credit::Everyone => Passing::All,
            Credit::One(member) => Passing::One(members.find(*member)),
            Credit::Some(credited) => {
                Passing::Some(credited.iter().filter_map(|&member| members.find(member)))
            }
        }
    }

    /// The places in `members` of those who may be credited.
    pub(super) fn places(&self, members: &Members) -> Vec<usize> {
        match self.groups(members) {
            Passing::All => (0..members.iter().count()).collect(),
            Passing::One(place) => place.into_iter().collect(),
            Passing::Some(places) => places.collect(),
        }
    }

    /// Whether rows pass whatever their labels and channel.
    pub(super) fn passes_all_rows(&self) -> bool {
        self.labels.is_none() && self.channels.is_none() && self.also_labeled.is_empty()
    }

    /// Which label sets pass, by place; `None` where all do.
    pub(super) fn sets(&self, tags: &Tags) -> Option<Vec<bool>> {
        if self.labels.is_none() && self.also_labeled.is_empty() {
            return None;
        }
        let mut passing = match &self.labels {
            None => vec![true; tags.count_sets()],
            Some(labels) => marked(tags, labels.iter().flat_map(|&label| tags.sets_with(label))),
        };
        for &label in &self.also_labeled {
            passing = marked(
                tags,
                tags.sets_with(label)
                    .iter()
                    .filter(|&&set| passing[set as usize]),
            );
        }
        Some(passing)
    }

    /// Which channels pass, by place; `None` where all do.
    pub(super) fn channels(&self, tags: &Tags) -> Option<Vec<bool>> {
        let wanted = self.channels.as_ref()?;
        Some(
            tags.channels()
                .iter()
                .map(|channel| wanted.contains(channel))
                .collect(),
        )
    }

    /// Whether `row` passes by its labels and channel: the same answer as from the two above, without preparation.
    pub(super) fn passes(&self, tags: &Tags, row: usize) -> bool {
        let has = |label: &LabelKey| tags.labels_of(row).any(|own| own == *label);
        self.channels
            .as_ref()
            .is_none_or(|channels| channels.contains(&tags.channels()[tags.channel_of(row)]))
            && self
                .labels
                .as_ref()
                .is_none_or(|labels| tags.labels_of(row).any(|own| labels.contains(&own)))
            && self.also_labeled.iter().all(has)
    }
}

fn marked<'a>(tags: &Tags, sets: impl Iterator<Item = &'a u32>) -> Vec<bool> {
    let mut marked = vec![false; tags.count_sets()];
    sets.for_each(|&set| marked[set as usize] = true);
    marked
}
