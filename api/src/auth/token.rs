//! Member tokens: JWTs of the company's own login.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use caseload_schema::instant::Instant;
use hmac::{Hmac, Mac as _};
use moka::sync::Cache;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{
    claims::{Claims, Expected, ParsedClaims},
    jws::{Jws, Object},
    key::Key,
    key_file::KeyFile,
    key_set::KeySet,
};
use crate::config::{Config, KeySource, Secret};

/// The header of tokens signed here: `{"alg":"HS256","typ":"JWT"}`.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// Tokens whose signature is not checked again, by their hash. With what they say, each takes some 300 bytes.
const MAX_GENUINE: u64 = 10_000;

/// What tokens are checked with, and what they must say.
#[derive(Debug)]
pub struct TokenKeys {
    source: Source,
    expected: Expected,
    verify_signature: Cache<[u8; 32], Genuine>,
}

/// A token whose signature was found right with these keys: a signature costs up to some hundred microseconds, and a client
/// sends the same token with each request.
#[derive(Debug, Clone)]
struct Genuine {
    keys: Arc<KeySet>,
    said: Arc<ParsedClaims>,
}

#[derive(Debug)]
enum Source {
    /// The shared secret, which can sign too.
    Secret(Secret, Arc<KeySet>),
    /// Public keys.
    File(KeyFile),
}

impl TokenKeys {
    /// The configured keys. Fails where there is none, or it can't be used.
    pub fn new(config: &Config, now: Instant) -> anyhow::Result<Self> {
        let source = match config.key_source()?.context(
            "no key to check tokens with; set jwt_secret (CASELOAD_JWT_SECRET), make one with: openssl rand -hex 32; \
             or set jwt_public_key_file or jwks_file",
        )? {
            KeySource::Secret(secret) => {
                Source::Secret(secret.clone(), Arc::new(KeySet::Only(Key::secret(secret.expose())?)))
            }
            KeySource::PublicKey(path) => {
                Source::File(KeyFile::open(path, KeySet::from_pem, now).context("jwt_public_key_file")?)
            }
            KeySource::KeySet(path) => Source::File(KeyFile::open(path, KeySet::from_jwks, now).context("jwks_file")?),
        };
        Ok(Self {
            source,
            expected: Expected::new(config),
            verify_signature: Cache::new(MAX_GENUINE),
        })
    }

    /// A token for that member, good for `ttl_seconds` from `now` on. Fails where there is no secret to sign with.
    pub fn sign(
        &self,
        workspace: &str,
        member: &str,
        now: Instant,
        ttl_seconds: u64,
    ) -> anyhow::Result<String> {
        let Source::Secret(secret, _) = &self.source else {
            bail!(
                "tokens are signed with a private key, which only your login has; for a token to try things out set jwt_secret instead"
            );
        };
        let exp = now
            .seconds()
            .saturating_add(i64::try_from(ttl_seconds).unwrap_or(i64::MAX));
        let (iss, aud) = (self.expected.issuer(), self.expected.audience());
        let claims = serde_json::to_vec(&Signed {
            sub: member,
            workspace,
            exp,
            iss,
            aud,
        })?;
        let signed = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes())?;
        mac.update(signed.as_bytes());
        Ok(format!(
            "{signed}.{}",
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        ))
    }

    /// What the token says, where its signature is that of a configured key and all that it says is right at `now`.
    pub fn verify(&self, token: &str, now: Instant) -> Option<Claims> {
        let (keys, digest) = (self.keys(now), Sha256::digest(token.as_bytes()).into());
        let known = self
            .verify_signature
            .get(&digest)
            .filter(|known| Arc::ptr_eq(&known.keys, &keys));
        let said = if let Some(known) = known {
            known.said
        } else {
            let said = Arc::new(self.expected.read(&verify_signature(token, &keys)?)?);
            self.verify_signature.insert(
                digest,
                Genuine {
                    keys,
                    said: Arc::clone(&said),
                },
            );
            said
        };
        self.expected.holds(&said, now).then(|| said.claims())
    }

    fn keys(&self, now: Instant) -> Arc<KeySet> {
        match &self.source {
            Source::Secret(_, keys) => Arc::clone(keys),
            Source::File(file) => file.keys(now),
        }
    }
}

/// The claims of `token`, where its signature is that of one of `keys`. A signature is computed whatever is wrong with it,
/// so that the time tells nothing.
fn verify_signature(token: &str, keys: &KeySet) -> Option<Object> {
    let jws = Jws::parse(token);
    let key = jws
        .as_ref()
        .and_then(|jws| keys.find(&jws.algorithm, jws.key_id.as_deref()));
    let Some((jws, key)) = jws.as_ref().zip(key) else {
        keys.any()?.verifies(HEADER.as_bytes(), &[]);
        return None;
    };
    let right = key.verifies(jws.signed.as_bytes(), &jws.signature);
    right.then(|| jws.claims()).flatten()
}

#[derive(Serialize)]
struct Signed<'a> {
    sub: &'a str,
    workspace: &'a str,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
}
