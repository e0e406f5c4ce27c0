//! What Caseload knows and where it keeps it: domain types, import records and their checks, and the [`store::Store`]
//! over SQLite and PostgreSQL.

pub mod audit;
pub mod clock;
pub mod day;
pub mod directory;
pub mod facts;
pub mod hours;
pub mod id;
pub mod import;
pub mod instant;
pub mod period;
mod retention;
pub mod role;
pub mod scope;
pub mod store;
pub mod time_settings;
pub mod url_template;
pub mod zone;
