//! Who has something in a block: the order of its groups.

use caseload_schema::id::MemberKey;

use super::wire::{DamagedBlock, Reader, Writer};

/// Members ascending, each once, and behind them nobody, where something is credited to nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Members {
    keys: Vec<MemberKey>,
    nobody: bool,
}

/// What sorts members as blocks do: ascending, nobody last.
pub(crate) fn order(member: Option<MemberKey>) -> (bool, Option<MemberKey>) {
    (member.is_none(), member)
}

impl Members {
    /// From members in a block's order, each once.
    pub(crate) fn of(members: impl Iterator<Item = Option<MemberKey>>) -> Self {
        let (mut keys, mut nobody) = (Vec::new(), false);
        for member in members {
            match member {
                Some(key) => keys.push(key),
                None => nobody = true,
            }
        }
        Self { keys, nobody }
    }

    /// How many groups there are.
    pub(crate) fn len(&self) -> usize {
        self.keys.len() + usize::from(self.nobody)
    }

    /// Whose each group is, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Option<MemberKey>> {
        self.keys
            .iter()
            .copied()
            .map(Some)
            .chain(self.nobody.then_some(None))
    }

    /// The group of `member`.
    pub(crate) fn find(&self, member: Option<MemberKey>) -> Option<usize> {
        match member {
            Some(key) => self.keys.binary_search(&key).ok(),
            None => self.nobody.then_some(self.keys.len()),
        }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.number((self.keys.len() as u64) << 1 | u64::from(self.nobody));
        out.column(self.keys.iter().map(|key| key.0));
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, DamagedBlock> {
        let number = from.number()?;
        let count = from.counted(number >> 1)?;
        let keys = from.column(count, MemberKey)?;
        if !keys.is_sorted_by(|a, b| a < b) {
            return Err(DamagedBlock::Malformed("members"));
        }
        Ok(Self {
            keys,
            nobody: number & 1 == 1,
        })
    }

    pub(super) fn weight(&self) -> usize {
        size_of_val(&*self.keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_comes_last() {
        let members = Members::of([Some(MemberKey(3)), Some(MemberKey(8)), None].into_iter());
        assert_eq!(members.len(), 3);
        assert_eq!(members.find(Some(MemberKey(8))), Some(1));
        assert_eq!(members.find(Some(MemberKey(4))), None);
        assert_eq!(members.find(None), Some(2));
        assert_eq!(Members::default().find(None), None);
    }
}
