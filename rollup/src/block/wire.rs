//! The frame of a block's bytes (version, kind, body, checksum) and the columns within.

use super::bits;

/// Why bytes are no block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DamagedBlock {
    /// Written by a version that this one does not know.
    #[error("block version {0} is unknown")]
    UnknownVersion(u8),
    /// Cut off, or changed since it was written.
    #[error("the checksum differs")]
    Checksum,
    /// The checksum is right and the contents are not.
    #[error("malformed {0}")]
    Malformed(&'static str),
}

/// What a block holds: the byte behind its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Day = b'd' as isize,
    Open = b'o' as isize,
}

/// What is written of days without business hours.
const VERSION: u8 = 3;
/// What is written of days with business hours: the same, and the durations by them.
const WITH_HOURS: u8 = 4;
/// The oldest version that is read. Final days keep the version that they were made with.
const OLDEST: u8 = 1;
const HEAD: usize = 2;
const CHECKSUM: usize = 4;

/// The most of anything in a block: 24 times as many (the hours of a row) still are 32 bits.
const MOST: u64 = u32::MAX as u64 / 24;

/// The units in which instants are kept, the coarsest that loses nothing first. In microseconds.
const TIME_UNITS: [i64; 3] = [1_000_000, 1_000, 1];

/// Writes one block.
#[derive(Debug)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new(kind: Kind) -> Self {
        Self(vec![VERSION, kind as u8])
    }

    /// A block with durations by business hours.
    pub(super) fn with_hours(kind: Kind) -> Self {
        Self(vec![WITH_HOURS, kind as u8])
    }

    /// Closes the block with its checksum.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let checksum = crc32fast::hash(&self.0);
        self.0.extend_from_slice(&checksum.to_le_bytes());
        self.0
    }

    pub(super) fn number(&mut self, mut value: u64) {
        while 0x7f < value {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    pub(super) fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)) as u64);
    }

    /// A column: the smallest value, and how far each lies above it. Its length is not written.
    pub(super) fn column(&mut self, values: impl Iterator<Item = i64> + Clone) {
        self.column_of(values, 0);
    }

    /// A column of which nothing else bounds the length: equal values take a bit each too. See [`Reader::count`].
    pub(super) fn long_column(&mut self, values: impl Iterator<Item = i64> + Clone) {
        self.column_of(values, 1);
    }

    fn column_of(&mut self, values: impl Iterator<Item = i64> + Clone, least_width: u32) {
        let (low, high) = values
            .clone()
            .fold((i64::MAX, i64::MIN), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if high < low {
            return;
        }
        let width = bits::width_of(high.wrapping_sub(low) as u64).max(least_width);
        self.signed(low);
        self.0.push(width as u8);
        bits::pack(
            values.map(|value| value.wrapping_sub(low) as u64),
            width,
            &mut self.0,
        );
    }

    /// Texts: how long each is, in bytes, then all of them. How many there are is not written.
    pub(super) fn texts(&mut self, texts: &[Box<str>]) {
        self.column(texts.iter().map(|text| text.len() as i64));
        for text in texts {
            self.0.extend_from_slice(text.as_bytes());
        }
    }

    /// A column of instants in microseconds.
    pub(super) fn times(&mut self, values: impl Iterator<Item = i64> + Clone) {
        let whole = |&at: &usize| values.clone().all(|value| value % TIME_UNITS[at] == 0);
        let at = (0..TIME_UNITS.len())
            .find(whole)
            .expect("everything is a multiple of 1");
        self.0.push(at as u8);
        self.column(values.map(|value| value / TIME_UNITS[at]));
    }
}

/// Reads one block. Whatever the bytes, it answers with a value or an error.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    most: u64,
    version: u8,
}

