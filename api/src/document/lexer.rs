//! From text to the tokens of GraphQL, as its specification defines them.

use async_graphql::Pos;

use super::problem::Problem;

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    Name(&'a str),
    Int(&'a str),
    Float(&'a str),
    /// Its value, escapes read.
    String(String),
    /// `!`, `$`, `&`, `(`, `)`, `:`, `=`, `@`, `[`, `]`, `{`, `|`, `}`; a dot for the three of a spread.
    Sign(u8),
    End,
}

/// Reads one token after the other. Never recurses, and looks at no byte more than a few times.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    /// The byte at which the line begins, and how many bytes of it belong to the character before them.
    line_start: usize,
    continued: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            line_start: 0,
            continued: 0,
        }
    }

    /// The next token, and where it stands.
    pub(super) fn next(&mut self) -> Result<(Token<'a>, Pos), Problem> {
        self.skip_ignored();
        let pos = self.pos();
        let Some(byte) = self.peek() else {
            return Ok((Token::End, pos));
        };
        let token = match byte {
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|'
            | b'}' => {
                self.at += 1;
                Token::Sign(byte)
            }
            b'.' if self.rest().starts_with("...") => {
                self.at += 3;
                Token::Sign(b'.')
            }
            b'"' if self.rest().starts_with("\"\"\"") => Token::String(self.block_string(pos)?),
            b'"' => Token::String(self.string(pos)?),
            b'-' | b'0'..=b'9' => self.number(pos)?,
            byte if is_name_start(byte) => Token::Name(self.name()),
            _ => {
                return Err(Problem::syntax(
                    pos,
                    format!("Unexpected character {:?}.", self.character()),
                ));
            }
        };
        Ok((token, pos))
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn character(&self) -> char {
        self.rest().chars().next().unwrap_or_default()
    }

    fn pos(&self) -> Pos {
        Pos {
            line: self.line,
            column: self.at - self.line_start - self.continued + 1,
        }
    }

    /// Steps over one byte that may be any of a character.
    fn step(&mut self) {
        let byte = self.text.as_bytes()[self.at];
        self.at += 1;
        if byte & 0xC0 == 0x80 {
            self.continued += 1;
        }
    }

    /// Steps over the end of a line.
    fn step_line(&mut self) {
        let ends_in_two = self.rest().starts_with("\r\n");
        self.at += if ends_in_two { 2 } else { 1 };
        self.line += 1;
        (self.line_start, self.continued) = (self.at, 0);
    }

    fn skip_ignored(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b',' => self.at += 1,
                b'\n' | b'\r' => self.step_line(),
                b'#' => {
                    while self
                        .peek()
                        .is_some_and(|byte| !matches!(byte, b'\n' | b'\r'))
                    {
                        self.step();
                    }
                }
                0xEF if self.rest().starts_with('\u{FEFF}') => (0..3).for_each(|_| self.step()),
                _ => return,
            }
        }
    }

    fn name(&mut self) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(is_name_part) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    fn number(&mut self, pos: Pos) -> Result<Token<'a>, Problem> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let wrong = || Problem::syntax(pos, "Invalid number.");
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits().ok_or_else(wrong)?;
        }
        let mut is_float = false;
        if self.peek() == Some(b'.') {
            self.at += 1;
            is_float = true;
            self.digits().ok_or_else(wrong)?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            is_float = true;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits().ok_or_else(wrong)?;
        }
        if self
            .peek()
            .is_some_and(|byte| byte == b'.' || is_name_part(byte))
        {
            return Err(wrong());
        }
        let written = &self.text[start..self.at];
        Ok(if is_float {
            Token::Float(written)
        } else {
            Token::Int(written)
        })
    }

    /// One or more of them.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (start < self.at).then_some(())
    }

    fn string(&mut self, pos: Pos) -> Result<String, Problem> {
        self.at += 1;
        let mut value = String::new();
        loop {
            let start = self.at;
            while self
                .peek()
                .is_some_and(|byte| !matches!(byte, b'"' | b'\\' | b'\n' | b'\r'))
            {
                self.step();
            }
            value.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(value);
                }
                Some(b'\\') => value.push(self.escape(pos)?),
                _ => return Err(Problem::syntax(pos, "Unterminated string.")),
            }
        }
    }

    fn escape(&mut self, pos: Pos) -> Result<char, Problem> {
        let wrong = || Problem::syntax(pos, "Invalid escape in a string.");
        let escaped = self
            .text
            .as_bytes()
            .get(self.at + 1)
            .copied()
            .ok_or_else(wrong)?;
        if escaped == b'u' {
            self.at += 2;
            return self.unicode().ok_or_else(wrong);
        }
        let character = match escaped {
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            _ => return Err(wrong()),
        };
        self.at += 2;
        Ok(character)
    }

    /// What stands behind `\u`: four digits, twice four for a surrogate pair, or any number of them in braces.
    fn unicode(&mut self) -> Option<char> {
        if let Some(rest) = self.rest().strip_prefix('{') {
            let (digits, _) = rest.split_once('}')?;
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return None;
            }
            self.at += digits.len() + 2;
            return char::from_u32(u32::from_str_radix(digits, 16).ok()?);
        }
        let first = self.four_digits()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first);
        }
        self.at += self.rest().starts_with("\\u").then_some(2)?;
        let second = self
            .four_digits()
            .filter(|second| (0xDC00..0xE000).contains(second))?;
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    }

    fn four_digits(&mut self) -> Option<u32> {
        let digits = self
            .rest()
            .get(..4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn block_string(&mut self, pos: Pos) -> Result<String, Problem> {
        self.at += 3;
        let mut raw = String::new();
        loop {
            let rest = self.rest();
            if rest.starts_with("\"\"\"") {
                self.at += 3;
                return Ok(dedented(&raw));
            }
            if rest.starts_with("\\\"\"\"") {
                raw.push_str("\"\"\"");
                self.at += 4;
                continue;
            }
            match self.peek() {
                Some(b'\n' | b'\r') => {
                    raw.push('\n');
                    self.step_line();
                }
                Some(_) => {
                    let start = self.at;
                    self.step();
                    while self
                        .peek()
                        .is_some_and(|byte| !matches!(byte, b'"' | b'\\' | b'\n' | b'\r'))
                    {
                        self.step();
                    }
                    raw.push_str(&self.text[start..self.at]);
                }
                None => return Err(Problem::syntax(pos, "Unterminated string.")),
            }
        }
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_name_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The value of a block string: without the indentation that all lines but the first have in common, and without blank lines
/// at either end.
fn dedented(raw: &str) -> String {
    let lines: Vec<&str> = raw.split('\n').collect();
    let is_blank = |line: &&str| line.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    let indent = |line: &&str| {
        line.bytes()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count()
    };
    let common = lines
        .iter()
        .skip(1)
        .filter(|line| !is_blank(line))
        .map(indent)
        .min()
        .unwrap_or(0);
    let dedent = |(at, line): (usize, &&str)| {
        if at == 0 {
            *line
        } else {
            line.get(common..).unwrap_or("")
        }
        .to_owned()
    };
    let first = lines
        .iter()
        .position(|line| !is_blank(line))
        .unwrap_or(lines.len());
    let last = lines
        .iter()
        .rposition(|line| !is_blank(line))
        .map_or(0, |last| last + 1);
    let dedented: Vec<String> = lines.iter().enumerate().map(dedent).collect();
    dedented.get(first..last).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
        let (mut lexer, mut tokens) = (Lexer::new(text), Vec::new());
        loop {
            match lexer.next().ok()?.0 {
                Token::End => return Some(tokens),
                token => tokens.push(token),
            }
        }
    }

    fn string(text: &str) -> Option<String> {
        match tokens(text)?.as_slice() {
            [Token::String(value)] => Some(value.clone()),
            _ => None,
        }
    }

    #[test]
    fn strings_are_read_with_their_escapes() {
        assert_eq!(
            string(r#""a\n\"\\\/\b\f\r\t""#).unwrap(),
            "a\n\"\\/\u{8}\u{C}\r\t"
        );
        assert_eq!(
            string(r#""\u00e9 \u{1F98A} \uD83E\uDD8A é🦊""#).unwrap(),
            "é 🦊 🦊 é🦊"
        );
        for wrong in [
            r#""\x""#,
            r#""\u12""#,
            r#""\uD83E""#,
            r#""\uDD8A""#,
            r#""\u{110000}""#,
            r#""\u{}""#,
            "\"a\nb\"",
            "\"",
        ] {
            assert_eq!(string(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn block_strings_lose_their_indentation() {
        assert_eq!(
            string("\"\"\"\n    a\n      b\n\n    \\\"\"\"c\n  \"\"\"").unwrap(),
            "a\n  b\n\n\"\"\"c"
        );
        assert_eq!(string("\"\"\"  a\r\n  b\rc\"\"\"").unwrap(), "  a\n  b\nc");
        assert_eq!(string("\"\"\"\"\"\""), Some(String::new()));
        assert_eq!(string("\"\"\"\n é\\n\"\"\"").unwrap(), "é\\n");
        assert_eq!(string("\"\"\"a"), None);
    }

    #[test]
    fn numbers_end_where_the_specification_says() {
        for number in [
            "0",
            "-1",
            "123456789012345678901234567890",
            "0.5",
            "-1.5e10",
            "1E-3",
        ] {
            assert_eq!(
                tokens(number).map(|tokens| tokens.len()),
                Some(1),
                "{number}"
            );
        }
        for wrong in [
            "01", "-", "1.", ".5", "1e", "1a", "1_", "0x1", "1.5.2", "+1",
        ] {
            assert_eq!(tokens(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn positions_count_characters() {
        let mut lexer = Lexer::new("\u{FEFF}{ # é\r\n  \"é🦊\" a");
        let positions: Vec<_> =
            std::iter::from_fn(|| lexer.next().ok().filter(|(token, _)| *token != Token::End))
                .map(|(_, pos)| (pos.line, pos.column))
                .collect();
        assert_eq!(positions, [(1, 2), (2, 3), (2, 8)]);
    }
}
