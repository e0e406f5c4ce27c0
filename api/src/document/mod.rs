//! The front of the API: what a request must pass before the executor sees it. Nothing in here knows of HTTP or does I/O, and
//! nothing takes more time than the document's length calls for.

mod bound;
mod built_in;
mod coerce;
mod cost;
mod document_store;
mod introspection;
mod lexer;
mod limits;
mod lists;
mod parser;
mod prescan;
mod problem;
mod scalars;
mod sizes;
mod types;
mod validate;

use async_graphql::parser::types::ExecutableDocument;

pub use self::{
    bound::Bound,
    cost::Cardinalities,
    document_store::{DocumentRef, DocumentStore, Hash, parse_hash},
    limits::{MAX_BRACKET_DEPTH, SizeLimits},
    problem::Problem,
    types::Types,
};
use self::{
    limits::{BYTES_PER_TOKEN, MAX_DOCUMENT_BYTES, MAX_TOKENS, MAX_WORD},
    prescan::{Scan, scan},
    problem::MAX_PROBLEMS,
};
use crate::error::ApiError;

/// A document that is valid.
#[derive(Debug)]
pub struct Document {
    executable: ExecutableDocument,
    /// Whether the operator names it as one that is known.
    is_trusted: bool,
    /// About how many bytes of memory it takes.
    weight: usize,
}

impl Document {
    /// About how many bytes of memory it takes: at least what it does.
    pub fn weight(&self) -> usize {
        self.weight
    }
}

/// Reads and checks a document: its size, its syntax, its size with its fragments written out, and all that the specification
/// asks of it.
pub fn read(types: &Types, limits: SizeLimits, text: &str) -> Result<Document, Vec<Problem>> {
    let told = |error: ApiError| vec![Problem::from(error)];
    if MAX_DOCUMENT_BYTES < text.len() {
        let message = format!("a document has at most {} KiB", MAX_DOCUMENT_BYTES >> 10);
        return Err(told(ApiError::too_complex(message)));
    }
    let Scan {
        depth,
        tokens,
        longest_word,
    } = scan(text);
    if MAX_BRACKET_DEPTH < depth {
        return Err(told(ApiError::too_complex(format!(
            "a document nests at most {MAX_BRACKET_DEPTH} brackets"
        ))));
    }
    if MAX_TOKENS < tokens {
        let message = format!("a document has at most {MAX_TOKENS} names, strings and signs");
        return Err(told(ApiError::too_complex(message)));
    }
    if MAX_WORD < longest_word {
        return Err(told(ApiError::too_complex(format!(
            "a name or a number has at most {MAX_WORD} characters"
        ))));
    }
    let parser::Parsed {
        document,
        mut problems,
    } = parser::parse(text).map_err(|problem| vec![problem])?;
    sizes::check(&document, limits).map_err(told)?;
    problems.extend(validate::validate(types, &document));
    if problems.is_empty() {
        let weight = text.len() + BYTES_PER_TOKEN * tokens;
        return Ok(Document {
            executable: document,
            is_trusted: false,
            weight,
        });
    }
    problems.sort_by_key(Problem::place);
    problems.truncate(MAX_PROBLEMS);
    Err(problems)
}
