//! Blocks as bytes.

use caseload_rollup::{
    block::{DamagedBlock, OpenBlock, decode},
    counts::Counts,
    fold::{fold, fold_open},
};
use proptest::prelude::*;

use crate::facts::{World, world};

/// All blocks of a world as bytes, the one of the open conversations last.
fn written(world: &World) -> Vec<Vec<u8>> {
    let days = fold(&world.clocks(), &world.facts, &|_| true);
    days.iter()
        .map(caseload_rollup::block::Block::encode)
        .chain([fold_open(&world.open()).encode()])
        .collect()
}

/// Reads bytes as both kinds: they must be refused as both.
fn refuse(bytes: &[u8]) -> Result<(), TestCaseError> {
    prop_assert!(decode(bytes).is_err());
    prop_assert!(OpenBlock::decode(bytes).is_err());
    Ok(())
}

proptest! {
    #[test]
    fn what_was_written_is_read(world in world()) {
        for block in fold(&world.clocks(), &world.facts, &|_| true) {
            prop_assert_eq!(decode(&block.encode()), Ok(block));
        }
        let open = fold_open(&world.open());
        prop_assert_eq!(OpenBlock::decode(&open.encode()), Ok(open));
    }

    #[test]
    fn the_same_facts_in_another_order_give_the_same_bytes(world in world()) {
        let mut turned = world.clone();
        turned.facts.conversations.reverse();
        turned.facts.messages.reverse();
        turned.facts.ratings.reverse();
        turned.facts.follow_ups.reverse();
        turned.facts.reopenings.reverse();
        turned.facts.surveys.reverse();
        prop_assert_eq!(written(&turned), written(&world));
    }

    #[test]
    fn facts_of_more_days_give_the_same_block_of_a_day(world in world()) {
        for block in fold(&world.clocks(), &world.facts, &|_| true) {
            prop_assert_eq!(fold(&world.clocks(), &world.facts, &|day| day == block.day()), vec![block]);
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        refuse(&bytes)?;
    }

    #[test]
    fn a_changed_byte_is_noticed(world in world(), at in any::<prop::sample::Index>(), change in 1..=u8::MAX) {
        for mut bytes in written(&world) {
            let at = at.index(bytes.len());
            bytes[at] ^= change;
            refuse(&bytes)?;
        }
    }

    #[test]
    fn a_cut_off_block_is_noticed(world in world(), at in any::<prop::sample::Index>()) {
        for bytes in written(&world) {
            refuse(&bytes[..at.index(bytes.len())])?;
        }
    }

    #[test]
    fn wrong_contents_under_a_right_checksum_do_no_harm(
        world in world(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for mut bytes in written(&world) {
            bytes.truncate(bytes.len() - 4);
            for (at, byte) in &changes {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            let checksum = crc32fast::hash(&bytes);
            bytes.extend_from_slice(&checksum.to_le_bytes());
            if let Ok(block) = decode(&bytes) {
                // Whatever it is, it is a whole block: it can be written and read.
                prop_assert_eq!(decode(&block.encode()), Ok(block));
            }
            if let Ok(open) = OpenBlock::decode(&bytes) {
                prop_assert_eq!(OpenBlock::decode(&open.encode()), Ok(open));
            }
        }
    }
}

#[test]
fn an_unknown_version_is_told_apart() {
    let mut bytes = OpenBlock::default().encode();
    bytes[0] = 200;
    assert_eq!(
        OpenBlock::decode(&bytes),
        Err(DamagedBlock::UnknownVersion(200))
    );
    assert_eq!(decode(&bytes), Err(DamagedBlock::UnknownVersion(200)));
}

#[test]
fn a_block_of_nothing_is_read_as_what_it_is() {
    let bytes = OpenBlock::default().encode();
    assert_eq!(OpenBlock::decode(&bytes), Ok(OpenBlock::default()));
    assert!(bytes.len() < 20);
}

/// 3 March 2026 of docs/example.ndjson, and the conversations open after it, as the first version wrote them.
const OLD_DAY: &str = "0164c6c002070202240002580001010001020603080502028102020102020201020400026400010c00010200021e0406fe0f\
    bc00f0f5b09a0d109885000000c0feaa9a0d0e00008c0a00040a1c00e00311602601000080c60a00020212000498aadb000002841100012d0400\
    080000e0ddb79a0d000800000000000200accfb0c2";
const OLD_OPEN: &str =
    "016f030400020008010200f0f5b09a0d109885000002020102010400020001020000000101000101e70e38a5";

/// The same by the second version, which has waits, surveys and the customers of open conversations.
const SECOND_DAY: &str = "0264c6c002070202240002580001010001020001040603080502028102020102020201020400026400010c00010200021e040d3ef0\
    070080170000f0f5b09a0d109885000000c0feaa9a0d0e00008c0a00040a1c00e00311602601000080c60a00020212000498aadb000002841100\
    012d000216e00311200dc04c0200c011010001040400080000e0ddb79a0d000800000000000200040002000200c5edfcc0";
const SECOND_OPEN: &str = "026f030400020008010200f0f5b09a0d109885000002020102010400020001020000000101000101020000f0f5b09a0d1000870000\
    020208b937bc50";

fn bytes(hex: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(digits).collect()
}

/// Days whose facts were dropped keep the version that they were made with.
#[test]
fn blocks_of_the_first_version_are_read() {
    let old = bytes(OLD_DAY);
    let block = decode(&old).unwrap();
    let expected = Counts {
        conversations: 2,
        labeled_conversations: 1,
        inbound_messages: 5,
        replies: 4,
        new_customers: 1,
        unanswered: 1,
        closed: 1,
        first_responses: 2,
        follow_ups_completed: 1,
        scores: [0, 0, 0, 0, 1],
        backlog_change: 1,
        // What it did not know is nothing.
        ..Counts::default()
    };
    assert_eq!(block.counts(), &expected);
    let written = block.encode();
    assert_eq!((old[0], written[0]), (1, 3));
    assert_eq!(decode(&written), Ok(block));
    let open = OpenBlock::decode(&bytes(OLD_OPEN)).unwrap();
    assert_eq!(open.len(), 2);
    assert_eq!(OpenBlock::decode(&open.encode()), Ok(open));
}

#[test]
fn blocks_of_the_second_version_are_read() {
    let old = bytes(SECOND_DAY);
    let block = decode(&old).unwrap();
    let expected = Counts {
        conversations: 2,
        labeled_conversations: 1,
        inbound_messages: 5,
        replies: 4,
        new_customers: 1,
        unanswered: 1,
        closed: 1,
        first_responses: 2,
        follow_ups_completed: 1,
        scores: [0, 0, 0, 0, 1],
        backlog_change: 1,
        replies_waited_for: 4,
        reopened: 1,
        surveys_asked: 1,
        surveys_answered: 1,
        ..Counts::default()
    };
    assert_eq!(block.counts(), &expected);
    let written = block.encode();
    // What is new in the third version takes a byte where there is none of it.
    assert_eq!((old[0], written[0]), (2, 3));
    assert_eq!(written.len(), old.len() + 1);
    assert_eq!(decode(&written), Ok(block));
    let open = OpenBlock::decode(&bytes(SECOND_OPEN)).unwrap();
    assert_eq!(open.len(), 2);
    assert_eq!(OpenBlock::decode(&open.encode()), Ok(open));
}
