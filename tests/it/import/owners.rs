//! An import makes no owners, and an API token's import no roles.

use caseload_schema::{
    id::{MemberKey, TokenKey},
    import::{Encoding, ImportOptions, Report, Sender, Source, import},
};
use serde_json::{Value, json};

use super::{acme, counts, take};
use crate::{
    on_both_stores,
    support::{
        app::{Caseload, lines},
        database::Backend,
    },
};

on_both_stores! {
    over_http_nobody_makes_or_unmakes_an_owner,
    over_http_the_last_owner_stays_active,
    an_api_token_changes_no_role_and_makes_none_above_agent,
    the_operator_may_make_and_unmake_owners,
}

const MEMBER: Sender = Sender::Member(MemberKey(1));
const TOKEN: Sender = Sender::ApiToken(TokenKey(1));

async fn import_as(caseload: &Caseload, sender: Sender, records: &[Value]) -> Report {
    let options = ImportOptions {
        sender,
        strict: false,
        clock: caseload.clock.clone(),
    };
    let reader = Box::new(std::io::Cursor::new(lines(records).into_bytes()));
    let sources = vec![Source {
        name: None,
        encoding: Encoding::Identity,
        reader,
    }];
    import(
        &caseload.store,
        caseload.workspace,
        options,
        sources,
        |_| (),
    )
    .await
    .expect("the store is there")
}

fn member(id: &str, role: &str) -> Value {
    json!({"type": "member", "id": id, "name": id, "role": role})
}

/// The lines that were refused, and the fields at fault.
fn refused(report: &Report) -> Vec<(u64, &str)> {
    report
        .errors
        .iter()
        .map(|error| (error.line, error.field.as_deref().unwrap_or("")))
        .collect()
}

async fn over_http_nobody_makes_or_unmakes_an_owner(backend: Backend) {
    let caseload = acme(backend).await;
    caseload
        .import(&[member("second", "owner"), member("anna", "agent")])
        .await;
    let records = [
        member("new", "owner"),
        member("anna", "owner"),
        member("boss", "admin"),
        member("anna", "admin"),
        json!({"type": "member", "id": "boss", "name": "The Boss"}),
        member("boss", "owner"),
    ];
    let report = import_as(&caseload, MEMBER, &records).await;
    assert_eq!(
        refused(&report),
        [(1, "role"), (2, "role"), (3, "role")],
        "{report:?}"
    );
    assert_eq!(counts(&report), [3, 0, 0, 3], "{report:?}");
}

async fn over_http_the_last_owner_stays_active(backend: Backend) {
    let caseload = acme(backend).await;
    caseload.import(&[member("second", "owner")]).await;
    let inactive = |id: &str| json!({"type": "member", "id": id, "name": id, "active": false});
    let records = [
        inactive("second"),
        inactive("boss"),
        json!({"type": "delete", "of": "member", "id": "boss"}),
        inactive("new"),
    ];
    let report = import_as(&caseload, MEMBER, &records).await;
    assert_eq!(counts(&report), [2, 0, 0, 2], "{report:?}");
    assert_eq!(
        refused(&report)
            .iter()
            .map(|(line, _)| *line)
            .collect::<Vec<_>>(),
        [2, 3]
    );
    // The same for a token.
    let report = import_as(&caseload, TOKEN, &records[1..3]).await;
    assert_eq!(counts(&report), [0, 0, 0, 2], "{report:?}");
}

async fn an_api_token_changes_no_role_and_makes_none_above_agent(backend: Backend) {
    let caseload = acme(backend).await;
    caseload.import(&[member("anna", "manager")]).await;
    let records = [
        member("anna", "agent"),
        member("anna", "admin"),
        member("one", "manager"),
        member("two", "owner"),
        member("three", "agent"),
        member("four", "viewer"),
        json!({"type": "member", "id": "anna", "name": "Anna"}),
        json!({"type": "member", "id": "five", "name": "Five"}),
        member("three", "viewer"),
    ];
    let report = import_as(&caseload, TOKEN, &records).await;
    let refused = refused(&report);
    assert_eq!(
        refused,
        [
            (1, "role"),
            (2, "role"),
            (3, "role"),
            (4, "role"),
            (9, "role")
        ],
        "{report:?}"
    );
    assert_eq!(counts(&report), [4, 0, 0, 5], "{report:?}");
}

async fn the_operator_may_make_and_unmake_owners(backend: Backend) {
    let caseload = acme(backend).await;
    let text = lines(&[
        member("anna", "owner"),
        member("boss", "agent"),
        member("anna", "agent"),
    ]);
    take(&caseload, &text, [3, 0, 0, 0]).await;
}
