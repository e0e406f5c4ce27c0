//! All figures of each member, label and channel: what a view narrowed to each would give one by one.

use std::collections::BTreeMap;

use caseload_schema::{
    id::{ChannelKey, CustomerKey, LabelKey, MemberKey},
    store::summaries::DayFigures,
};

use super::{
    Clock, DayDurations, Durations, View, day_figures,
    selection::{Selection, Timed},
};
use crate::{block::Seconds, counts::Counts, distinct::count_distinct};

impl View {
    /// All figures of each member, and of nobody, for whom anything counts but `open` and the backlog, by key, nobody first.
    pub fn figures_by_member(&self) -> Vec<(Option<MemberKey>, DayFigures)> {
        let figures = |member| {
            let own = self.credited_to(member);
            let durations = DayDurations {
                first_responses: own.first_responses(Clock::Calendar),
                closing_times: own.closing_times(Clock::Calendar),
                reply_times: own.reply_times(Clock::Calendar),
                first_closing_times: own.first_closing_times(Clock::Calendar),
            };
            day_figures(&own.counts(), own.customers(), &durations)
        };
        let members = self.credited().into_iter();
        members.map(|member| (member, figures(member))).collect()
    }

    /// By how much the period changes the backlog of each member, and of nobody, where it does.
    pub fn backlog_changes_by_member(&self) -> Vec<(Option<MemberKey>, i64)> {
        let members = self.credited().into_iter();
        let changes = members.map(|member| (member, self.credited_to(member).counts()));
        changes
            .map(|(member, counts)| (member, counts.backlog_change))
            .filter(|(_, change)| *change != 0)
            .collect()
    }

    /// All figures of each label for which anything counts but `open` and the backlog, by key.
    pub fn figures_by_label(&self) -> Vec<(LabelKey, DayFigures)> {
        let mut tallies = BTreeMap::new();
        for selection in self.selections() {
            let tags = selection.block().tags();
            let day = tally(&selection, tags.label_keys().len(), |row| {
                tags.label_places_of(row)
            });
            merge(&mut tallies, tags.label_keys(), day);
        }
        finish(tallies)
    }

    /// All figures of each channel for which anything counts but `open` and the backlog, by key.
    pub fn figures_by_channel(&self) -> Vec<(ChannelKey, DayFigures)> {
        let mut tallies = BTreeMap::new();
        for selection in self.selections() {
            let tags = selection.block().tags();
            let day = tally(&selection, tags.channels().len(), |row| {
                tags.channel_places_of(row)
            });
            merge(&mut tallies, tags.channels(), day);
        }
        finish(tallies)
    }

    /// By how much the period changes the backlog of each label, where it does.
    pub fn backlog_changes_by_label(&self) -> Vec<(LabelKey, i64)> {
        self.backlog_changes(|selection, row, change, to| {
            let tags = selection.block().tags();
            tags.labels_of(row)
                .for_each(|label| *to.entry(label).or_default() += change);
        })
    }

    /// By how much the period changes the backlog of each channel, where it does.
    pub fn backlog_changes_by_channel(&self) -> Vec<(ChannelKey, i64)> {
        self.backlog_changes(|selection, row, change, to| {
            let tags = selection.block().tags();
            *to.entry(tags.channels()[tags.channel_of(row)]).or_default() += change;
        })
    }

    fn backlog_changes<K: Ord>(
        &self,
        add: impl Fn(&Selection<'_>, usize, i64, &mut BTreeMap<K, i64>),
    ) -> Vec<(K, i64)> {
        let mut changes = BTreeMap::new();
        for selection in self.selections() {
            let rows = selection.block().rows();
            selection.each_row(|row| match rows.backlog_change(row) {
                0 => {}
                change => add(&selection, row, change, &mut changes),
            });
        }
        changes
            .into_iter()
            .filter(|(_, change)| *change != 0)
            .collect()
    }
}

/// What was seen of one label or channel.
#[derive(Debug, Clone, Default)]
struct Tally {
    counts: Counts,
    customers: Vec<CustomerKey>,
    first_responses: Vec<Seconds>,
    closing_times: Vec<Seconds>,
    reply_times: Vec<Seconds>,
    first_closing_times: Vec<Seconds>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.counts += other.counts;
        self.customers.extend(other.customers);
        self.first_responses.extend(other.first_responses);
        self.closing_times.extend(other.closing_times);
        self.reply_times.extend(other.reply_times);
        self.first_closing_times.extend(other.first_closing_times);
    }

    fn figures(self) -> DayFigures {
        let durations = DayDurations {
            first_responses: Durations::new(self.first_responses),
            closing_times: Durations::new(self.closing_times),
            reply_times: Durations::new(self.reply_times),
            first_closing_times: Durations::new(self.first_closing_times),
        };
        day_figures(&self.counts, count_distinct(self.customers), &durations)
    }
}

