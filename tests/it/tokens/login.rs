//! Whoever signs tokens: a login with its keys, and an attacker with theirs. The keys in `keys/` are made for these tests and
//! open nothing else.

use std::path::{Path, PathBuf};

use caseload_api::config::{Config, Secret};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::support::app::{SECRET, WORKSPACE};

/// The kinds of keys that can be configured, and the algorithm of each.
pub(super) const KINDS: [(&str, Algorithm); 4] = [
    ("secret", Algorithm::HS256),
    ("rsa", Algorithm::RS256),
    ("p256", Algorithm::ES256),
    ("ed25519", Algorithm::EdDSA),
];

/// A key to sign with.
#[derive(Debug, Clone)]
pub(super) struct Login {
    pub(super) kind: &'static str,
    pub(super) algorithm: Algorithm,
    key: EncodingKey,
}

impl Login {
    /// The one that Caseload trusts.
    pub(super) fn genuine(kind: &'static str, algorithm: Algorithm) -> Self {
        Self::of("login", kind, algorithm)
    }

    /// Somebody else's, of the same kind.
    pub(super) fn attacker(kind: &'static str, algorithm: Algorithm) -> Self {
        Self::of("attacker", kind, algorithm)
    }

    fn of(who: &str, kind: &'static str, algorithm: Algorithm) -> Self {
        let pem = || read(&format!("{who}.{kind}.pem")).into_bytes();
        let key = match kind {
            "secret" if who == "login" => Ok(EncodingKey::from_secret(SECRET.as_bytes())),
            "secret" => Ok(EncodingKey::from_secret(
                b"what somebody thinks the secret is",
            )),
            "rsa" => EncodingKey::from_rsa_pem(&pem()),
            "ed25519" => EncodingKey::from_ed_pem(&pem()),
            _ => EncodingKey::from_ec_pem(&pem()),
        };
        Self {
            kind,
            algorithm,
            key: key.expect("a private key in PEM"),
        }
    }

    /// The same key, used with another algorithm.
    pub(super) fn with(&self, algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            ..self.clone()
        }
    }

    /// The name of the algorithm.
    pub(super) fn name(&self) -> String {
        format!("{:?}", self.algorithm)
    }

    /// The header of a token of this key.
    pub(super) fn header(&self) -> Value {
        json!({"alg": self.name(), "typ": "JWT"})
    }

    /// A token of exactly these bytes.
    pub(super) fn sign_bytes(&self, header: &[u8], claims: &[u8]) -> String {
        self.sign_text(&format!("{}.{}", base64(header), base64(claims)))
    }

    /// The text with its signature behind it.
    pub(super) fn sign_text(&self, signed: &str) -> String {
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &self.key, self.algorithm);
        format!("{signed}.{}", signature.expect("a key of that algorithm"))
    }

    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_bytes(header.to_string().as_bytes(), claims.to_string().as_bytes())
    }

    /// A token as it should be.
    pub(super) fn token(&self) -> String {
        self.sign(&self.header(), &claims())
    }
}

/// What a token of the owner says, that is good until 2100.
pub(super) fn claims() -> Value {
    json!({"sub": "owner", "workspace": WORKSPACE, "exp": 4_102_444_800_u64})
}

pub(super) fn with(mut object: Value, field: &str, value: Value) -> Value {
    object[field] = value;
    object
}

pub(super) fn without(mut object: Value, field: &str) -> Value {
    object.as_object_mut().expect("an object").remove(field);
    object
}

/// Base64 as tokens have it.
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0_u32, |word, (at, byte)| {
            word | u32::from(*byte) << (16 - 8 * at)
        });
        let digits =
            (0..=chunk.len()).map(|at| DIGITS[(word >> (18 - 6 * at) & 63) as usize] as char);
        text.extend(digits);
    }
    text
}

/// Where a file of `keys/` is.
pub(super) fn path(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/it/tokens/keys")).join(name)
}

/// What is in a file of `keys/`.
pub(super) fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Settings that trust the genuine key of that kind.
pub(super) fn config(kind: &str) -> Config {
    match kind {
        "secret" => Config {
            jwt_secret: Some(Secret::new(SECRET)),
            ..Config::default()
        },
        "set" => Config {
            jwks_file: Some(path("login.jwks.json")),
            ..Config::default()
        },
        kind => Config {
            jwt_public_key_file: Some(path(&format!("login.{kind}.public.pem"))),
            ..Config::default()
        },
    }
}
