//! A body kept in a file until all of it is here.

use std::{
    fs::File,
    io::{self, Read, Seek as _},
};

use futures::{Stream, StreamExt as _};
use tokio::io::AsyncWriteExt as _;

/// Writes all chunks into an unnamed file, which goes with its reader, and gives a reader of it. Where the chunks end with an
/// error, so does what is read: behind everything that came before.
///
/// An error is one of the file: no space, no temporary directory.
pub(super) async fn spool<C: AsRef<[u8]>>(
    chunks: impl Stream<Item = io::Result<C>>,
) -> io::Result<io::Chain<File, Broken>> {
    let mut chunks = std::pin::pin!(chunks);
    let file = tokio::task::spawn_blocking(tempfile::tempfile)
        .await
        .map_err(io::Error::other)??;
    let mut file = tokio::fs::File::from_std(file);
    let mut broken = None;
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => file.write_all(chunk.as_ref()).await?,
            Err(error) => {
                broken = Some(error);
                break;
            }
        }
    }
    file.flush().await?;
    let mut file: File = file.into_std().await;
    file.rewind()?;
    Ok(file.chain(Broken(broken)))
}

/// Nothing, or the error in place of it.
#[derive(Debug)]
pub(super) struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    #[tokio::test]
    async fn what_was_spooled_is_read_back_whole() {
        let chunks = stream::iter([Ok("one\ntw"), Ok("o\n"), Ok("")]);
        let mut text = String::new();
        spool(chunks)
            .await
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "one\ntwo\n");
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_reads_as_one() {
        let chunks = stream::iter([
            Ok("one\ntw"),
            Err(io::ErrorKind::ConnectionReset.into()),
            Ok("never"),
        ]);
        let mut text = Vec::new();
        let error = spool(chunks)
            .await
            .unwrap()
            .read_to_end(&mut text)
            .unwrap_err();
        assert_eq!(
            (text.as_slice(), error.kind()),
            (&b"one\ntw"[..], io::ErrorKind::ConnectionReset)
        );
    }
}
