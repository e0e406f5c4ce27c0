//! Whose figures a request may read.

use std::collections::BTreeSet;

use caseload_rollup::cube::Filter;
use caseload_schema::id::MemberKey;

/// Whose figures may be read: resolved once per request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everyone's.
    Everyone,
    /// Those credited to one member, whatever is asked for.
    Only(MemberKey),
    /// Nobody's: that of machines which import and nothing else.
    Nothing,
}

/// A filter that a [`Scope`] has let pass. Figures are selected by nothing else, and only [`Scope::select`] makes one,
/// so that no figure can be read without asking whose it is.
#[derive(Debug, Clone)]
pub struct Selection(Filter);

impl Scope {
    /// Whether what is credited to `member` (`None`: to nobody) may be read.
    pub fn covers(self, member: Option<MemberKey>) -> bool {
        match self {
            Self::Everyone => true,
            Self::Only(own) => member == Some(own),
            Self::Nothing => false,
        }
    }

    /// What of `filter` may be read. Of a single member's scope the filter's credit is replaced, not narrowed: their
    /// member filters are ignored.
    pub fn select(self, filter: Filter) -> Selection {
        match self {
            Self::Everyone => Selection(filter),
            Self::Only(own) => Selection(Filter {
                credit: Some(BTreeSet::from([Some(own)])),
                ..filter
            }),
            Self::Nothing => Selection(Filter {
                credit: Some(BTreeSet::new()),
                ..filter
            }),
        }
    }
}

impl Selection {
    /// What a benchmark is made of: everyone's, whoever asks. The only way past a [`Scope`]; its caller gives out nothing but the
    /// quartiles of many members.
    pub fn of_a_benchmark(filter: Filter) -> Self {
        Self(Filter {
            credit: None,
            ..filter
        })
    }

    /// The part of it that is credited to `member` (`None`: to nobody).
    #[must_use]
    pub fn credited_to(&self, member: Option<MemberKey>) -> Self {
        let passes = self.names(member);
        let credit = Some(BTreeSet::from_iter(passes.then_some(member)));
        Self(Filter {
            credit,
            ..self.0.clone()
        })
    }

    /// Whether what is credited to `member` passes.
    pub fn names(&self, member: Option<MemberKey>) -> bool {
        self.0
            .credit
            .as_ref()
            .is_none_or(|credit| credit.contains(&member))
    }

    /// Whether nothing but the credit decides what passes.
    pub fn is_by_credit_alone(&self) -> bool {
        let Filter {
            credit: _,
            labels,
            channels,
            attributes,
        } = &self.0;
        labels.is_none() && channels.is_none() && attributes.is_empty()
    }

    /// As the cube takes it.
    pub fn filter(&self) -> &Filter {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_of_one_s_own_scope_gets_their_own_whatever_they_ask_for() {
        let asked = Filter {
            credit: Some(BTreeSet::from([Some(MemberKey(2)), None])),
            ..Filter::default()
        };
        let selection = Scope::Only(MemberKey(1)).select(asked);
        assert_eq!(
            selection.filter().credit,
            Some(BTreeSet::from([Some(MemberKey(1))]))
        );
        assert!(!selection.names(None));
    }

    #[test]
    fn the_scope_of_nothing_lets_nothing_pass() {
        let selection = Scope::Nothing.select(Filter::default());
        assert_eq!(selection.filter().credit, Some(BTreeSet::new()));
        assert!(!Scope::Nothing.covers(None) && !Scope::Nothing.covers(Some(MemberKey(1))));
    }

    #[test]
    fn a_selection_only_ever_narrows() {
        let all = Scope::Everyone.select(Filter::default());
        let one = all.credited_to(Some(MemberKey(1)));
        assert!(one.names(Some(MemberKey(1))) && !one.names(Some(MemberKey(2))));
        assert_eq!(
            one.credited_to(Some(MemberKey(2))).filter().credit,
            Some(BTreeSet::new())
        );
    }
}
