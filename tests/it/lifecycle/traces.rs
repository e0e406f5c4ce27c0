//! Spans, as a collector receives them.

use std::{
    io::{BufReader, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span,
};
use prost::Message as _;

use super::wire::{Desk, ask};
use crate::support::{app::token, database::Backend};

/// Takes what is posted, as a collector does.
struct Collector {
    url: String,
    received: Arc<Mutex<Vec<(String, ExportTraceServiceRequest)>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    while let Some((line, body)) = request(&mut reader) {
                        let spans =
                            ExportTraceServiceRequest::decode(body.as_slice()).expect("protobuf");
                        kept.lock()
                            .expect("nobody panics with it")
                            .push((line, spans));
                        reader
                            .get_mut()
                            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                            .expect("it is read");
                    }
                });
            }
        });
        Self { url, received }
    }

    fn spans(&self) -> Vec<Span> {
        let received = self.received.lock().expect("nobody panics with it");
        let scopes = received
            .iter()
            .flat_map(|(_, request)| &request.resource_spans)
            .flat_map(|spans| &spans.scope_spans);
        scopes
            .flat_map(|scope| scope.spans.iter().cloned())
            .collect()
    }
}

/// The first line and the body of the next request on a connection.
fn request(reader: &mut impl std::io::BufRead) -> Option<(String, Vec<u8>)> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first.trim().to_owned(), body))
}

#[test]
fn a_request_s_spans_reach_the_collector_as_part_of_the_caller_s_trace() {
    let collector = Collector::start();
    let desk = Desk::new(Backend::Sqlite);
    let server = desk
        .cli
        .serve(&["--otlp-endpoint", &collector.url, "--no-scheduler"]);
    let headers = format!(
        "Authorization: Bearer {}\r\nContent-Type: application/json\r\nx-request-id: r-1\r\n\
         traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n",
        token("boss")
    );
    let reply = ask(
        &server,
        "POST /graphql",
        &headers,
        "{\"query\":\"{ viewer { role } }\"}",
    );
    assert_eq!(reply.status(), 200, "{reply:?}");
    // What is not sent yet is sent before the process ends.
    assert_eq!(server.stop(), Some(0));

    let (line, first) = collector
        .received
        .lock()
        .expect("nobody panics with it")
        .first()
        .cloned()
        .expect("spans are sent");
    assert_eq!(line, "POST /v1/traces HTTP/1.1");
    let resource = format!("{:?}", first.resource_spans[0].resource);
    assert!(
        resource.contains("service.name") && resource.contains("caseload"),
        "{resource}"
    );
    let trace = [
        0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47,
        0x36,
    ];
    let spans: Vec<Span> = collector
        .spans()
        .into_iter()
        .filter(|span| span.trace_id == trace)
        .collect();
    let root = spans
        .iter()
        .find(|span| span.parent_span_id == [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]);
    let root = root.unwrap_or_else(|| panic!("no span of the caller's trace: {spans:?}"));
    let attributes = format!("{:?}", root.attributes);
    for told in ["r-1", "query", "/graphql"] {
        assert!(attributes.contains(told), "{told} in {attributes}");
    }
    let within: Vec<&Span> = spans
        .iter()
        .filter(|span| span.parent_span_id == root.span_id)
        .collect();
    assert!(
        !within.is_empty(),
        "what the request did in the store is beneath it: {spans:?}"
    );
}

#[test]
fn a_collector_that_is_not_there_costs_no_request_anything() {
    let desk = Desk::new(Backend::Sqlite);
    let server = desk
        .cli
        .serve(&["--otlp-endpoint", "http://127.0.0.1:9", "--no-scheduler"]);
    assert_eq!(ask(&server, "GET /healthz", "", "").status(), 200);
    assert_eq!(server.stop(), Some(0));
}
