//! The reports: workspace, members, labels, channels, leaderboard, series, busy hours.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{Datelike, Timelike};
use serde_json::{Value, json};

use super::{
    asked::Asked,
    book::{Book, Case},
    metrics::{Figures, backlog, change},
    scope::{Filter, Scope},
    time::Span,
    world::At,
};

/// What a query asks for beside the filter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask {
    pub(crate) asked: Asked,
    pub(crate) span: Span,
    pub(crate) by: &'static str,
    pub(crate) measure: &'static str,
    pub(crate) busy: &'static str,
    pub(crate) first: usize,
}

/// Of these less is better, and nobody is a top performer by them.
const LEFT_TO_DO: [&str; 5] = ["LOST", "UNANSWERED", "OPEN", "WAITING", "REOPENED"];

impl Ask {
    fn before(self) -> Asked {
        self.asked.previous("PERIOD")
    }

    fn year_before(self) -> Asked {
        self.asked.previous("YEAR_BEFORE")
    }
}

impl Book<'_> {
    /// As the answer to [`crate::support::queries::TEAM`].
    pub(crate) fn team(&self, ask: Ask, filter: &Filter) -> Value {
        let scope = Scope::of(self.world, filter);
        let (before, year) = (ask.before(), ask.year_before());
        json!({
            "period": period(ask.span),
            "metrics": self.metrics(ask.span, &scope),
            "previous": {
                "period": period(before.span()),
                "metrics": self.metrics(before.span(), &scope),
                "previous": self.distant(before.previous("PERIOD"), &scope),
                "previousYear": self.distant(before.previous("YEAR_BEFORE"), &scope),
            },
            "previousYear": {
                "period": period(year.span()),
                "metrics": self.metrics(year.span(), &scope),
                "previous": self.distant(year.previous("PERIOD"), &scope),
                "previousYear": self.distant(year.previous("YEAR_BEFORE"), &scope),
            },
            "change": change(self, (ask.span, before.span()), &scope, ask.measure),
            "changeYear": change(self, (ask.span, year.span()), &scope, ask.measure),
            "series": self.series(ask.span, &scope, ask.by),
            "leaderboard": self.leaderboard(ask, filter, &scope),
            "members": self
                .rows(ask.span, filter, &scope)
                .iter()
                .map(|member| self.member_report(ask, &scope, member))
                .collect::<Vec<_>>(),
            "unassigned": self.metrics(ask.span, &scope.credited_to(None)),
            "topLabels": self.top_labels(ask, &scope),
            "channels": self.channels(ask, &scope),
            "teams": self.teams(ask, filter, &scope),
            "busyHours": self.busy_hours(ask.span, &scope, ask.busy),
        })
    }

    /// As the answer to [`crate::support::queries::MEMBER`]: the filter says nothing of members.
    pub(crate) fn member(&self, ask: Ask, filter: &Filter, member: &str) -> Value {
        self.member_report(ask, &Scope::of(self.world, &filter.of_anyone()), member)
    }

    fn member_report(&self, ask: Ask, scope: &Scope, member: &str) -> Value {
        let scope = &scope.credited_to(Some(member));
        json!({
            "member": self.member_json(member),
            "period": period(ask.span),
            "metrics": self.metrics(ask.span, scope),
            "previous": self.distant(ask.before(), scope),
            "previousYear": self.distant(ask.year_before(), scope),
            "change": change(self, (ask.span, ask.before().span()), scope, ask.measure),
            "changeYear": change(self, (ask.span, ask.year_before().span()), scope, ask.measure),
            "series": self.series(ask.span, scope, ask.by),
            "topLabels": self.top_labels(ask, scope),
        })
    }

    /// Where a query of all figures would have too many fields.
    fn distant(&self, asked: Asked, scope: &Scope) -> Value {
        json!({"period": period(asked.span()), "metrics": self.few_metrics(asked.span(), scope)})
    }

    pub(crate) fn member_json(&self, member: &str) -> Value {
        json!({"id": member, "name": self.world.member_name(member), "active": self.world.is_active(member)})
    }

    fn metrics(&self, span: Span, scope: &Scope) -> Value {
        Figures::of(self, span, scope).json()
    }

    /// As the fragment `Few` of the queries: of all, a query would have too many fields.
    fn few_metrics(&self, span: Span, scope: &Scope) -> Value {
        let all = self.metrics(span, scope);
        let first_response = &all["firstResponse"];
        json!({
            "conversations": all["conversations"],
            "customers": all["customers"],
            "closed": all["closed"],
            "firstResponse": {"count": first_response["count"], "median": first_response["median"]},
            "ratings": {"average": all["ratings"]["average"]},
        })
    }

    fn series(&self, span: Span, scope: &Scope, by: &str) -> Vec<Value> {
        span.buckets(by)
            .into_iter()
            .map(|bucket| {
                json!({
                    "from": bucket.from.to_string(),
                    "to": bucket.to.to_string(),
                    "metrics": Figures::of(self, bucket, scope).json_of_then(),
                    "backlog": backlog(self, bucket.to, scope),
                })
            })
            .collect()
    }

    /// The members that have a row, by name, then id.
    fn rows(&self, span: Span, filter: &Filter, scope: &Scope) -> Vec<String> {
        let mut rows: Vec<String> = filter.members_left(self.world).into_iter().collect();
        rows.retain(|member| {
            let figures = Figures::of(self, span, &scope.credited_to(Some(member)));
            self.world.is_active(member) || figures.anything() || 0 < figures.open
        });
        rows.sort_by_key(|member| (self.world.member_name(member), member.clone()));
        rows
    }

    fn leaderboard(&self, ask: Ask, filter: &Filter, scope: &Scope) -> Vec<Value> {
        let rows: Vec<(String, Option<f64>)> = self
            .rows(ask.span, filter, scope)
            .into_iter()
            .map(|member| {
                let figures = Figures::of(self, ask.span, &scope.credited_to(Some(&member)));
                (member, figures.value(ask.measure))
            })
            .collect();
        let lower_is_better = ask.measure.contains("_RESPONSE_")
            || ask.measure.contains("_TIME_")
            || LEFT_TO_DO.contains(&ask.measure);
        let better = |a: f64, b: f64| if lower_is_better { a < b } else { b < a };
        let mut board: Vec<(usize, Value)> = Vec::new();
        for (member, value) in &rows {
            let ahead = rows.iter().filter(|(_, other)| match (other, value) {
                (Some(other), Some(value)) => better(*other, *value),
                (Some(_), None) => true,
                (None, _) => false,
            });
            let rank = ahead.count() + 1;
            let names_one = !LEFT_TO_DO.contains(&ask.measure);
            let top =
                rank == 1 && names_one && value.is_some_and(|value| lower_is_better || 0.0 < value);
            board.push((
                rank,
                json!({"rank": rank, "isTopPerformer": top, "value": value, "report": {"member": {"id": member}}}),
            ));
        }
        board.sort_by_key(|(rank, _)| *rank);
        board
            .into_iter()
            .map(|(_, entry)| entry)
            .take(ask.first)
            .collect()
    }

    /// As `Benchmark`, whoever asks: the filter says nothing of members.
    pub(crate) fn benchmark(&self, span: Span, measure: &str, filter: &Filter) -> Value {
        let scope = Scope::of(self.world, &filter.of_anyone());
        let mut values = Vec::new();
        for member in self.world.everyone() {
            let figures = Figures::of(self, span, &scope.credited_to(Some(&member)));
            if self.world.is_active(&member) && figures.anything() {
                values.extend(figures.value(measure));
            }
        }
        values.sort_by(f64::total_cmp);
        let at = |q: f64| {
            let place = q * (values.len() as f64 - 1.0);
            let (below, above) = (place.floor(), place.ceil());
            let between = |place: f64| values[place as usize];
            (7 <= values.len())
                .then(|| between(below) + (between(above) - between(below)) * (place - below))
        };
        json!({"measure": measure, "members": values.len(), "p25": at(0.25), "median": at(0.5), "p75": at(0.75)})
    }

    /// Every label for which anything counts, most conversations first, then by title, then id.
    pub(crate) fn labels(&self, ask: Ask, scope: &Scope) -> Vec<Value> {
        let span = ask.span;
        let mut named = BTreeSet::new();
        for case in &self.cases {
            named.extend(case.conversation.labels.iter().cloned());
        }
        let whole = Figures::of(self, span, scope).labeled;
        let mut rows = Vec::new();
        for label in named {
            let labeled = scope.labeled(&label);
            let figures = Figures::of(self, span, &labeled);
            if figures.anything() {
                let share = if whole == 0 {
                    0.0
                } else {
                    figures.conversations as f64 / whole as f64
                };
                let title = self.world.label_title(&label);
                let mut row = self.compared(ask, &labeled);
                row["label"] = self.label_json(&label);
                row["conversations"] = json!(figures.conversations);
                row["share"] = json!(share);
                rows.push(((Reverse(figures.conversations), title, label), row));
            }
        }
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn top_labels(&self, ask: Ask, scope: &Scope) -> Vec<Value> {
        let labels = self.labels(ask, scope).into_iter();
        labels
            .filter(|label| label["conversations"] != json!(0))
            .take(ask.first)
            .collect()
    }

    pub(crate) fn label_json(&self, label: &str) -> Value {
        let color = self
            .world
            .labels
            .get(label)
            .and_then(|known| known.color.clone());
        json!({"id": label, "title": self.world.label_title(label), "color": color})
    }

    /// The figures of a row of a list, with those that they are compared with.
    fn compared(&self, ask: Ask, scope: &Scope) -> Value {
        let (before, year) = (ask.before().span(), ask.year_before().span());
        json!({
            "metrics": self.metrics(ask.span, scope),
            "previous": self.few_metrics(before, scope),
            "previousYear": self.few_metrics(year, scope),
            "change": change(self, (ask.span, before), scope, ask.measure),
            "changeYear": change(self, (ask.span, year), scope, ask.measure),
        })
    }

    /// A row for each team that the filter leaves, by name, then id.
    fn teams(&self, ask: Ask, filter: &Filter, scope: &Scope) -> Vec<Value> {
        let mut rows = Vec::new();
        for (id, name, members) in filter.teams_left(self.world) {
            let mut row = self.compared(ask, &scope.credited_to_any(&members));
            row["team"] = json!({"id": id, "name": name});
            rows.push(((name, id), row));
        }
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn channels(&self, ask: Ask, scope: &Scope) -> Vec<Value> {
        let names: BTreeSet<String> = self
            .cases
            .iter()
            .map(|case| case.conversation.channel.clone())
            .collect();
        let mut rows = Vec::new();
        for name in names {
            let on_channel = scope.on_channel(&name);
            let figures = Figures::of(self, ask.span, &on_channel);
            if figures.anything() {
                let mut row = self.compared(ask, &on_channel);
                row["channel"] = json!(name);
                rows.push(((Reverse(figures.conversations), name), row));
            }
        }
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// The hours of the week, as (weekday, hour), of each event of a conversation within the span.
    pub(crate) fn hours(&self, case: &Case, measure: &str, span: Span) -> Vec<(u32, u32)> {
        let events: Vec<At> = match measure {
            "CONVERSATIONS" => vec![case.conversation.created],
            "INBOUND_MESSAGES" => case.inbound.clone(),
            "REPLIES" => case.replies.clone(),
            "CLOSED" => case.conversation.closed.into_iter().collect(),
            other => panic!("{other} has no hours"),
        };
        let within = events
            .into_iter()
            .filter(|at| span.holds(self.world.day(*at)));
        let local = within.map(|at| at.with_timezone(&self.world.zone));
        local
            .map(|local| (local.weekday().number_from_monday(), local.hour()))
            .collect()
    }

    fn busy_hours(&self, span: Span, scope: &Scope, measure: &str) -> Vec<Value> {
        let mut counts: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        for case in self
            .cases
            .iter()
            .filter(|case| scope.passes(&case.conversation, case.assignee()))
        {
            for hour in self.hours(case, measure, span) {
                *counts.entry(hour).or_default() += 1;
            }
        }
        let hours = (1..=7).flat_map(|weekday| (0..24).map(move |hour| (weekday, hour)));
        hours
            .map(|(weekday, hour)| {
                let count = counts.get(&(weekday, hour)).copied().unwrap_or_default();
                json!({"weekday": weekday, "hour": hour, "count": count})
            })
            .collect()
    }
}

/// A period whose days are all rolled up.
pub(crate) fn period(span: Span) -> Value {
    json!({
        "from": span.from.to_string(), "to": span.to.to_string(), "days": span.days().len(), "pendingDays": 0,
    })
}
