//! `caseload migrate`

use caseload_schema::store::Store;

use super::{Outcome, settings::Settings};

/// Brings the database to this version.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<Outcome> {
    let config = settings.load()?;
    Store::connect(config.database_url.expose()).await?.migrate().await?;
    println!("the database is up to date");
    Ok(Outcome::Done)
}
