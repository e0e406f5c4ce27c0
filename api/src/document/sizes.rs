//! What a document comes to once its fragments are written out.
//!
//! Fragments that spread the next one twice double with each level, a row of fragments nests as deep as it is long, and the
//! executor's own checks walk and recurse through all of it, whether an operation uses it or not. This looks at each
//! fragment once, and never recurses deeper than [`MAX_HEIGHT`].

use std::collections::HashMap;

use async_graphql::{
    Name,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

use super::{
    introspection,
    limits::{MAX_FIELDS, MAX_FRAGMENTS, MAX_HEIGHT, MAX_OPERATIONS, SizeLimits},
};
use crate::error::ApiError;

/// Refuses a document that has too many operations or fragments, whose operations and fragments together come to too many
/// fields, spreads or aliases or any of which nests too deep, or whose fragments spread each other in a circle.
pub(super) fn check(document: &ExecutableDocument, limits: SizeLimits) -> Result<(), ApiError> {
    if MAX_OPERATIONS < document.operations.iter().count()
        || MAX_FRAGMENTS < document.fragments.len()
    {
        let message = format!(
            "a document has at most {MAX_OPERATIONS} operations and {MAX_FRAGMENTS} fragments"
        );
        return Err(ApiError::too_complex(message));
    }
    let mut fragments = Fragments {
        document,
        sizes: HashMap::new(),
    };
    let mut all = Size::default();
    for (_, operation) in document.operations.iter() {
        all.add(fragments.size_of_set(&operation.node.selection_set.node, 1)?);
    }
    if limits.aliases < all.aliases {
        let message = format!(
            "the document has more than {} aliases, those of its fragments counted in",
            limits.aliases
        );
        return Err(ApiError::too_complex(message));
    }
    if limits.depth < all.depth {
        return Err(ApiError::too_complex(format!(
            "fields nest at most {} levels",
            limits.depth
        )));
    }
    for name in document.fragments.keys() {
        all.add(fragments.size(name, 1)?);
    }
    if MAX_FIELDS < all.fields {
        return Err(ApiError::too_complex(
            "the document has too many fields, those of its fragments counted in",
        ));
    }
    Ok(())
}

/// What a selection set comes to.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    /// Fields and spreads.
    fields: usize,
    aliases: usize,
    /// Fields within each other.
    depth: usize,
    /// Selection sets within each other, itself counted in.
    height: usize,
}

impl Size {
    /// Beside what there is.
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.depth = self.depth.max(other.depth);
        self.height = self.height.max(other.height);
    }
}

/// The fragments, each with its size once that is known and `None` while it is looked for.
struct Fragments<'a> {
    document: &'a ExecutableDocument,
    sizes: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Fragments<'a> {
    /// `level`: where the set stands, that of an operation at 1.
    fn size_of_set(&mut self, set: &'a SelectionSet, level: usize) -> Result<Size, ApiError> {
        if set.items.is_empty() {
            return Ok(Size::default());
        }
        if MAX_HEIGHT < level {
            return Err(too_deep());
        }
        let mut size = Size {
            height: 1,
            ..Size::default()
        };
        for selection in &set.items {
            let mut within = match &selection.node {
                Selection::Field(field) => {
                    let below = self.size_of_set(&field.node.selection_set.node, level + 1)?;
                    let aliases = below
                        .aliases
                        .saturating_add(usize::from(field.node.alias.is_some()));
                    // The operator's limit is about figures: how deep the schema's description nests is the tools' affair,
                    // and ends with the document's height.
                    let depth = if introspection::is_root(&field.node.name.node) {
                        1
                    } else {
                        below.depth + 1
                    };
                    Size {
                        aliases,
                        depth,
                        ..below
                    }
                }
                Selection::InlineFragment(inline) => {
                    self.size_of_set(&inline.node.selection_set.node, level + 1)?
                }
                Selection::FragmentSpread(spread) => {
                    self.size(&spread.node.fragment_name.node, level + 1)?
                }
            };
            within.fields = within.fields.saturating_add(1);
            within.height += 1;
            size.add(within);
        }
        Ok(size)
    }

    /// Of a fragment that is spread at `level`. One that is not there has none: validation refuses it.
    fn size(&mut self, name: &'a Name, level: usize) -> Result<Size, ApiError> {
        match self.sizes.get(name) {
            Some(Some(known)) if MAX_HEIGHT < level - 1 + known.height => return Err(too_deep()),
            Some(Some(known)) => return Ok(*known),
            Some(None) => {
                return Err(ApiError::bad_input(
                    "a fragment spreads itself, by way of others or directly",
                ));
            }
            None => {}
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Size::default());
        };
        self.sizes.insert(name, None);
        let size = self.size_of_set(&fragment.node.selection_set.node, level)?;
        self.sizes.insert(name, Some(size));
        Ok(size)
    }
}

