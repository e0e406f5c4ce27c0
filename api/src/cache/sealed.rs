//! How a workspace's values stand in a cache that others can read and write: under a name of its own, and sealed.
//!
//! `caseload:2:{acme.0f3a…}:block:2026-03-01:7`. All keys of a workspace have the same part in braces, by which a cluster places
//! them: what one request needs is on one node. The part is the workspace's id, for people, and a fingerprint of its
//! incarnation, which no workspace of any other database has. Values are sealed (AES-256-GCM) with a key that is made of
//! the incarnation too, together with their name: whoever has the cache, and not the database, can neither read them,
//! nor make one, nor put one in another's place. What does not open is as good as absent.

use caseload_schema::store::workspaces::Workspace;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
    rand::{SecureRandom as _, SystemRandom},
};

/// The version of all that is written. Nodes of another one neither read nor overwrite it.
const FORMAT: u8 = 2;

/// The channel on which nodes tell each other in which place something has changed.
pub(super) const CHANGES: &str = "caseload:2:changes";

/// Where a workspace's values are, and what opens them.
pub(super) struct Keyspace {
    prefix: String,
    key: LessSafeKey,
}

/// What a workspace's values have in common in their names.
pub(crate) fn key_prefix(ws: &Workspace) -> String {
    let fingerprint = derive(ws, b"place");
    let fingerprint = u64::from_be_bytes(*fingerprint.first_chunk().expect("SHA-256 has 32 bytes"));
    format!("{}.{fingerprint:016x}", ws.id)
}

fn derive(ws: &Workspace, what: &[u8]) -> Vec<u8> {
    let incarnation = hmac::Key::new(hmac::HMAC_SHA256, ws.incarnation.as_bytes());
    hmac::sign(&incarnation, what).as_ref().to_vec()
}

impl Keyspace {
    pub(super) fn of(ws: &Workspace) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, &derive(ws, b"key"))
            .expect("SHA-256 is as long as the key");
        Self {
            prefix: key_prefix(ws),
            key: LessSafeKey::new(key),
        }
    }

    /// The key of a value.
    pub(super) fn name(&self, what: std::fmt::Arguments<'_>) -> String {
        format!("caseload:{FORMAT}:{{{}}}:{what}", self.prefix)
    }

    /// `value` as it is kept under `name`; `None` where the system has no random bytes.
    pub(super) fn seal(&self, name: &str, value: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + value.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        let mut body = value.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(name.as_bytes()), &mut body)
            .ok()?;
        sealed.extend_from_slice(&body);
        Some(sealed)
    }

    /// What [`seal`](Self::seal) was given under that name; `None` for any other bytes.
    pub(super) fn open(&self, name: &str, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_first_chunk_mut()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let value = self
            .key
            .open_in_place(nonce, Aad::from(name.as_bytes()), body)
            .ok()?
            .len();
        sealed.copy_within(NONCE_LEN..NONCE_LEN + value, 0);
        sealed.truncate(value);
        Some(sealed)
    }
}

#[cfg(test)]
mod tests {
    use caseload_schema::id::WorkspaceKey;

    use super::*;

    fn acme(incarnation: &str) -> Workspace {
        Workspace {
            key: WorkspaceKey(1),
            id: "acme".to_owned(),
            name: "Acme".to_owned(),
            incarnation: incarnation.to_owned(),
        }
    }

    #[test]
    fn names_tell_the_workspace_and_not_its_secret() {
        let secret = "0f3a".repeat(16);
        let name = Keyspace::of(&acme(&secret)).name(format_args!("block:2026-03-01:7"));
        assert!(
            name.starts_with("caseload:2:{acme.") && name.ends_with("}:block:2026-03-01:7"),
            "{name}"
        );
        assert!(!name.contains("0f3a0f3a"), "{name}");
        assert_ne!(
            name,
            Keyspace::of(&acme("other")).name(format_args!("block:2026-03-01:7"))
        );
        assert!(CHANGES.starts_with(&format!("caseload:{FORMAT}:")));
    }

    #[test]
    fn a_sealed_value_opens_under_its_own_name_alone() {
        let keyspace = Keyspace::of(&acme("one"));
        let sealed = keyspace.seal("head", b"figures").unwrap();
        assert_eq!(
            keyspace.open("head", sealed.clone()).as_deref(),
            Some(&b"figures"[..])
        );
        assert_eq!(keyspace.open("view", sealed.clone()), None);
        assert_eq!(
            Keyspace::of(&acme("other")).open("head", sealed.clone()),
            None
        );
        for length in 0..sealed.len() {
            assert_eq!(
                keyspace.open("head", sealed[..length].to_vec()),
                None,
                "{length} bytes"
            );
        }
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 0x10;
            assert_eq!(keyspace.open("head", changed), None, "byte {at}");
        }
        assert!(!sealed.windows(7).any(|bytes| bytes == b"figures"));
    }
}
