//! A period and a filter over some days.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use caseload_schema::{
    id::{ChannelKey, LabelKey, MemberKey},
    period::Period,
};

use super::{
    Clock, Days, Durations, Figures, Filter, Measure,
    filter::{Passing, Predicate},
    selection::{Selection, Timed},
    shares::{Share, Shares},
};
use crate::{
    block::{Block, OpenBlock},
    counts::Counts,
};

/// What passes a filter within a period. Cheap to clone and to narrow; each figure is computed when it is asked for.
///
/// ```
/// # use caseload_rollup::cube::{Clock, Filter, Measure, View};
/// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
/// // Monday and Tuesday of three conversations, one of which was won.
/// let view = View::new(days, open, both, Filter::default());
/// assert_eq!(view.counts().conversations, 3);
/// assert_eq!(view.value(Measure::FirstResponseMedian, Clock::Calendar), Some(120.0)); // seconds
/// assert_eq!(view.value(Measure::WinRate, Clock::Calendar), Some(1.0));
/// assert_eq!(view.open(), 2); // now, whatever the period
/// ```
#[derive(Debug, Clone)]
pub struct View {
    pub(super) days: Days,
    pub(super) open: Arc<OpenBlock>,
    pub(super) period: Period,
    pub(super) predicate: Arc<Predicate>,
    /// The backlog before each of the days and behind the last: one for all periods of a filter.
    pub(super) backlogs: Arc<OnceLock<Vec<i64>>>,
    /// What adds up: computed once for all that ask.
    counts: Arc<OnceLock<Counts>>,
    /// Where only one member's part passes: the days of the period that have any, and the place of the group there.
    places: Arc<OnceLock<Vec<(u32, u32)>>>,
    /// Where it is one of many that are read together.
    share: Option<Share>,
}

impl View {
    /// What passes `filter` within `period`. `days` may hold others than the period's: they count for nothing, but those
    /// behind it have to be there for [`backlog`](Self::backlog).
    pub fn new(days: Days, open: Arc<OpenBlock>, period: Period, filter: Filter) -> Self {
        let (predicate, backlogs) = (Arc::new(filter.into()), Arc::default());
        Self {
            days,
            open,
            period,
            predicate,
            backlogs,
            counts: Arc::default(),
            places: Arc::default(),
            share: None,
        }
    }

    /// The period.
    pub const fn period(&self) -> Period {
        self.period
    }

    /// The same for another period: a bucket of this one, or the one before, as far as the days reach.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, View};
    /// # use caseload_schema::period::Period;
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// let tuesday = view.within(Period::day(both.to()));
    /// assert_eq!(tuesday.counts().conversations, 0); // all were created on Monday
    /// assert_eq!(tuesday.counts().inbound_messages, 1); // but one customer wrote again
    /// ```
    #[must_use]
    pub fn within(&self, period: Period) -> Self {
        Self {
            period,
            counts: Arc::default(),
            places: Arc::default(),
            share: None,
            ..self.clone()
        }
    }

    /// What of this is credited to `member`, or to nobody.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, View};
    /// # use caseload_schema::id::MemberKey;
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// assert_eq!(view.credited_to(Some(MemberKey(1))).counts().won, 1);
    /// assert_eq!(view.credited_to(None).counts().unanswered, 1); // of a conversation assigned to nobody
    /// ```
    #[must_use]
    pub fn credited_to(&self, member: Option<MemberKey>) -> Self {
        self.narrowed(self.predicate.credited_to(member))
    }

    /// What of this is credited to each of `members`, in their order: the same as one after the other, and quicker.
    pub fn credited_to_each(&self, members: &[MemberKey]) -> Vec<Self> {
        let shares = self
            .predicate
            .passes_all_rows()
            .then(|| Shares::new(self.days.clone(), self.period, members));
        let shares = shares.map(Arc::new);
        let credited = |&member| {
            let view = self.credited_to(Some(member));
            let share = shares
                .as_ref()
                .filter(|_| view.predicate.is_of_one())
                .and_then(|shares| shares.of(member));
            Self { share, ..view }
        };
        members.iter().map(credited).collect()
    }

    /// What of this is credited to any of `members`.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, View};
    /// # use caseload_schema::id::MemberKey;
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// let (one, two) = (MemberKey(1), MemberKey(2));
    /// assert_eq!(view.credited_to_any(&[one, two]).counts().conversations, 2);
    /// assert_eq!(view.credited_to(Some(one)).credited_to_any(&[two]).counts().conversations, 0);
    /// ```
    #[must_use]
    pub fn credited_to_any(&self, members: &[MemberKey]) -> Self {
        self.narrowed(self.predicate.credited_to_any(members))
    }

    /// What of this belongs to conversations that have `label` now.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, View};
    /// # use caseload_schema::id::{ChannelKey, LabelKey};
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// assert_eq!(view.labeled(LabelKey(5)).counts().replies, 1);
    /// // Each step narrows the one before.
    /// assert_eq!(view.labeled(LabelKey(5)).on_channel(ChannelKey(2)).counts().replies, 0);
    /// ```
    #[must_use]
    pub fn labeled(&self, label: LabelKey) -> Self {
        self.narrowed(self.predicate.labeled(label))
    }

