//! A database that was restored from a backup, and others that share its Redis, never read what is not theirs.

use caseload_schema::store::Store;

use super::{acme_on, conversation, conversations, recover, report};
use crate::support::{
    app::Caseload,
    database::{Backend, Database},
    redis::Redis,
};

/// The same numbers of runs, revisions and generations come again after a backup is restored, for other figures.
#[tokio::test]
async fn what_followed_a_backup_the_first_time_is_not_served_after_it_is_restored() {
    let redis = Redis::start();
    let caseload = acme_on(Backend::Sqlite, Some(&redis)).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let backup = folder.path().join("backup.db");
    caseload
        .database
        .sql(&format!("VACUUM INTO '{}'", backup.display()));

    // Days and names go on, and Redis hears of it.
    let renamed =
        serde_json::json!({"type": "member", "id": "boss", "name": "Late", "role": "owner"});
    let more: Vec<_> = (0..5)
        .map(|number| conversation(1, &format!("first-{number}")))
        .collect();
    caseload.import(&[&more[..], &[renamed]].concat()).await;
    let first = caseload.roll_up().await;
    assert_eq!(conversations(&report(&caseload).await), 36 + 5);
    recover(&caseload).await;

    // In the restored database as many changes lead elsewhere, and Redis does not hear of it.
    let url = format!("sqlite://{}", backup.display());
    let restored = over(&caseload, &url, "").await;
    let renamed =
        serde_json::json!({"type": "member", "id": "boss", "name": "Other", "role": "owner"});
    restored.import(&[conversation(1, "second"), renamed]).await;
    let second = restored.roll_up().await;
    assert_eq!(
        (second.run, second.generation),
        (first.run, first.generation),
        "the numbers come again"
    );
    let expected = report(&restored).await;
    assert_eq!(conversations(&expected), 36 + 1);

    let node = over(&caseload, &url, &redis.url()).await;
    let got = report(&node).await;
    assert_eq!(got, expected);
    assert_eq!(got["leaderboard"][0]["report"]["member"]["name"], "Other");
}

#[tokio::test]
async fn two_installations_share_a_redis_and_nothing_in_it() {
    let redis = Redis::start();
    let one = acme_on(Backend::Sqlite, Some(&redis)).await;
    let other = acme_on(Backend::Sqlite, Some(&redis)).await;
    other.import(&[conversation(1, "more")]).await;
    other.roll_up().await;
    assert_eq!(conversations(&report(&one.another()).await), 36);
    assert_eq!(conversations(&report(&other.another()).await), 37);
}

/// Whoever has Redis alone reads neither names nor figures there.
#[tokio::test]
async fn what_is_in_redis_can_be_read_with_the_database_alone() {
    let redis = Redis::start();
    let caseload = acme_on(Backend::Sqlite, Some(&redis)).await;
    report(&caseload).await;
    recover(&caseload).await;
    let incarnation = caseload.database.sql("SELECT incarnation FROM workspaces");
    assert_eq!(incarnation.trim().len(), 64);
    for key in redis.keys() {
        let held = redis.cli(&["--no-raw", "GET", &key]);
        assert!(
            !held.contains("Boss") && !held.contains("boss"),
            "{key}: {held}"
        );
        assert!(
            !key.contains(incarnation.trim()) && !held.contains(incarnation.trim()),
            "{key}"
        );
        let ttl: i64 = redis.cli(&["TTL", &key]).trim().parse().expect("a number");
        assert!((1..=7 * 86_400).contains(&ttl), "{key} expires: {ttl}");
    }
}

/// The workspace as the database at that address holds it.
async fn over(like: &Caseload, url: &str, redis_url: &str) -> Caseload {
    let store = Store::connect(url).await.expect("the database is there");
    like.over(Database::At(url.to_owned()), store, redis_url)
}
