//! A look at a GraphQL document before the parser sees it.

/// What a document would cost its parser.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// The deepest nesting of brackets of any kind.
    pub(super) depth: usize,
    /// Names, numbers, strings, brackets and other signs.
    pub(super) tokens: usize,
    /// The bytes of the longest name or number.
    pub(super) longest_word: usize,
}

/// Counts in one pass without recursion. What stands in strings, block strings and comments is skipped. A document that is
/// no GraphQL gets some numbers; the parser will refuse it.
pub(super) fn scan(document: &str) -> Scan {
    let bytes = document.as_bytes();
    let (mut at, mut depth, mut found) = (0, 0_usize, Scan::default());
    while let Some(&byte) = bytes.get(at) {
        if byte == b'#' {
            at = after_comment(bytes, at);
            continue;
        }
        if matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',') {
            at += 1;
            continue;
        }
        found.tokens += 1;
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                found.depth = found.depth.max(depth);
            }
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let end = after_token(bytes, at);
        if is_word(byte) {
            found.longest_word = found.longest_word.max(end - at);
        }
        at = end;
    }
    found
}

fn after_token(bytes: &[u8], start: usize) -> usize {
    match bytes[start] {
        b'"' => after_string(bytes, start),
        b'.' if bytes[start..].starts_with(b"...") => start + 3,
        byte if is_word(byte) => bytes[start..]
            .iter()
            .position(|&byte| !is_word(byte))
            .map_or(bytes.len(), |length| start + length),
        _ => start + 1,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn after_comment(bytes: &[u8], start: usize) -> usize {
    bytes[start..]
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .map_or(bytes.len(), |length| start + length)
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
    use super::scan;

    fn bracket_depth(document: &str) -> usize {
        scan(document).depth
    }

    #[test]
    fn brackets_of_every_kind_count() {
        assert_eq!(
            bracket_depth("{ team(filter: { memberIds: [\"a\"] }) { period { from } } }"),
            4
        );
        assert_eq!(bracket_depth(&"[".repeat(1_500)), 1_500);
        assert_eq!(bracket_depth(""), 0);
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not() {
        assert_eq!(bracket_depth(r#"{ a(x: "[[[\"[[") }"#), 2);
        assert_eq!(
            bracket_depth("{ a(x: \"\"\"[[\\\"\"\"[[\"\"\") } # [[[[\n"),
            2
        );
        assert_eq!(bracket_depth("# [[[[\n{ a }"), 1);
    }

    #[test]
    fn a_string_that_never_ends_hides_nothing_on_the_next_line() {
        assert_eq!(bracket_depth("\"\n[[[[["), 5);
        assert_eq!(bracket_depth("\"\\"), 0);
    }

    #[test]
    fn words_strings_and_signs_are_tokens() {
        let tokens = |document: &str| scan(document).tokens;
        assert_eq!(
            tokens("{ a1: team(x: \"a b\", y: $z) { ...Some_name } } # no more"),
            18
        );
        assert_eq!(tokens(" ,\n\t# {a}\r\n"), 0);
        assert_eq!(tokens(&format!("{{{}}}", "a:b ".repeat(20_000))), 60_002);
    }

    #[test]
    fn names_and_numbers_are_as_long_as_they_are_and_strings_are_none() {
        let longest = |document: &str| scan(document).longest_word;
        assert_eq!(
            longest("{ team(x: 12345, y: \"a string of some length\") { _9 } } # a comment"),
            5
        );
        assert_eq!(longest(&"a".repeat(60_000)), 60_000);
        assert_eq!(longest(""), 0);
    }
}
