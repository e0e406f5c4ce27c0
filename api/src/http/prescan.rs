//! A look at a GraphQL document before the parser sees it.

/// The deepest nesting of brackets of any kind, in one pass without recursion. Strings, block strings and comments are
/// skipped. A document that is no GraphQL gets some number; the parser will refuse it.
pub(super) fn bracket_depth(document: &str) -> usize {
    let bytes = document.as_bytes();
    let (mut at, mut depth, mut deepest) = (0, 0_usize, 0);
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'"' => after_string(bytes, at),
            b'#' => after_comment(bytes, at),
            b'{' | b'[' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
                at + 1
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                at + 1
            }
            _ => at + 1,
        };
    }
    deepest
}

fn after_comment(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |length| start + length)
}

fn after_string(bytes: &[u8], start: usize) -> usize {
    if bytes[start..].starts_with(b"\"\"\"") {
        return after_block_string(bytes, start + 3);
    }
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' | b'\n' | b'\r' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn after_block_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if bytes[at..].starts_with(b"\"\"\"") {
            return at + 3;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::bracket_depth;

    #[test]
    fn brackets_of_every_kind_count() {
        assert_eq!(bracket_depth("{ team(filter: { memberIds: [\"a\"] }) { period { from } } }"), 4);
        assert_eq!(bracket_depth(&"[".repeat(1_500)), 1_500);
        assert_eq!(bracket_depth(""), 0);
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not() {
        assert_eq!(bracket_depth(r#"{ a(x: "[[[\"[[") }"#), 2);
        assert_eq!(bracket_depth("{ a(x: \"\"\"[[\\\"\"\"[[\"\"\") } # [[[[\n"), 2);
        assert_eq!(bracket_depth("# [[[[\n{ a }"), 1);
    }

    #[test]
    fn a_string_that_never_ends_hides_nothing_on_the_next_line() {
        assert_eq!(bracket_depth("\"\n[[[[["), 5);
        assert_eq!(bracket_depth("\"\\"), 0);
    }
}
