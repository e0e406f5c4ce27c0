//! Lines of a source: decompressed, numbered, bounded.

use std::io::{BufRead, BufReader, Read};

use super::{Encoding, Source};

/// The longest line that is read: a record of a few hundred bytes is usual, one of a mebibyte is somebody's mistake.
pub(crate) const MAX_LINE_BYTES: usize = 1 << 20;

/// One line of a source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Something to read.
    Text(String),
    /// Something that can't be read, and why.
    Unreadable(String),
    /// The source broke off here, and why: what this line holds so far is no line.
    BrokenOff(String),
}

/// Reads a source line by line.
pub(crate) struct Lines {
    reader: BufReader<Box<dyn Read + Send>>,
    number: u64,
    ended: bool,
}

impl Lines {
    /// The lines of `source`, decompressed. An error where the decoder can't be set up.
    pub(crate) fn new(source: Source) -> std::io::Result<Self> {
        let reader: Box<dyn Read + Send> = match source.encoding {
            Encoding::Identity => source.reader,
            Encoding::Gzip => Box::new(flate2::read::MultiGzDecoder::new(source.reader)),
            Encoding::Zstd => Box::new(zstd::Decoder::new(source.reader)?),
        };
        Ok(Self {
            reader: BufReader::with_capacity(1 << 18, reader),
            number: 0,
            ended: false,
        })
    }

    /// The next line that is not blank, with its number, counted from 1. Nothing comes after a source broke off.
    pub(crate) fn next(&mut self) -> Option<(u64, Line)> {
        loop {
            if self.ended {
                return None;
            }
            let mut bytes = Vec::new();
            let line = match self.read_line(&mut bytes) {
                Ok(0) => return None,
                Ok(length) if MAX_LINE_BYTES < length => {
                    Line::Unreadable("longer than 1 MiB".to_owned())
                }
                Ok(_) => text(bytes, self.number == 0),
                Err(error) => {
                    self.ended = true;
                    Line::BrokenOff(format!("the input broke off here: {error}"))
                }
            };
            self.number += 1;
            if line != Line::Text(String::new()) {
                return Some((self.number, line));
            }
        }
    }

    /// Reads to the end of the line; gives its whole length, of which no more than [`MAX_LINE_BYTES`] are kept.
    fn read_line(&mut self, line: &mut Vec<u8>) -> std::io::Result<usize> {
        let mut length = 0;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                return Ok(length);
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let piece = &buffer[..end.unwrap_or(buffer.len())];
            if length + piece.len() <= MAX_LINE_BYTES {
                line.extend_from_slice(piece);
            }
            length += piece.len();
            let used = piece.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                // An empty line is a line: its end counts, but not against the limit.
                return Ok(length.max(1));
            }
        }
    }
}

/// The line's text without blanks around it; the first line's byte-order mark is no part of it.
fn text(bytes: Vec<u8>, is_first: bool) -> Line {
    let Ok(text) = String::from_utf8(bytes) else {
        return Line::Unreadable("not valid UTF-8".to_owned());
    };
    let text = if is_first {
        text.strip_prefix('\u{feff}').unwrap_or(&text)
    } else {
        &text
    };
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    Line::Text(trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Line, Lines, MAX_LINE_BYTES, Source};

    #[track_caller]
    fn check(bytes: &[u8], expected: &[(u64, Line)]) {
        let reader = Box::new(std::io::Cursor::new(bytes.to_vec()));
        let mut lines = Lines::new(Source {
            name: None,
            encoding: Encoding::Identity,
            reader,
        })
        .unwrap();
        let found: Vec<_> = std::iter::from_fn(|| lines.next()).collect();
        assert_eq!(found, expected);
    }

    fn line(text: &str) -> Line {
        Line::Text(text.to_owned())
    }

    #[test]
    fn blank_lines_are_skipped_and_counted() {
        check(b"a\n\n  \r\nb", &[(1, line("a")), (4, line("b"))]);
        check(b"", &[]);
        check(b"\n\n", &[]);
    }

    #[test]
    fn a_byte_order_mark_and_crlf_do_no_harm() {
        check(
            "\u{feff}a\r\nb\r\n".as_bytes(),
            &[(1, line("a")), (2, line("b"))],
        );
    }

    #[test]
    fn what_cannot_be_read_costs_its_own_line_alone() {
        let mut bytes = vec![b'x'; MAX_LINE_BYTES + 1];
        bytes.extend_from_slice(b"\na\n\xff\nb\n");
        let long = Line::Unreadable("longer than 1 MiB".to_owned());
        let garbled = Line::Unreadable("not valid UTF-8".to_owned());
        check(
            &bytes,
            &[(1, long), (2, line("a")), (3, garbled), (4, line("b"))],
        );
        check(
            &vec![b'x'; MAX_LINE_BYTES],
            &[(1, line(&"x".repeat(MAX_LINE_BYTES)))],
        );
    }

    #[test]
    fn a_broken_stream_ends_where_it_breaks() {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(b"a\nb\n").unwrap();
        let whole = encoder.finish().unwrap();
        let reader = Box::new(std::io::Cursor::new(whole[..whole.len() - 6].to_vec()));
        let mut lines = Lines::new(Source {
            name: None,
            encoding: Encoding::Gzip,
            reader,
        })
        .unwrap();
        assert_eq!(lines.next(), Some((1, line("a"))));
        assert_eq!(lines.next(), Some((2, line("b"))));
        assert!(matches!(lines.next(), Some((3, Line::BrokenOff(_)))));
        assert_eq!(lines.next(), None);
    }
}
