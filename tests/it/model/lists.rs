//! The lists behind the figures, and the daily rollups.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::{
    book::{Book, Case},
    metrics::{Figures, backlog},
    scope::{Filter, Scope},
    time::Span,
    world::{At, Rating},
};

/// Who looks: someone who sees everything, or one member who sees what is credited to them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Eyes<'a> {
    Everyone,
    Only(&'a str),
}

impl Eyes<'_> {
    /// What the filter leaves for these eyes.
    pub(crate) fn scope(self, book: &Book<'_>, filter: &Filter) -> Scope {
        match self {
            Self::Everyone => Scope::of(book.world, filter),
            Self::Only(member) => {
                Scope::of(book.world, &filter.of_anyone()).credited_to(Some(member))
            }
        }
    }

    fn may_see(self, credited: Option<&String>) -> bool {
        match self {
            Self::Everyone => true,
            Self::Only(member) => credited.map(String::as_str) == Some(member),
        }
    }
}

/// Which ratings a feedback list holds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scores {
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) has_comment: Option<bool>,
}

impl Scores {
    fn hold(self, rating: &Rating) -> bool {
        self.min.is_none_or(|min| min <= rating.score)
            && self.max.is_none_or(|max| rating.score <= max)
            && self
                .has_comment
                .is_none_or(|has| has == rating.comment.is_some())
    }
}

