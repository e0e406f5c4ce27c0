//! How many fields a document comes to once its fragments are written out.
//!
//! Fragments that spread the next one twice double with each level, and the executor's own checks walk all of it. This
//! count looks at each fragment once.

use std::collections::HashMap;

use async_graphql::{
    Name,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

use super::limits::{MAX_FIELDS, MAX_FRAGMENT_DEPTH};

/// Whether the operations of `document` together come to at most [`MAX_FIELDS`] fields and spreads.
pub(super) fn are_few(document: &ExecutableDocument) -> bool {
    let mut count = Count { document, fragments: HashMap::new() };
    let operations = document.operations.iter();
    let counted = operations.map(|(_, operation)| count.of_set(&operation.node.selection_set.node, 0));
    counted.fold(0, usize::saturating_add) <= MAX_FIELDS
}

struct Count<'a> {
    document: &'a ExecutableDocument,
    fragments: HashMap<&'a Name, usize>,
}

impl<'a> Count<'a> {
    /// `depth`: how many fragments spread each other on the way here.
    fn of_set(&mut self, set: &'a SelectionSet, depth: usize) -> usize {
        let mut sum: usize = 0;
        for selection in &set.items {
            let within = match &selection.node {
                Selection::Field(field) => self.of_set(&field.node.selection_set.node, depth),
                Selection::InlineFragment(fragment) => self.of_set(&fragment.node.selection_set.node, depth),
                Selection::FragmentSpread(spread) => self.of_fragment(&spread.node.fragment_name.node, depth + 1),
            };
            sum = sum.saturating_add(within).saturating_add(1);
        }
        sum
    }

    /// A fragment that is not there, or that spreads itself, counts for nothing: validation refuses it.
    fn of_fragment(&mut self, name: &'a Name, depth: usize) -> usize {
        if let Some(&known) = self.fragments.get(name) {
            return known;
        }
        if MAX_FRAGMENT_DEPTH < depth {
            return usize::MAX;
        }
        self.fragments.insert(name, 0);
        let fragment = self.document.fragments.get(name);
        let count = fragment.map_or(0, |fragment| self.of_set(&fragment.node.selection_set.node, depth));
        self.fragments.insert(name, count);
        count
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn few(document: &str) -> bool {
        are_few(&parse_query(document).unwrap())
    }

    fn doubling(levels: usize) -> String {
        let fragments = (0..levels).map(|at| format!("fragment f{at} on Query{{...f{0} ...f{0}}} ", at + 1));
        format!("{{...f0}} {} fragment f{levels} on Query{{a}}", fragments.collect::<String>())
    }

    #[test]
    fn fragments_that_double_are_many_and_counted_at_once() {
        assert!(few(&doubling(5)));
        assert!(!few(&doubling(16)));
        assert!(!few(&doubling(30)));
        assert!(!few(&doubling(3_000)));
    }

    #[test]
    fn fields_of_an_ordinary_document_are_few() {
        assert!(few(
            "{ team { metrics { ...m } previous { metrics { ...m } } } } fragment m on Metrics { closed won }"
        ));
    }

    #[test]
    fn a_fragment_that_spreads_itself_is_left_to_validation() {
        assert!(few("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"));
    }
}
