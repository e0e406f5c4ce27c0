//! Entity tags: everything that the bytes of a body depend on, and nothing that takes work to find out.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{Asked, Table, coding::Coding};
use crate::{error::ApiError, export::LAYOUT};

/// A strong entity tag, in its quotes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Tag(String);

impl Tag {
    /// The tag of what `asked` gets. Figures are those of a generation and name whom the directory names; when days without
    /// events were rolled up changes with each run. Facts are shown as of the latest change.
    pub(super) async fn of(table: Table, asked: &Asked, coding: Coding) -> Result<Self, ApiError> {
        let (snapshot, period) = (&asked.session.snapshot, asked.period);
        let ledger = snapshot.ledger();
        let mut tag = format!(
            "{}.{LAYOUT}-{}-{}-{}-{}.{}.{}.{}",
            env!("CARGO_PKG_VERSION"),
            table.dataset.name(),
            coding.name().unwrap_or(table.format.name()),
            table.format.name(),
            snapshot.key().0,
            ledger.generation,
            ledger.directory_version,
            ledger
                .rolled_up_at
                .map_or(0, caseload_schema::instant::Instant::micros),
        );
        if table.dataset.is_of_facts() {
            let change = snapshot
                .reachable_store()?
                .latest_change(snapshot.key())
                .await?;
            write!(tag, ".{change}").unwrap_or_default();
        }
        write!(tag, "-{}.{}", period.from().number(), period.to().number()).unwrap_or_default();
        for member in asked.selection.filter().credit.iter().flatten() {
            write!(tag, "-{}", member.map_or(0, |member| member.0)).unwrap_or_default();
        }
        Ok(Self(format!("\"{tag}\"")))
    }

    pub(super) fn header(&self) -> HeaderValue {
        HeaderValue::try_from(&self.0).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
    }

    /// Whether the client has the bytes of this tag. Tags that a proxy has weakened are good enough for that.
    pub(super) fn is_known_to(&self, headers: &HeaderMap) -> bool {
        listed(headers, &header::IF_NONE_MATCH)
            .any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.0)
    }

    /// Whether the client wants these bytes or none, and they are others: `If-Match`.
    pub(super) fn is_ruled_out_by(&self, headers: &HeaderMap) -> bool {
        headers.contains_key(header::IF_MATCH)
            && !listed(headers, &header::IF_MATCH).any(|tag| tag == "*" || tag == self.0)
    }

    /// Whether a part of these bytes fits what the client has already: `If-Range`. There is no date that it could name.
    pub(super) fn fits_range(&self, headers: &HeaderMap) -> bool {
        headers
            .get(header::IF_RANGE)
            .is_none_or(|tag| tag.as_bytes() == self.0.as_bytes())
    }
}

/// The tags of a field that lists some.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}
