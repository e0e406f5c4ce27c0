//! Every measure of one span and scope.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{
    book::{Book, Case},
    scope::Scope,
    time::Span,
    world::At,
};

/// What counts in one span and scope.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures {
    pub(crate) conversations: i64,
    pub(crate) labeled: i64,
    pub(crate) inbound: i64,
    pub(crate) replies: i64,
    pub(crate) customers: BTreeSet<String>,
    pub(crate) new_customers: i64,
    pub(crate) unanswered: i64,
    pub(crate) closed: i64,
    pub(crate) won: i64,
    pub(crate) lost: i64,
    pub(crate) follow_ups: i64,
    pub(crate) first_responses: Vec<i64>,
    pub(crate) closing_times: Vec<i64>,
    pub(crate) reply_times: Vec<i64>,
    pub(crate) first_closing_times: Vec<i64>,
    pub(crate) reopened: i64,
    pub(crate) by_one_reply: i64,
    pub(crate) by_bot: i64,
    pub(crate) asked: i64,
    pub(crate) answered: i64,
    pub(crate) scores: Vec<i64>,
    pub(crate) open: i64,
    pub(crate) waiting: i64,
    pub(crate) waiting_since: Option<At>,
}

/// The ends of the ranges of a distribution, in seconds.
const EDGES: [i64; 7] = [0, 5 * 60, 15 * 60, 60 * 60, 4 * 3600, 8 * 3600, 24 * 3600];

impl Figures {
    pub(crate) fn of(book: &Book<'_>, span: Span, scope: &Scope) -> Self {
        Self::of_days(book, &|day| span.holds(day), scope)
    }

    /// Of the days that `holds` names.
    pub(crate) fn of_days(
        book: &Book<'_>,
        holds: &dyn Fn(NaiveDate) -> bool,
        scope: &Scope,
    ) -> Self {
        let mut figures = Self::default();
        for case in &book.cases {
            if scope.passes(&case.conversation, case.assignee()) {
                figures.add_conversation(book, holds, case);
            }
            for (_, rating) in &case.ratings {
                if scope.passes(&case.conversation, case.rated(rating))
                    && holds(book.world.day(rating.rated))
                {
                    figures.scores.push(rating.score);
                }
            }
            for (completed, follow_up) in &case.follow_ups {
                if scope.passes(&case.conversation, case.followed_up(follow_up))
                    && holds(book.world.day(*completed))
                {
                    figures.follow_ups += 1;
                }
            }
            for (survey, answered) in &case.surveys {
                if scope.passes(&case.conversation, case.surveyed(survey))
                    && holds(book.world.day(survey.asked))
                {
                    figures.asked += 1;
                    figures.answered += i64::from(*answered);
                }
            }
        }
        figures.first_responses.sort_unstable();
        figures.reply_times.sort_unstable();
        figures.first_closing_times.sort_unstable();
        figures.closing_times.sort_unstable();
        figures
    }

    fn add_conversation(
        &mut self,
        book: &Book<'_>,
        holds: &dyn Fn(NaiveDate) -> bool,
        case: &Case,
    ) {
        let within = |at| holds(book.world.day(at));
        let conversation = &case.conversation;
        let inbound = case.inbound.iter().filter(|at| within(**at)).count() as i64;
        self.inbound += inbound;
        self.replies += case.replies.iter().filter(|at| within(**at)).count() as i64;
        if within(conversation.created) {
            self.conversations += 1;
            self.labeled += i64::from(!conversation.labels.is_empty());
            self.unanswered += i64::from(!case.inbound.is_empty() && case.first_response.is_none());
        }
        if within(conversation.created) || 0 < inbound {
            self.customers.insert(conversation.customer.clone());
        }
        self.new_customers += i64::from(case.opens_customer.is_some_and(within));
        if conversation.closed.is_some_and(within) {
            self.closed += 1;
            self.won += i64::from(conversation.outcome.as_deref() == Some("won"));
            self.lost += i64::from(conversation.outcome.as_deref() == Some("lost"));
            self.closing_times.extend(case.closing_seconds());
            self.by_one_reply += i64::from(case.is_closed_by_one_reply());
            self.by_bot += i64::from(case.is_closed_by_bot());
        }
        if case.first_closed.is_some_and(within) {
            self.first_closing_times
                .extend(case.first_closing_seconds());
        }
        self.reopened += case.reopened.iter().filter(|at| within(**at)).count() as i64;
        self.reply_times.extend(case.reply_seconds(within));
        if case.first_response.is_some_and(|(_, reply)| within(reply)) {
            self.first_responses.extend(case.first_response_seconds());
        }
        if conversation.closed.is_none() {
            self.open += 1;
            if let Some(since) = case.waiting_since {
                self.waiting += 1;
                self.waiting_since = Some(self.waiting_since.map_or(since, |at| at.min(since)));
            }
        }
    }

