//! The conversations behind a figure.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::{Enum, ID, Object, SimpleObject};
use caseload_rollup::cube::{self, HourOfWeek, Listed, Measure, View};
use caseload_schema::{
    facts,
    id::{ConversationKey, WorkspaceKey},
    instant::Instant,
    store::{Store, conversations::ConversationDetail},
};

use super::{
    connection::{ConversationConnection, Slice},
    cursor::{After, List},
    customers::Customer,
    details::Details,
    feedback::Feedback,
    figures::Figures,
    labels::Label,
    measure::Clock,
    members::Member,
    page::{self, Rows},
    scalars::DateTime,
};
use crate::{access::Scope, error::ApiError};

/// A field of the source's own that a conversation has now.
#[derive(Debug, Clone, SimpleObject)]
pub(super) struct ConversationAttribute {
    /// The field.
    key: String,
    /// Its values, each once.
    values: Vec<String>,
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "facts::Outcome")]
pub(super) enum Outcome {
    /// Won.
    Won,
    /// Lost.
    Lost,
}

/// A conversation as it is now.
#[derive(Debug, Clone)]
pub(super) struct Conversation {
    detail: Arc<ConversationDetail>,
    page: Arc<Details>,
}

/// Which conversations are asked for: those that a measure counts, in one hour of the week where one is named.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) measure: Measure,
    pub(super) clock: cube::Clock,
    pub(super) at: Option<HourOfWeek>,
}

impl Asked {
    fn list(self, view: &View) -> Result<Vec<Listed>, ApiError> {
        let Some(at) = self.at else {
            return Ok(view.conversations(self.measure, self.clock));
        };
        view.conversations_at(self.measure, at).ok_or_else(|| {
            ApiError::bad_input(
                "at: measure is CONVERSATIONS, INBOUND_MESSAGES, REPLIES or CLOSED; others have no hours",
            )
        })
    }
}

/// A page of them: of a duration the longest first, of those that wait who has waited longest first, else the newest first; then by id.
pub(super) async fn conversations(
    figures: &Figures,
    scope: Scope,
    asked: Asked,
    first: usize,
    after: Option<String>,
) -> Result<ConversationConnection, ApiError> {
    let measure = asked.measure;
    let snapshot = figures.snapshot();
    let generation = snapshot.ledger().generation;
    // Both are ordered by what may change while somebody pages.
    let list = if measure.is_duration() || measure == Measure::Waiting {
        List::Durations(generation)
    } else {
        List::Conversations(generation)
    };
    let After { place, changed } = After::read(after.as_deref(), list)?;
    let rows = asked.list(figures.view())?;
    let behind = Behind {
        store: snapshot.reachable_store()?,
        ws: snapshot.key(),
        scope,
        measure,
    };
    let page = page::page(&behind, &rows, place, first).await?;
    let keys: Vec<_> = page.rows.iter().map(|(row, _)| row.conversation).collect();
    let details = Details::load(snapshot, scope, &keys).await?;
    let mut nodes = Vec::with_capacity(page.rows.len());
    for (row, place) in page.rows {
        let Some(detail) = details.conversation(row.conversation) else {
            continue;
        };
        if needs_rating(scope, measure, &detail.fact)
            && !is_of_surveys(measure)
            && details.ratings(&detail.fact).await?.is_empty()
        {
            continue;
        }
        nodes.push((
            Conversation {
                detail: Arc::clone(detail),
                page: Arc::clone(&details),
            },
            place,
        ));
    }
    let slice = Slice {
        nodes,
        has_next: page.has_next,
        has_previous: page.has_previous,
    };
    Ok(ConversationConnection::new(
        list,
        slice,
        rows.len(),
        generation.0,
        changed,
    ))
}

/// Whether the measure counts surveys, which have a credit of their own.
const fn is_of_surveys(measure: Measure) -> bool {
    matches!(measure, Measure::Surveys | Measure::SurveyRate)
}

/// Whether only a rating or survey of it that is credited to the viewer lets the viewer see this conversation. Follow-ups are not
/// looked up: what lists a conversation for one of the viewer's counts until the next rollup.
fn needs_rating(scope: Scope, measure: Measure, conversation: &facts::Conversation) -> bool {
    measure != Measure::FollowUpsCompleted && !scope.covers(conversation.assignee)
}

/// The conversations behind a measure, as a list. Figures are of the last rollup, and what is shown is of now: those in which
/// nothing is credited to the viewer any more are no longer there.
struct Behind<'a> {
    store: &'a Store,
    ws: WorkspaceKey,
    scope: Scope,
    measure: Measure,
}

impl Behind<'_> {
    async fn ids(
        &self,
        keys: &[ConversationKey],
    ) -> Result<Vec<(ConversationKey, String)>, ApiError> {
        if self.scope == Scope::Everyone {
            return Ok(self.store.list_conversation_ids(self.ws, keys).await?);
        }
        let mut found = self.store.find_conversations(self.ws, keys).await?;
        let is_doubtful =
            |detail: &ConversationDetail| needs_rating(self.scope, self.measure, &detail.fact);
        let doubtful: Vec<_> = found
            .iter()
            .filter(|&it| is_doubtful(it))
            .map(|it| it.fact.key)
            .collect();
        if !doubtful.is_empty() {
            let own = self.credited(&doubtful).await?;
            found.retain(|detail| !is_doubtful(detail) || own.contains(&detail.fact.key));
        }
        Ok(found
            .into_iter()
            .map(|detail| (detail.fact.key, detail.id))
            .collect())
    }
}