    /// What of this belongs to conversations on `channel`.
    #[must_use]
    pub fn on_channel(&self, channel: ChannelKey) -> Self {
        self.narrowed(self.predicate.on_channel(channel))
    }

    fn narrowed(&self, predicate: Predicate) -> Self {
        let (days, open) = (self.days.clone(), Arc::clone(&self.open));
        let (predicate, backlogs) = (Arc::new(predicate), Arc::default());
        let (counts, places) = (Arc::default(), Arc::default());
        Self {
            days,
            open,
            period: self.period,
            predicate,
            backlogs,
            counts,
            places,
            share: None,
        }
    }

    /// What passes of each day of the period on which anything happened; where only one member's part passes, of each day
    /// on which there is one.
    pub(super) fn selections(&self) -> impl Iterator<Item = Selection<'_>> {
        let days = self.days.within(self.period);
        let places = self
            .predicate
            .is_of_one()
            .then(|| self.places.get_or_init(|| places(days, &self.predicate)));
        let all = if places.is_none() { days } else { &[] };
        let of_one = places.into_iter().flatten();
        let of_one = of_one.map(|&(day, place)| {
            Selection::of_group(&days[day as usize], place as usize, &self.predicate)
        });
        of_one.chain(
            all.iter()
                .map(|block| Selection::of(block, &self.predicate)),
        )
    }

    /// All figures that add up.
    pub fn counts(&self) -> Counts {
        *self.counts.get_or_init(|| {
            self.share
                .as_ref()
                .map_or_else(|| self.sum(), Share::counts)
        })
    }

    fn sum(&self) -> Counts {
        let mut sums = Counts::default();
        self.selections()
            .for_each(|selection| selection.count(&mut sums));
        sums
    }

    /// Whether any measure but `open` and the backlog counts something.
    pub fn anything_counts(&self) -> bool {
        if self.share.is_some() {
            return self.counts().any();
        }
        let mut sums = Counts::default();
        self.selections().any(|selection| {
            selection.count(&mut sums);
            sums.any()
        })
    }

    /// Seconds from first inbound message to first reply, of each conversation whose first reply is in the period.
    pub fn first_responses(&self, clock: Clock) -> Durations {
        self.durations(Timed::FirstResponse, clock)
    }

    /// Seconds from creation to closing, of each conversation closed in the period.
    pub fn closing_times(&self, clock: Clock) -> Durations {
        self.durations(Timed::Closing, clock)
    }

    /// Seconds from creation to the earliest closing, of each conversation closed for the first time in the period.
    pub fn first_closing_times(&self, clock: Clock) -> Durations {
        self.durations(Timed::FirstClosing, clock)
    }

    /// Seconds of each wait that a reply of the period ended.
    pub fn reply_times(&self, clock: Clock) -> Durations {
        self.durations(Timed::Reply, clock)
    }

    fn durations(&self, timed: Timed, clock: Clock) -> Durations {
        if let Some(share) = &self.share {
            return Durations::new(share.durations(timed, clock).to_vec());
        }
        let mut seconds = Vec::with_capacity(timed.count(&self.counts()) as usize);
        self.selections()
            .for_each(|selection| selection.append_durations(timed, clock, &mut seconds));
        Durations::new(seconds)
    }

    /// The value of one measure; `None` where there is nothing to average or to divide by.
    pub fn value(&self, measure: Measure, clock: Clock) -> Option<f64> {
        Figures::value(self, measure, clock)
    }

    /// Everyone to whom anything is credited, `None` for nobody; open conversations and the backlog apart.
    ///
    /// ```
    /// # use caseload_rollup::cube::{Filter, View};
    /// # use caseload_schema::id::MemberKey;
    /// # let (days, open, both) = include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/examples/two_days.rs"));
    /// let view = View::new(days, open, both, Filter::default());
    /// let credited: Vec<_> = view.credited().into_iter().collect();
    /// assert_eq!(credited, [None, Some(MemberKey(1)), Some(MemberKey(2))]);
    /// ```
    pub fn credited(&self) -> BTreeSet<Option<MemberKey>> {
        let members: BTreeSet<_> = self
            .days
            .within(self.period)
            .iter()
            .flat_map(|block| block.members().iter())
            .collect();
        members
            .into_iter()
            .filter(|&member| self.credited_to(member).anything_counts())
            .collect()
    }
}

/// The days, by their place among `days`, on which something is credited to the one of `predicate`, and where.
fn places(days: &[Arc<Block>], predicate: &Predicate) -> Vec<(u32, u32)> {
    let place = |block: &Block| match predicate.groups(block.members()) {
        Passing::One(place) => place,
        Passing::All | Passing::Some(_) => None,
    };
    days.iter()
        .zip(0..)
        .filter_map(|(block, day)| Some((day, place(block)? as u32)))
        .collect()
}
