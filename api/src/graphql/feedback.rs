//! Ratings, one by one.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, Object};
use caseload_rollup::cube::{RatedRow, RatingFilter};
use caseload_schema::{
    id::WorkspaceKey,
    store::{Store, conversations::ConversationDetail, ratings::RatingDetail},
};

use super::{
    authorization::{Nullable, guarded},
    connection::{FeedbackConnection, Slice},
    cursor::{After, List, Place},
    customers::Customer,
    details::{Details, credited},
    figures::Figures,
    labels::Label,
    members::Member,
    page::{self, Page, Rows},
    scalars::DateTime,
};
use crate::{access::Scope, error::ApiError};

/// A rating as it is now.
#[derive(Debug, Clone)]
pub(super) struct Feedback {
    rating: Arc<RatingDetail>,
    conversation: Arc<ConversationDetail>,
    page: Arc<Details>,
}

impl Feedback {
    /// A rating of one of the page's conversations.
    pub(super) fn new(
        rating: RatingDetail,
        conversation: Arc<ConversationDetail>,
        page: Arc<Details>,
    ) -> Self {
        Self {
            rating: Arc::new(rating),
            conversation,
            page,
        }
    }
}

/// A page of the ratings that pass, newest first, then by id.
pub(super) async fn feedback(
    figures: &Figures,
    scope: Scope,
    filter: RatingFilter,
    first: usize,
    after: Option<String>,
) -> Result<FeedbackConnection, ApiError> {
    let generation = figures.snapshot().ledger().generation;
    let list = List::Feedback(generation);
    let After { place, changed } = After::read(after.as_deref(), list)?;
    let rows = figures.view().ratings(filter);
    let given = Given {
        store: figures.snapshot().reachable_store()?,
        ws: figures.snapshot().key(),
        scope,
    };
    let page = page::page(&given, &rows, place, first).await?;
    let (has_next, has_previous) = (page.has_next, page.has_previous);
    let nodes = nodes(figures, scope, page).await?;
    Ok(FeedbackConnection::new(
        list,
        Slice {
            nodes,
            has_next,
            has_previous,
        },
        rows.len(),
        generation.0,
        changed,
    ))
}

async fn nodes(
    figures: &Figures,
    scope: Scope,
    page: Page<RatedRow>,
) -> Result<Vec<(Feedback, Place)>, ApiError> {
    let snapshot = figures.snapshot();
    let keys: Vec<_> = page.rows.iter().map(|(row, _)| row.rating).collect();
    let found = snapshot
        .reachable_store()?
        .find_ratings(snapshot.key(), &keys)
        .await?;
    let mut ratings: HashMap<_, _> = found
        .into_iter()
        .map(|rating| (rating.fact.key, rating))
        .collect();
    let mut conversations: Vec<_> = ratings
        .values()
        .map(|rating| rating.fact.conversation)
        .collect();
    conversations.sort_unstable();
    conversations.dedup();
    let details = Details::load(snapshot, scope, &conversations).await?;
    let nodes = page.rows.into_iter().filter_map(|(row, place)| {
        let rating = ratings.remove(&row.rating)?;
        let conversation = Arc::clone(details.conversation(rating.fact.conversation)?);
        if !scope.covers(credited(&rating, &conversation.fact)) {
            return None;
        }
        Some((
            Feedback::new(rating, conversation, Arc::clone(&details)),
            place,
        ))
    });
    Ok(nodes.collect())
}

/// Ratings, as a list. Figures are of the last rollup, and what is shown is of now: those that are credited to someone else
/// by now are no longer there.
struct Given<'a> {
    store: &'a Store,
    ws: WorkspaceKey,
    scope: Scope,
}

impl Given<'_> {
    async fn covered(&self, ratings: Vec<RatingDetail>) -> Result<Vec<RatingDetail>, ApiError> {
        if self.scope == Scope::Everyone {
            return Ok(ratings);
        }
        let mut keys: Vec<_> = ratings
            .iter()
            .map(|rating| rating.fact.conversation)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let found = self
            .store
            .find_conversations(self.ws, &keys)
            .await?
            .into_iter();
        let conversations: HashMap<_, _> =
            found.map(|detail| (detail.fact.key, detail.fact)).collect();
        let is_covered = |rating: &RatingDetail| {
            let conversation = conversations.get(&rating.fact.conversation);
            conversation
                .is_some_and(|conversation| self.scope.covers(credited(rating, conversation)))
        };
        Ok(ratings.into_iter().filter(is_covered).collect())
    }
}

impl Rows for Given<'_> {
    type Row = RatedRow;

    fn sort(&self, row: &RatedRow) -> i64 {
        -row.rated_at.micros()
    }

    async fn with_ids(&self, rows: &[RatedRow]) -> Result<Vec<(RatedRow, String)>, ApiError> {
        let keys: Vec<_> = rows.iter().map(|row| row.rating).collect();
        let ratings = self
            .covered(self.store.find_ratings(self.ws, &keys).await?)
            .await?
            .into_iter();
        let mut ids: HashMap<_, _> = ratings.map(|rating| (rating.fact.key, rating.id)).collect();
        Ok(rows
            .iter()
            .filter_map(|row| Some((*row, ids.remove(&row.rating)?)))
            .collect())
    }
}

/// One answer to a satisfaction survey, as it is now.
#[Object]
impl Feedback {
    /// The source system's id.
    async fn id(&self) -> ID {
        ID(self.rating.id.clone())
    }

    /// 1 to 5.
    async fn score(&self) -> u8 {
        self.rating.fact.score
    }

    /// What the customer wrote; null where nothing was written, or where it was erased.
    async fn comment(&self, ctx: &Context<'_>) -> Nullable<&str> {
        guarded(ctx, "Feedback", "comment", async {
            Ok(self.rating.comment.as_deref())
        })
        .await
    }

    /// When it was given.
    async fn rated_at(&self) -> DateTime {
        DateTime(self.rating.fact.rated_at)
    }

    /// The conversation that it is about.
    async fn conversation_id(&self) -> ID {
        ID(self.rating.conversation_id.clone())
    }

    /// Who gave it.
    async fn customer(&self) -> Result<Customer, ApiError> {
        self.page
            .customer(self.conversation.fact.customer)
            .await
            .map(Customer::from)
    }

    /// Whom it is credited to.
    async fn member(&self) -> Option<Member> {
        self.page
            .member(credited(&self.rating, &self.conversation.fact))
    }

    /// The labels that its conversation has now, by title.
    async fn labels(&self) -> Vec<Label> {
        self.page.labels(&self.conversation.fact.labels)
    }
}