    fn messages(&self) -> i64 {
        self.inbound + self.replies
    }

    fn satisfied(&self) -> i64 {
        self.scores.iter().filter(|score| 4 <= **score).count() as i64
    }

    /// Whether any measure but `open` and `backlog` counts something.
    pub(crate) fn anything(&self) -> bool {
        let counts = [
            self.conversations,
            self.messages(),
            self.new_customers,
            self.closed,
            self.follow_ups,
            self.reopened,
            self.asked,
            self.first_closing_times.len() as i64,
        ];
        counts.iter().any(|count| 0 < *count)
            || !self.customers.is_empty()
            || !self.scores.is_empty()
            || !self.first_responses.is_empty()
    }

    /// The figure of a measure, null where it has none.
    pub(crate) fn value(&self, measure: &str) -> Option<f64> {
        let count = |count: i64| Some(count as f64);
        match measure {
            "CONVERSATIONS" => count(self.conversations),
            "LABELED_CONVERSATIONS" => count(self.labeled),
            "MESSAGES" => count(self.messages()),
            "INBOUND_MESSAGES" => count(self.inbound),
            "REPLIES" => count(self.replies),
            "CUSTOMERS" => count(self.customers.len() as i64),
            "NEW_CUSTOMERS" => count(self.new_customers),
            "UNANSWERED" => count(self.unanswered),
            "CLOSED" => count(self.closed),
            "WON" => count(self.won),
            "LOST" => count(self.lost),
            "WIN_RATE" => share(self.won, self.won + self.lost),
            "OPEN" => count(self.open),
            "FOLLOW_UPS_COMPLETED" => count(self.follow_ups),
            "RATINGS" => count(self.scores.len() as i64),
            "RATING_AVERAGE" => mean(&self.scores),
            "SATISFIED" => share(self.satisfied(), self.scores.len() as i64),
            "FIRST_RESPONSE_MEAN" => mean(&self.first_responses),
            "FIRST_RESPONSE_MEDIAN" => quantile(&self.first_responses, 0.5),
            "CLOSING_TIME_MEAN" => mean(&self.closing_times),
            "CLOSING_TIME_MEDIAN" => quantile(&self.closing_times, 0.5),
            "REPLY_TIME_MEAN" => mean(&self.reply_times),
            "REPLY_TIME_MEDIAN" => quantile(&self.reply_times, 0.5),
            "FIRST_CLOSING_TIME_MEAN" => mean(&self.first_closing_times),
            "FIRST_CLOSING_TIME_MEDIAN" => quantile(&self.first_closing_times, 0.5),
            "REOPENED" => count(self.reopened),
            "CLOSED_BY_ONE_REPLY" => count(self.by_one_reply),
            "CLOSED_BY_BOT" => count(self.by_bot),
            "SURVEYS" => count(self.asked),
            "SURVEY_RATE" => share(self.answered, self.asked),
            "WAITING" => count(self.waiting),
            other => panic!("no measure {other}"),
        }
    }

    /// As `Metrics`, with the figure of now.
    pub(crate) fn json(&self) -> Value {
        let scores: Vec<Value> = (1..=5)
            .map(|score| json!({"score": score, "count": self.scores.iter().filter(|given| **given == score).count()}))
            .collect();
        json!({
            "conversations": self.conversations,
            "labeledConversations": self.labeled,
            "messages": self.messages(),
            "inboundMessages": self.inbound,
            "replies": self.replies,
            "customers": self.customers.len(),
            "newCustomers": self.new_customers,
            "unanswered": self.unanswered,
            "closed": self.closed,
            "won": self.won,
            "lost": self.lost,
            "winRate": self.value("WIN_RATE"),
            "open": self.open,
            "followUpsCompleted": self.follow_ups,
            "firstResponse": durations(&self.first_responses),
            "closingTime": durations(&self.closing_times),
            "replyTime": times(&self.reply_times),
            "firstClosingTime": times(&self.first_closing_times),
            "reopened": self.reopened,
            "closedByOneReply": self.by_one_reply,
            "closedByBot": self.by_bot,
            "surveys": {"asked": self.asked, "answered": self.answered, "rate": self.value("SURVEY_RATE")},
            "waiting": self.waiting,
            "waitingSince": self.waiting_since.map(|since| since.to_rfc3339()),
            "ratings": {
                "count": self.scores.len(),
                "average": self.value("RATING_AVERAGE"),
                "satisfied": self.value("SATISFIED"),
                "scores": scores,
            },
        })
    }

