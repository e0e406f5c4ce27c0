//! Labels, attributes and channel of each row, as places in a block's own lists of those that occur.

use caseload_schema::{
    facts::Attribute,
    id::{ChannelKey, LabelKey},
};
use rustc_hash::FxHashMap;

use super::{
    attributes::Attributes,
    lists::Lists,
    wire::{DamagedBlock, Reader, Writer},
};

/// What one row is told apart by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowTags<'a> {
    /// The labels, ascending.
    pub(crate) labels: &'a [LabelKey],
    /// The channel.
    pub(crate) channel: ChannelKey,
    /// The attributes, ascending.
    pub(crate) attributes: &'a [Attribute],
}

/// Labels, attributes and channel of each row of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tags {
    /// The channels that occur, ascending.
    channels: Vec<ChannelKey>,
    /// The labels that occur, ascending.
    labels: Vec<LabelKey>,
    /// The label sets that occur, in lexicographic order, each once: places in `labels`.
    sets: Lists,
    /// For each label the sets that hold it.
    holders: Lists,
    channel_of: Vec<u32>,
    set_of: Vec<u32>,
    attributes: Attributes,
}

impl Tags {
    /// From those of each row.
    pub(crate) fn of<'a>(rows: impl Iterator<Item = RowTags<'a>> + Clone) -> Self {
        let (sets, set_of) = number(rows.clone().map(|row| row.labels));
        let (channels, channel_of) = number(rows.clone().map(|row| row.channel));
        let attributes = Attributes::of(rows.map(|row| row.attributes));
        let (labels, places) = number(sets.iter().copied().flatten().copied());
        let sets = Lists::new(sets.iter().map(|set| set.len() as u32), places);
        Self {
            channels,
            holders: sets.inverted(labels.len()),
            labels,
            sets,
            channel_of,
            set_of,
            attributes,
        }
    }

    /// The attributes of all rows.
    pub(crate) const fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The channels that occur.
    pub(crate) fn channels(&self) -> &[ChannelKey] {
        &self.channels
    }

    /// The place of the channel of `row`.
    pub(crate) fn channel_of(&self, row: usize) -> usize {
        self.channel_of[row] as usize
    }

    /// How many label sets occur.
    pub(crate) fn count_sets(&self) -> usize {
        self.sets.len()
    }

    /// The place of the label set of `row`.
    pub(crate) fn set_of(&self, row: usize) -> usize {
        self.set_of[row] as usize
    }

    /// The labels that occur, each with the places of the sets that hold it.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (LabelKey, &[u32])> {
        self.labels
            .iter()
            .enumerate()
            .map(|(at, &label)| (label, self.holders.get(at)))
    }

    /// The places of the sets that hold `label`.
    pub(crate) fn sets_with(&self, label: LabelKey) -> &[u32] {
        self.labels
            .binary_search(&label)
            .map_or(&[], |at| self.holders.get(at))
    }

    /// The labels that occur, ascending.
    pub(crate) fn label_keys(&self) -> &[LabelKey] {
        &self.labels
    }

    /// The places of the labels of `row` among those that occur.
    pub(crate) fn label_places_of(&self, row: usize) -> &[u32] {
        self.sets.get(self.set_of(row))
    }

    /// The place of the channel of `row` among those that occur.
    pub(crate) fn channel_places_of(&self, row: usize) -> &[u32] {
        std::slice::from_ref(&self.channel_of[row])
    }

    /// The labels of `row`.
    pub(crate) fn labels_of(&self, row: usize) -> impl Iterator<Item = LabelKey> {
        self.sets
            .get(self.set_of(row))
            .iter()
            .map(|&at| self.labels[at as usize])
    }

    /// Whether the set at that place has any label. (The empty one comes first in their order.)
    pub(crate) fn is_set_labeled(&self, set: usize) -> bool {
        set != 0 || !self.sets.get(0).is_empty()
    }

    /// Whether `row` has any label.
    pub(crate) fn is_labeled(&self, row: usize) -> bool {
        self.is_set_labeled(self.set_of(row))
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.number(self.channels.len() as u64);
        out.column(self.channels.iter().map(|channel| channel.0));
        out.number(self.labels.len() as u64);
        out.column(self.labels.iter().map(|label| label.0));
        self.sets.write(out);
        out.column(self.channel_of.iter().map(|&at| i64::from(at)));
        out.column(self.set_of.iter().map(|&at| i64::from(at)));
        self.attributes.write(out);
    }

    pub(super) fn read(from: &mut Reader<'_>, rows: usize) -> Result<Self, DamagedBlock> {
        let count = from.count()?;
        let channels = from.column(count, ChannelKey)?;
        let count = from.count()?;
        let labels = from.column(count, LabelKey)?;
        if !channels.is_sorted_by(|a, b| a < b) || !labels.is_sorted_by(|a, b| a < b) {
            return Err(DamagedBlock::Malformed("labels or channels"));
        }
        let sets = Lists::read(from, labels.len())?;
        let channel_of = from.indices(channels.len(), rows)?;
        let set_of = from.indices(sets.len(), rows)?;
        let attributes = if from.has_attributes() {
            Attributes::read(from, rows)?
        } else {
            Attributes::default()
        };
        Ok(Self {
            channels,
            holders: sets.inverted(labels.len()),
            labels,
            sets,
            channel_of,
            set_of,
            attributes,
        })
    }

    pub(super) fn weight(&self) -> usize {
        size_of_val(&*self.channels)
            + size_of_val(&*self.labels)
            + self.sets.weight()
            + self.holders.weight()
            + size_of_val(&*self.channel_of)
            + size_of_val(&*self.set_of)
            + self.attributes.weight()
    }
}

