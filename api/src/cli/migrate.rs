//! `caseload migrate`

use caseload_schema::store::Store;

use super::{Outcome, settings::Settings};

/// Brings the database to this version.
pub(super) async fn run(settings: &Settings) -> anyhow::Result<Outcome> {
    let config = settings.load()?;
    Store::connect_with(config.database_url.expose(), &config.store_options())
        .await?
        .migrate()
        .await?;
    println!("the database is up to date");
    Ok(Outcome::Done)
}
