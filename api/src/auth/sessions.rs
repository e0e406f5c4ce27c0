//! Sessions of browsers: from a login link to a cookie, and from the cookie to a member.

use std::time::{Duration, Instant as Moment};

use caseload_schema::{
    id::{LinkKey, MemberKey, SessionKey, WorkspaceKey},
    instant::Instant,
    store::{
        Store, StoreError, Workspace,
        sessions::{NewLink, Session, USE_SECONDS, UsedLink},
    },
};
use moka::{ops::compute::Op, sync::Cache};

use super::secret::{NewSecret, Presented, random_number};
use crate::{
    cache::{Caches, Fallback},
    error::ApiError,
};

/// How long what is known of a session counts: one that another process has ended is refused within this time.
const FRESH: Duration = Duration::from_secs(5);

/// How long it counts while the database can't be asked.
const KEPT: Duration = Duration::from_mins(10);

/// Sessions that a process remembers. Those beyond are asked for again.
const MAX_KEPT: u64 = 100_000;

/// How long sessions hold.
#[derive(Debug, Clone, Copy)]
pub struct SessionTimes {
    /// At most.
    pub ttl: Duration,
    /// Unused.
    pub idle: Duration,
}

/// A session that has just begun.
pub struct SignedIn {
    /// What the browser keeps.
    pub cookie: String,
    /// How long it may keep it.
    pub ttl: Duration,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignedIn(…)")
    }
}

/// What is known of the sessions that come.
#[derive(Debug)]
pub(super) struct Sessions {
    times: SessionTimes,
    known: Cache<(WorkspaceKey, SessionKey), Known>,
}

#[derive(Debug, Clone)]
struct Known {
    session: Session,
    read_at: Moment,
}

impl Sessions {
    pub(super) fn new(times: SessionTimes) -> Self {
        let known = Cache::builder()
            .max_capacity(MAX_KEPT)
            .time_to_live(KEPT)
            .build();
        Self { times, known }
    }

    /// The session of that number as it was a moment ago; longer ago only while the database can't be asked.
    async fn find(
        &self,
        caches: &Caches,
        ws: WorkspaceKey,
        key: SessionKey,
    ) -> Result<Option<Session>, StoreError> {
        let known = self.known.get(&(ws, key));
        if let Some(known) = &known
            && known.read_at.elapsed() < FRESH
        {
            return Ok(Some(known.session.clone()));
        }
        let fallback = match known {
            Some(_) => Fallback::Exists,
            None => Fallback::None,
        };
        match caches.find_session(ws, key, fallback).await {
            Ok(Some(session)) => {
                let known = Known {
                    session: session.clone(),
                    read_at: Moment::now(),
                };
                self.known.insert((ws, key), known);
                Ok(Some(session))
            }
            Ok(None) => {
                self.known.invalidate(&(ws, key));
                Ok(None)
            }
            Err(error) if error.is_unavailable() => match known {
                Some(known) => Ok(Some(known.session)),
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    /// Remembers that a session is used now, so that of the requests that come at once one records it. One that has ended meanwhile
    /// does not come back.
    pub(super) fn note_use(&self, ws: WorkspaceKey, key: SessionKey, now: Instant) {
        self.known.entry((ws, key)).and_compute_with(|entry| {
            let Some(entry) = entry else {
                return Op::Nop;
            };
            let mut known = entry.into_value();
            known.session.used_at = now;
            Op::Put(known)
        });
    }

    /// The member who is signed in by `presented`, and whether it is time to record that the session is used.
    pub(super) async fn member(
        &self,
        caches: &Caches,
        ws: WorkspaceKey,
        presented: Presented<'_>,
        now: Instant,
    ) -> Result<Option<(MemberKey, bool)>, StoreError> {
        let key = SessionKey(presented.number);
        let Some(session) = self.find(caches, ws, key).await? else {
            return Ok(None);
        };
        let idle_since = now.plus_seconds(-seconds(self.times.idle));
        let holds = now < session.expires_at && idle_since < session.used_at;
        if !presented.matches(session.hash) || !holds {
            return Ok(None);
        }
        let is_due = session.used_at.plus_seconds(USE_SECONDS) <= now;
        Ok(Some((session.member, is_due)))
    }

    /// Uses up the link of `presented` and begins its session; `None` where it does not hold.
    pub(super) async fn begin(
        &self,
        store: &Store,
        workspace: &Workspace,
        presented: Presented<'_>,
        now: Instant,
    ) -> Result<Option<SignedIn>, ApiError> {
        let (secret, number) = (NewSecret::generate()?, random_number()?);
        let used = UsedLink {
            key: LinkKey(presented.number),
            hash: presented.hash(),
            session: SessionKey(number),
            session_hash: secret.hash(),
            at: now,
            expires_at: now.plus_seconds(seconds(self.times.ttl)),
            idle_before: now.plus_seconds(-seconds(self.times.idle)),
        };
        let member = store.use_login_link(workspace.key, used).await?;
        Ok(member.map(|_| SignedIn {
            cookie: secret.text(&workspace.id, number),
            ttl: self.times.ttl,
        }))
    }

    /// Ends the session of `presented`, if its secret is right.
    pub(super) async fn end(
        &self,
        store: &Store,
        ws: WorkspaceKey,
        presented: Presented<'_>,
    ) -> Result<(), StoreError> {
        let key = SessionKey(presented.number);
        let session = store.find_session(ws, key).await?;
        if session.is_some_and(|session| presented.matches(session.hash)) {
            store.end_session(ws, key).await?;
            self.known.invalidate(&(ws, key));
        }
        Ok(())
    }
}

/// Makes a link that signs `member` in once: what stands behind the `#` of its address.
pub async fn make_login_link(
    store: &Store,
    workspace: &Workspace,
    member: MemberKey,
    expires_at: Instant,
) -> Result<String, ApiError> {
    let (secret, number) = (NewSecret::generate()?, random_number()?);
    let new = NewLink {
        key: LinkKey(number),
        member,
        hash: secret.hash(),
        expires_at,
    };
    if !store.create_login_link(workspace.key, new).await? {
        return Err(ApiError::not_found("the member is not active"));
    }
    Ok(secret.text(&workspace.id, number))
}

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}
