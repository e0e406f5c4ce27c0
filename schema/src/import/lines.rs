//! Lines of a source: decompressed, numbered, bounded.

use std::io::{self, BufRead, BufReader, Read};

use zstd::zstd_safe;

use super::{Encoding, Source};

/// The longest line of one thing: a record of a few hundred bytes is usual, one of a mebibyte is somebody's mistake.
pub(crate) const MAX_LINE_BYTES: usize = 1 << 20;
/// The longest line that is read: that of a conversation with all that belongs to it, some ten thousand messages.
const MAX_LONG_LINE_BYTES: usize = 16 << 20;

/// The largest window of a Zstandard frame, as a power of two: 8 MiB (RFC 9659, section 3), which every level but those
/// of `zstd --ultra` and `--long` keeps to. Whoever reads a frame holds its whole window in memory.
const ZSTD_WINDOW_LOG: u32 = 23;
/// The largest one of [`Encoding::ZstdLong`]: 128 MiB, that of `zstd --long` and `zstd --ultra -22`.
const ZSTD_LONG_WINDOW_LOG: u32 = 27;

/// One line of a source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Something to read.
    Text(String),
    /// Something to read that has more than [`MAX_LINE_BYTES`].
    Long(String),
    /// Something that can't be read, and why.
    Unreadable(String),
    /// The source broke off here, and why: what this line holds so far is no line.
    BrokenOff(String),
}

impl Line {
    /// The bytes that are to be read.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text(text) | Self::Long(text) => text.len(),
            Self::Unreadable(_) | Self::BrokenOff(_) => 0,
        }
    }
}

/// Reads a source line by line.
pub(crate) struct Lines {
    reader: BufReader<Box<dyn Read + Send>>,
    encoding: Encoding,
    number: u64,
    ended: bool,
}

impl Lines {
    /// The lines of `source`, decompressed. An error where the decoder can't be set up.
    pub(crate) fn new(source: Source) -> io::Result<Self> {
        let reader: Box<dyn Read + Send> = match source.encoding {
            Encoding::Identity => source.reader,
            // Its window has 32 KiB, and its headers at most 64 KiB a field.
            Encoding::Gzip => Box::new(flate2::read::MultiGzDecoder::new(source.reader)),
            Encoding::Zstd => unzstd(source.reader, ZSTD_WINDOW_LOG)?,
            Encoding::ZstdLong => unzstd(source.reader, ZSTD_LONG_WINDOW_LOG)?,
        };
        Ok(Self {
            reader: BufReader::with_capacity(1 << 18, reader),
            encoding: source.encoding,
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
                Ok(length) if MAX_LONG_LINE_BYTES < length => {
                    Line::Unreadable("longer than 16 MiB".to_owned())
                }
                Ok(length) => text(bytes).map_or_else(
                    || Line::Unreadable("not valid UTF-8".to_owned()),
                    // By the length that was read, so that blanks count.
                    if MAX_LINE_BYTES < length {
                        Line::Long
                    } else {
                        Line::Text
                    },
                ),
                Err(error) => {
                    self.ended = true;
                    Line::BrokenOff(self.broken_off(&error))
                }
            };
            self.number += 1;
            if line != Line::Text(String::new()) {
                return Some((self.number, line));
            }
        }
    }

    /// Why the source broke off, and what to do where something can be done.
    fn broken_off(&self, error: &io::Error) -> String {
        match self.encoding {
            Encoding::Zstd if is_window_too_large(error) => "the input breaks off here: its Zstandard window has more than \
                8 MiB; compress it without --long and --ultra, or use caseload import --long, which takes 128 MiB"
                .to_owned(),
            Encoding::ZstdLong if is_window_too_large(error) => "the input breaks off here: its Zstandard window has more \
                than 128 MiB; compress it with --long=27 or less"
                .to_owned(),
            _ => format!(
                "the input broke off here: {error}; sending all of it again is safe, what is stored already counts as unchanged"
            ),
        }
    }

