//! Figures and facts for other tools, as tables in the formats that they read.
//!
//! An [`Export`] reads rows in bounded memory, from the figures of one generation; an encoder writes them. A generation
//! that is swept before the last row is read ends an export with an error: rows of two are never mixed.

mod column;
mod columnar;
mod days;
mod facts;
mod figures;
mod filter;
mod format;
mod text;
mod write;

use std::sync::Arc;

use caseload_schema::period::Period;

use self::{
    column::{Column, Rows},
    days::Days,
    facts::{Fact, Facts},
};
pub use self::{
    filter::{Restriction, Unknown},
    format::Format,
    write::{Sink, WriteError, write},
};
use crate::{access::Selection, daily::By, error::ApiError, snapshot::Snapshot};

/// The number of what columns there are and how cells are written: a new one whenever either changes.
pub const LAYOUT: u32 = 4;

/// Rows that are encoded at once: enough to be worth a thread's attention, few enough to hold.
const BATCH: usize = 4_096;

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dataset {
    /// A row per day and member.
    Daily,
    /// A row per day and label.
    Labels,
    /// A row per day and channel.
    Channels,
    /// A row per rating of the period.
    Feedback,
    /// A row per conversation created in the period.
    Conversations,
}

impl Dataset {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Daily,
        Self::Labels,
        Self::Channels,
        Self::Feedback,
        Self::Conversations,
    ];

    /// Its name in commands, paths and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Labels => "labels",
            Self::Channels => "channels",
            Self::Feedback => "feedback",
            Self::Conversations => "conversations",
        }
    }

    /// Whether its rows are facts, with names of customers and what they wrote; else they are figures.
    pub const fn is_of_facts(self) -> bool {
        matches!(self, Self::Feedback | Self::Conversations)
    }
}

/// Rows on their way out.
#[derive(Debug)]
pub struct Export(Source);

#[derive(Debug)]
enum Source {
    Days(Box<Days>),
    Facts(Box<Facts>),
}

impl Export {
    /// The rows of `dataset` that `selection` lets pass.
    pub async fn open(
        snapshot: &Snapshot,
        dataset: Dataset,
        selection: Selection,
        period: Period,
    ) -> Result<Self, ApiError> {
        let snapshot = Arc::new(snapshot.in_passing());
        let facts = |snapshot, selection, fact| {
            Source::Facts(Box::new(Facts::open(snapshot, selection, period, fact)))
        };
        let by = match dataset {
            Dataset::Daily => By::Member,
            Dataset::Labels => By::Label,
            Dataset::Channels => By::Channel,
            Dataset::Feedback => return Ok(Self(facts(snapshot, selection, Fact::Feedback))),
            Dataset::Conversations => {
                return Ok(Self(facts(snapshot, selection, Fact::Conversations)));
            }
        };
        Days::open(snapshot, selection, period, by)
            .await
            .map(|days| Self(Source::Days(Box::new(days))))
    }

    fn columns(&self) -> &Arc<[Column]> {
        match &self.0 {
            Source::Days(days) => days.columns(),
            Source::Facts(facts) => facts.columns(),
        }
    }

    /// Adds the next rows, some thousands; false behind the last.
    async fn fill(&mut self, rows: &mut Rows) -> Result<bool, ApiError> {
        while rows.len() < BATCH {
            let more = match &mut self.0 {
                Source::Days(days) => days.append_next(rows).await?,
                Source::Facts(facts) => facts.append_next(rows).await?,
            };
            if !more {
                break;
            }
        }
        Ok(0 < rows.len())
    }
}
