//! The documents of the dashboard, as its build wrote them: `{"sha256 of the text": "text"}`.

/// Those of the dashboard that is built into this binary.
#[cfg(feature = "dashboard")]
pub(super) const DASHBOARD: &str =
    include_str!(concat!(env!("OUT_DIR"), "/dashboard/operations.json"));

/// Those of the dashboard: none, for there is none.
#[cfg(not(feature = "dashboard"))]
pub(super) const DASHBOARD: &str = "{}";
