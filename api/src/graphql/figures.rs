//! The figures of one scope and period: what reports are made of.

use std::sync::Arc;

use caseload_rollup::cube::{self, Clock, Measure, View};
use caseload_schema::{
    id::MemberKey,
    period::{Period, Timeframe},
};

use super::{inputs::Comparison, measure::Change, metrics::Metrics};
use crate::{access::Selection, error::ApiError, snapshot::Snapshot};

/// What passes a selection within a period. Cheap to clone and to narrow.
#[derive(Debug, Clone)]
pub(super) struct Figures {
    snapshot: Arc<Snapshot>,
    selection: Selection,
    timeframe: Timeframe,
    view: View,
}

impl Figures {
    /// Loads the days of `timeframe`.
    pub(super) async fn load(
        snapshot: &Arc<Snapshot>,
        selection: Selection,
        timeframe: Timeframe,
    ) -> Result<Self, ApiError> {
        let view = snapshot.view(&selection, timeframe.period()).await?;
        Ok(Self {
            snapshot: Arc::clone(snapshot),
            selection,
            timeframe,
            view,
        })
    }

    /// The same of an earlier period.
    pub(super) async fn previous(&self, by: Comparison) -> Result<Self, ApiError> {
        let earlier = self.timeframe.previous(by.into());
        // On the heap: a query may ask for the previous of the previous, as deep as it may nest.
        Box::pin(Self::load(&self.snapshot, self.selection.clone(), earlier)).await
    }

    /// The part that is credited to `member`, or to nobody.
    pub(super) fn credited_to(&self, member: Option<MemberKey>) -> Self {
        Self {
            snapshot: Arc::clone(&self.snapshot),
            selection: self.selection.credited_to(member),
            timeframe: self.timeframe,
            view: self.view.credited_to(member),
        }
    }

    /// The part that is credited to each of `members`, in their order.
    pub(super) fn credited_to_each(&self, members: &[MemberKey]) -> impl Iterator<Item = Self> {
        let views = self.view.credited_to_each(members);
        members.iter().zip(views).map(|(&member, view)| Self {
            snapshot: Arc::clone(&self.snapshot),
            selection: self.selection.credited_to(Some(member)),
            timeframe: self.timeframe,
            view,
        })
    }

    /// What the figures are computed from.
    pub(super) fn view(&self) -> &View {
        &self.view
    }

    /// The same, able to tell the backlog.
    pub(super) async fn view_with_backlog(&self) -> Result<View, ApiError> {
        self.snapshot
            .view_with_backlog(&self.selection, self.view.period())
            .await
    }

    /// What they are figures of.
    pub(super) fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Where names are looked up.
    pub(super) fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// The period.
    pub(super) fn period(&self) -> Period {
        self.view.period()
    }

    /// All measures.
    pub(super) fn metrics(&self) -> Metrics {
        Metrics::new(self.view.clone())
    }

    /// Whether facts reach back to the beginning of that earlier period.
    pub(super) fn is_comparable(&self, by: Comparison) -> bool {
        let earlier = self.timeframe.previous(by.into());
        self.snapshot.is_comparable(earlier.period())
    }

    /// One measure, by a clock, beside that of an earlier period.
    pub(super) async fn change(
        &self,
        measure: (Measure, Clock),
        by: Comparison,
    ) -> Result<Change, ApiError> {
        self.change_of(View::clone, measure, by).await
    }

    /// The same of a part of both.
    pub(super) async fn change_of(
        &self,
        part: impl Fn(&View) -> View + Send,
        (measure, clock): (Measure, Clock),
        by: Comparison,
    ) -> Result<Change, ApiError> {
        let previous = self.previous(by).await?;
        let value = |figures: &Self| part(&figures.view).value(measure, clock);
        let change = cube::change(value(self), value(&previous));
        let comparable = self.snapshot.is_comparable(previous.period());
        Ok(Change::new(measure, change, comparable))
    }
}
