//! Trying again what failed by chance: a lost connection, a deadlock, a serialization failure.

use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use rand::Rng as _;

use super::error::StoreError;

/// How often something is tried in all. A deadlock has one loser, which wins the next time; more than three in a row are no
/// chance any more.
pub(super) const MOST: u32 = 3;

/// How long to wait before attempt `number` (from 2): up to 50 ms, then up to 100 ms, by chance, so that those who collided do
/// not meet again.
pub(super) fn pause(number: u32) -> Duration {
    let most = 50_u64 << number.saturating_sub(2).min(4);
    Duration::from_millis(rand::rng().random_range(most / 2..most))
}

/// Whether the same transaction may succeed when it is tried again, given that nothing of it was committed.
pub(super) fn is_chance(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Conflict(_) | StoreError::Lost(_) | StoreError::NodeLost(_)
    )
}

/// Sorts out what the database says when a transaction failed by chance.
pub(super) fn is_transient(error: &DieselError) -> Option<StoreError> {
    use DatabaseErrorKind::{ClosedConnection, SerializationFailure, UnableToSendCommand};
    match error {
        DieselError::BrokenTransactionManager => {
            Some(StoreError::Lost("the connection was lost".to_owned()))
        }
        DieselError::DatabaseError(SerializationFailure, said) => {
            Some(StoreError::Conflict(said.message().to_owned()))
        }
        DieselError::DatabaseError(ClosedConnection | UnableToSendCommand, said) => {
            Some(StoreError::Lost(said.message().to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_short() {
        for number in 2..=MOST {
            let pause = pause(number).as_millis();
            assert!(
                25 <= pause && pause < 50 * u128::from(number - 1),
                "{number}: {pause} ms"
            );
        }
    }
}
