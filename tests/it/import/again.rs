//! Messages that are sent again to a database that says so in its own words.

use serde_json::{Value, json};

use super::acme;
use crate::support::database::Backend;

/// A cluster's node refuses a COPY of a key that is there already, and the code of that gets lost on the way.
#[tokio::test]
async fn messages_that_are_there_are_found_whatever_the_database_says_of_them() {
    let caseload = acme(Backend::Postgres).await;
    caseload.database.script(
        "CREATE FUNCTION refuse_known() RETURNS TRIGGER LANGUAGE plpgsql AS $$
         BEGIN
             IF EXISTS (SELECT FROM messages WHERE workspace_id = NEW.workspace_id AND id = NEW.id) THEN
                 RAISE EXCEPTION 'a node refuses this' USING ERRCODE = 'XX000';
             END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER refuse_known BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION refuse_known()",
    );
    let mut records = vec![
        json!({"type": "conversation", "id": "c", "customer_id": "k", "created_at": "2026-03-01T09:00:00Z",
               "updated_at": "2026-03-01T09:00:00Z"}),
    ];
    records.extend((0..5).map(|number| -> Value {
        json!({"type": "message", "id": format!("m{number}"), "conversation_id": "c", "kind": "inbound",
               "sent_at": format!("2026-03-01T09:0{number}:00Z")})
    }));
    let first = caseload.import(&records).await;
    assert_eq!((first.accepted, first.rejected), (6, 0));
    // One of them is new the second time.
    records.push(
        json!({"type": "message", "id": "m5", "conversation_id": "c", "kind": "reply",
                        "sent_at": "2026-03-01T10:00:00Z"}),
    );
    let second = caseload.import(&records).await;
    assert_eq!((second.accepted, second.rejected), (1, 0), "{second:?}");
    let stored = caseload.database.sql("SELECT count(*) FROM messages");
    assert_eq!(stored.trim(), "6");
}
