//! The figures of one scope and period: what reports are made of.

use std::sync::Arc;

use caseload_rollup::cube::{Measure, View};
use caseload_schema::{id::MemberKey, period::Period};

use super::{measure::Change, metrics::Metrics};
use crate::{access::Selection, error::ApiError, snapshot::Snapshot};

/// What passes a selection within a period. Cheap to clone and to narrow.
#[derive(Debug, Clone)]
pub(super) struct Figures {
    snapshot: Arc<Snapshot>,
    selection: Selection,
    view: View,
}

impl Figures {
    /// Loads the days of `period`.
    pub(super) async fn load(
        snapshot: &Arc<Snapshot>,
        selection: Selection,
        period: Period,
    ) -> Result<Self, ApiError> {
        let view = snapshot.view(&selection, period).await?;
        Ok(Self {
            snapshot: Arc::clone(snapshot),
            selection,
            view,
        })
    }

    /// The same of the period before.
    pub(super) async fn previous(&self) -> Result<Self, ApiError> {
        Self::load(
            &self.snapshot,
            self.selection.clone(),
            self.view.period().previous(),
        )
        .await
    }

    /// The part that is credited to `member`, or to nobody.
    pub(super) fn credited_to(&self, member: Option<MemberKey>) -> Self {
        Self {
            snapshot: Arc::clone(&self.snapshot),
            selection: self.selection.credited_to(member),
            view: self.view.credited_to(member),
        }
    }

    /// The part that is credited to each of `members`, in their order.
    pub(super) fn credited_to_each(&self, members: &[MemberKey]) -> impl Iterator<Item = Self> {
        let views = self.view.credited_to_each(members);
        members.iter().zip(views).map(|(&member, view)| Self {
            snapshot: Arc::clone(&self.snapshot),
            selection: self.selection.credited_to(Some(member)),
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

    /// One measure beside that of the period before.
    pub(super) async fn change(&self, measure: Measure) -> Result<Change, ApiError> {
        let previous = self.previous().await?;
        Ok(Change::between(
            measure,
            self.view.value(measure),
            previous.view.value(measure),
        ))
    }
}