    /// As `Metrics` in a series or a daily rollup: without the figure of now.
    pub(crate) fn json_of_then(&self) -> Value {
        let mut metrics = self.json();
        for now in ["open", "waiting", "waitingSince"] {
            metrics[now] = Value::Null;
        }
        metrics
    }
}

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole != 0).then(|| part as f64 / whole as f64)
}

fn mean(values: &[i64]) -> Option<f64> {
    share(values.iter().sum(), values.len() as i64)
}

/// Of sorted values: the one at q·(n−1), interpolated between its two neighbours.
fn quantile(sorted: &[i64], q: f64) -> Option<f64> {
    if sorted.is_empty() {
        return None;
    }
    let place = q * (sorted.len() - 1) as f64;
    let (below, above) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    Some(below as f64 + (above - below) as f64 * (place - place.floor()))
}

/// As much of a duration as a query of everything has room for.
fn times(sorted: &[i64]) -> Value {
    let all = durations(sorted);
    json!({"count": all["count"], "mean": all["mean"], "median": all["median"], "p90": all["p90"]})
}

fn durations(sorted: &[i64]) -> Value {
    let mut ranges = Vec::new();
    for (at, from) in EDGES.iter().enumerate() {
        let to = EDGES.get(at + 1);
        let count = sorted
            .iter()
            .filter(|value| from <= *value && to.is_none_or(|to| *value < to))
            .count();
        ranges.push(json!({"fromSeconds": from, "toSeconds": to, "count": count}));
    }
    json!({
        "count": sorted.len(),
        "mean": mean(sorted),
        "median": quantile(sorted, 0.5),
        "p90": quantile(sorted, 0.9),
        "lowest": quantile(sorted, 0.0),
        "third": quantile(sorted, 1.0 / 3.0),
        "highest": quantile(sorted, 1.0),
        "distribution": ranges,
        "within": within(sorted, 3600),
    })
}

/// The values not above a target.
fn within(values: &[i64], target: i64) -> Value {
    let mut count = 0;
    for value in values {
        count += i64::from(*value <= target);
    }
    json!({"count": count, "share": share(count, values.len() as i64)})
}

/// At the end of a day: created by then and not closed by then, closings as known now.
pub(crate) fn backlog(book: &Book<'_>, day: NaiveDate, scope: &Scope) -> i64 {
    let mut backlog = 0;
    for case in &book.cases {
        let created = book.world.day(case.conversation.created) <= day;
        let closed = case
            .conversation
            .closed
            .is_some_and(|closed| book.world.day(closed) <= day);
        if created && !closed && scope.passes(&case.conversation, case.assignee()) {
            backlog += 1;
        }
    }
    backlog
}

/// A measure against that of an earlier span.
pub(crate) fn change(
    book: &Book<'_>,
    (span, before): (Span, Span),
    scope: &Scope,
    measure: &str,
) -> Value {
    let current = Figures::of(book, span, scope).value(measure);
    let previous = Figures::of(book, before, scope).value(measure);
    change_between(book, measure, before, (current, previous))
}

/// The change from one value of a measure to another, that of the span `before`.
pub(crate) fn change_between(
    book: &Book<'_>,
    measure: &str,
    before: Span,
    (current, previous): (Option<f64>, Option<f64>),
) -> Value {
    let comparable = book.first_day().is_some_and(|first| first <= before.from);
    let absolute = current.zip(previous).map(|(now, before)| now - before);
    let relative = current
        .zip(previous)
        .filter(|(_, before)| comparable && *before != 0.0)
        .map(|(now, before)| (now - before) / before);
    json!({
        "measure": measure, "current": current, "previous": previous, "absolute": absolute, "relative": relative,
        "comparable": comparable,
    })
}
