//! What is shown of the conversations of a page beside the figures: as it is now, fetched for all of them at once.

use std::{collections::HashMap, sync::Arc};

use caseload_rollup::cube::Clock;
use caseload_schema::{
    facts,
    id::{ConversationKey, CustomerKey, LabelKey, MemberKey},
    instant::Instant,
    store::{conversations::ConversationDetail, customers::Customer, ratings::RatingDetail},
};
use tokio::sync::OnceCell;

use super::{labels::Label, members::Member};
use crate::{access::Scope, error::ApiError, snapshot::Snapshot};

/// The conversations of one page. Customers, ratings and reopenings are fetched when the first of
/// them is asked for.
#[derive(Debug)]
pub(super) struct Details {
    snapshot: Arc<Snapshot>,
    scope: Scope,
    conversations: HashMap<ConversationKey, Arc<ConversationDetail>>,
    customers: OnceCell<HashMap<CustomerKey, Customer>>,
    ratings: OnceCell<HashMap<ConversationKey, Vec<RatingDetail>>>,
    reopenings: OnceCell<HashMap<ConversationKey, u64>>,
}

impl Details {
    /// What is known of these conversations. Those that have been deleted are left out.
    pub(super) async fn load(
        snapshot: &Arc<Snapshot>,
        scope: Scope,
        keys: &[ConversationKey],
    ) -> Result<Arc<Self>, ApiError> {
        let found = snapshot
            .reachable_store()?
            .find_conversations(snapshot.key(), keys)
            .await?;
        Ok(Arc::new(Self {
            snapshot: Arc::clone(snapshot),
            scope,
            conversations: found
                .into_iter()
                .map(|detail| (detail.fact.key, Arc::new(detail)))
                .collect(),
            customers: OnceCell::new(),
            ratings: OnceCell::new(),
            reopenings: OnceCell::new(),
        }))
    }

    /// One of the conversations, unless it has been deleted.
    pub(super) fn conversation(&self, key: ConversationKey) -> Option<&Arc<ConversationDetail>> {
        self.conversations.get(&key)
    }

    /// Whose conversation it is.
    pub(super) async fn customer(&self, key: CustomerKey) -> Result<Customer, ApiError> {
        let customers = self
            .customers
            .get_or_try_init(|| self.load_customers())
            .await?;
        customers.get(&key).cloned().ok_or_else(|| {
            tracing::error!(
                workspace = self.snapshot.key().0,
                customer = key.0,
                "a conversation's customer is missing"
            );
            ApiError::internal()
        })
    }

    /// The ratings of one of the conversations that may be seen, newest first, then by id.
    pub(super) async fn ratings(
        &self,
        conversation: &facts::Conversation,
    ) -> Result<Vec<RatingDetail>, ApiError> {
        let ratings = self.ratings.get_or_try_init(|| self.load_ratings()).await?;
        let all = ratings
            .get(&conversation.key)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Ok(all
            .iter()
            .filter(|rating| self.scope.covers(credited(rating, conversation)))
            .cloned()
            .collect())
    }

    /// The whole seconds of a stretch of time by a clock.
    pub(super) async fn seconds(
        &self,
        span: Option<(Instant, Instant)>,
        clock: Clock,
    ) -> Result<Option<f64>, ApiError> {
        let Some((from, to)) = span else {
            return Ok(None);
        };
        let by_calendar = to.seconds_since(from);
        let seconds = match clock {
            Clock::Calendar => by_calendar,
            Clock::Business => {
                let working = self.snapshot.clocks().await?.working.as_ref();
                working.map_or(by_calendar, |working| working.seconds_between(from, to))
            }
        };
        Ok(Some(seconds as f64))
    }

    /// How often one of the conversations was opened again.
    pub(super) async fn reopened(&self, key: ConversationKey) -> Result<u64, ApiError> {
        let count = || async {
            let keys: Vec<_> = self.conversations.keys().copied().collect();
            let store = self.snapshot.reachable_store()?;
            let counts = store.count_reopenings(self.snapshot.key(), &keys).await?;
            Ok::<_, ApiError>(counts)
        };
        let counts = self.reopenings.get_or_try_init(count).await?;
        Ok(counts.get(&key).copied().unwrap_or(0))
    }

    /// Whom it is credited to, where the viewer may see that.
    pub(super) fn member(&self, key: Option<MemberKey>) -> Option<Member> {
        let visible = key.filter(|_| self.scope.covers(key))?;
        self.snapshot
            .directory()
            .member(visible)
            .cloned()
            .map(Member)
    }

    /// Labels by title, then id.
    pub(super) fn labels(&self, keys: &[LabelKey]) -> Vec<Label> {
        let directory = self.snapshot.directory();
        let mut labels: Vec<_> = keys
            .iter()
            .filter_map(|&key| directory.label(key).cloned())
            .collect();
        labels.sort_by(|a, b| (&a.title, &a.id).cmp(&(&b.title, &b.id)));
        labels.into_iter().map(Label).collect()
    }

    /// The channel's name.
    pub(super) fn channel(&self, conversation: &facts::Conversation) -> Result<Arc<str>, ApiError> {
        self.snapshot
            .directory()
            .channel(conversation.channel)
            .cloned()
            .ok_or_else(|| {
                tracing::error!(
                    workspace = self.snapshot.key().0,
                    channel = conversation.channel.0,
                    "a channel is missing"
                );
                ApiError::internal()
            })
    }

    async fn load_customers(&self) -> Result<HashMap<CustomerKey, Customer>, ApiError> {
        let mut keys: Vec<_> = self
            .conversations
            .values()
            .map(|detail| detail.fact.customer)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let found = self
            .snapshot
            .reachable_store()?
            .find_customers(self.snapshot.key(), &keys)
            .await?;
        Ok(found
            .into_iter()
            .map(|customer| (customer.key, customer))
            .collect())
    }

    async fn load_ratings(&self) -> Result<HashMap<ConversationKey, Vec<RatingDetail>>, ApiError> {
        let keys: Vec<_> = self.conversations.keys().copied().collect();
        let mut found = self
            .snapshot
            .reachable_store()?
            .list_ratings_of(self.snapshot.key(), &keys)
            .await?;
        found.sort_by(|a, b| (b.fact.rated_at, &a.id).cmp(&(a.fact.rated_at, &b.id)));
        let mut ratings: HashMap<_, Vec<_>> = HashMap::new();
        for rating in found {
            ratings
                .entry(rating.fact.conversation)
                .or_default()
                .push(rating);
        }
        Ok(ratings)
    }
}

/// Whom a rating of that conversation is credited to.
pub(super) fn credited(
    rating: &RatingDetail,
    conversation: &facts::Conversation,
) -> Option<MemberKey> {
    rating.fact.member.or(conversation.assignee)
}
