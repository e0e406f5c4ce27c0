//! Bytes on their way in: line ends, encodings, lengths, streams that break, and what HTTP answers.

use std::io::Write;

use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use caseload_schema::import::{Encoding, ImportOptions, Sender, Source, import};
use serde_json::{Value, json};

use super::{acme, counts, figures, take};
use crate::{
    on_both_stores,
    support::{
        app::{Answer, Caseload, token},
        database::Backend,
    },
};

on_both_stores! {
    a_byte_order_mark_crlf_and_blank_lines_do_no_harm,
    a_line_has_at_most_a_mebibyte,
    bad_utf_8_costs_its_line_alone,
    gzip_and_zstd_are_read_as_they_are,
    a_compressed_stream_that_breaks_keeps_what_came_before,
    a_body_cut_off_half_way_keeps_what_came_before,
    many_batches_are_counted_as_one,
    lines_are_numbered_per_file_and_strict_covers_all_files,
    http_answers_with_the_fitting_status,
    only_who_may_import_imports,
}

fn customer(number: usize) -> String {
    json!({"type": "customer", "id": format!("k-{number}"), "name": format!("Kim {}", number * 7919)}).to_string()
}

fn customers(count: usize) -> String {
    (0..count).fold(String::new(), |text, number| {
        text + &customer(number) + "\n"
    })
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 1).expect("memory")
}

async fn a_byte_order_mark_crlf_and_blank_lines_do_no_harm(backend: Backend) {
    let caseload = acme(backend).await;
    let text = format!(
        "\u{feff}{}\r\n\r\n\n{}\r\n  \t\nwrong\r\n{}",
        customer(1),
        customer(2),
        customer(3)
    );
    let report = take(&caseload, &text, [3, 0, 0, 1]).await;
    assert_eq!(report.errors[0].line, 6);
    take(&caseload, "", [0, 0, 0, 0]).await;
    take(&caseload, "\u{feff}", [0, 0, 0, 0]).await;
}

async fn a_line_has_at_most_a_mebibyte(backend: Backend) {
    const MEBIBYTE: usize = 1 << 20;
    let caseload = acme(backend).await;
    let line_of = |id: &str, length: usize| {
        let frame = json!({"type": "customer", "id": id, "filling": ""})
            .to_string()
            .len();
        json!({"type": "customer", "id": id, "filling": "x".repeat(length - frame)}).to_string()
    };
    let (fits, long) = (line_of("fits", MEBIBYTE), line_of("long", MEBIBYTE + 1));
    let text = format!(
        "{fits}\n{long}\n{}\n{}{fits}",
        customer(1),
        "y".repeat(3 * MEBIBYTE) + "\n"
    );
    let report = take(&caseload, &text, [2, 1, 0, 2]).await;
    assert_eq!(
        report
            .errors
            .iter()
            .map(|error| error.line)
            .collect::<Vec<_>>(),
        [2, 4]
    );
}

async fn bad_utf_8_costs_its_line_alone(backend: Backend) {
    let caseload = acme(backend).await;
    let mut bytes = format!("{}\n", customer(1)).into_bytes();
    bytes.extend(b"{\"type\":\"customer\",\"id\":\"k\",\"name\":\"\xff\"}\n");
    bytes.extend(customer(2).bytes());
    let report = caseload
        .import_bytes(bytes, Encoding::Identity, false)
        .await;
    assert_eq!(counts(&report), [2, 0, 0, 1]);
    assert_eq!(report.errors[0].line, 2);
}

async fn gzip_and_zstd_are_read_as_they_are(backend: Backend) {
    let caseload = acme(backend).await;
    let report = caseload
        .import_bytes(gzip(&customers(50)), Encoding::Gzip, false)
        .await;
    assert_eq!(counts(&report), [50, 0, 0, 0]);
    // Two streams, one behind the other, are one file.
    let mut two = gzip(&customers(50));
    two.extend(gzip(&customers(60)));
    let report = caseload.import_bytes(two, Encoding::Gzip, false).await;
    assert_eq!(counts(&report), [10, 100, 0, 0]);
    let mut two = zstd(&customers(60));
    two.extend(zstd(&customers(70)));
    let report = caseload.import_bytes(two, Encoding::Zstd, false).await;
    assert_eq!(counts(&report), [10, 120, 0, 0]);
}

async fn a_compressed_stream_that_breaks_keeps_what_came_before(backend: Backend) {
    let caseload = acme(backend).await;
    let text = customers(20_000);
    for (encoding, mut bytes) in [(Encoding::Gzip, gzip(&text)), (Encoding::Zstd, zstd(&text))] {
        bytes.truncate(bytes.len() * 2 / 3);
        let report = caseload.import_bytes(bytes, encoding, false).await;
        let taken = report.accepted + report.unchanged;
        assert!(
            0 < taken && taken < 20_000 && 1 <= report.rejected,
            "{encoding:?}: {report:?}"
        );
    }
    let mut bytes = gzip(&customers(20_000));
    let middle = bytes.len() / 2;
    bytes[middle..middle + 100].fill(0xA5);
    let report = caseload.import_bytes(bytes, Encoding::Gzip, true).await;
    assert_eq!(report.accepted, 0, "strict: {report:?}");
}

