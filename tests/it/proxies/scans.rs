//! `polars` and `DuckDB` read what they need of an export over HTTP, and no more.

use super::proxy::Proxy;
use crate::{
    bi::{
        consumers::run_python,
        flips::{PATH, sample},
    },
    front::server::Server,
    support::{app::token, database::Backend},
};

#[tokio::test]
async fn polars_and_duckdb_scan_an_export_in_parts() {
    let caseload = sample(Backend::Sqlite).await;
    let server = Server::start(&caseload).await;
    // polars can't be told to send a token.
    let config = format!(
        "server {{\n listen 443;\n location / {{\n proxy_pass http://127.0.0.1:8080;\n proxy_http_version 1.1;\n \
         proxy_set_header Authorization \"Bearer {}\";\n }}\n }}\n",
        token("boss")
    );
    let proxy = Proxy::nginx(&config, &server.address.to_string());
    let url = proxy.plain_url(&PATH.replace("ndjson", "parquet"));
    let said = tokio::task::spawn_blocking(move || run_python("scan.py", &[url.as_ref()]));
    said.await.expect("Python reads it");
    let log = proxy.read("access");
    // Whether the file is there, fsspec asks by a GET whose body it does not read.
    for (reader, may_ask_for_all) in [("polars", false), ("duckdb", true)] {
        let own: Vec<&str> = log.lines().filter(|line| line.contains(reader)).collect();
        let answered = |status: &str| {
            own.iter()
                .any(|line| line.contains("\"GET") && line.contains(status))
        };
        assert!(answered("\" 206 "), "{reader}\n{log}");
        assert!(may_ask_for_all || !answered("\" 200 "), "{reader}\n{log}");
    }
    server.stop().await;
}
