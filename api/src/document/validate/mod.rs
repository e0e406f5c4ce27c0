//! Whether a document is valid, by the rules of the specification: those that the library has and those that it lacks.
//!
//! Everything is looked at once: operations and fragments each by themselves, then what operations reach through fragments.
//! What is told of each file is a group of rules, under the names that the reference implementation gives them.

mod arguments;
mod definitions;
mod directives;
mod merging;
mod selections;
mod values;
mod variables;

use async_graphql::parser::types::Type;
use async_graphql::{Name, Pos, parser::types::ExecutableDocument};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{problem::Problem, types::Types};

/// What is wrong with the document, in its order; nothing where it is valid. The fragments in it must not go round in circles,
/// and the number of fields that they come to must be limited.
pub(super) fn validate(types: &Types, document: &ExecutableDocument) -> Vec<Problem> {
    let mut checks = Checks {
        types,
        document,
        problems: Vec::new(),
        current: Uses::default(),
    };
    let mut operations = Vec::new();
    for (name, operation) in document.operations.iter() {
        checks.operation(&operation.node, operation.pos);
        operations.push((name, operation, std::mem::take(&mut checks.current)));
    }
    let mut fragments = FxHashMap::default();
    for (name, fragment) in &document.fragments {
        checks.fragment(&fragment.node);
        fragments.insert(name, std::mem::take(&mut checks.current));
    }
    let mut all_reached = FxHashSet::default();
    for (name, operation, uses) in &operations {
        let reached = definitions::reached(uses, &fragments);
        all_reached.extend(reached.iter().copied());
        let uses =
            std::iter::once(uses).chain(reached.iter().filter_map(|name| fragments.get(name)));
        checks.variables(*name, &operation.node, uses);
    }
    checks.unused_fragments(&all_reached);
    if checks.problems.is_empty() {
        checks.merging();
    }
    checks.problems
}

/// The document, and what is found wrong with it.
struct Checks<'a> {
    types: &'a Types,
    document: &'a ExecutableDocument,
    problems: Vec<Problem>,
    /// Of the operation or fragment that is being looked at.
    current: Uses<'a>,
}

/// What an operation or a fragment by itself makes use of.
#[derive(Debug, Default)]
struct Uses<'a> {
    variables: Vec<VariableUse<'a>>,
    spreads: Vec<&'a Name>,
}

/// A variable, and what is expected where it stands.
#[derive(Debug)]
struct VariableUse<'a> {
    name: &'a Name,
    at: Pos,
    /// `None` where nothing is known about the place.
    expected: Option<&'a Type>,
    has_default: bool,
    /// The one-of input object whose only field it is.
    one_of: Option<&'a str>,
}

impl Checks<'_> {
    fn say(&mut self, at: Pos, message: impl Into<String>) {
        self.problems.push(Problem::new(at, message));
    }
}
