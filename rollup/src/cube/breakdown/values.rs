//! Values of attributes as numbers: a block has its own places for them, a breakdown one code for each.

use std::{collections::BTreeSet, ops::Range};

use super::{Dimension, Key, MAX_DIMENSIONS};
use crate::block::{Attributes, Tags};

/// The code of a value that a breakdown does not have.
const UNKNOWN: u32 = u32::MAX;

/// The values of each dimension that is an attribute, in code point order: a value's place is its code.
#[derive(Debug, Default)]
pub(super) struct ValueLists([Vec<Box<str>>; MAX_DIMENSIONS]);

/// The keys of the values of one block: for each dimension that is an attribute the places of its values, and their keys.
#[derive(Debug, Default)]
pub(super) struct CodesOfBlock([(Range<usize>, Vec<Key>); MAX_DIMENSIONS]);

/// The dimensions that are attributes: their place and key.
fn attributes_of(by: &[Dimension]) -> impl Iterator<Item = (usize, &str)> {
    by.iter()
        .enumerate()
        .filter_map(|(at, dimension)| match dimension {
            Dimension::Attribute(key) => Some((at, &**key)),
            _ => None,
        })
}

impl ValueLists {
    /// The values that occur in blocks with these tags.
    pub(super) fn of(by: &[Dimension], blocks: &[&Tags]) -> Self {
        let mut lists = Self::default();
        for (at, key) in attributes_of(by) {
            let blocks = blocks.iter();
            let values = blocks.flat_map(|tags| tags.attributes().values_of(key));
            let distinct: BTreeSet<&str> = values.map(|value| &**value).collect();
            lists.0[at] = distinct.into_iter().map(Into::into).collect();
        }
        lists
    }

    /// The value behind a code of that dimension.
    pub(super) fn get(&self, dimension: u8, code: u32) -> Option<&str> {
        let value = self.0.get(usize::from(dimension))?.get(code as usize)?;
        Some(value)
    }

    /// The key of a value of that dimension, also where no row has it.
    pub(super) fn key(&self, dimension: u8, value: &str) -> Key {
        let values = &self.0[usize::from(dimension)];
        let found = values.binary_search_by(|own| (**own).cmp(value));
        Key::Value {
            dimension,
            code: found.map_or(UNKNOWN, |code| code as u32),
        }
    }

    /// The keys of the values that a block with these attributes has.
    pub(super) fn codes(&self, by: &[Dimension], attributes: &Attributes) -> CodesOfBlock {
        let mut codes = CodesOfBlock::default();
        for (at, key) in attributes_of(by) {
            let values = attributes.values_of(key).iter();
            let keys = values.map(|value| self.key(at as u8, value)).collect();
            codes.0[at] = (attributes.places_of(key), keys);
        }
        codes
    }
}

impl CodesOfBlock {
    /// The keys of the values of `row` for the dimension at that place.
    pub(super) fn of_row(
        &self,
        dimension: usize,
        attributes: &Attributes,
        row: usize,
    ) -> impl Iterator<Item = Key> {
        let (places, keys) = &self.0[dimension];
        let own = attributes.set(attributes.set_of(row)).iter();
        own.map(|&place| place as usize)
            .filter(|place| places.contains(place))
            .map(|place| keys[place - places.start])
    }
}
