//! What always holds between figures, and between them and the facts.

use std::collections::BTreeSet;

use caseload_rollup::{
    cube::{Clock, Counts, Filter, Measure, RatingFilter, View},
    fold::fold,
};
use caseload_schema::{
    facts::Facts,
    id::{ChannelKey, ConversationKey, LabelKey, MemberKey},
    period::Period,
};
use proptest::prelude::*;

use crate::{
    facts::{World, filter, period, world},
    model::{Model, quantile},
};

const MEASURES: [Measure; 31] = [
    Measure::Conversations,
    Measure::LabeledConversations,
    Measure::Messages,
    Measure::InboundMessages,
    Measure::Replies,
    Measure::Customers,
    Measure::NewCustomers,
    Measure::Unanswered,
    Measure::Closed,
    Measure::Won,
    Measure::Lost,
    Measure::WinRate,
    Measure::Open,
    Measure::FollowUpsCompleted,
    Measure::Ratings,
    Measure::RatingAverage,
    Measure::Satisfied,
    Measure::FirstResponseMean,
    Measure::FirstResponseMedian,
    Measure::ClosingTimeMean,
    Measure::ClosingTimeMedian,
    Measure::ReplyTimeMean,
    Measure::ReplyTimeMedian,
    Measure::FirstClosingTimeMean,
    Measure::FirstClosingTimeMedian,
    Measure::Reopened,
    Measure::ClosedByOneReply,
    Measure::ClosedByBot,
    Measure::Surveys,
    Measure::SurveyRate,
    Measure::Waiting,
];

/// Everyone who may be credited in a random world, and nobody.
fn everyone() -> impl Iterator<Item = Option<MemberKey>> {
    (1..5).map(MemberKey).map(Some).chain([None])
}

fn anything(model: &Model<'_>) -> bool {
    let mut measures = MEASURES
        .iter()
        .filter(|measure| !matches!(measure, Measure::Open | Measure::Waiting));
    measures.any(|&measure| !model.counted(measure).is_empty())
}

/// The facts of the conversations whose key is even, or of the others.
fn half(facts: &Facts, even: bool) -> Facts {
    of_those(facts, |key| (key.0 % 2 == 0) == even)
}

/// The facts of some conversations.
fn of_those(facts: &Facts, keep: impl Fn(ConversationKey) -> bool) -> Facts {
    let mut facts = facts.clone();
    facts.conversations.retain(|one| keep(one.key));
    facts.messages.retain(|one| keep(one.conversation));
    facts.ratings.retain(|one| keep(one.conversation));
    facts.follow_ups.retain(|one| keep(one.conversation));
    facts.reopenings.retain(|one| keep(one.conversation));
    facts.surveys.retain(|one| keep(one.conversation));
    facts
}

