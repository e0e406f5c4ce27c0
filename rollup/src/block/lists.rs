//! Many short lists of places, one behind the other.

use super::wire::{DamagedBlock, Reader, Writer};

/// Lists of places, by their own place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lists {
    /// Where each list ends in `places`.
    ends: Vec<u32>,
    places: Vec<u32>,
}

impl Lists {
    /// Cuts `places` into lists of these lengths, which add up to all of them.
    pub(super) fn new(lengths: impl Iterator<Item = u32>, places: Vec<u32>) -> Self {
        let mut end = 0;
        let next = |length| {
            end += length;
            end
        };
        Self {
            ends: lengths.map(next).collect(),
            places,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, at: usize) -> &[u32] {
        let start = if at == 0 {
            0
        } else {
            self.ends[at - 1] as usize
        };
        &self.places[start..self.ends[at] as usize]
    }

    /// For each place below `len` the lists that hold it, ascending.
    pub(super) fn inverted(&self, len: usize) -> Self {
        let mut lengths = vec![0; len];
        for &place in &self.places {
            lengths[place as usize] += 1;
        }
        let mut inverted = Self::new(lengths.into_iter(), vec![0; self.places.len()]);
        for at in (0..self.len()).rev() {
            for &place in self.get(at) {
                let end = &mut inverted.ends[place as usize];
                *end -= 1;
                inverted.places[*end as usize] = at as u32;
            }
        }
        // Each end has moved down to the start of its list, which is where the one before ends.
        inverted.ends.push(self.places.len() as u32);
        inverted.ends.remove(0);
        inverted
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.number(self.len() as u64);
        let starts = std::iter::once(&0).chain(&self.ends);
        out.column(
            self.ends
                .iter()
                .zip(starts)
                .map(|(end, start)| i64::from(end - start)),
        );
        out.column(self.places.iter().map(|&place| i64::from(place)));
    }

    /// Reads lists of places below `len`.
    pub(super) fn read(from: &mut Reader<'_>, len: usize) -> Result<Self, DamagedBlock> {
        let count = from.count()?;
        let lengths = from.up_to(u32::MAX - 1, count)?;
        let total = from.counted(lengths.iter().map(|&length| u64::from(length)).sum())?;
        let places = from.indices(len, total)?;
        Ok(Self::new(lengths.into_iter(), places))
    }

    pub(super) fn weight(&self) -> usize {
        size_of_val(&*self.ends) + size_of_val(&*self.places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverted_lists_name_the_lists_that_held_each_place() {
        let lists = Lists::new([0, 2, 1, 2].into_iter(), vec![0, 3, 3, 1, 3]);
        let inverted = lists.inverted(5);
        let expected: [&[u32]; 5] = [&[1], &[3], &[], &[1, 2, 3], &[]];
        assert_eq!(
            (0..5).map(|at| inverted.get(at)).collect::<Vec<_>>(),
            expected
        );
        assert_eq!(Lists::default().inverted(0).len(), 0);
    }
}
