//! The bytes of a request's body, bounded for one request and for all of them together.

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use futures::StreamExt as _;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::problem::Problem;
use crate::{
    error::ApiError,
    http::limits::{
        MAX_GRAPHQL_BYTES, MAX_GRAPHQL_KIB_TOGETHER, MAX_WAIT, UNCOUNTED_GRAPHQL_BYTES,
    },
};

/// Memory for what requests send beyond [`UNCOUNTED_GRAPHQL_BYTES`], in KiB. It belongs to the process, as memory does.
static MEMORY: Semaphore = Semaphore::const_new(MAX_GRAPHQL_KIB_TOGETHER);

/// A body that was read. Its memory is free for others once this is dropped.
#[derive(Debug)]
pub(super) struct ReadBody {
    pub(super) bytes: Vec<u8>,
    /// What it holds of the memory that all share.
    held: Option<SemaphorePermit<'static>>,
}

impl ReadBody {
    /// Reads a body to its end.
    ///
    /// # Errors
    ///
    /// 413 where it is larger than [`MAX_GRAPHQL_BYTES`], 503 where other requests hold the memory for it, 400 where it breaks
    /// off.
    pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Self, Problem> {
        Self::read_within(&MEMORY, headers, body).await
    }

    async fn read_within(
        memory: &'static Semaphore,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Self, Problem> {
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok())
            .unwrap_or(0);
        if MAX_GRAPHQL_BYTES < announced {
            return Err(too_large());
        }
        let mut read = Self {
            // What is announced may never come.
            bytes: Vec::with_capacity(announced.min(UNCOUNTED_GRAPHQL_BYTES)),
            held: None,
        };
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| ApiError::bad_input("the body broke off"))?;
            let length = read.bytes.len() + chunk.len();
            if MAX_GRAPHQL_BYTES < length {
                return Err(too_large());
            }
            read.reserve(memory, length).await?;
            read.bytes.extend_from_slice(&chunk);
        }
        Ok(read)
    }

    /// Takes memory as bytes come, not as they are announced: who sends nothing takes nothing from others.
    async fn reserve(&mut self, memory: &'static Semaphore, length: usize) -> Result<(), Problem> {
        let counted = length
            .saturating_sub(UNCOUNTED_GRAPHQL_BYTES)
            .div_ceil(1 << 10);
        let held = self.held.as_ref().map_or(0, SemaphorePermit::num_permits);
        let Some(more) = counted.checked_sub(held).filter(|&more| 0 < more) else {
            return Ok(());
        };
        let more = u32::try_from(more).expect("a body has fewer than 2^32 KiB");
        let Ok(Ok(more)) = timeout(MAX_WAIT, memory.acquire_many(more)).await else {
            return Err(ApiError::busy().into());
        };
        match &mut self.held {
            Some(held) => held.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }
}

fn too_large() -> Problem {
    let message = format!("a request has at most {} KiB", MAX_GRAPHQL_BYTES >> 10);
    Problem::with_status(StatusCode::PAYLOAD_TOO_LARGE, ApiError::bad_input(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body of that length, in frames of 16 KiB.
    fn body_of(length: usize) -> Body {
        let frames = vec![b' '; length]
            .chunks(16 << 10)
            .map(|frame| Ok::<_, std::io::Error>(frame.to_vec()))
            .collect::<Vec<_>>();
        Body::from_stream(futures::stream::iter(frames))
    }

    async fn read(memory: &'static Semaphore, length: usize) -> Result<ReadBody, Problem> {
        ReadBody::read_within(memory, &HeaderMap::new(), body_of(length)).await
    }

    #[tokio::test]
    async fn large_bodies_share_memory_and_small_ones_need_none() {
        static TWO_LARGE_ONES: Semaphore = Semaphore::const_new(2 * (MAX_GRAPHQL_BYTES >> 10));
        let first = read(&TWO_LARGE_ONES, MAX_GRAPHQL_BYTES).await.unwrap();
        let second = read(&TWO_LARGE_ONES, MAX_GRAPHQL_BYTES).await.unwrap();
        assert_eq!(second.bytes.len(), MAX_GRAPHQL_BYTES);

        let third = read(&TWO_LARGE_ONES, MAX_GRAPHQL_BYTES).await.unwrap_err();
        assert_eq!(third.status(), StatusCode::SERVICE_UNAVAILABLE);
        let small = read(&TWO_LARGE_ONES, UNCOUNTED_GRAPHQL_BYTES).await;
        assert_eq!(small.unwrap().bytes.len(), UNCOUNTED_GRAPHQL_BYTES);

        drop(first);
        let third = read(&TWO_LARGE_ONES, MAX_GRAPHQL_BYTES).await;
        assert!(third.is_ok());
    }

    #[tokio::test]
    async fn a_body_that_is_refused_gives_its_memory_back() {
        static MEMORY: Semaphore = Semaphore::const_new(100);
        let refused = read(&MEMORY, MAX_GRAPHQL_BYTES).await.unwrap_err();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(MEMORY.available_permits(), 100);
    }
}