/// The distinct values in order, and the place of each value among them.
pub(super) fn number<T: Copy + Ord + std::hash::Hash>(
    values: impl Iterator<Item = T>,
) -> (Vec<T>, Vec<u32>) {
    let mut seen = FxHashMap::default();
    let mut distinct = Vec::new();
    let first_seen = |value| {
        *seen.entry(value).or_insert_with(|| {
            distinct.push(value);
            distinct.len() as u32 - 1
        })
    };
    let mut numbers: Vec<u32> = values.map(first_seen).collect();
    let mut order: Vec<u32> = (0..distinct.len() as u32).collect();
    order.sort_unstable_by_key(|&at| distinct[at as usize]);
    let mut places = vec![0; distinct.len()];
    for (&at, place) in order.iter().zip(0..) {
        places[at as usize] = place;
    }
    for number in &mut numbers {
        *number = places[*number as usize];
    }
    (
        order.iter().map(|&at| distinct[at as usize]).collect(),
        numbers,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged((labels, channel): (&[LabelKey], ChannelKey)) -> RowTags<'_> {
        RowTags {
            labels,
            channel,
            attributes: &[],
        }
    }

    #[test]
    fn distinct_values_are_numbered_in_order() {
        assert_eq!(
            number([7, 3, 7, 9].into_iter()),
            (vec![3, 7, 9], vec![1, 0, 1, 2])
        );
    }

    #[test]
    fn each_row_finds_its_labels_and_channel() {
        let (a, b) = (LabelKey(1), LabelKey(2));
        let rows = [
            (&[a, b][..], ChannelKey(5)),
            (&[][..], ChannelKey(4)),
            (&[b][..], ChannelKey(5)),
        ];
        let tags = Tags::of(rows.into_iter().map(tagged));
        for (row, (labels, channel)) in rows.into_iter().enumerate() {
            assert_eq!(tags.labels_of(row).collect::<Vec<_>>(), labels);
            assert_eq!(tags.channels()[tags.channel_of(row)], channel);
            assert_eq!(tags.is_labeled(row), !labels.is_empty());
        }
    }

    #[test]
    fn each_label_finds_the_sets_that_hold_it() {
        let (a, b, c) = (LabelKey(1), LabelKey(2), LabelKey(3));
        let rows = [
            (&[a, b][..], ChannelKey(5)),
            (&[][..], ChannelKey(5)),
            (&[b][..], ChannelKey(5)),
        ];
        let tags = Tags::of(rows.into_iter().map(tagged));
        assert_eq!(tags.sets_with(a), [1]);
        assert_eq!(tags.sets_with(b), [1, 2]);
        assert_eq!(tags.sets_with(c), [0_u32; 0]);
        assert_eq!(
            tags.labels()
                .map(|(label, sets)| (label, sets.len()))
                .collect::<Vec<_>>(),
            [(a, 1), (b, 2)]
        );
    }
}
