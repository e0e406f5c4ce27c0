//! Attributes of each row, as places in a block's own dictionary of the values that occur.

use std::ops::Range;

use caseload_schema::facts::Attribute;

use super::{
    lists::Lists,
    tags::number,
    wire::{DamagedBlock, Reader, Writer},
};

/// The attributes of a block's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// The keys that occur, in code point order.
    keys: Vec<Box<str>>,
    /// Where the values of each key end in `values`.
    ends: Vec<u32>,
    /// The values of one key behind those of the other; those of a key in code point order.
    values: Vec<Box<str>>,
    /// The sets of attributes that occur, in lexicographic order, each once: places in `values`, ascending.
    sets: Lists,
    /// The set of each row. Empty where no row has any attribute: then all have the only set there is.
    set_of: Vec<u32>,
}

impl Default for Attributes {
    /// Those of rows of which none has any.
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            ends: Vec::new(),
            values: Vec::new(),
            sets: Lists::new(std::iter::once(0), Vec::new()),
            set_of: Vec::new(),
        }
    }
}

impl Attributes {
    /// From those of each row, ascending.
    pub(super) fn of<'a>(rows: impl Iterator<Item = &'a [Attribute]> + Clone) -> Self {
        if rows.clone().all(<[Attribute]>::is_empty) {
            return Self::default();
        }
        let (sets, set_of) = number(rows);
        let (attributes, places) = number(sets.iter().copied().flatten());
        let mut made = Self {
            sets: Lists::new(sets.iter().map(|set| set.len() as u32), places),
            set_of,
            ..Self::default()
        };
        for of_key in attributes.chunk_by(|a, b| a.key == b.key) {
            made.keys.push(of_key[0].key.clone());
            made.values
                .extend(of_key.iter().map(|attribute| attribute.value.clone()));
            made.ends.push(made.values.len() as u32);
        }
        made
    }

    /// The keys that occur, in code point order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| &**key)
    }

    /// The places of the values of `key`, none where no row has it.
    pub(crate) fn places_of(&self, key: &str) -> Range<usize> {
        let Ok(at) = self.keys.binary_search_by(|own| (**own).cmp(key)) else {
            return 0..0;
        };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        start as usize..self.ends[at] as usize
    }

    /// The values of `key`, in code point order.
    pub(crate) fn values_of(&self, key: &str) -> &[Box<str>] {
        &self.values[self.places_of(key)]
    }

    /// How many sets of attributes occur.
    pub(crate) fn count_sets(&self) -> usize {
        self.sets.len()
    }

    /// The places of the values that a set holds, ascending.
    pub(crate) fn set(&self, set: usize) -> &[u32] {
        self.sets.get(set)
    }

    /// The place of the set of `row`.
    pub(crate) fn set_of(&self, row: usize) -> usize {
        if self.set_of.is_empty() {
            0
        } else {
            self.set_of[row] as usize
        }
    }

    /// Nothing but the number of keys where there is none.
    pub(super) fn write(&self, out: &mut Writer) {
        out.number(self.keys.len() as u64);
        if self.keys.is_empty() {
            return;
        }
        out.texts(&self.keys);
        let starts = std::iter::once(&0).chain(&self.ends);
        let lengths = self.ends.iter().zip(starts).map(|(end, start)| end - start);
        out.column(lengths.map(i64::from));
        out.texts(&self.values);
        self.sets.write(out);
        out.column(self.set_of.iter().map(|&at| i64::from(at)));
    }

    pub(super) fn read(from: &mut Reader<'_>, rows: usize) -> Result<Self, DamagedBlock> {
        let count = from.count()?;
        if count == 0 {
            return Ok(Self::default());
        }
        let keys = from.texts(count)?;
        let mut ends = from.up_to(u32::MAX - 1, count)?;
        let total = from.counted(ends.iter().map(|&length| u64::from(length)).sum())?;
        let values = from.texts(total)?;
        let mut end = 0;
        let mut are_sorted = is_ascending(&keys);
        for length in &mut ends {
            let start = end;
            end += *length;
            *length = end;
            are_sorted &= is_ascending(&values[start as usize..end as usize]);
        }
        if !are_sorted {
            return Err(DamagedBlock::Malformed("attributes"));
        }
        let sets = Lists::read(from, values.len())?;
        let set_of = from.indices(sets.len(), rows)?;
        Ok(Self {
            keys,
            ends,
            values,
            sets,
            set_of,
        })
    }

    pub(super) fn weight(&self) -> usize {
        let texts = |texts: &[Box<str>]| {
            size_of_val(texts) + texts.iter().map(|text| text.len()).sum::<usize>()
        };
        texts(&self.keys)
            + size_of_val(&*self.ends)
            + texts(&self.values)
            + self.sets.weight()
            + size_of_val(&*self.set_of)
    }
}

