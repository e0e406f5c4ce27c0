//! Rows by `COPY … FROM STDIN` in its binary form: the fastest way in, inside the transaction that is under way.

use std::io::Cursor;

use diesel::QueryResult;
use futures::SinkExt as _;

use crate::id::{ChangeNumber, Revision, RunId};

use super::{connection::PgConnection, error::copy_error};

/// Bytes in one message: enough that messages weigh little, few enough that the server works while the next is made.
const MESSAGE_BYTES: usize = 64 << 10;
/// The signature, no flags, and no extension of the header.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

impl PgConnection {
    /// Copies rows into `columns` of `table`; `put` writes the values of one, in that order. Gives the number of rows.
    ///
    /// Where this fails, or is dropped before its end, nothing of it is there.
    pub(crate) async fn copy<R: Sync>(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[R],
        put: fn(&R, &mut Vec<u8>),
    ) -> QueryResult<usize> {
        if rows.is_empty() {
            return Ok(0);
        }
        let sql = format!(
            "COPY {table} ({}) FROM STDIN (FORMAT binary)",
            columns.join(", ")
        );
        let statement = self.prepare(sql, Vec::new()).await?;
        let sink = self
            .client
            .copy_in::<_, Cursor<Vec<u8>>>(&statement)
            .await
            .map_err(copy_error)?;
        let mut sink = std::pin::pin!(sink);
        let mut message = HEADER.to_vec();
        for row in rows {
            message.extend_from_slice(&(columns.len() as i16).to_be_bytes());
            put(row, &mut message);
            if MESSAGE_BYTES <= message.len() {
                let full =
                    std::mem::replace(&mut message, Vec::with_capacity(MESSAGE_BYTES * 5 / 4));
                sink.send(Cursor::new(full)).await.map_err(copy_error)?;
            }
        }
        message.extend_from_slice(&(-1_i16).to_be_bytes());
        sink.send(Cursor::new(message)).await.map_err(copy_error)?;
        sink.finish()
            .await
            .map(|rows| rows as usize)
            .map_err(copy_error)
    }
}

/// A value that can be copied.
pub(crate) trait CopyValue {
    /// Writes the value's length and its bytes.
    fn put(&self, out: &mut Vec<u8>);
}

fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    out.extend_from_slice(bytes);
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl CopyValue for $number {
            fn put(&self, out: &mut Vec<u8>) {
                put_bytes(&self.to_be_bytes(), out);
            }
        }
    )*};
}

numbers!(i16, i32, i64, f64);

macro_rules! numbered {
    ($($number:ty),*) => {$(
        impl CopyValue for $number {
            fn put(&self, out: &mut Vec<u8>) {
                self.0.put(out);
            }
        }
    )*};
}

numbered!(RunId, Revision, ChangeNumber);

impl CopyValue for bool {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(&[u8::from(*self)], out);
    }
}

impl CopyValue for String {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(self.as_bytes(), out);
    }
}

impl<T: CopyValue> CopyValue for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.put(out),
            None => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
    }
}