    /// Reads to the end of the line; gives its whole length, of which no more than [`MAX_LONG_LINE_BYTES`] are kept.
    fn read_line(&mut self, line: &mut Vec<u8>) -> io::Result<usize> {
        let mut length = 0;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                return Ok(length);
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let piece = &buffer[..end.unwrap_or(buffer.len())];
            if length + piece.len() <= MAX_LONG_LINE_BYTES {
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

/// A decoder of frames whose windows have at most that size, each frame on its own: the parameter outlasts a frame's end.
fn unzstd(reader: Box<dyn Read + Send>, window_log: u32) -> io::Result<Box<dyn Read + Send>> {
    let mut decoder = zstd::Decoder::new(reader)?;
    decoder.window_log_max(window_log)?;
    Ok(Box::new(decoder))
}

/// Whether a frame asks for a larger window than its decoder may have. The library gives the name of its code alone.
fn is_window_too_large(error: &io::Error) -> bool {
    let code = zstd_safe::zstd_sys::ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge;
    error.to_string() == zstd_safe::get_error_name(0_usize.wrapping_sub(code as usize))
}

/// The line's text without blanks around it; `None` where it is not UTF-8. A byte-order mark before it is no part of it:
/// files that begin with one are joined.
fn text(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let text = text.trim_start_matches('\u{feff}');
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    Some(trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Line, Lines, MAX_LINE_BYTES, MAX_LONG_LINE_BYTES, Source};

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
    fn each_of_several_joined_files_may_begin_with_a_byte_order_mark() {
        let joined = "\u{feff}a\n\u{feff}b\n\u{feff}\u{feff}c\n\u{feff}\nd\u{feff}\n";
        check(
            joined.as_bytes(),
            &[
                (1, line("a")),
                (2, line("b")),
                (3, line("c")),
                (5, line("d\u{feff}")),
            ],
        );
    }

    /// A frame of one stored block, with that window: eighths of a power of two (RFC 8878, section 3.1.1.1.2).
    fn frame(log: u8, eighths: u8, content: &[u8]) -> Vec<u8> {
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3 | eighths];
        let block = (content.len() as u32) << 3 | 1;
        frame.extend_from_slice(&block.to_le_bytes()[..3]);
        frame.extend_from_slice(content);
        frame
    }

    /// A frame of one segment: its window is its content, whose length it says.
    fn segment(length: u32, content: &[u8]) -> Vec<u8> {
        let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000];
        frame.extend_from_slice(&length.to_le_bytes());
        frame.extend_from_slice(&frame_of_blocks(content));
        frame
    }

    fn frame_of_blocks(content: &[u8]) -> Vec<u8> {
        frame(10, 0, content).split_off(6)
    }

    fn decompress(encoding: Encoding, frames: &[Vec<u8>]) -> Vec<Line> {
        let mut lines = Lines::new(Source {
            name: None,
            encoding,
            reader: Box::new(std::io::Cursor::new(frames.concat())),
        })
        .unwrap();
        std::iter::from_fn(|| lines.next())
            .map(|(_, line)| line)
            .collect()
    }

    #[test]
    fn each_frame_of_zstandard_has_a_bounded_window() {
        let good = || frame(23, 0, b"a\n");
        let both = [Encoding::Zstd, Encoding::ZstdLong];
        for encoding in both {
            assert_eq!(
                decompress(encoding, &[good(), good(), segment(2, b"b\n")]),
                [line("a"), line("a"), line("b")]
            );
        }
        let large = [
            frame(23, 1, b"b\n"),
            frame(27, 0, b"b\n"),
            segment(9 << 20, b"b\n"),
        ];
        for large in large {
            let found = decompress(Encoding::Zstd, &[good(), large.clone(), good()]);
            let [first, Line::BrokenOff(reason)] = found.as_slice() else {
                panic!("{found:?}");
            };
            assert_eq!(first, &line("a"));
            assert!(
                reason.contains("8 MiB") && reason.contains("--long"),
                "{reason}"
            );
            // The segment says more than it has, which is found out once its window is granted.
            let found = decompress(Encoding::ZstdLong, &[good(), large]);
            assert!(
                match &found[1] {
                    Line::BrokenOff(reason) => reason.contains("corruption"),
                    other => *other == line("b"),
                },
                "{found:?}"
            );
        }
        for larger in [frame(27, 1, b"b\n"), segment(129 << 20, b"b\n")] {
            let found = decompress(Encoding::ZstdLong, &[good(), larger]);
            assert!(
                matches!(&found[..], [_, Line::BrokenOff(reason)] if reason.contains("128 MiB")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_costs_its_own_line_alone() {
        let mut bytes = vec![b'x'; MAX_LONG_LINE_BYTES + 1];
        bytes.extend_from_slice(b"\na\n\xff\nb\n");
        let long = Line::Unreadable("longer than 16 MiB".to_owned());
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
    fn a_long_line_is_said_to_be_one() {
        for length in [MAX_LINE_BYTES + 1, MAX_LONG_LINE_BYTES] {
            check(&vec![b'x'; length], &[(1, Line::Long("x".repeat(length)))]);
        }
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
