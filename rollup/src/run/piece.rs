//! The pieces of a large run, which many hands make at a time.

use std::sync::Arc;

use caseload_schema::{
    id::WorkspaceKey,
    store::{
        Run, blocks, queue, summaries,
        tasks::{self, Task, TaskOutcome},
    },
};
use tokio::sync::mpsc;

use super::{Hand, make::Made, read, step::Halt};

/// Makes these pieces of a run, from facts as of one moment. Reading, folding and writing overlap.
pub(super) async fn make(hand: &Hand, ws: WorkspaceKey, run: &Run, pieces: Vec<Task>) -> Result<(), Halt> {
    let Some(zone) = run.zone else { return Err(Halt::Lost) };
    let (sender, mut found) = mpsc::channel(1);
    let reading = hand.store.snapshot(move |conn| Box::pin(read::read_pieces(conn, ws, zone, pieces, sender)));
    let id = run.id;
    let writing = async move {
        let mut is_first = true;
        while let Some((piece, seen, reading)) = found.recv().await {
            if !is_first && hand.pace.is_stopping() {
                return Err(Halt::Stopping);
            }
            is_first = false;
            hand.pace.pause().await;
            let made = hand.make(reading).await?;
            write(hand, ws, id, (piece, seen), made).await?;
        }
        Ok(())
    };
    let (read, written) = tokio::join!(reading, writing);
    // Where writing failed, reading fails too, because nobody listens: the first cause is the one to tell.
    written?;
    Ok(read?)
}

/// Writes what a piece holds and that it is done, both or neither: neither where the run has ended or the claim has gone to
/// another.
async fn write(hand: &Hand, ws: WorkspaceKey, run: i64, (piece, seen): (Task, i64), made: Made) -> Result<(), Halt> {
    let made = Arc::new(made);
    let kept = Arc::clone(&made);
    let outcome = TaskOutcome { seen, emptied: made.emptied.clone(), facts_read: made.facts_read };
    let written = hand.store.write(move |conn| {
        Box::pin(async move {
            if !queue::hold(conn, ws, run).await? || !tasks::finish(conn, ws, run, piece, &outcome).await? {
                return Ok(false);
            }
            blocks::insert(conn, ws, run, &made.blocks).await?;
            summaries::insert(conn, ws, run, &made.summaries).await?;
            Ok(true)
        })
    });
    if !written.await? {
        return Err(Halt::Lost);
    }
    hand.publish.blocks(ws, run, &kept.blocks).await;
    Ok(())
}
