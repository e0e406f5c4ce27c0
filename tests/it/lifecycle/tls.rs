//! TLS to a real PostgreSQL server with a certificate of its own making.

use std::path::Path;

use caseload_schema::store::{Store, StoreError};

use crate::support::{
    database::{Backend, Database},
    postmaster::Postmaster,
};

#[tokio::test]
async fn sslmode_says_how_much_of_the_server_s_certificate_is_checked() {
    let own =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let server = Postmaster::with_tls(&own.cert.pem(), &own.signing_key.serialize_pem());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("server.pem");
    std::fs::write(&file, own.cert.pem()).expect("a file");
    let other =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let strange = folder.path().join("other.pem");
    std::fs::write(&strange, other.cert.pem()).expect("a file");

    let by = |mode: &str, roots: &Path| format!("?sslmode={mode}&sslrootcert={}", roots.display());
    for (host, parameters, expected) in [
        ("localhost", "?sslmode=disable".to_owned(), Some(false)),
        ("localhost", String::new(), Some(true)),
        ("localhost", "?sslmode=require".to_owned(), Some(true)),
        ("127.0.0.1", by("verify-ca", &file), Some(true)),
        ("localhost", by("verify-full", &file), Some(true)),
        ("127.0.0.1", by("verify-full", &file), None),
        ("localhost", by("verify-full", &strange), None),
        ("localhost", by("verify-ca", &strange), None),
        ("localhost", by("require", &strange), None),
        ("localhost", "?sslmode=verify-full".to_owned(), None),
    ] {
        let encrypted = encrypted(&server, &(server.url(host) + &parameters)).await;
        assert_eq!(
            encrypted.as_ref().ok(),
            expected.as_ref(),
            "{host} {parameters}: {encrypted:?}"
        );
        if let Err(error) = encrypted {
            assert!(
                error.contains("certificate"),
                "{host} {parameters}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_required() {
    let database = Database::empty(Backend::Postgres);
    let required = is_reached(&(database.url() + "?sslmode=require"))
        .await
        .expect_err("it speaks no TLS");
    assert!(required.contains("TLS"), "{required}");
    is_reached(&(database.url() + "?sslmode=prefer"))
        .await
        .expect("TLS where there is some");
}

/// Whether the latest connection of a store there is encrypted, as the server sees it: those before it may not have ended.
async fn encrypted(server: &Postmaster, url: &str) -> Result<bool, String> {
    let _store = is_reached(url).await?;
    let seen = server.sql(
        "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'caseload'
         ORDER BY backend_start DESC LIMIT 1",
    );
    Ok(seen.trim() == "t")
}

async fn is_reached(url: &str) -> Result<Store, String> {
    let store = Store::connect(url)
        .await
        .map_err(|error: StoreError| error.to_string())?;
    store
        .is_current()
        .await
        .map_err(|error| error.to_string())?;
    Ok(store)
}
