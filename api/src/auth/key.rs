//! Keys that tokens are checked with. The algorithm is the key's, never the token's.

use hmac::{Hmac, Mac as _};
use p256::pkcs8::DecodePublicKey as _;
use rsa::{
    RsaPublicKey, pkcs1::DecodeRsaPublicKey as _, pkcs1v15, signature::Verifier as _,
    traits::PublicKeyParts as _,
};
use sha2::Sha256;

use crate::config::{MIN_SECRET_BYTES, WeakSecret};

/// RSA below this can be broken by who has a data centre.
const MIN_RSA_BITS: usize = 2_048;

/// Why something is no key to check tokens with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum KeyError {
    #[error(
        "this is no key that tokens can be checked with: write RSA of 2048 to 4096 bits, P-256 or Ed25519, as PUBLIC KEY in PEM"
    )]
    Unknown,
    #[error("an RSA key has {0} bits and needs at least {MIN_RSA_BITS}")]
    Short(usize),
    #[error("it holds a private key, which has no business here: keep the public one alone")]
    Private,
    #[error("it is no JWK set")]
    NoSet,
    #[error("two of its keys have the same kid and algorithm")]
    Twice,
    #[error("none of its keys is one that tokens can be checked with: RS256, ES256 or EdDSA")]
    Empty,
}

/// A key, which knows one algorithm.
#[derive(Clone)]
pub(super) enum Key {
    /// HS256
    Secret(Hmac<Sha256>),
    /// RS256
    Rsa(pkcs1v15::VerifyingKey<Sha256>, usize),
    /// ES256
    P256(p256::ecdsa::VerifyingKey),
    /// `EdDSA`
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.algorithm())
    }
}

impl Key {
    /// HS256 with that secret.
    pub(super) fn secret(secret: &str) -> Result<Self, WeakSecret> {
        let key = Hmac::new_from_slice(secret.as_bytes())
            .ok()
            .filter(|_| MIN_SECRET_BYTES <= secret.len());
        key.map(Self::Secret).ok_or(WeakSecret(secret.len()))
    }

    /// The public key in PEM.
    pub(super) fn pem(text: &str) -> Result<Self, KeyError> {
        if text.contains("PRIVATE KEY-----") {
            return Err(KeyError::Private);
        }
        let rsa =
            RsaPublicKey::from_public_key_pem(text).or_else(|_| RsaPublicKey::from_pkcs1_pem(text));
        if let Ok(key) = rsa {
            return Self::rsa(key);
        }
        if let Ok(key) = p256::ecdsa::VerifyingKey::from_public_key_pem(text) {
            return Ok(Self::P256(key));
        }
        Self::ed25519(
            ed25519_dalek::VerifyingKey::from_public_key_pem(text)
                .map_err(|_| KeyError::Unknown)?,
        )
    }

    /// RS256 with that key.
    pub(super) fn rsa(key: RsaPublicKey) -> Result<Self, KeyError> {
        let (bits, bytes) = (key.n().bits(), key.size());
        if bits < MIN_RSA_BITS {
            return Err(KeyError::Short(bits));
        }
        Ok(Self::Rsa(pkcs1v15::VerifyingKey::new(key), bytes))
    }

    /// `EdDSA` with that key.
    pub(super) fn ed25519(key: ed25519_dalek::VerifyingKey) -> Result<Self, KeyError> {
        if key.is_weak() {
            Err(KeyError::Unknown)
        } else {
            Ok(Self::Ed25519(key))
        }
    }

    /// The name in a token's header.
    pub(super) const fn algorithm(&self) -> &'static str {
        match self {
            Self::Secret(_) => "HS256",
            Self::Rsa(..) => "RS256",
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
        }
    }

    /// Whether `signature` is this key's, of `signed`. One that is of the wrong shape takes as long to refuse as one that is
    /// wrong.
    pub(super) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        let decoy = self.decoy();
        let shaped = decoy.is_empty() || signature.len() == decoy.len();
        self.computes(signed, if shaped { signature } else { &decoy }) && shaped
    }

    fn computes(&self, signed: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Secret(mac) => mac
                .clone()
                .chain_update(signed)
                .verify_slice(signature)
                .is_ok(),
            Self::Rsa(key, _) => pkcs1v15::Signature::try_from(signature)
                .is_ok_and(|s| key.verify(signed, &s).is_ok()),
            Self::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|s| key.verify(signed, &s).is_ok()),
            Self::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature);
                signature.is_ok_and(|signature| key.verify_strict(signed, &signature).is_ok())
            }
        }
    }

    /// A signature that nobody made and that is computed to its end; nothing where any will do.
    fn decoy(&self) -> Vec<u8> {
        match self {
            Self::Secret(_) => Vec::new(),
            Self::Rsa(_, bytes) => vec![1; *bytes],
            Self::P256(_) => vec![1; 64],
            Self::Ed25519(_) => {
                // The base point, and a number below the group's order.
                let mut signature = vec![0x66; 32];
                signature[0] = 0x58;
                signature.extend([1; 32]);
                signature
            }
        }
    }
}