fn too_deep() -> ApiError {
    ApiError::too_complex(format!(
        "a document nests at most {MAX_HEIGHT} levels, those of its fragments counted in"
    ))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;
    use crate::error::Code;

    #[track_caller]
    fn verdict(document: &str) -> Result<(), Code> {
        check(&parse_query(document).unwrap(), LIMITS).map_err(|error| error.code)
    }

    const LIMITS: SizeLimits = SizeLimits {
        depth: 20,
        aliases: 200,
    };
    const TOO_COMPLEX: Result<(), Code> = Err(Code::QueryTooComplex);

    fn concat(count: usize, part: impl Fn(usize) -> String) -> String {
        (0..count).map(part).collect::<Vec<_>>().concat()
    }

    /// Each fragment spreads the next one, so many times.
    fn chain(length: usize, times: usize) -> String {
        let spreads = |at: usize| format!("...f{} ", at + 1).repeat(times);
        let fragments = concat(length, |at| {
            format!("fragment f{at} on Query{{{}}} ", spreads(at))
        });
        format!("{fragments} fragment f{length} on Query{{a}}")
    }

    /// Each fragment spreads the next one, and the last the first.
    fn circle(length: usize) -> String {
        concat(length, |at| {
            format!("fragment f{at} on Query{{...f{}}} ", (at + 1) % length)
        })
    }

    #[test]
    fn an_ordinary_document_passes() {
        let metrics = "{ team { metrics { ...m } previous { metrics { ...m } } } } fragment m on Metrics { closed won }";
        assert_eq!(verdict(metrics), Ok(()));
        assert_eq!(verdict(&format!("{{...f0}} {}", chain(5, 2))), Ok(()));
        assert_eq!(verdict("{ ...unheard_of }"), Ok(()));
    }

    #[test]
    fn fragments_that_double_are_too_many_fields() {
        for levels in [16, 29, 60, 3_000] {
            assert_eq!(
                verdict(&format!("{{...f0}} {}", chain(levels, 2))),
                TOO_COMPLEX,
                "{levels}"
            );
        }
    }

    #[test]
    fn fragments_that_nothing_uses_count_too() {
        for levels in [16, 60, 3_000] {
            assert_eq!(
                verdict(&format!("{{a}} {}", chain(levels, 2))),
                TOO_COMPLEX,
                "{levels}"
            );
        }
        assert_eq!(verdict(&format!("{{a}} {}", chain(5_000, 1))), TOO_COMPLEX);
        assert_eq!(verdict(&format!("{{a}} {}", circle(5_000))), TOO_COMPLEX);
    }

    #[test]
    fn levels_are_counted_through_fragments_in_whatever_order_they_are_met() {
        assert_eq!(verdict(&chain_from_the_end(MAX_HEIGHT - 2)), Ok(()));
        assert_eq!(verdict(&chain_from_the_end(MAX_HEIGHT - 1)), TOO_COMPLEX);
        assert_eq!(
            verdict(&format!("{{a}} {}", chain(MAX_HEIGHT - 1, 1))),
            Ok(())
        );
        assert_eq!(
            verdict(&format!("{{a}} {}", chain(MAX_HEIGHT, 1))),
            TOO_COMPLEX
        );
    }

    /// The operation meets the last fragment first, so that each fragment's size is known when another spreads it.
    fn chain_from_the_end(length: usize) -> String {
        let spreads = concat(length + 1, |at| format!("...f{} ", length - at));
        format!("{{{spreads}}} {}", chain(length, 1))
    }

    #[test]
    fn a_fragment_that_spreads_itself_is_an_error_whether_it_is_used_or_not() {
        for length in [1, 2, 20] {
            for operation in ["{a}", "{...f0}"] {
                assert_eq!(
                    verdict(&format!("{operation} {}", circle(length))),
                    Err(Code::BadUserInput),
                    "{length}"
                );
            }
        }
    }

    #[test]
    fn operations_aliases_and_levels_are_limited() {
        let operations = |count: usize| concat(count, |at| format!("query q{at}{{a}} "));
        assert_eq!(
            (verdict(&operations(20)), verdict(&operations(21))),
            (Ok(()), TOO_COMPLEX)
        );
        let aliases = |count: usize| format!("{{{}}}", concat(count, |at| format!("a{at}:b ")));
        assert_eq!(
            (verdict(&aliases(200)), verdict(&aliases(201))),
            (Ok(()), TOO_COMPLEX)
        );
        let spread = format!("{{{}}} fragment F on Query{{a:b}}", "...F ".repeat(201));
        assert_eq!(verdict(&spread), TOO_COMPLEX);
        let nested = |levels: usize| format!("{}{}", "{a".repeat(levels), "}".repeat(levels));
        assert_eq!(
            (verdict(&nested(20)), verdict(&nested(21))),
            (Ok(()), TOO_COMPLEX)
        );
        let schema = |levels: usize| format!("{{__schema{}}}", nested(levels));
        assert_eq!(
            (verdict(&schema(31)), verdict(&schema(32))),
            (Ok(()), TOO_COMPLEX)
        );
    }
}