impl<'a> Reader<'a> {
    /// Opens a block: its version is known, its checksum right, and it is of that kind.
    pub(super) fn open(bytes: &'a [u8], kind: Kind) -> Result<Self, DamagedBlock> {
        let version = *bytes.first().ok_or(DamagedBlock::Checksum)?;
        if !(OLDEST..=WITH_HOURS).contains(&version) {
            return Err(DamagedBlock::UnknownVersion(version));
        }
        let (body, checksum) = bytes
            .split_last_chunk::<CHECKSUM>()
            .ok_or(DamagedBlock::Checksum)?;
        if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
            return Err(DamagedBlock::Checksum);
        }
        if body.get(1) != Some(&(kind as u8)) {
            return Err(DamagedBlock::Malformed("kind"));
        }
        Ok(Self {
            rest: &body[HEAD..],
            most: (bytes.len() as u64 * 8).min(MOST),
            version,
        })
    }

    /// Whether the block has what version 2 added: first closings, reply times, reopenings, surveys, and who waits.
    pub(super) const fn has_waits(&self) -> bool {
        2 <= self.version
    }

    /// Whether the block has what version 3 added: attributes.
    pub(super) const fn has_attributes(&self) -> bool {
        3 <= self.version
    }

    /// Whether the block has durations by business hours.
    pub(super) const fn has_hours(&self) -> bool {
        WITH_HOURS == self.version
    }

    /// Nothing may be left over.
    pub(super) fn finish(self) -> Result<(), DamagedBlock> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(DamagedBlock::Malformed("end"))
        }
    }

    pub(super) fn byte(&mut self) -> Result<u8, DamagedBlock> {
        let (&byte, rest) = self
            .rest
            .split_first()
            .ok_or(DamagedBlock::Malformed("length"))?;
        self.rest = rest;
        Ok(byte)
    }

    pub(super) fn number(&mut self) -> Result<u64, DamagedBlock> {
        let mut value = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DamagedBlock::Malformed("number"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, DamagedBlock> {
        let value = self.number()?;
        Ok((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// How many of something follow. Everything that is counted differs from its like in at least a bit, so a block of
    /// `n` bytes holds at most `8 n` of it: what bounds the memory that wrong bytes can ask for.
    pub(super) fn count(&mut self) -> Result<usize, DamagedBlock> {
        let count = self.number()?;
        self.counted(count)
    }

    /// `count`, where it is one that this block can hold.
    pub(super) fn counted(&self, count: u64) -> Result<usize, DamagedBlock> {
        if count <= self.most {
            Ok(count as usize)
        } else {
            Err(DamagedBlock::Malformed("count"))
        }
    }

    /// A column of any numbers.
    pub(super) fn column<T>(
        &mut self,
        count: usize,
        make: impl Fn(i64) -> T,
    ) -> Result<Vec<T>, DamagedBlock> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let low = self.signed()?;
        let width = u32::from(self.byte()?);
        let taken = bits::packed_len(count, width)
            .filter(|&len| width <= u64::BITS && len <= self.rest.len());
        let taken = taken.ok_or(DamagedBlock::Malformed("column"))?;
        let values = bits::unpack(self.rest, width, count, |above| {
            make(low.wrapping_add(above as i64))
        });
        self.rest = &self.rest[taken..];
        Ok(values)
    }

    /// A column of numbers from 0 to `most`.
    pub(super) fn up_to(&mut self, most: u32, count: usize) -> Result<Vec<u32>, DamagedBlock> {
        let values = self.column(count, |value| u32::try_from(value).unwrap_or(u32::MAX))?;
        let fits = values.iter().fold(0, |high, &value| high.max(value)) <= most && most < u32::MAX;
        if fits {
            Ok(values)
        } else {
            Err(DamagedBlock::Malformed("value"))
        }
    }

    /// A column of places in a list of `len`.
    pub(super) fn indices(&mut self, len: usize, count: usize) -> Result<Vec<u32>, DamagedBlock> {
        if len == 0 && count != 0 {
            return Err(DamagedBlock::Malformed("index"));
        }
        self.up_to(len.saturating_sub(1) as u32, count)
    }

    /// A column of numbers from 0 to `most`, each in a byte.
    pub(super) fn bytes_up_to(&mut self, most: u8, count: usize) -> Result<Vec<u8>, DamagedBlock> {
        let values = self.column(count, |value| u8::try_from(value).unwrap_or(u8::MAX))?;
        let fits = values.iter().fold(0, |high, &value| high.max(value)) <= most && most < u8::MAX;
        if fits {
            Ok(values)
        } else {
            Err(DamagedBlock::Malformed("value"))
        }
    }

    /// As many texts.
    pub(super) fn texts(&mut self, count: usize) -> Result<Vec<Box<str>>, DamagedBlock> {
        let lengths = self.up_to(u32::MAX - 1, count)?;
        lengths.into_iter().map(|len| self.text(len)).collect()
    }

    fn text(&mut self, len: u32) -> Result<Box<str>, DamagedBlock> {
        let (text, rest) = self
            .rest
            .split_at_checked(len as usize)
            .ok_or(DamagedBlock::Malformed("text"))?;
        self.rest = rest;
        let text = str::from_utf8(text).map_err(|_| DamagedBlock::Malformed("text"))?;
        Ok(text.into())
    }

    /// A column of instants, in microseconds.
    pub(super) fn times<T>(
        &mut self,
        count: usize,
        make: impl Fn(i64) -> T,
    ) -> Result<Vec<T>, DamagedBlock> {
        let unit = *TIME_UNITS
            .get(usize::from(self.byte()?))
            .ok_or(DamagedBlock::Malformed("time unit"))?;
        self.column(count, |value| make(value.wrapping_mul(unit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[i64], bytes: usize) {
        let mut writer = Writer::new(Kind::Day);
        writer.times(values.iter().copied());
        let written = writer.finish();
        assert_eq!(written.len() - HEAD - CHECKSUM, bytes);
        let mut reader = Reader::open(&written, Kind::Day).unwrap();
        assert_eq!(reader.times(values.len(), |value| value).unwrap(), values);
        reader.finish().unwrap();
    }

    #[test]
    fn instants_are_kept_in_the_coarsest_unit_that_loses_nothing() {
        check(&[], 1);
        check(&[0, 3_000_000], 1 + 1 + 1 + 1);
        check(&[1_000, 3_000_000], 1 + 1 + 1 + 3);
        check(&[i64::MIN, i64::MAX, -1], 1 + 10 + 1 + 24);
    }

    #[test]
    fn bytes_that_are_no_block_are_refused() {
        let whole = Writer::new(Kind::Open).finish();
        let open = |bytes: &[u8]| Reader::open(bytes, Kind::Day).map(drop).unwrap_err();
        assert_eq!(open(&[]), DamagedBlock::Checksum);
        assert_eq!(open(&[9, 9, 9]), DamagedBlock::UnknownVersion(9));
        assert_eq!(open(&whole[..whole.len() - 1]), DamagedBlock::Checksum);
        assert_eq!(open(&whole), DamagedBlock::Malformed("kind"));
    }
}