fn keys(listed: &View, measure: Measure) -> Vec<ConversationKey> {
    listed
        .conversations(measure, Clock::Calendar)
        .iter()
        .map(|row| row.conversation)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn every_measure_is_what_the_facts_say(world in world(), period in period(), filter in filter()) {
        let view = world.view(period, filter.clone());
        let model = Model { world: &world, period, filter: &filter };
        for measure in MEASURES {
            prop_assert_eq!(view.value(measure, Clock::Calendar), model.value(measure), "{:?}", measure);
        }
        prop_assert_eq!(view.backlog(), model.backlog());
        prop_assert_eq!(view.anything_counts(), anything(&model));
    }

    #[test]
    fn the_conversations_behind_a_measure_are_those_it_counts(
        world in world(), period in period(), filter in filter(),
    ) {
        let view = world.view(period, filter.clone());
        let model = Model { world: &world, period, filter: &filter };
        for measure in MEASURES {
            let listed = keys(&view, measure);
            let distinct: BTreeSet<_> = listed.iter().copied().collect();
            prop_assert_eq!(distinct.len(), listed.len(), "{:?} lists one twice", measure);
            let counted: BTreeSet<_> = model.counted(measure).iter().map(|one| one.key).collect();
            prop_assert_eq!(distinct, counted, "{:?}", measure);
        }
    }

    #[test]
    fn lists_are_in_order(world in world(), period in period(), filter in filter()) {
        let view = world.view(period, filter);
        for measure in MEASURES {
            let listed = view.conversations(measure, Clock::Calendar);
            let ordered = listed.is_sorted_by(|a, b| {
                if measure.is_duration() {
                    b.seconds <= a.seconds
                } else if measure == Measure::Waiting {
                    a.waiting_since <= b.waiting_since
                } else {
                    b.created_at <= a.created_at
                }
            });
            prop_assert!(ordered, "{:?}", measure);
        }
        prop_assert!(view.ratings(RatingFilter::default()).is_sorted_by(|a, b| b.rated_at <= a.rated_at));
    }

    #[test]
    fn quantiles_and_ranges_are_those_of_the_sorted_values(
        world in world(), period in period(), filter in filter(), q in 0.0..=1.0,
    ) {
        let view = world.view(period, filter.clone());
        let model = Model { world: &world, period, filter: &filter };
        let both = [
            (view.first_responses(Clock::Calendar), model.durations(Measure::FirstResponseMean)),
            (view.closing_times(Clock::Calendar), model.durations(Measure::ClosingTimeMean)),
            (view.reply_times(Clock::Calendar), model.durations(Measure::ReplyTimeMean)),
            (view.first_closing_times(Clock::Calendar), model.durations(Measure::FirstClosingTimeMean)),
        ];
        for (durations, expected) in both {
            let expected: Vec<u64> = expected.into_iter().map(|(_, seconds)| seconds).collect();
            prop_assert_eq!(durations.quantile(q), quantile(expected.clone(), q));
            for range in durations.distribution() {
                let within = |seconds: &&u64| range.from <= **seconds && range.to.is_none_or(|to| **seconds < to);
                prop_assert_eq!(range.count, expected.iter().filter(within).count() as u64);
            }
        }
    }

    #[test]
    fn no_duration_is_longer_by_business_hours_than_by_the_calendar(
        world in world(), period in period(), filter in filter(), q in 0.0..=1.0,
    ) {
        let view = world.view(period, filter);
        for durations in [View::first_responses, View::closing_times, View::reply_times, View::first_closing_times] {
            let (all, worked) = (durations(&view, Clock::Calendar), durations(&view, Clock::Business));
            prop_assert_eq!(worked.count(), all.count());
            prop_assert!(worked.mean() <= all.mean());
            prop_assert!(worked.quantile(q) <= all.quantile(q));
            if world.hours.is_none() {
                prop_assert_eq!(worked.quantile(q), all.quantile(q));
            }
        }
    }

    #[test]
    fn members_and_nobody_add_up_to_the_whole(world in world(), period in period(), filter in filter()) {
        let view = world.view(period, filter);
        let each: Vec<View> = everyone().map(|member| view.credited_to(member)).collect();
        prop_assert_eq!(each.iter().map(View::counts).sum::<Counts>(), view.counts());
        prop_assert_eq!(each.iter().map(View::open).sum::<u64>(), view.open());
        prop_assert_eq!(each.iter().map(View::backlog).sum::<i64>(), view.backlog());
        let counted: BTreeSet<_> = everyone().filter(|&member| view.credited_to(member).anything_counts()).collect();
        prop_assert_eq!(view.credited(), counted);
    }

    #[test]
    fn members_read_together_have_the_figures_of_each(world in world(), period in period(), filter in filter()) {
        let view = world.view(period, filter);
        let members: Vec<MemberKey> = [MemberKey(99)].into_iter().chain(everyone().flatten()).collect();
        for (&member, together) in members.iter().zip(view.credited_to_each(&members)) {
            let alone = view.credited_to(Some(member));
            prop_assert_eq!(together.anything_counts(), alone.anything_counts());
            prop_assert_eq!(together.counts(), alone.counts());
            let both = [together.first_responses(Clock::Calendar), together.closing_times(Clock::Business)];
            for (together, alone) in both.iter().zip([alone.first_responses(Clock::Calendar), alone.closing_times(Clock::Business)]) {
                prop_assert_eq!((together.count(), together.mean()), (alone.count(), alone.mean()));
                prop_assert_eq!((together.median(), together.p90()), (alone.median(), alone.p90()));
            }
            let first = view.within(Period::day(period.from()));
            prop_assert_eq!(together.within(first.period()).counts(), first.credited_to(Some(member)).counts());
            prop_assert_eq!((together.customers(), together.open()), (alone.customers(), alone.open()));
        }
    }

    #[test]
    fn days_add_up_to_the_period(world in world(), period in period(), filter in filter()) {
        let view = world.view(period, filter);
        let days = period.days().map(|day| view.within(Period::day(day)).counts());
        prop_assert_eq!(days.sum::<Counts>(), view.counts());
    }

    #[test]
    fn any_split_of_the_facts_adds_up_to_the_same(world in world(), period in period(), filter in filter()) {
        let part = |even| World { facts: half(&world.facts, even), ..world.clone() }.view(period, filter.clone());
        let (even, odd, whole) = (part(true), part(false), world.view(period, filter.clone()));
        prop_assert_eq!([even.counts(), odd.counts()].into_iter().sum::<Counts>(), whole.counts());
        prop_assert_eq!(even.backlog() + odd.backlog(), whole.backlog());
        prop_assert_eq!(even.closing_times(Clock::Calendar).count() + odd.closing_times(Clock::Calendar).count(), whole.closing_times(Clock::Calendar).count());
    }

    #[test]
    fn labels_and_channels_are_those_for_which_something_counts(
        world in world(), period in period(), filter in filter(),
    ) {
        let view = world.view(period, filter);
        let labels = view.labels();
        let labeled = view.counts().labeled_conversations;
        for label in (1..6).map(LabelKey) {
            let (narrowed, listed) = (view.labeled(label), labels.iter().find(|count| count.label == label));
            prop_assert_eq!(narrowed.anything_counts(), listed.is_some());
            if let Some(listed) = listed {
                prop_assert_eq!(listed.conversations, narrowed.counts().conversations);
                let share = if labeled == 0 { 0.0 } else { listed.conversations as f64 / labeled as f64 };
                prop_assert_eq!(Some(listed.share), Some(share));
            }
        }
        let channels = view.channels();
        for channel in (1..5).map(ChannelKey) {
            let (narrowed, listed) = (view.on_channel(channel), channels.iter().find(|count| count.channel == channel));
            prop_assert_eq!(narrowed.anything_counts(), listed.is_some());
            prop_assert_eq!(listed.map_or(0, |count| count.conversations), narrowed.counts().conversations);
        }
    }

    #[test]
    fn narrowing_to_a_label_restricts_the_filter_further(world in world(), period in period(), filter in filter()) {
        let label = LabelKey(2);
        let mut labeled = world.clone();
        labeled.facts = having(&world.facts, label);
        let (narrowed, expected) = (world.view(period, filter.clone()).labeled(label), labeled.view(period, filter));
        for measure in MEASURES {
            prop_assert_eq!(narrowed.value(measure, Clock::Calendar), expected.value(measure, Clock::Calendar), "{:?}", measure);
        }
    }

    #[test]
    fn busy_hours_hold_every_event_once(world in world(), period in period(), filter in filter()) {
        let view = world.view(period, filter);
        for measure in MEASURES {
            let Some(hours) = view.busy_hours(measure) else { continue };
            prop_assert_eq!(Some(hours.iter().sum::<u64>() as f64), view.value(measure, Clock::Calendar), "{:?}", measure);
        }
    }

    #[test]
    fn a_day_of_the_summary_is_that_day_of_the_cube(world in world()) {
        for block in fold(&world.clocks(), &world.facts, &|_| true) {
            let view = world.view(Period::day(block.day()), Filter::default());
            let rows = caseload_rollup::summary::member_days(&block);
            prop_assert_eq!(rows.iter().map(|row| row.member).collect::<BTreeSet<_>>(), view.credited());
            for row in rows {
                let own = view.credited_to(row.member);
                prop_assert_eq!(row.figures.customers, own.customers());
                prop_assert_eq!(row.figures.messages, own.counts().messages());
                prop_assert_eq!(row.figures.first_response_p90, own.first_responses(Clock::Calendar).p90());
                prop_assert_eq!(row.figures.closing_time_median, own.closing_times(Clock::Calendar).median());
            }
        }
    }
}

/// The facts of the conversations that have `label`.
fn having(facts: &Facts, label: LabelKey) -> Facts {
    let has = |key: ConversationKey| {
        facts
            .conversations
            .iter()
            .any(|one| one.key == key && one.labels.contains(&label))
    };
    of_those(facts, has)
}
