//! The exported tables, as one JSON object a row with the names of the columns.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    book::{Book, Case},
    metrics::{Figures, backlog},
    scope::{Filter, Scope},
    time::Span,
    world::At,
};

/// The columns of figures, and where `Metrics` has them.
const FIGURES: [(&str, &str); 37] = [
    ("conversations", "/conversations"),
    ("labeled_conversations", "/labeledConversations"),
    ("messages", "/messages"),
    ("inbound_messages", "/inboundMessages"),
    ("replies", "/replies"),
    ("customers", "/customers"),
    ("new_customers", "/newCustomers"),
    ("unanswered", "/unanswered"),
    ("closed", "/closed"),
    ("won", "/won"),
    ("lost", "/lost"),
    ("win_rate", "/winRate"),
    ("follow_ups_completed", "/followUpsCompleted"),
    ("first_response_count", "/firstResponse/count"),
    ("first_response_mean", "/firstResponse/mean"),
    ("first_response_median", "/firstResponse/median"),
    ("first_response_p90", "/firstResponse/p90"),
    ("closing_time_count", "/closingTime/count"),
    ("closing_time_mean", "/closingTime/mean"),
    ("closing_time_median", "/closingTime/median"),
    ("closing_time_p90", "/closingTime/p90"),
    ("ratings", "/ratings/count"),
    ("rating_average", "/ratings/average"),
    ("satisfied", "/ratings/satisfied"),
    ("reopened", "/reopened"),
    ("closed_by_one_reply", "/closedByOneReply"),
    ("closed_by_bot", "/closedByBot"),
    ("surveys_asked", "/surveys/asked"),
    ("surveys_answered", "/surveys/answered"),
    ("reply_time_count", "/replyTime/count"),
    ("reply_time_mean", "/replyTime/mean"),
    ("reply_time_median", "/replyTime/median"),
    ("reply_time_p90", "/replyTime/p90"),
    ("first_closing_time_count", "/firstClosingTime/count"),
    ("first_closing_time_mean", "/firstClosingTime/mean"),
    ("first_closing_time_median", "/firstClosingTime/median"),
    ("first_closing_time_p90", "/firstClosingTime/p90"),
];

/// The columns of figures, from `Metrics` as a query answers them.
pub(crate) fn figure_columns(metrics: &Value) -> Map<String, Value> {
    let cell = |path: &str| metrics.pointer(path).cloned().unwrap_or_default();
    FIGURES
        .iter()
        .map(|(column, path)| ((*column).to_owned(), cell(path)))
        .collect()
}

/// A row of the daily rollup, from one of `dailyRollups`; without `rolled_up_at`, which is no figure.
pub(crate) fn daily_row(rollup: &Value) -> Value {
    let mut row = figure_columns(&rollup["metrics"]);
    let cell = |path: &str| rollup.pointer(path).cloned().unwrap_or_default();
    for (column, path) in [
        ("day", "/day"),
        ("member_id", "/member/id"),
        ("member_name", "/member/name"),
        ("backlog", "/backlog"),
    ] {
        row.insert(column.to_owned(), cell(path));
    }
    Value::Object(row)
}

