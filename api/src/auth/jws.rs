//! A signed token taken apart: three parts, the first two JSON objects, nothing left to taste.
//!
//! Libraries read tokens leniently; here a header or claim that comes twice, Base64 with stray bits, or an extension that must
//! be understood and is not, makes a token none.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::Value;

/// The longest token. Those of real issuers, with lists of groups in them, have some 2 KiB.
const MAX_TOKEN_BYTES: usize = 8 << 10;

/// Kinds of tokens that are let in, without their `application/`. Others are made for something else.
const TYPES: [&str; 2] = ["jwt", "at+jwt"];

/// Header fields whose token means something else to those who understand them: other bytes are signed (`b64`), or the
/// content is compressed or encrypted; or that must be understood (`crit`), which nobody here does.
const FOREIGN: [&str; 4] = ["crit", "b64", "zip", "enc"];

/// A token in its parts. Nothing of it is to be believed before its signature was checked.
pub(super) struct Jws<'t> {
    /// What was signed: the first two parts as they were sent.
    pub(super) signed: &'t str,
    /// The signature.
    pub(super) signature: Vec<u8>,
    /// The algorithm that the header names.
    pub(super) algorithm: String,
    /// The key that the header names: a name and nothing else.
    pub(super) key_id: Option<String>,
    claims: &'t str,
}

impl<'t> Jws<'t> {
    /// The parts of `token`; `None` where it can't be one that we let in.
    pub(super) fn parse(token: &'t str) -> Option<Self> {
        if MAX_TOKEN_BYTES < token.len() {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header = object(header)?;
        if claims.contains('.')
            || FOREIGN.iter().any(|field| header.contains_key(*field))
            || !is_let_in(&header)
        {
            return None;
        }
        let key_id = match header.get("kid") {
            None => None,
            Some(id) => Some(id.as_str()?.to_owned()),
        };
        Some(Self {
            signed,
            signature: decode(signature)?,
            algorithm: header.get("alg")?.as_str()?.to_owned(),
            key_id,
            claims,
        })
    }

    /// The claims: to be read once the signature was found right.
    pub(super) fn claims(&self) -> Option<Object> {
        object(self.claims)
    }
}

fn is_let_in(header: &Object) -> bool {
    let Some(kind) = header.get("typ") else {
        return true;
    };
    let kind = kind.as_str().map(str::to_ascii_lowercase);
    kind.is_some_and(|kind| TYPES.contains(&kind.trim_start_matches("application/")))
}

/// Base64 for URLs, in the one way to write it: without padding, and without bits that mean nothing.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// A JSON object in Base64.
fn object(part: &str) -> Option<Object> {
    serde_json::from_slice::<Unique>(&decode(part)?)
        .ok()
        .map(|object| object.0)
}

/// The fields of a JSON object, each of which comes once.
pub(super) type Object = BTreeMap<String, Value>;

/// Reads an [`Object`], and refuses a field that comes twice: two readers could take a different one each.
struct Unique(Object);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Unique;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
                let mut fields = Object::new();
                while let Some((name, value)) = map.next_entry()? {
                    if fields.insert(name, value).is_some() {
                        return Err(A::Error::custom("a field comes twice"));
                    }
                }
                Ok(Unique(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}