impl Book<'_> {
    /// The conversations that a measure counts, in order.
    pub(crate) fn conversations(
        &self,
        measure: &str,
        span: Span,
        scope: &Scope,
        eyes: Eyes<'_>,
    ) -> Vec<Value> {
        let mut listed: Vec<(i64, Reverse<At>, String, &Case)> = Vec::new();
        for case in &self.cases {
            if let Some(seconds) = self.counts(case, measure, span, scope) {
                let by_value = ["_MEAN", "_MEDIAN", "WAITING"];
                let newest = if by_value.iter().any(|end| measure.ends_with(end)) {
                    Reverse(At::UNIX_EPOCH)
                } else {
                    Reverse(case.conversation.created)
                };
                listed.push((-seconds, newest, case.id.clone(), case));
            }
        }
        listed.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
        listed
            .into_iter()
            .map(|(.., case)| self.conversation_json(case, eyes))
            .collect()
    }

    /// Those with an event in one hour of the week, as (weekday, hour), in order.
    pub(crate) fn conversations_at(
        &self,
        measure: &str,
        hour: (u32, u32),
        span: Span,
        (scope, eyes): (&Scope, Eyes<'_>),
    ) -> Vec<Value> {
        let passes = |case: &&Case| scope.passes(&case.conversation, case.assignee());
        let happens = |case: &&Case| self.hours(case, measure, span).contains(&hour);
        let mut listed: Vec<&Case> = self.cases.iter().filter(passes).filter(happens).collect();
        listed.sort_by_key(|case| (Reverse(case.conversation.created), case.id.clone()));
        listed
            .into_iter()
            .map(|case| self.conversation_json(case, eyes))
            .collect()
    }

    /// Whether the measure counts anything of this conversation: its seconds for a duration, of a wait now the less the longer, else
    /// 0.
    fn counts(&self, case: &Case, measure: &str, span: Span, scope: &Scope) -> Option<i64> {
        let conversation = &case.conversation;
        let within = |at: At| span.holds(self.world.day(at));
        let passes = scope.passes(conversation, case.assignee());
        let created = passes && within(conversation.created);
        let closed = passes && conversation.closed.is_some_and(within);
        let inbound = passes && case.inbound.iter().any(|at| within(*at));
        let replied = passes && case.replies.iter().any(|at| within(*at));
        let rated = |scores: &[i64]| {
            case.ratings.iter().any(|(_, rating)| {
                scores.contains(&rating.score)
                    && within(rating.rated)
                    && scope.passes(conversation, case.rated(rating))
            })
        };
        let surveyed = |wanted: &[bool]| {
            case.surveys.iter().any(|(survey, answered)| {
                wanted.contains(answered)
                    && within(survey.asked)
                    && scope.passes(conversation, case.surveyed(survey))
            })
        };
        let counts = match measure {
            "CONVERSATIONS" => created,
            "LABELED_CONVERSATIONS" => created && !conversation.labels.is_empty(),
            "UNANSWERED" => created && !case.inbound.is_empty() && case.first_response.is_none(),
            "MESSAGES" => inbound || replied,
            "INBOUND_MESSAGES" => inbound,
            "REPLIES" => replied,
            "CUSTOMERS" => created || inbound,
            "NEW_CUSTOMERS" => passes && case.opens_customer.is_some_and(within),
            "CLOSED" => closed,
            "WON" => closed && conversation.outcome.as_deref() == Some("won"),
            "LOST" => closed && conversation.outcome.as_deref() == Some("lost"),
            "WIN_RATE" => closed && conversation.outcome.is_some(),
            "OPEN" => passes && conversation.closed.is_none(),
            "FOLLOW_UPS_COMPLETED" => case.follow_ups.iter().any(|(completed, follow_up)| {
                within(*completed) && scope.passes(conversation, case.followed_up(follow_up))
            }),
            "RATINGS" | "RATING_AVERAGE" => rated(&[1, 2, 3, 4, 5]),
            "SATISFIED" => rated(&[4, 5]),
            "FIRST_RESPONSE_MEAN" | "FIRST_RESPONSE_MEDIAN" => {
                let answered =
                    passes && case.first_response.is_some_and(|(_, reply)| within(reply));
                return case.first_response_seconds().filter(|_| answered);
            }
            "CLOSING_TIME_MEAN" | "CLOSING_TIME_MEDIAN" => {
                return case.closing_seconds().filter(|_| closed);
            }
            "REPLY_TIME_MEAN" | "REPLY_TIME_MEDIAN" => {
                return case
                    .reply_seconds(within)
                    .into_iter()
                    .filter(|_| passes)
                    .max();
            }
            "FIRST_CLOSING_TIME_MEAN" | "FIRST_CLOSING_TIME_MEDIAN" => {
                let closed = passes && case.first_closed.is_some_and(within);
                return case.first_closing_seconds().filter(|_| closed);
            }
            "REOPENED" => passes && case.reopened.iter().any(|at| within(*at)),
            "CLOSED_BY_ONE_REPLY" => closed && case.is_closed_by_one_reply(),
            "CLOSED_BY_BOT" => closed && case.is_closed_by_bot(),
            "SURVEYS" => surveyed(&[true, false]),
            "SURVEY_RATE" => surveyed(&[true]),
            "WAITING" => {
                let since = case
                    .waiting_since
                    .filter(|_| passes && conversation.closed.is_none());
                return since.map(|since| -since.timestamp_micros());
            }
            other => panic!("no measure {other}"),
        };
        counts.then_some(0)
    }

    fn conversation_json(&self, case: &Case, eyes: Eyes<'_>) -> Value {
        let conversation = &case.conversation;
        let assignee = case
            .assignee()
            .filter(|assignee| eyes.may_see(Some(*assignee)));
        let mut ratings: Vec<&(String, Rating)> = case
            .ratings
            .iter()
            .filter(|(_, rating)| eyes.may_see(case.rated(rating)))
            .collect();
        ratings.sort_by_key(|(id, rating)| (Reverse(rating.rated), id.clone()));
        let attributes: Vec<Value> = conversation
            .attributes
            .iter()
            .map(|(key, values)| json!({"key": key, "values": values}))
            .collect();
        let waiting_since = case.waiting_since.filter(|_| conversation.closed.is_none());
        json!({
            "id": case.id,
            "channel": conversation.channel,
            "createdAt": conversation.created.to_rfc3339(),
            "closedAt": conversation.closed.map(|closed| closed.to_rfc3339()),
            "outcome": conversation.outcome.as_ref().map(|outcome| outcome.to_uppercase()),
            "customer": self.customer_json(&conversation.customer),
            "assignee": assignee.map(|assignee| self.member_json(assignee)),
            "labels": self.labels_json(case),
            "firstResponseSeconds": case.first_response_seconds(),
            "closingSeconds": case.closing_seconds(),
            "url": conversation.url,
            "inboundMessages": case.inbound.len(),
            "replies": case.replies.len(),
            "reopened": case.reopened.len(),
            "waitingSince": waiting_since.map(|since| since.to_rfc3339()),
            "attributes": attributes,
            "ratings": ratings.into_iter().map(|(id, rating)| self.rating_json(case, id, rating)).collect::<Vec<_>>(),
        })
    }

    /// The labels of a conversation, by title, then id.
    fn labels_json(&self, case: &Case) -> Vec<Value> {
        let mut labels: Vec<&String> = case.conversation.labels.iter().collect();
        labels.sort_by_key(|label| (self.world.label_title(label), (*label).clone()));
        labels
            .into_iter()
            .map(|label| self.label_json(label))
            .collect()
    }

    fn customer_json(&self, customer: &str) -> Value {
        let name = self
            .world
            .customers
            .get(customer)
            .and_then(|known| known.name.clone());
        json!({"id": customer, "name": name})
    }

    fn rating_json(&self, case: &Case, id: &str, rating: &Rating) -> Value {
        json!({
            "id": id,
            "score": rating.score,
            "comment": rating.comment,
            "ratedAt": rating.rated.to_rfc3339(),
            "conversationId": case.id,
            "customer": self.customer_json(&case.conversation.customer),
            "member": case.rated(rating).map(|member| self.member_json(member)),
            "labels": self.labels_json(case),
        })
    }

    /// The ratings of a span, newest first, then by id.
    pub(crate) fn feedback(&self, span: Span, scope: &Scope, scores: Scores) -> Vec<Value> {
        let mut listed = Vec::new();
        for case in &self.cases {
            for (id, rating) in &case.ratings {
                let counts = span.holds(self.world.day(rating.rated))
                    && scope.passes(&case.conversation, case.rated(rating))
                    && scores.hold(rating);
                if counts {
                    listed.push((
                        (Reverse(rating.rated), id.clone()),
                        self.rating_json(case, id, rating),
                    ));
                }
            }
        }
        listed.sort_by(|(a, _), (b, _)| a.cmp(b));
        listed.into_iter().map(|(_, rating)| rating).collect()
    }

    /// One row per day and member where anything counts or the backlog is not 0.
    pub(crate) fn daily_rollups(&self, span: Span, member_ids: Option<&[String]>) -> Vec<Value> {
        self.daily_rows(span, member_ids, &Scope::default())
    }

    /// The same of what passes `scope`.
    pub(crate) fn daily_rows(
        &self,
        span: Span,
        member_ids: Option<&[String]>,
        scope: &Scope,
    ) -> Vec<Value> {
        let mut credited: Vec<Option<String>> =
            self.world.everyone().into_iter().map(Some).collect();
        credited.push(None);
        if let Some(ids) = member_ids {
            credited.retain(|member| member.as_ref().is_some_and(|member| ids.contains(member)));
        }
        let mut rows = Vec::new();
        for day in span.days() {
            for member in &credited {
                let scope = scope.credited_to(member.as_deref());
                let figures = Figures::of(self, Span { from: day, to: day }, &scope);
                let backlog = backlog(self, day, &scope);
                if figures.anything() || backlog != 0 {
                    rows.push(json!({
                        "day": day.to_string(),
                        "member": member.as_ref().map(|member| self.member_json(member)),
                        "metrics": figures.json_of_then(),
                        "backlog": backlog,
                    }));
                }
            }
        }
        rows
    }
}
