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

use super::{
    Hand,
    make::Made,
    read::{self, Reading},
    step::Halt,
};

/// Makes these pieces of a run, from facts as of one moment. One is read while another is folded and a third one written.
pub(super) async fn make(
    hand: &Hand,
    ws: WorkspaceKey,
    run: &Run,
    pieces: Vec<Task>,
) -> Result<(), Halt> {
    let Some(zone) = run.zone else {
        return Err(Halt::Lost);
    };
    let (read, found) = mpsc::channel(1);
    let (folded, made) = mpsc::channel(1);
    let reading = hand
        .store
        .snapshot(move |conn| Box::pin(read::read_pieces(conn, ws, zone, pieces, read)));
    let (read, folded, written) = tokio::join!(
        reading,
        fold(hand, found, folded),
        write_all(hand, ws, run.id, made)
    );
    // Where writing failed, so does folding, because nobody listens, and then reading: the first cause is the one to tell.
    written?;
    folded?;
    Ok(read?)
}

/// A piece, with the number of the latest change that its facts hold.
type Seen = (Task, i64);

async fn fold(
    hand: &Hand,
    mut found: mpsc::Receiver<(Task, i64, Reading)>,
    folded: mpsc::Sender<(Seen, Made)>,
) -> Result<(), Halt> {
    let mut is_first = true;
    while let Some((piece, seen, reading)) = found.recv().await {
        if !is_first && hand.pace.is_stopping() {
            return Err(Halt::Stopping);
        }
        is_first = false;
        hand.pace.pause().await;
        let made = hand.make(reading).await?;
        folded
            .send(((piece, seen), made))
            .await
            .map_err(|_| Halt::Lost)?;
    }
    Ok(())
}

async fn write_all(
    hand: &Hand,
    ws: WorkspaceKey,
    run: i64,
    mut made: mpsc::Receiver<(Seen, Made)>,
) -> Result<(), Halt> {
    while let Some((piece, made)) = made.recv().await {
        write(hand, ws, run, piece, made).await?;
    }
    Ok(())
}

/// Writes what a piece holds and that it is done, both or neither: neither where the run has ended or the claim has gone to
/// another.
async fn write(
    hand: &Hand,
    ws: WorkspaceKey,
    run: i64,
    (piece, seen): Seen,
    made: Made,
) -> Result<(), Halt> {
    let made = Arc::new(made);
    let kept = Arc::clone(&made);
    let outcome = TaskOutcome {
        seen,
        emptied: made.emptied.clone(),
        facts_read: made.facts_read,
    };
    let written = hand.store.write(move |conn| {
        Box::pin(async move {
            if !queue::hold(conn, ws, run).await?
                || !tasks::finish(conn, ws, run, piece, &outcome).await?
            {
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
