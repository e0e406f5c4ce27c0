//! What a figure is restricted to.

use std::{collections::BTreeSet, ops::Range};

use caseload_schema::id::{ChannelKey, LabelKey, MemberKey};

use crate::block::{Attributes, Members, Tags};

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
    /// The attributes that its conversation has now: each of these lets it pass. None restricts nothing.
    pub attributes: Vec<AttributeFilter>,
}

/// The values wanted of one key, as alternatives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttributeFilter {
    /// The key.
    pub key: String,
    /// A conversation with any of these values passes.
    pub any_of: BTreeSet<String>,
    /// Whether a conversation without the key passes.
    pub or_none: bool,
}

impl AttributeFilter {
    /// Which sets of attributes pass, by place.
    fn sets(&self, attributes: &Attributes) -> Vec<bool> {
        let places = attributes.places_of(&self.key);
        let mut wanted = vec![false; places.len()];
        let values = attributes.values_of(&self.key);
        for value in &self.any_of {
            if let Ok(at) = values.binary_search_by(|own| (**own).cmp(value)) {
                wanted[at] = true;
            }
        }
        let passes = |set| {
            let mut own = places_in(attributes.set(set), &places).peekable();
            if own.peek().is_none() {
                self.or_none
            } else {
                own.any(|place| wanted[place - places.start])
            }
        };
        (0..attributes.count_sets()).map(passes).collect()
    }

    /// Whether one set of attributes passes: the same answer, without preparation.
    fn passes(&self, attributes: &Attributes, set: usize) -> bool {
        let places = attributes.places_of(&self.key);
        let values = attributes.values_of(&self.key);
        let mut own = places_in(attributes.set(set), &places).peekable();
        if own.peek().is_none() {
            self.or_none
        } else {
            own.any(|place| self.any_of.contains(&*values[place - places.start]))
        }
    }
}

fn places_in(set: &[u32], places: &Range<usize>) -> impl Iterator<Item = usize> {
    let own = set.iter().map(|&place| place as usize);
    own.filter(|place| places.contains(place))
}

/// A filter that can be narrowed further.
#[derive(Debug, Clone, Default)]
pub(super) struct Predicate {
    credit: Credit,
    labels: Option<BTreeSet<LabelKey>>,
    /// Labels of which a conversation has to have each, beside any of the above.
    also_labeled: BTreeSet<LabelKey>,
    channels: Option<BTreeSet<ChannelKey>>,
    attributes: Vec<AttributeFilter>,
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
            attributes,
        } = filter;
        Self {
            credit: credit.map_or(Credit::Everyone, Credit::Some),
            labels,
            also_labeled: BTreeSet::new(),
            channels,
            attributes,
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
        Self {
            credit,
            ..self.clone()
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

    /// Whether rows pass whatever their labels, attributes and channel.
    pub(super) fn passes_all_rows(&self) -> bool {
        self.labels.is_none()
            && self.channels.is_none()
            && self.also_labeled.is_empty()
            && self.attributes.is_empty()
    }

    /// How many sets are looked at to know which of them pass.
    pub(super) fn count_sets(&self, tags: &Tags) -> usize {
        tags.count_sets() + self.attributes.len() * tags.attributes().count_sets()
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

    /// Which sets of attributes pass, by place; `None` where all do.
    pub(super) fn attribute_sets(&self, tags: &Tags) -> Option<Vec<bool>> {
        let (first, others) = self.attributes.split_first()?;
        let mut passing = first.sets(tags.attributes());
        for filter in others {
            let by_this = filter.sets(tags.attributes());
            for (passes, passes_this) in passing.iter_mut().zip(by_this) {
                *passes &= passes_this;
            }
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

    /// Whether `row` passes by its labels, attributes and channel: the same answer as from those above, without preparation.
    pub(super) fn passes(&self, tags: &Tags, row: usize) -> bool {
        let has = |label: &LabelKey| tags.labels_of(row).any(|own| own == *label);
        let attributes = tags.attributes();
        self.channels
            .as_ref()
            .is_none_or(|channels| channels.contains(&tags.channels()[tags.channel_of(row)]))
            && self
                .labels
                .as_ref()
                .is_none_or(|labels| tags.labels_of(row).any(|own| labels.contains(&own)))
            && self.also_labeled.iter().all(has)
            && self
                .attributes
                .iter()
                .all(|filter| filter.passes(attributes, attributes.set_of(row)))
    }
}

fn marked<'a>(tags: &Tags, sets: impl Iterator<Item = &'a u32>) -> Vec<bool> {
    let mut marked = vec![false; tags.count_sets()];
    sets.for_each(|&set| marked[set as usize] = true);
    marked
}