impl Book<'_> {
    /// One row per day and member.
    pub(crate) fn daily_table(&self, span: Span, filter: &Filter) -> Vec<Value> {
        let scope = Scope::of(self.world, &filter.of_anyone());
        self.daily_rows(span, filter.members.as_deref(), &scope)
            .iter()
            .map(daily_row)
            .collect()
    }

    /// One row per day and label where anything counts or the backlog is not 0.
    pub(crate) fn label_table(&self, span: Span, scope: &Scope) -> Vec<Value> {
        let labels: BTreeSet<&String> = self
            .cases
            .iter()
            .flat_map(|case| &case.conversation.labels)
            .collect();
        self.table(
            span,
            &labels,
            |label| scope.labeled(label),
            |day, label, figures, row| {
                let whole = Figures::of(self, day, scope).labeled;
                let share = if whole == 0 {
                    0.0
                } else {
                    figures.conversations as f64 / whole as f64
                };
                row.insert("label_id".to_owned(), json!(label));
                row.insert(
                    "label_title".to_owned(),
                    json!(self.world.label_title(label)),
                );
                row.insert("share".to_owned(), json!(share));
            },
        )
    }

    /// One row per day and channel where anything counts or the backlog is not 0.
    pub(crate) fn channel_table(&self, span: Span, scope: &Scope) -> Vec<Value> {
        let channels: BTreeSet<&String> = self
            .cases
            .iter()
            .map(|case| &case.conversation.channel)
            .collect();
        self.table(
            span,
            &channels,
            |channel| scope.on_channel(channel),
            |_, channel, _, row| {
                row.insert("channel".to_owned(), json!(channel));
            },
        )
    }

    fn table(
        &self,
        span: Span,
        keys: &BTreeSet<&String>,
        narrowed: impl Fn(&str) -> Scope,
        name: impl Fn(Span, &str, &Figures, &mut Map<String, Value>),
    ) -> Vec<Value> {
        let mut rows = Vec::new();
        for day in span.days() {
            for key in keys {
                let (own, scope) = (Span { from: day, to: day }, narrowed(key));
                let (figures, backlog) =
                    (Figures::of(self, own, &scope), backlog(self, day, &scope));
                if figures.anything() || backlog != 0 {
                    let mut row = figure_columns(&figures.json_of_then());
                    row.insert("day".to_owned(), json!(day.to_string()));
                    row.insert("backlog".to_owned(), json!(backlog));
                    name(own, key, &figures, &mut row);
                    rows.push(Value::Object(row));
                }
            }
        }
        rows
    }

    /// One row per rating of the span, oldest first, then by id.
    pub(crate) fn feedback_table(&self, span: Span, filter: &Filter) -> Vec<Value> {
        let scope = Scope::of(self.world, filter);
        let mut rows = Vec::new();
        for case in &self.cases {
            for (id, rating) in &case.ratings {
                let day = self.world.day(rating.rated);
                if !span.holds(day) || !scope.passes(&case.conversation, case.rated(rating)) {
                    continue;
                }
                let member = case.rated(rating);
                let mut row = json!({
                    "day": day.to_string(), "rating_id": id, "rated_at": rating.rated.to_rfc3339(), "score": rating.score,
                    "comment": rating.comment, "conversation_id": case.id, "channel": case.conversation.channel,
                    "member_id": member, "member_name": member.map(|member| self.world.member_name(member)),
                });
                self.add_details(case, &mut row);
                rows.push((rating.rated, id.clone(), row));
            }
        }
        in_order(rows)
    }

    /// One row per conversation created in the span, oldest first, then by id.
    pub(crate) fn conversation_table(&self, span: Span, filter: &Filter) -> Vec<Value> {
        let scope = Scope::of(self.world, filter);
        let mut rows = Vec::new();
        for case in &self.cases {
            let (conversation, assignee) = (&case.conversation, case.assignee());
            let day = self.world.day(conversation.created);
            if !span.holds(day) || !scope.passes(conversation, assignee) {
                continue;
            }
            let mut row = json!({
                "day": day.to_string(), "conversation_id": case.id, "channel": conversation.channel,
                "created_at": conversation.created.to_rfc3339(),
                "closed_at": conversation.closed.map(|closed| closed.to_rfc3339()),
                "outcome": conversation.outcome, "assignee_id": assignee,
                "assignee_name": assignee.map(|assignee| self.world.member_name(assignee)),
                "first_response_seconds": case.first_response_seconds(), "closing_seconds": case.closing_seconds(),
                "url": conversation.url,
                "attributes": (!conversation.attributes.is_empty()).then(|| json!(conversation.attributes).to_string()),
            });
            self.add_details(case, &mut row);
            rows.push((conversation.created, case.id.clone(), row));
        }
        in_order(rows)
    }

    fn add_details(&self, case: &Case, row: &mut Value) {
        let customer = &case.conversation.customer;
        let mut labels: Vec<&String> = case.conversation.labels.iter().collect();
        labels.sort_by_key(|label| (self.world.label_title(label), (*label).clone()));
        row["customer_id"] = json!(customer);
        row["customer_name"] = json!(
            self.world
                .customers
                .get(customer)
                .and_then(|known| known.name.clone())
        );
        row["label_ids"] = json!(labels);
        row["labels"] = labels
            .iter()
            .map(|label| self.world.label_title(label))
            .collect();
    }
}

fn in_order(mut rows: Vec<(At, String, Value)>) -> Vec<Value> {
    rows.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    rows.into_iter().map(|(.., row)| row).collect()
}
