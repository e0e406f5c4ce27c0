//! The keys that count at one moment, and how they are read from a file.

use p256::{EncodedPoint, ecdsa};
use rsa::{BigUint, RsaPublicKey};
use serde::Deserialize;

use super::{
    jws::decode,
    key::{Key, KeyError},
};

/// The keys that count. A token's header chooses among them, and brings none.
#[derive(Debug, Clone)]
pub(super) enum KeySet {
    /// One key for all tokens, whatever they call it.
    Only(Key),
    /// Keys with names.
    Named(Vec<(Option<String>, Key)>),
}

impl KeySet {
    /// The public key of a PEM file.
    pub(super) fn from_pem(text: &str) -> Result<Self, KeyError> {
        Key::pem(text).map(Self::Only)
    }

    /// The keys of a JWK set that tokens can be checked with. Others, for encryption say, are left out.
    pub(super) fn from_jwks(text: &str) -> Result<Self, KeyError> {
        let set: JwkSet = serde_json::from_str(text).map_err(|_| KeyError::NoSet)?;
        let mut keys: Vec<(Option<String>, Key)> = Vec::new();
        for jwk in set.keys {
            let jwk: Jwk = serde_json::from_value(jwk).map_err(|_| KeyError::NoSet)?;
            if jwk.d.is_some() || jwk.k.is_some() {
                return Err(KeyError::Private);
            }
            let Some(key) = jwk.key()? else { continue };
            if keys
                .iter()
                .any(|(id, other)| *id == jwk.kid && other.algorithm() == key.algorithm())
            {
                return Err(KeyError::Twice);
            }
            keys.push((jwk.kid, key));
        }
        if keys.is_empty() {
            Err(KeyError::Empty)
        } else {
            Ok(Self::Named(keys))
        }
    }

    /// The key for a token of that algorithm which names that key. One that names none is checked with the only key of its
    /// algorithm, if there is just one.
    pub(super) fn find(&self, algorithm: &str, key_id: Option<&str>) -> Option<&Key> {
        match self {
            Self::Only(key) => Some(key).filter(|key| key.algorithm() == algorithm),
            Self::Named(keys) => {
                let mut fitting = keys.iter().filter(|(id, key)| {
                    key.algorithm() == algorithm
                        && key_id.is_none_or(|wanted| id.as_deref() == Some(wanted))
                });
                let first = fitting.next();
                first
                    .filter(|_| fitting.next().is_none())
                    .map(|(_, key)| key)
            }
        }
    }

    /// One of them: what is refused anyway is checked with it, so that it takes as long.
    pub(super) fn any(&self) -> Option<&Key> {
        match self {
            Self::Only(key) => Some(key),
            Self::Named(keys) => keys.first().map(|(_, key)| key),
        }
    }
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// The private part of a pair.
    d: Option<serde_json::Value>,
    /// A shared secret.
    k: Option<serde_json::Value>,
}

impl Jwk {
    /// The key, where it is for checking signatures of an algorithm that is known here.
    fn key(&self) -> Result<Option<Key>, KeyError> {
        let is_for_signatures = self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self
                .key_ops
                .as_ref()
                .is_none_or(|all| all.iter().any(|one| one == "verify"));
        let is = |algorithm: &str| self.alg.as_deref().is_none_or(|own| own == algorithm);
        match (self.kty.as_str(), self.crv.as_deref()) {
            _ if !is_for_signatures => Ok(None),
            ("RSA", None) if is("RS256") => self.rsa().map(Some),
            ("EC", Some("P-256")) if is("ES256") => self.p256().map(Some),
            ("OKP", Some("Ed25519")) if is("EdDSA") => self.ed25519().map(Some),
            _ => Ok(None),
        }
    }

    fn rsa(&self) -> Result<Key, KeyError> {
        let (n, e) = (part(self.n.as_ref())?, part(self.e.as_ref())?);
        let key = RsaPublicKey::new(BigUint::from_bytes_be(&n), BigUint::from_bytes_be(&e));
        Key::rsa(key.map_err(|_| KeyError::Unknown)?)
    }

    fn p256(&self) -> Result<Key, KeyError> {
        let (x, y) = (coordinate(self.x.as_ref())?, coordinate(self.y.as_ref())?);
        let point = EncodedPoint::from_affine_coordinates(&x.into(), &y.into(), false);
        ecdsa::VerifyingKey::from_encoded_point(&point)
            .map(Key::P256)
            .map_err(|_| KeyError::Unknown)
    }

    fn ed25519(&self) -> Result<Key, KeyError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&coordinate(self.x.as_ref())?);
        Key::ed25519(key.map_err(|_| KeyError::Unknown)?)
    }
}

fn part(text: Option<&String>) -> Result<Vec<u8>, KeyError> {
    text.and_then(|text| decode(text)).ok_or(KeyError::Unknown)
}

fn coordinate(text: Option<&String>) -> Result<[u8; 32], KeyError> {
    part(text)?.try_into().map_err(|_| KeyError::Unknown)
}