impl Behind<'_> {
    /// Those of these conversations, assigned to others, of which a rating or survey names the viewer: whichever the measure counts.
    async fn credited(
        &self,
        doubtful: &[ConversationKey],
    ) -> Result<HashSet<ConversationKey>, ApiError> {
        let (store, ws) = (self.store, self.ws);
        let credits: Vec<_> = if is_of_surveys(self.measure) {
            store.list_survey_credits(ws, doubtful).await?
        } else {
            let ratings = store.list_ratings_of(ws, doubtful).await?.into_iter();
            ratings
                .map(|rating| (rating.fact.conversation, rating.fact.member))
                .collect()
        };
        let own = credits
            .into_iter()
            .filter(|(_, member)| self.scope.covers(*member));
        Ok(own.map(|(conversation, _)| conversation).collect())
    }
}

impl Rows for Behind<'_> {
    type Row = Listed;

    fn sort(&self, row: &Listed) -> i64 {
        if self.measure.is_duration() {
            row.seconds.map_or(i64::MAX, |seconds| {
                -i64::try_from(seconds).unwrap_or(i64::MAX)
            })
        } else if self.measure == Measure::Waiting {
            row.waiting_since.map_or(i64::MAX, Instant::micros)
        } else {
            -row.created_at.micros()
        }
    }

    async fn with_ids(&self, rows: &[Listed]) -> Result<Vec<(Listed, String)>, ApiError> {
        let keys: Vec<_> = rows.iter().map(|row| row.conversation).collect();
        let mut ids: HashMap<_, _> = self.ids(&keys).await?.into_iter().collect();
        Ok(rows
            .iter()
            .filter_map(|row| Some((*row, ids.remove(&row.conversation)?)))
            .collect())
    }
}

/// A conversation as it is now. Agents and viewers see only what of it is credited to them.
#[Object]
impl Conversation {
    /// The source system's id.
    async fn id(&self) -> ID {
        ID(self.detail.id.clone())
    }

    /// How the customer wrote, such as `email`.
    async fn channel(&self) -> Result<String, ApiError> {
        self.page
            .channel(&self.detail.fact)
            .map(|name| name.to_string())
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.detail.fact.created_at)
    }

    /// Its latest closing; null while it is open.
    async fn closed_at(&self) -> Option<DateTime> {
        self.detail.fact.closed_at.map(DateTime)
    }

    /// How it ended; null where it did not end either way.
    async fn outcome(&self) -> Option<Outcome> {
        self.detail.fact.outcome.map(Outcome::from)
    }

    /// Whose it is.
    async fn customer(&self) -> Result<Customer, ApiError> {
        self.page
            .customer(self.detail.fact.customer)
            .await
            .map(Customer::from)
    }

    /// Whom it is assigned to now. Agents and viewers see themselves here, or null.
    async fn assignee(&self) -> Option<Member> {
        self.page.member(self.detail.fact.assignee)
    }

    /// The labels that it has now, by title.
    async fn labels(&self) -> Vec<Label> {
        self.page.labels(&self.detail.fact.labels)
    }

    /// From its first inbound message to the first reply to it; null before that.
    async fn first_response_seconds(
        &self,
        #[graphql(default_with = "Clock::Calendar", desc = "By which clock.")] clock: Clock,
    ) -> Result<Option<f64>, ApiError> {
        let fact = &self.detail.fact;
        let span = fact.first_inbound_at.zip(fact.first_reply_at);
        self.page.seconds(span, clock.into()).await
    }

    /// From its creation to its latest closing; null while it is open.
    async fn closing_seconds(
        &self,
        #[graphql(default_with = "Clock::Calendar", desc = "By which clock.")] clock: Clock,
    ) -> Result<Option<f64>, ApiError> {
        let fact = &self.detail.fact;
        let span = fact.closed_at.map(|closed| (fact.created_at, closed));
        self.page.seconds(span, clock.into()).await
    }

    /// Where it can be opened: the record's URL, else the workspace's template with its id; null where neither is known.
    async fn url(&self) -> Option<&str> {
        self.detail.url.as_deref()
    }

    /// Messages that its customer wrote, of all its time.
    async fn inbound_messages(&self) -> u64 {
        self.detail.inbound_messages
    }

    /// Messages that human members wrote to its customer, of all its time.
    async fn replies(&self) -> u64 {
        self.detail.replies
    }

    /// How often it was opened again, of all its time.
    async fn reopened(&self) -> Result<u64, ApiError> {
        self.page.reopened(self.detail.fact.key).await
    }

    /// Since when its customer has been waiting for a reply; null where nobody waits, and where it is closed.
    async fn waiting_since(&self) -> Option<DateTime> {
        self.detail.waiting_since.map(DateTime)
    }

    /// The source's own fields, by key; keys and values in code point order.
    async fn attributes(&self) -> Vec<ConversationAttribute> {
        let attributes = &self.detail.fact.attributes;
        let of_key = attributes.chunk_by(|a, b| a.key == b.key);
        of_key
            .map(|attributes| ConversationAttribute {
                key: attributes[0].key.to_string(),
                values: attributes
                    .iter()
                    .map(|attribute| attribute.value.to_string())
                    .collect(),
            })
            .collect()
    }

    /// Its ratings, newest first. Agents and viewers see those credited to them.
    async fn ratings(&self) -> Result<Vec<Feedback>, ApiError> {
        let ratings = self.page.ratings(&self.detail.fact).await?.into_iter();
        Ok(ratings
            .map(|rating| Feedback::new(rating, Arc::clone(&self.detail), Arc::clone(&self.page)))
            .collect())
    }
}