async fn a_body_cut_off_half_way_keeps_what_came_before(backend: Backend) {
    let caseload = acme(backend).await;
    let text = customers(3000);
    let (start, _) = text.split_at(text.len() / 2);
    let parts: Vec<Result<Bytes, std::io::Error>> = vec![
        Ok(Bytes::from(start.to_owned())),
        Err(std::io::ErrorKind::ConnectionReset.into()),
    ];
    let request = Request::post("/v1/import")
        .header(header::AUTHORIZATION, format!("Bearer {}", token("boss")))
        .header(header::CONTENT_TYPE, "application/x-ndjson")
        .body(Body::from_stream(futures::stream::iter(parts)))
        .expect("a request");
    let answer = caseload.send_request(request).await;
    let whole_lines = start.matches('\n').count() as u64;
    let report = answer.json();
    assert_eq!(
        (answer.status, report["accepted"].as_u64()),
        (StatusCode::OK, Some(whole_lines)),
        "{report}"
    );
    assert!(
        1 <= report["rejected"].as_u64().unwrap_or_default(),
        "{report}"
    );
    take(
        &caseload,
        start.rsplit_once('\n').expect("lines").0,
        [0, whole_lines, 0, 0],
    )
    .await;
}

async fn many_batches_are_counted_as_one(backend: Backend) {
    let caseload = acme(backend).await;
    let text = customers(30_000) + "oops\n" + &customers(30_001);
    let report = take(&caseload, &text, [30_001, 30_000, 0, 1]).await;
    assert_eq!(report.errors[0].line, 30_001);
}

async fn lines_are_numbered_per_file_and_strict_covers_all_files(backend: Backend) {
    let caseload = acme(backend).await;
    let files = |strict| {
        let options = ImportOptions {
            sender: Sender::Operator,
            strict,
            clock: caseload.clock.clone(),
        };
        let file = |name: &str, text: &str| Source {
            name: Some(name.to_owned()),
            encoding: Encoding::Identity,
            reader: Box::new(std::io::Cursor::new(text.as_bytes().to_vec())),
        };
        let sources = vec![
            file("one", &(customer(1) + "\nwrong")),
            file("two", "wrong\n"),
            file("three", &customer(2)),
        ];
        import(
            &caseload.store,
            caseload.workspace,
            options,
            sources,
            |_| (),
        )
    };
    let report = files(true).await.expect("the store is there");
    assert_eq!(report.accepted, 0);
    let report = files(false).await.expect("the store is there");
    assert_eq!(counts(&report), [2, 0, 0, 2]);
    let at: Vec<_> = report
        .errors
        .iter()
        .map(|error| (error.file.as_deref(), error.line))
        .collect();
    assert_eq!(at, [(Some("one"), 2), (Some("two"), 1)]);
}

async fn post(caseload: &Caseload, path: &str, encoding: Option<&str>, body: &[u8]) -> Answer {
    caseload
        .post(path, &token("boss"), encoding, body.to_vec())
        .await
}

async fn http_answers_with_the_fitting_status(backend: Backend) {
    let caseload = acme(backend).await;
    let mixed = format!("{}\nwrong\n", customer(1));
    let answer = post(&caseload, "/v1/import", None, mixed.as_bytes()).await;
    let expected =
        json!({"accepted": 1, "unchanged": 0, "stale": 0, "rejected": 1, "days_touched": 0});
    let mut report = answer.json();
    let errors = report
        .as_object_mut()
        .expect("an object")
        .remove("errors")
        .expect("errors");
    assert_eq!((answer.status, report), (StatusCode::OK, expected));
    assert_eq!(
        (&errors[0]["line"], errors[0].get("file")),
        (&json!(2), None)
    );

    let empty = post(&caseload, "/v1/import", None, b"").await;
    assert_eq!(empty.status, StatusCode::OK, "nothing was wrong");
    for (path, body) in [
        ("/v1/import", "wrong\n{}\n"),
        ("/v1/import?strict=true", mixed.as_str()),
    ] {
        let answer = post(&caseload, path, None, body.as_bytes()).await;
        assert_eq!(
            (answer.status, &answer.json()["accepted"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(0)),
            "{path}"
        );
    }
    for (encoding, bytes) in [("gzip", gzip(&customers(9))), ("zstd", zstd(&customers(9)))] {
        let answer = post(&caseload, "/v1/import", Some(encoding), &bytes).await;
        assert_eq!(answer.status, StatusCode::OK, "{encoding}");
    }
    let unreadable = post(&caseload, "/v1/import", Some("gzip"), b"this is no gzip").await;
    assert_eq!(unreadable.status, StatusCode::BAD_REQUEST);
    let unknown = post(&caseload, "/v1/import", Some("br"), b"").await;
    assert_eq!(unknown.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let request = Request::post("/v1/import")
        .header(header::AUTHORIZATION, format!("Bearer {}", token("boss")))
        .header(header::CONTENT_TYPE, "text/csv")
        .body(Body::from("a,b"))
        .expect("a request");
    let table = caseload.send_request(request).await;
    assert_eq!(table.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(
        table.json()["error"]["code"].is_string() && table.json()["error"]["message"].is_string()
    );
}

async fn only_who_may_import_imports(backend: Backend) {
    let caseload = acme(backend).await;
    let roles = ["owner", "admin", "manager", "agent", "viewer"];
    let members: Vec<Value> = roles
        .iter()
        .map(|role| json!({"type": "member", "id": role, "name": role, "role": role}))
        .collect();
    caseload.import(&members).await;
    let may = ["owner", "admin"];
    for role in roles {
        let answer = caseload
            .post("/v1/import", &token(role), None, customer(1).into_bytes())
            .await;
        let expected = if may.contains(&role) {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(answer.status, expected, "{role}");
    }
    for nobody in ["", "nonsense", &token("unheard of")] {
        let answer = caseload
            .post("/v1/import", nobody, None, customer(2).into_bytes())
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{nobody}");
        assert_eq!(answer.json()["error"]["code"], json!("UNAUTHENTICATED"));
    }
    figures(&caseload, &json!({"metrics": {"customers": 0}})).await;
}
