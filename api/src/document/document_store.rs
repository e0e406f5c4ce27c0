//! The documents that are known: read and checked once, run as often as they are asked for.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use async_graphql::Variables;
use moka::sync::Cache;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{
    Bound, Cardinalities, Document, Problem, SizeLimits, Types, built_in, coerce, cost, cost::Cost,
    introspection, read,
};
use crate::{config::Config, error::ApiError};

/// How much memory documents of clients may take. The largest take a megabyte; a dashboard's a few dozen kilobytes.
const KEPT_BYTES: u64 = 32 << 20;

/// What the operator's limits on size are about is what strangers send. The dashboard's documents come with the binary.
const BUILT_IN_LIMITS: SizeLimits = SizeLimits {
    depth: usize::MAX,
    aliases: usize::MAX,
};

/// The SHA-256 of a document's text.
pub type Hash = [u8; 32];

/// What a request says about its document.
#[derive(Debug, Clone, Copy)]
pub enum DocumentRef<'a> {
    /// This one.
    Text(&'a str),
    /// The one with that hash, which has been sent before or is sent with it.
    Hashed(Hash, Option<&'a str>),
    /// The one that the operator knows by that id.
    Known(&'a str),
}

/// The documents that are known. Only what is valid is kept, and only for who may ask: strangers are refused before they get here.
/// Those of the operator are never pushed out.
#[derive(Debug)]
pub struct DocumentStore {
    types: Types,
    limits: SizeLimits,
    max_cost: u64,
    trusted_only: bool,
    trusted: FxHashMap<String, Arc<Document>>,
    by_hash: Cache<Hash, Arc<Document>>,
    persisted: Cache<Hash, Arc<Document>>,
}

impl DocumentStore {
    /// A library for a schema, with the documents of the operator's manifest and, where it is served, the dashboard's.
    pub fn new(sdl: &str, config: &Config) -> anyhow::Result<Self> {
        let cache = || {
            let weigh = |_: &Hash, document: &Arc<Document>| {
                u32::try_from(document.weight).unwrap_or(u32::MAX)
            };
            Cache::builder()
                .weigher(weigh)
                .max_capacity(KEPT_BYTES / 2)
                .build()
        };
        let mut library = Self {
            types: Types::read(sdl, config.introspection)
                .context("the schema can't be read back")?,
            limits: SizeLimits {
                depth: config.max_depth,
                aliases: config.max_aliases,
            },
            max_cost: u64::try_from(config.max_complexity).unwrap_or(u64::MAX),
            trusted_only: config.trusted_only,
            trusted: FxHashMap::default(),
            by_hash: cache(),
            persisted: cache(),
        };
        if config.dashboard {
            library
                .trust_all(built_in::DASHBOARD, BUILT_IN_LIMITS)
                .context("the dashboard's documents")?;
        }
        if let Some(path) = &config.trusted_documents {
            library
                .trust_file(path)
                .with_context(|| format!("the trusted documents of {}", path.display()))?;
        }
        Ok(library)
    }

    fn trust_file(&mut self, path: &Path) -> anyhow::Result<()> {
        self.trust_all(&std::fs::read_to_string(path)?, self.limits)
    }

    fn trust_all(&mut self, manifest: &str, limits: SizeLimits) -> anyhow::Result<()> {
        let manifest: Manifest =
            serde_json::from_str(manifest).context("that is no manifest of operations")?;
        for (id, text) in manifest.documents() {
            self.trust(id, &text, limits)?;
        }
        Ok(())
    }

    /// Keeps a document for good, under its id and its hash.
    fn trust(&mut self, id: String, text: &str, limits: SizeLimits) -> anyhow::Result<()> {
        let mut document = match read(&self.types, limits, text) {
            Ok(document) => document,
            Err(problems) => bail!(
                "{id}: {}",
                problems.first().map(Problem::message).unwrap_or_default()
            ),
        };
        document.is_trusted = true;
        let document = Arc::new(document);
        self.trusted
            .insert(hex(&Sha256::digest(text).into()), Arc::clone(&document));
        self.trusted.insert(id, document);
        Ok(())
    }

    /// The document that a request wants.
    pub fn find(&self, wanted: DocumentRef<'_>) -> Result<Arc<Document>, Vec<Problem>> {
        match wanted {
            DocumentRef::Known(id) => {
                let id = id.strip_prefix("sha256:").unwrap_or(id);
                self.trusted
                    .get(id)
                    .cloned()
                    .ok_or_else(|| told(ApiError::unknown_document()))
            }
            DocumentRef::Text(text) => self.of_text(Sha256::digest(text).into(), text),
            DocumentRef::Hashed(hash, Some(text)) => {
                if Hash::from(Sha256::digest(text)) != hash {
                    return Err(told(ApiError::bad_input(
                        "sha256Hash is not the hash of the query",
                    )));
                }
                let document = self.of_text(hash, text)?;
                self.persisted.insert(hash, Arc::clone(&document));
                Ok(document)
            }
            DocumentRef::Hashed(hash, None) => {
                let trusted = self.trusted.get(&hex(&hash)).cloned();
                let found = trusted.or_else(|| self.persisted.get(&hash));
                found.ok_or_else(|| told(ApiError::persisted_query_not_found()))
            }
        }
    }

    fn of_text(&self, hash: Hash, text: &str) -> Result<Arc<Document>, Vec<Problem>> {
        if let Some(known) = self.by_hash.get(&hash) {
            return Ok(known);
        }
        if let Some(trusted) = self.trusted.get(&hex(&hash)) {
            return Ok(Arc::clone(trusted));
        }
        if self.trusted_only {
            return Err(told(ApiError::untrusted_document()));
        }
        let document = Arc::new(read(&self.types, self.limits, text)?);
        self.by_hash.insert(hash, Arc::clone(&document));
        Ok(document)
    }

    /// One operation of a document with its variables; the only one where none is named.
    pub fn bind(
        &self,
        document: Arc<Document>,
        name: Option<&str>,
        given: &Variables,
    ) -> Result<Bound, Vec<Problem>> {
        let (name, operation) = document.operation(name).map_err(|problem| vec![problem])?;
        let (name, variables) = (
            name.cloned(),
            coerce::variables(&self.types, operation, given)?,
        );
        Ok(Bound {
            document,
            name,
            variables,
        })
    }

    /// What the operation costs; refused where that is more than one request may. What it asks of the schema has a limit of its
    /// own.
    pub fn cost(&self, bound: &Bound, world: Cardinalities) -> Result<u64, Problem> {
        let operation = &bound.definition().node;
        let Cost {
            figures,
            introspection,
        } = cost::compute(
            &self.types,
            &bound.document,
            operation,
            &bound.variables,
            world,
        );
        if self.max_cost < figures {
            let message = format!(
                "the query costs {figures}, and may cost {} at most; ask for less at once",
                self.max_cost
            );
            return Err(ApiError::too_complex(message).into());
        }
        if introspection::MAX_COST < introspection {
            let message = format!(
                "the introspection costs {introspection}, and may cost {} at most; ask for fewer fields, or for the types \
                 within types by their names",
                introspection::MAX_COST
            );
            return Err(ApiError::too_complex(message).into());
        }
        Ok(figures.saturating_add(introspection))
    }
}

fn told(error: ApiError) -> Vec<Problem> {
    vec![error.into()]
}

fn hex(hash: &Hash) -> String {
    use std::fmt::Write as _;
    hash.iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A hash as clients write it: 64 digits.
pub fn parse_hash(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// A manifest of operations, as Apollo's or as the other tools write it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Manifest {
    Apollo { operations: Vec<Operation> },
    ById(std::collections::BTreeMap<String, String>),
}

#[derive(Debug, Deserialize)]
struct Operation {
    id: String,
    body: String,
}

impl Manifest {
    fn documents(self) -> Vec<(String, String)> {
        match self {
            Self::Apollo { operations } => operations
                .into_iter()
                .map(|one| (one.id, one.body))
                .collect(),
            Self::ById(documents) => documents.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(change: impl FnOnce(&mut Config)) -> DocumentStore {
        let mut config = Config::default();
        change(&mut config);
        DocumentStore::new(&crate::graphql::sdl(), &config).unwrap()
    }

    fn said(result: Result<Arc<Document>, Vec<Problem>>) -> String {
        result.map_or_else(
            |problems| problems[0].message().to_owned(),
            |_| "found".to_owned(),
        )
    }

    const QUERY: &str = "{ viewer { role } }";

    #[test]
    fn a_query_is_persisted_once_it_was_sent_with_its_hash_and_is_valid() {
        let (library, hash) = (store(|_| {}), Sha256::digest(QUERY).into());
        assert_eq!(
            said(library.find(DocumentRef::Hashed(hash, None))),
            "PersistedQueryNotFound"
        );
        assert_eq!(
            said(library.find(DocumentRef::Hashed([0; 32], Some(QUERY)))),
            "sha256Hash is not the hash of the query"
        );
        assert_eq!(said(library.find(DocumentRef::Text(QUERY))), "found");
        assert_eq!(
            said(library.find(DocumentRef::Hashed(hash, None))),
            "PersistedQueryNotFound"
        );
        assert_eq!(
            said(library.find(DocumentRef::Hashed(hash, Some(QUERY)))),
            "found"
        );
        assert_eq!(said(library.find(DocumentRef::Hashed(hash, None))), "found");
        let wrong = "{ nothing }";
        assert!(
            library
                .find(DocumentRef::Hashed(
                    Sha256::digest(wrong).into(),
                    Some(wrong)
                ))
                .is_err()
        );
        assert_eq!(
            said(library.find(DocumentRef::Hashed(Sha256::digest(wrong).into(), None))),
            "PersistedQueryNotFound"
        );
    }

    #[test]
    fn trusted_documents_are_known_by_id_and_nothing_else_is_where_only_they_are() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for manifest in [
            format!("{{\"one\":\"{QUERY}\"}}"),
            format!(
                "{{\"format\":\"apollo-persisted-query-manifest\",\"version\":1,\"operations\":[{{\"id\":\"one\",\"body\":\"{QUERY}\",\"name\":\"x\",\"type\":\"query\"}}]}}"
            ),
        ] {
            std::fs::write(file.path(), manifest).unwrap();
            let library = store(|config| {
                config.trusted_documents = Some(file.path().to_owned());
                config.trusted_only = true;
            });
            assert!(library.find(DocumentRef::Known("one")).unwrap().is_trusted);
            assert_eq!(said(library.find(DocumentRef::Text(QUERY))), "found");
            assert_eq!(
                said(library.find(DocumentRef::Hashed(Sha256::digest(QUERY).into(), None))),
                "found"
            );
            assert!(library.find(DocumentRef::Known("two")).is_err());
            assert!(library.find(DocumentRef::Text("{ __typename }")).is_err());
        }
        std::fs::write(file.path(), "{\"one\":\"{ nothing }\"}").unwrap();
        let config = Config {
            trusted_documents: Some(file.path().to_owned()),
            ..Config::default()
        };
        assert!(
            format!(
                "{:#}",
                DocumentStore::new(&crate::graphql::sdl(), &config).unwrap_err()
            )
            .contains("one: Cannot query")
        );
    }

    #[cfg(feature = "dashboard")]
    #[test]
    fn the_documents_of_the_dashboard_are_known_where_it_is_served_whatever_the_limits() {
        let documents: std::collections::BTreeMap<String, String> =
            serde_json::from_str(built_in::DASHBOARD).expect("a manifest");
        let narrow = |dashboard| {
            store(move |config| {
                (config.max_depth, config.max_aliases) = (1, 0);
                (config.trusted_only, config.dashboard) = (true, dashboard);
            })
        };
        let (served, unserved) = (narrow(true), narrow(false));
        for (id, text) in &documents {
            assert_eq!(said(served.find(DocumentRef::Known(id))), "found", "{text}");
            assert_eq!(
                said(served.find(DocumentRef::Text(text))),
                "found",
                "{text}"
            );
            assert!(unserved.find(DocumentRef::Text(text)).is_err(), "{text}");
        }
        assert!(
            documents
                .values()
                .any(|text| text.starts_with("query TeamPerformance"))
        );
    }

    #[test]
    fn a_hash_is_64_digits() {
        assert_eq!(parse_hash(&hex(&[171; 32])), Some([171; 32]));
        assert_eq!(parse_hash("ab"), None);
        assert_eq!(parse_hash(&"g".repeat(64)), None);
    }
}
