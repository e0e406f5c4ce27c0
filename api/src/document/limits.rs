//! How much a document may be, each limit with its reason. Those that an operator may want to move are settings instead.

/// The longest document. A dashboard's largest has 6 KiB.
pub(super) const MAX_DOCUMENT_BYTES: usize = 64 << 10;

/// The deepest nesting of brackets, in a document and in the values of its variables. Whoever reads them recurses; 32 leaves
/// room for the deepest query that the depth limit lets through, with its arguments.
pub const MAX_BRACKET_DEPTH: usize = 32;

/// Names, strings and signs of a document. A dashboard's largest has some 1,500; whatever they are, these are read and checked
/// within a mebibyte (`tests/cost`).
pub(super) const MAX_TOKENS: usize = 4_000;

/// The bytes of a name or a number. Errors name names, each of thousands of errors the same one where it is long: what is told
/// of a document would be its length squared. Generated names of operations have some 100.
pub(super) const MAX_WORD: usize = 255;

/// What a token takes of memory where that is most: a field without an alias, in a list that has room for as many more.
pub(super) const BYTES_PER_TOKEN: usize = 256;

/// Operations of a document: each is looked at together with all fragments that it reaches. Clients send the one that they
/// run, or the dozen of a page.
pub(super) const MAX_OPERATIONS: usize = 20;

/// Fragments of a document. A dashboard's largest has a dozen.
pub(super) const MAX_FRAGMENTS: usize = 100;

/// Fields of a document with its fragments written out. A dashboard's largest has some 500; checks and executor take about
/// 1 µs for each, and memory that doubles beyond these.
pub(super) const MAX_FIELDS: usize = 2_000;

/// Levels of a document with its fragments written out: as deep as brackets nest. Whoever looks at it recurses.
pub(super) const MAX_HEIGHT: usize = 32;

/// What the operator sets.
#[derive(Debug, Clone, Copy)]
pub struct SizeLimits {
    /// The deepest nesting of fields.
    pub depth: usize,
    /// The most aliases, those of fragments counted wherever they are spread.
    pub aliases: usize,
}
