//! The clock jumps, forwards and backwards, while facts come in and are rolled up.

use caseload_schema::instant::Instant;
use chrono::Duration;
use serde_json::json;

use crate::{
    model::book::Book,
    on_both_stores,
    support::{
        app::Caseload, compare::difference, database::Backend, dice::Dice, facts::Writer, queries,
    },
};

/// Worlds on each store, and jumps in each.
const WORLDS: u64 = 5;
const JUMPS: usize = 10;
const RECORDS: usize = 40;

on_both_stores! {
    figures_are_the_model_s_whichever_way_the_clock_jumps,
}

async fn figures_are_the_model_s_whichever_way_the_clock_jumps(backend: Backend) {
    for seed in 5_000..5_000 + WORLDS {
        check(backend, seed).await;
    }
}

async fn check(backend: Backend, seed: u64) {
    let mut writer = Writer::new(Dice::seeded(seed));
    let mut world = writer.empty_world();
    let now = world.now;
    let caseload = Caseload::new(backend, writer.place.zone, now).await;
    let boss = [json!({"type": "member", "id": "boss", "name": "Boss", "role": "owner"})];
    caseload.import(&boss).await;
    world.apply_all(&boss);
    for jump in 0..JUMPS {
        // Back to before anything happened, by seconds, or years ahead.
        let by = [
            Duration::days(-40),
            Duration::seconds(-20),
            Duration::days(4_000),
            Duration::hours(30),
        ];
        world.now = now + by[writer.dice.roll(by.len())];
        caseload.clock.set(Instant::from_chrono(world.now));
        let records = writer.records(RECORDS);
        let (report, tally) = (caseload.import(&records).await, world.apply_all(&records));
        assert_eq!(
            (report.rejected, report.stale),
            (tally.rejected, tally.stale),
            "seed {seed}, jump {jump}"
        );
        caseload.roll_up().await;
        let pending = caseload
            .store
            .count_pending_days(caseload.workspace, None)
            .await
            .expect("the store is there");
        assert_eq!(pending, 0, "seed {seed}, jump {jump}");
        let span = writer.span(14);
        let (filter, ask) = (writer.filter(), writer.ask(span));
        let variables = json!({
            "period": span.input(), "filter": filter.input(), "by": ask.by, "measure": ask.measure, "busy": ask.busy,
            "first": ask.first,
        });
        let got = caseload
            .ask("boss", &queries::team(), &variables)
            .await
            .data("team");
        let expected = Book::of(&world).team(ask, &filter);
        assert_eq!(
            difference(&expected, &got),
            None,
            "seed {seed}, jump {jump}, {variables}"
        );
    }
    let found =
        caseload_rollup::verify::verify(&caseload.store, caseload.workspace, None, |_| ()).await;
    assert_eq!(
        found.expect("the store is there").differences,
        0,
        "seed {seed}"
    );
}
