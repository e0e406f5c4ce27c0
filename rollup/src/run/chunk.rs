//! The chunks of a large run, which many workers make at a time.

use std::sync::Arc;

use caseload_schema::{
    id::{ChangeNumber, RunId, WorkspaceKey},
    store::{
        Run, blocks, queue, summaries,
        tasks::{self, Task, TaskOutcome},
    },
};
use tokio::sync::mpsc;

use super::{
    Worker,
    fold_chunk::ChunkOutput,
    read::{self, ChunkInput},
    step::Interrupted,
};

/// Makes these chunks of a run, from facts as of one moment. One is read while another is folded and a third one written.
pub(super) async fn make(
    worker: &Worker,
    ws: WorkspaceKey,
    run: &Run,
    chunks: Vec<Task>,
) -> Result<(), Interrupted> {
    let Some(time) = run.time else {
        return Err(Interrupted::Lost);
    };
    let (read, found) = mpsc::channel(1);
    let (folded, made) = mpsc::channel(1);
    let reading = worker
        .store
        .snapshot(move |conn| Box::pin(read::read_chunks(conn, ws, time, chunks, read)));
    let (read, folded, written) = tokio::join!(
        reading,
        fold(worker, found, folded),
        write_all(worker, ws, run.id, made)
    );
    // Where writing failed, so does folding, because nobody listens, and then reading: the first cause is the one to tell.
    written?;
    folded?;
    Ok(read?)
}

/// A chunk, with the number of the latest change that its facts hold.
type Seen = (Task, ChangeNumber);

async fn fold(
    worker: &Worker,
    mut found: mpsc::Receiver<(Task, ChangeNumber, ChunkInput)>,
    folded: mpsc::Sender<(Seen, ChunkOutput)>,
) -> Result<(), Interrupted> {
    let mut is_first = true;
    while let Some((chunk, seen, reading)) = found.recv().await {
        if !is_first && worker.throttle.is_stopping() {
            return Err(Interrupted::Stopping);
        }
        is_first = false;
        worker.throttle.pause().await;
        let made = worker.make(reading).await?;
        folded
            .send(((chunk, seen), made))
            .await
            .map_err(|_| Interrupted::Lost)?;
    }
    Ok(())
}

async fn write_all(
    worker: &Worker,
    ws: WorkspaceKey,
    run: RunId,
    mut made: mpsc::Receiver<(Seen, ChunkOutput)>,
) -> Result<(), Interrupted> {
    while let Some((chunk, made)) = made.recv().await {
        write(worker, ws, run, chunk, made).await?;
    }
    Ok(())
}

/// Writes what a chunk holds and that it is done, both or neither: neither where the run has ended or the claim has gone to
/// another.
async fn write(
    worker: &Worker,
    ws: WorkspaceKey,
    run: RunId,
    (chunk, seen): Seen,
    made: ChunkOutput,
) -> Result<(), Interrupted> {
    let made = Arc::new(made);
    let kept = Arc::clone(&made);
    let outcome = TaskOutcome {
        seen,
        emptied: made.emptied.clone(),
        facts_read: made.facts_read,
    };
    let written = worker.store.write(move |conn| {
        Box::pin(async move {
            if !queue::hold(conn, ws, run).await?
                || !tasks::finish(conn, ws, run, chunk, &outcome).await?
            {
                return Ok(false);
            }
            blocks::insert(conn, ws, run.revision(), &made.blocks).await?;
            summaries::insert(conn, ws, run.revision(), &made.summaries).await?;
            Ok(true)
        })
    });
    if !written.await? {
        return Err(Interrupted::Lost);
    }
    worker
        .publish
        .blocks(ws, run.revision(), &kept.blocks)
        .await;
    Ok(())
}