/// What passes of one block, by the places that each row has among `len`.
fn tally<'a>(
    selection: &Selection<'_>,
    len: usize,
    places: impl Fn(usize) -> &'a [u32],
) -> Vec<Tally> {
    let rows = selection.block().rows();
    let mut tallies = vec![Tally::default(); len];
    let mut each = |row: usize, add: &dyn Fn(&mut Tally)| {
        for &place in places(row) {
            add(&mut tallies[place as usize]);
        }
    };
    selection.each_row(|row| {
        let customer = rows.has_customer(row).then(|| rows.customers[row]);
        each(row, &|tally| {
            rows.count(row, &mut tally.counts);
            tally.customers.extend(customer);
        });
    });
    for rating in selection.ratings() {
        each(rating.row as usize, &|tally| {
            rating.count(&mut tally.counts);
        });
    }
    for event in selection.follow_ups() {
        each(event.row as usize, &|tally| {
            event.count(&mut tally.counts);
        });
    }
    for event in selection.surveys() {
        each(event.row as usize, &|tally| event.count(&mut tally.counts));
    }
    selection.each_duration(Timed::FirstResponse, Clock::Calendar, |row, seconds| {
        each(row, &|tally| tally.first_responses.push(seconds));
    });
    selection.each_duration(Timed::Closing, Clock::Calendar, |row, seconds| {
        each(row, &|tally| tally.closing_times.push(seconds));
    });
    selection.each_duration(Timed::Reply, Clock::Calendar, |row, seconds| {
        each(row, &|tally| tally.reply_times.push(seconds));
    });
    selection.each_duration(Timed::FirstClosing, Clock::Calendar, |row, seconds| {
        each(row, &|tally| tally.first_closing_times.push(seconds));
    });
    tallies
}

fn merge<K: Copy + Ord>(all: &mut BTreeMap<K, Tally>, keys: &[K], day: Vec<Tally>) {
    for (&key, tally) in keys.iter().zip(day) {
        if tally.counts.any() {
            all.entry(key).or_default().add(tally);
        }
    }
}

fn finish<K>(tallies: BTreeMap<K, Tally>) -> Vec<(K, DayFigures)> {
    tallies
        .into_iter()
        .map(|(key, tally)| (key, tally.figures()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cube::Filter,
        sample::{Sample, at, days},
    };

    /// Two labels on one conversation, one on another, none on a third; two channels; ratings and follow-ups of others.
    fn sample() -> Sample {
        let mut sample = Sample::default();
        let first = sample.conversation(1, at(4, 9, 0));
        (first.labels, first.closed_at) = (vec![LabelKey(1), LabelKey(2)], Some(at(5, 9, 0)));
        (first.first_inbound_at, first.first_reply_at) = (Some(at(4, 9, 0)), Some(at(4, 9, 10)));
        let second = sample.conversation(2, at(5, 8, 0));
        (second.labels, second.channel) = (vec![LabelKey(2)], ChannelKey(2));
        (second.customer, second.assignee) = (CustomerKey(2), Some(MemberKey(1)));
        sample.conversation(3, at(5, 10, 0));
        sample.message(1, at(4, 9, 0), true);
        sample.message(1, at(4, 9, 10), false);
        sample.message(1, at(5, 8, 0), true);
        sample.rating(1, 1, at(5, 12, 0), 5).member = Some(MemberKey(1));
        sample.follow_up(2, at(5, 13, 0), None);
        sample
    }

    /// What the view narrowed to one label or channel says.
    fn narrowed(view: &View) -> DayFigures {
        day_figures(
            &view.counts(),
            view.customers(),
            &DayDurations {
                first_responses: view.first_responses(Clock::Calendar),
                closing_times: view.closing_times(Clock::Calendar),
                reply_times: view.reply_times(Clock::Calendar),
                first_closing_times: view.first_closing_times(Clock::Calendar),
            },
        )
    }

    fn check(filter: &Filter) {
        let sample = sample();
        for period in [days(4, 4), days(5, 5), days(4, 5), days(6, 7)] {
            let view = sample.view(period, filter.clone());
            let labels: Vec<_> = view
                .labels()
                .iter()
                .map(|row| (row.label, narrowed(&view.labeled(row.label))))
                .collect();
            assert_eq!(view.figures_by_label(), labels, "{period:?}");
            let channels: Vec<_> = view
                .channels()
                .iter()
                .map(|row| (row.channel, narrowed(&view.on_channel(row.channel))))
                .collect();
            assert_eq!(view.figures_by_channel(), channels, "{period:?}");
            let members =
                [None, Some(MemberKey(1))].map(|member| (member, view.credited_to(member)));
            let counted = members.iter().filter(|(_, own)| own.counts().any());
            let members: Vec<_> = counted
                .map(|(member, own)| (*member, narrowed(own)))
                .collect();
            assert_eq!(view.figures_by_member(), members, "{period:?}");
        }
    }

    #[test]
    fn one_scan_says_what_a_view_of_each_would() {
        check(&Filter::default());
        check(&Filter {
            credit: Some([None].into()),
            ..Filter::default()
        });
        check(&Filter {
            channels: Some([ChannelKey(1)].into()),
            ..Filter::default()
        });
        check(&Filter {
            labels: Some([LabelKey(1)].into()),
            ..Filter::default()
        });
    }

    #[test]
    fn the_backlog_changes_by_what_each_day_opens_and_closes() {
        let view = |from, to| sample().view(days(from, to), Filter::default());
        assert_eq!(
            view(4, 4).backlog_changes_by_label(),
            [(LabelKey(1), 1), (LabelKey(2), 1)]
        );
        assert_eq!(view(5, 5).backlog_changes_by_label(), [(LabelKey(1), -1)]);
        assert_eq!(
            view(5, 5).backlog_changes_by_channel(),
            [(ChannelKey(2), 1)]
        );
        assert_eq!(
            view(5, 5).backlog_changes_by_member(),
            [(Some(MemberKey(1)), 1)]
        );
    }
}
