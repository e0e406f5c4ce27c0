//! What commands begin with: the database, brought to this version, and the workspace that is meant.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use caseload_schema::{
    clock::Clock,
    directory::Member,
    store::{Store, workspaces::Workspace},
    zone::ZoneData,
};
use tokio_util::task::TaskTracker;

use super::settings::Settings;
use crate::{
    cache::{CacheBytes, Caches, Publisher, SharedCache},
    config::Config,
};

/// The configured database, as it is, and the configured time zones.
pub(super) async fn connect(config: &Config) -> anyhow::Result<Store> {
    zones(config)?;
    let store = Store::connect_with(config.database_url.expose(), &config.store_options()).await?;
    store.refuse_shared_sessions().await?;
    Ok(store)
}

/// The configured database, brought to this version.
pub(super) async fn store(settings: &Settings, config: &Config) -> anyhow::Result<Store> {
    let store = connect(config).await?;
    if !settings.no_migrate {
        store.migrate().await?;
    } else if !store.is_current().await? {
        bail!("the database has another version than this command; run caseload migrate");
    } else if store.has_outdated_days().await? {
        bail!("the database has day blocks of an earlier version; run caseload migrate");
    }
    Ok(store)
}

/// Has zones read from where the settings say.
pub(super) fn zones(config: &Config) -> anyhow::Result<()> {
    ZoneData::read_from(config.zoneinfo_dir.as_deref())?;
    Ok(())
}

/// Who tells the cache that machines share what runs make.
pub(super) fn publisher(store: &Store, config: &Config) -> anyhow::Result<Arc<Publisher>> {
    let (clock, shared) = (Clock::system(), SharedCache::open(&config.redis_url)?);
    let caches = Caches::new(
        store.clone(),
        clock,
        CacheBytes(0),
        shared,
        TaskTracker::new(),
    );
    Ok(Arc::new(Publisher::new(caches)))
}

/// The workspace of that id, or the only one there is.
pub(super) async fn workspace(store: &Store, id: Option<&str>) -> anyhow::Result<Workspace> {
    if let Some(id) = id {
        let found = store.find_workspace(id).await?;
        return found
            .with_context(|| format!("there is no workspace {id:?}; see caseload workspace list"));
    }
    let mut all = store.list_workspaces().await?;
    match (all.pop(), all.len()) {
        (Some(only), 0) => Ok(only),
        (None, _) => {
            bail!(
                "there is no workspace yet; create one with: caseload workspace create ID --name NAME --timezone ZONE"
            )
        }
        (Some(_), others) => bail!(
            "there are {} workspaces; name one with --workspace ID",
            others + 1
        ),
    }
}

/// The member of that id, who may sign in: anyone else would be refused wherever they come.
pub(super) async fn member(
    store: &Store,
    workspace: &Workspace,
    id: &str,
) -> anyhow::Result<Arc<Member>> {
    let place = &workspace.id;
    let directory = store.directory(workspace.key).await?;
    match directory.member_by_id(id).filter(|member| member.known) {
        None => bail!(
            "the workspace {place} has no member {id:?}; import members, add one with caseload member add, or name another one \
             with --member"
        ),
        Some(member) if !member.active => {
            bail!("the member {id:?} of the workspace {place} is inactive, and may not sign in")
        }
        Some(member) => Ok(Arc::clone(member)),
    }
}