fn is_ascending(texts: &[Box<str>]) -> bool {
    texts.is_sorted_by(|a, b| a < b)
}

#[cfg(test)]
mod tests {
    use super::{super::wire::Kind, *};

    fn attribute((key, value): (&str, &str)) -> Attribute {
        Attribute {
            key: key.into(),
            value: value.into(),
        }
    }

    fn of(rows: &[&[(&str, &str)]]) -> Attributes {
        let rows: Vec<Vec<Attribute>> = rows
            .iter()
            .map(|row| row.iter().copied().map(attribute).collect())
            .collect();
        Attributes::of(rows.iter().map(|row| &**row))
    }

    fn values(attributes: &Attributes, row: usize) -> Vec<&str> {
        let places = attributes.set(attributes.set_of(row)).iter();
        places
            .map(|&place| &*attributes.values[place as usize])
            .collect()
    }

    fn read_back(attributes: &Attributes, rows: usize) {
        let mut out = Writer::new(Kind::Day);
        attributes.write(&mut out);
        let bytes = out.finish();
        let mut from = Reader::open(&bytes, Kind::Day).unwrap();
        assert_eq!(&Attributes::read(&mut from, rows).unwrap(), attributes);
        from.finish().unwrap();
    }

    #[test]
    fn each_row_finds_its_values_by_key() {
        let attributes = of(&[
            &[("plan", "pro"), ("region", "eu"), ("region", "us")],
            &[],
            &[("plan", "basic"), ("region", "eu")],
        ]);
        assert_eq!(attributes.keys().collect::<Vec<_>>(), ["plan", "region"]);
        assert_eq!(attributes.places_of("plan"), 0..2);
        assert_eq!(attributes.places_of("region"), 2..4);
        assert_eq!(attributes.places_of("plans"), 0..0);
        assert_eq!(values(&attributes, 0), ["pro", "eu", "us"]);
        assert_eq!(values(&attributes, 1), [""; 0]);
        assert_eq!(values(&attributes, 2), ["basic", "eu"]);
        read_back(&attributes, 3);
    }

    #[test]
    fn rows_without_any_take_a_byte() {
        let attributes = of(&[&[], &[]]);
        assert_eq!(attributes, Attributes::default());
        assert_eq!(values(&attributes, 1), [""; 0]);
        let mut out = Writer::new(Kind::Day);
        attributes.write(&mut out);
        assert_eq!(
            out.finish().len(),
            Writer::new(Kind::Day).finish().len() + 1
        );
        read_back(&attributes, 2);
    }

    #[test]
    fn values_that_are_out_of_order_are_refused() {
        let mut attributes = of(&[&[("plan", "a")], &[("plan", "b")]]);
        attributes.values.swap(0, 1);
        let mut out = Writer::new(Kind::Day);
        attributes.write(&mut out);
        let bytes = out.finish();
        let read = Attributes::read(&mut Reader::open(&bytes, Kind::Day).unwrap(), 2);
        assert_eq!(read, Err(DamagedBlock::Malformed("attributes")));
    }
}
