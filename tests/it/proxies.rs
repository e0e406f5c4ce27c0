//! Caseload behind the proxies that people put in front of it: real ones, with the configuration that docs/install.md shows.

mod events;
mod exports;
mod proxy;
mod scans;
