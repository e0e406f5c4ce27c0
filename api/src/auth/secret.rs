//! Secrets that this server makes, and what is kept of them.
//!
//! Each is sent as `WORKSPACE_NUMBER_SECRET`. The first two parts say where to look, and are no secret; so none needs an index
//! over all workspaces. Only the SHA-256 of the last part is kept: it is random enough that nothing slower is needed.

use std::fmt::Write as _;

use caseload_schema::directory::SecretHash;
use rand::TryRngCore as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::ApiError;

/// 256 bits.
const SECRET_BYTES: usize = 32;

/// The secret part, as it is made. It is shown once, by whoever makes it.
#[derive(Clone)]
pub struct NewSecret(String);

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewSecret(…)")
    }
}

impl NewSecret {
    /// A new one.
    pub fn generate() -> Result<Self, ApiError> {
        let mut text = String::with_capacity(2 * SECRET_BYTES);
        for byte in random_bytes::<SECRET_BYTES>()? {
            // Writing to a string can't fail.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        hash(&self.0)
    }

    /// As it is sent.
    pub fn text(&self, workspace: &str, number: i64) -> String {
        format!("{workspace}_{number}_{}", self.0)
    }
}

/// A number of 63 bits that never comes again.
pub(super) fn random_number() -> Result<i64, ApiError> {
    Ok(i64::from_be_bytes(random_bytes()?) & i64::MAX)
}

fn random_bytes<const N: usize>() -> Result<[u8; N], ApiError> {
    let mut bytes = [0_u8; N];
    rand::rngs::OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| {
            tracing::error!(%error, "the system gives no random bytes");
            ApiError::internal()
        })?;
    Ok(bytes)
}

/// A secret as somebody sends it: where to look, and what may be the right one.
#[derive(Clone, Copy)]
pub(super) struct Presented<'t> {
    /// The workspace's id.
    pub(super) workspace: &'t str,
    /// The number of what it belongs to.
    pub(super) number: i64,
    secret: &'t str,
}

impl<'t> Presented<'t> {
    /// The parts of `text`; `None` where it can't be one.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let mut parts = text.split('_');
        let (workspace, number, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let shaped = parts.next().is_none()
            && secret.len() == 2 * SECRET_BYTES
            && secret.bytes().all(is_hex);
        // One way to write each number: two texts never mean the same.
        let number = number
            .parse()
            .ok()
            .filter(|parsed: &i64| parsed.to_string() == number)?;
        shaped.then_some(Self {
            workspace,
            number,
            secret,
        })
    }

    /// Whether its secret is the one with that hash; in a time that does not tell how much of it is right.
    pub(super) fn matches(self, kept: SecretHash) -> bool {
        self.hash().0.ct_eq(&kept.0).into()
    }

    /// The hash of its secret.
    pub(super) fn hash(self) -> SecretHash {
        hash(self.secret)
    }
}

fn hash(secret: &str) -> SecretHash {
    SecretHash(Sha256::digest(secret.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_secret_says_where_to_look_and_matches_its_own_hash_alone() {
        let (secret, other) = (
            NewSecret::generate().unwrap(),
            NewSecret::generate().unwrap(),
        );
        let text = secret.text("acme-1", 12);
        let presented = Presented::parse(&text).unwrap();
        assert_eq!((presented.workspace, presented.number), ("acme-1", 12));
        assert!(presented.matches(secret.hash()) && !presented.matches(other.hash()));
    }

    #[test]
    fn secrets_are_256_bits_that_never_come_again() {
        let secrets: HashSet<String> = (0..1_000)
            .map(|_| NewSecret::generate().unwrap().0)
            .collect();
        assert_eq!(secrets.len(), 1_000);
        assert!(secrets.iter().all(|secret| secret.len() == 64));
    }

    #[test]
    fn a_secret_is_not_shown_by_accident() {
        let secret = NewSecret::generate().unwrap();
        assert_eq!(
            format!("{secret:?} {:?}", secret.hash()),
            "NewSecret(…) SecretHash(…)"
        );
    }

    #[test]
    fn what_is_not_shaped_like_a_secret_is_none() {
        let secret = "0123456789abcdef".repeat(4);
        let good = format!("acme_1_{secret}");
        assert!(Presented::parse(&good).is_some());
        let bad = [
            String::new(),
            secret.clone(),
            format!("acme_{secret}"),
            format!("acme_01_{secret}"),
            format!("acme_+1_{secret}"),
            format!("acme_x_{secret}"),
            format!("acme_1_{}", secret.to_uppercase()),
            format!("acme_1_{}", &secret[1..]),
            format!("{good}0"),
            format!("{good}_"),
            format!("{good} "),
            format!("acme_99999999999999999999_{secret}"),
        ];
        for text in bad {
            assert!(Presented::parse(&text).is_none(), "{text}");
        }
    }
}
