//! Whether each customer is opened by the conversation that holds their first activity, and by no other.

use caseload_schema::{
    id::{ConversationKey, CustomerKey, WorkspaceKey},
    store::{
        Conn, StoreError,
        facts::{self, FirstActivity},
    },
    zone::Zone,
};
use rustc_hash::FxHashMap;

use super::{Difference, Report};

/// Reports the conversations whose part in opening a customer is stored wrongly, whatever day they are of.
pub(super) async fn check(conn: &mut Conn, ws: WorkspaceKey, zone: Zone, report: Report<'_>) -> Result<(), StoreError> {
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
            let known = first.entry(activity.customer).or_insert_with(|| activity.clone());
            if (activity.at, &activity.id) < (known.at, &known.id) {
                *known = activity;
            }
        }
    }
    let mut wrong = |activity: &FirstActivity, what: &str| {
        let what = format!("conversation {:?} is {what} its customer's first activity", activity.id);
        report(Difference { day: Some(zone.day_of(activity.at)), what });
    };
    for activity in &stored {
        if first.get(&activity.customer).is_some_and(|first| first.conversation != activity.conversation) {
            wrong(activity, "stored as, but is not,");
        }
    }
    for activity in first.values().filter(|activity| !activity.opens_customer) {
        wrong(activity, "not stored as, but is,");
    }
    Ok(())
}
