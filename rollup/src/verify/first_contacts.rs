//! Whether each customer is opened by the conversation that holds their first activity, and by no other.

use caseload_schema::{
    id::{ConversationKey, CustomerKey, WorkspaceKey},
    store::{
        Conn, StoreError, customers,
        facts::{self, FirstActivity},
        ledger::Ledger,
    },
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Difference, Report};

/// Reports the conversations whose part in opening a customer is stored wrongly, whatever day they are of.
pub(super) async fn check(
    conn: &mut Conn,
    ws: WorkspaceKey,
    ledger: &Ledger,
    report: Report<'_>,
) -> Result<(), StoreError> {
    let mut first: FxHashMap<CustomerKey, FirstActivity> = FxHashMap::default();
    let mut stored: Vec<FirstActivity> = Vec::new();
    let mut after = ConversationKey(0);
    loop {
        let found = facts::read_first_activities(conn, ws, after).await?;
        let Some(last) = found.last() else { break };
        after = last.conversation;
        for activity in found {
            if activity.opens_customer {
                stored.push(activity.clone());
            }
            let known = first
                .entry(activity.customer)
                .or_insert_with(|| activity.clone());
            if (activity.at, &activity.id) < (known.at, &known.id) {
                *known = activity;
            }
        }
    }
    let zone = ledger.time.zone;
    if ledger.final_before.is_some() {
        // Their first activity was on a final day, and may be gone.
        let opened: FxHashSet<CustomerKey> = customers::list_opened_finally(conn, ws)
            .await?
            .into_iter()
            .collect();
        first.retain(|customer, _| !opened.contains(customer));
        stored.retain(|activity| !opened.contains(&activity.customer));
    }
    let mut wrong = |activity: &FirstActivity, what: &str| {
        let what = format!(
            "conversation {:?} is {what} its customer's first activity",
            activity.id
        );
        report(Difference {
            day: Some(zone.day_of(activity.at)),
            what,
        });
    };
    for activity in &stored {
        if first
            .get(&activity.customer)
            .is_some_and(|first| first.conversation != activity.conversation)
        {
            wrong(activity, "stored as, but is not,");
        }
    }
    for activity in first.values().filter(|activity| !activity.opens_customer) {
        wrong(activity, "not stored as, but is,");
    }
    Ok(())
}
