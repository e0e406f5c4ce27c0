//! Whole numbers in as many bits as the largest of them needs, one behind the other, lowest bit first.

/// How many bits `largest` needs; 0 for 0.
pub(super) const fn width_of(largest: u64) -> u32 {
    u64::BITS - largest.leading_zeros()
}

/// How many bytes `count` numbers of `width` bits take; `None` where that is past counting.
pub(super) fn packed_len(count: usize, width: u32) -> Option<usize> {
    Some(count.checked_mul(width as usize)?.div_ceil(8))
}

/// Appends `values`, none of which may need more than `width` bits.
pub(super) fn pack(values: impl Iterator<Item = u64>, width: u32, out: &mut Vec<u8>) {
    let (mut held, mut bits) = (0_u128, 0_u32);
    for value in values {
        held |= u128::from(value) << bits;
        bits += width;
        if u64::BITS <= bits {
            out.extend_from_slice(&(held as u64).to_le_bytes());
            held >>= u64::BITS;
            bits -= u64::BITS;
        }
    }
    out.extend_from_slice(&held.to_le_bytes()[..bits.div_ceil(8) as usize]);
}

/// Reads `count` numbers of `width` bits from the start of `bytes`. What lies past its end reads as zero bits; bytes
/// behind the packed ones do no harm.
pub(super) fn unpack<T>(
    bytes: &[u8],
    width: u32,
    count: usize,
    mut make: impl FnMut(u64) -> T,
) -> Vec<T> {
    match width {
        0 => (0..count).map(|_| make(0)).collect(),
        1..=WIDEST_IN_ONE_WORD => {
            let mask = (1_u64 << width) - 1;
            (0..count)
                .map(|at| {
                    let bit = at * width as usize;
                    make((word(bytes, bit / 8) >> (bit % 8)) & mask)
                })
                .collect()
        }
        _ => {
            let mask = u64::MAX >> (u64::BITS - width);
            (0..count)
                .map(|at| {
                    let bit = at * width as usize;
                    let both = u128::from(word(bytes, bit / 8))
                        | u128::from(word(bytes, bit / 8 + 8)) << u64::BITS;
                    make((both >> (bit % 8)) as u64 & mask)
                })
                .collect()
        }
    }
}

/// A number of this width lies within 8 bytes wherever it starts in the first of them.
const WIDEST_IN_ONE_WORD: u32 = 57;

fn word(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..at + 8) {
        Some(word) => u64::from_le_bytes(word.try_into().expect("eight bytes were asked for")),
        None => last_word(bytes, at),
    }
}

#[cold]
fn last_word(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    let mut word = [0; 8];
    word[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[u64], bytes: usize) {
        let width = width_of(values.iter().copied().max().unwrap_or(0));
        let mut packed = Vec::new();
        pack(values.iter().copied(), width, &mut packed);
        assert_eq!(packed.len(), bytes);
        assert_eq!(packed_len(values.len(), width), Some(bytes));
        assert_eq!(unpack(&packed, width, values.len(), |value| value), values);
    }

    #[test]
    fn numbers_come_back() {
        check(&[], 0);
        check(&[0, 0, 0], 0);
        check(&[1, 0, 1, 1, 0, 0, 0, 0, 1], 2);
        check(&[5, 1_000, 3], 4);
        check(&[u64::MAX, 1, 0, u64::MAX - 7], 32);
    }

    #[test]
    fn every_width_comes_back() {
        for width in 1..=64 {
            let largest = u64::MAX >> (64 - width);
            let values: Vec<u64> = (0..100)
                .map(|at| largest.wrapping_mul(at) & largest)
                .chain([largest])
                .collect();
            check(&values, (101 * width as usize).div_ceil(8));
        }
    }

    #[test]
    fn what_lies_past_the_end_is_zero() {
        assert_eq!(unpack(&[0xff], 6, 3, |value| value), [63, 3, 0]);
    }
}
