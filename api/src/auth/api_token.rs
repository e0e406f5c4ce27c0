//! API tokens: secrets of machines.
//!
//! A token reads `caseload_WORKSPACE_NUMBER_SECRET`. The first three parts say where to look, and are no secret; so a token
//! that leaks is recognised by what scans for such things, and needs no index over all workspaces. Only the SHA-256 of the
//! last part is kept: it is random enough that nothing slower is needed.

use std::fmt::Write as _;

use caseload_schema::{directory::SecretHash, id::TokenKey};
use rand::TryRngCore as _;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::error::ApiError;

/// What every API token begins with, and no member token.
const PREFIX: &str = "caseload_";

/// 256 bits.
const SECRET_BYTES: usize = 32;

/// The secret part of a token to be made. It is shown once, by whoever makes the token.
#[derive(Clone)]
pub struct ApiSecret(String);

impl std::fmt::Debug for ApiSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiSecret(…)")
    }
}

impl ApiSecret {
    /// A new one.
    pub fn generate() -> Result<Self, ApiError> {
        let mut bytes = [0_u8; SECRET_BYTES];
        rand::rngs::OsRng
            .try_fill_bytes(&mut bytes)
            .map_err(|error| {
                tracing::error!(%error, "the system gives no random bytes");
                ApiError::internal()
            })?;
        let mut text = String::with_capacity(2 * SECRET_BYTES);
        for byte in bytes {
            // Writing to a string can't fail.
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        hash(&self.0)
    }

    /// The whole token.
    pub fn token(&self, workspace: &str, key: TokenKey) -> String {
        format!("{PREFIX}{workspace}_{key}_{}", self.0)
    }
}

/// A token as somebody sends it: where to look, and a secret that may be the right one.
#[derive(Clone, Copy)]
pub(super) struct Presented<'t> {
    /// The workspace's id.
    pub(super) workspace: &'t str,
    /// The token's key.
    pub(super) key: TokenKey,
    secret: &'t str,
}

impl<'t> Presented<'t> {
    /// Whether `token` is meant to be an API token.
    pub(super) fn is_meant(token: &str) -> bool {
        token.starts_with(PREFIX)
    }

    /// The parts of `token`; `None` where it can't be one.
    pub(super) fn parse(token: &'t str) -> Option<Self> {
        let mut parts = token.strip_prefix(PREFIX)?.split('_');
        let (workspace, key, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let shaped = parts.next().is_none()
            && secret.len() == 2 * SECRET_BYTES
            && secret.bytes().all(is_hex);
        let key = key
            .parse()
            .ok()
            .filter(|number: &i64| number.to_string() == key)?;
        shaped.then_some(Self {
            workspace,
            key: TokenKey(key),
            secret,
        })
    }

    /// Whether its secret is the one with that hash; in a time that does not tell how much of it is right.
    pub(super) fn matches(self, kept: SecretHash) -> bool {
        hash(self.secret).0.ct_eq(&kept.0).into()
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
    fn a_token_says_where_to_look_and_matches_its_own_hash_alone() {
        let (secret, other) = (
            ApiSecret::generate().unwrap(),
            ApiSecret::generate().unwrap(),
        );
        let token = secret.token("acme-1", TokenKey(12));
        let presented = Presented::parse(&token).unwrap();
        assert_eq!(
            (presented.workspace, presented.key),
            ("acme-1", TokenKey(12))
        );
        assert!(presented.matches(secret.hash()) && !presented.matches(other.hash()));
    }

    #[test]
    fn secrets_are_256_bits_that_never_come_again() {
        let secrets: HashSet<String> = (0..1_000)
            .map(|_| ApiSecret::generate().unwrap().0)
            .collect();
        assert_eq!(secrets.len(), 1_000);
        assert!(secrets.iter().all(|secret| secret.len() == 64));
    }

    #[test]
    fn a_secret_is_not_shown_by_accident() {
        let secret = ApiSecret::generate().unwrap();
        assert_eq!(
            format!("{secret:?} {:?}", secret.hash()),
            "ApiSecret(…) SecretHash(…)"
        );
    }

    #[test]
    fn what_is_not_shaped_like_a_token_is_none() {
        let secret = "0123456789abcdef".repeat(4);
        let good = format!("caseload_acme_1_{secret}");
        assert!(Presented::parse(&good).is_some());
        let bad = [
            String::new(),
            "caseload_".to_owned(),
            secret.clone(),
            format!("caseload_acme_{secret}"),
            format!("caseload_acme_01_{secret}"),
            format!("caseload_acme_+1_{secret}"),
            format!("caseload_acme_x_{secret}"),
            format!("caseload_acme_1_{}", secret.to_uppercase()),
            format!("caseload_acme_1_{}", &secret[1..]),
            format!("{good}0"),
            format!("{good}_"),
            format!("{good} "),
            good.replace("caseload", "Caseload"),
            format!("caseload_acme_99999999999999999999_{secret}"),
        ];
        for token in bad {
            assert!(Presented::parse(&token).is_none(), "{token}");
        }
    }
}
