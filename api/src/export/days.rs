//! The rows of each day by member, label or channel, as tables.

use std::sync::Arc;

use caseload_rollup::summary::DayFigures;
use caseload_schema::period::Period;

use super::{
    column::{Cell, Column, Kind, Rows, Words},
    figures,
};
use crate::{
    access::Selection,
    daily::{By, DayRows, Subject, Walk},
    error::ApiError,
    snapshot::Snapshot,
};

/// A walk through days, as rows.
#[derive(Debug)]
pub(super) struct Days {
    walk: Walk,
    by: By,
    ids: Arc<Words>,
    names: Arc<Words>,
    columns: Arc<[Column]>,
}

impl Days {
    pub(super) async fn open(
        snapshot: Arc<Snapshot>,
        selection: Selection,
        period: Period,
        by: By,
    ) -> Result<Self, ApiError> {
        let walk = Walk::new(snapshot, selection, period, by).await?;
        let ids = Words::new(walk.subjects().iter().filter_map(Subject::id));
        let names = Words::new(walk.subjects().iter().filter_map(Subject::name));
        let columns = columns(by, &ids, &names).into();
        Ok(Self {
            walk,
            by,
            ids,
            names,
            columns,
        })
    }

    pub(super) fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    /// The next day's rows; `None` behind the last day.
    pub(super) async fn append_next(&mut self, to: &mut Rows) -> Result<bool, ApiError> {
        let Some(day) = self.walk.next_day().await? else {
            return Ok(false);
        };
        self.append(&day, to);
        Ok(true)
    }

    fn append(&self, day: &DayRows, to: &mut Rows) {
        let labeled = self.labeled(day);
        for row in &day.rows {
            let subject = &self.walk.subjects()[row.subject];
            let figures = row.figures.unwrap_or_default();
            to.extend([Cell::Day(day.day), self.ids.cell(subject.id())]);
            match self.by {
                By::Member => to.extend([self.names.cell(subject.name())]),
                By::Label => to.extend([
                    self.names.cell(subject.name()),
                    Cell::Number(share(&figures, labeled)),
                ]),
                By::Channel => {}
            }
            to.extend(figures::cells(&figures));
            to.extend([Cell::Count(row.backlog), Cell::Instant(day.rolled_up_at)]);
            to.extend(figures::later_cells(&figures));
        }
    }

    /// The conversations created that have a label, which those of a label are a share of.
    fn labeled(&self, day: &DayRows) -> u64 {
        let block = day.block.as_ref().filter(|_| self.by == By::Label);
        block.map_or(0, |block| {
            self.walk.view(block).counts().labeled_conversations
        })
    }
}

/// Of the conversations that have a label; 0 where there is none.
fn share(figures: &DayFigures, labeled: u64) -> f64 {
    if labeled == 0 {
        0.0
    } else {
        figures.conversations as f64 / labeled as f64
    }
}

fn columns(by: By, ids: &Arc<Words>, names: &Arc<Words>) -> Vec<Column> {
    let (ids, names) = (Kind::Word(Arc::clone(ids)), Kind::Word(Arc::clone(names)));
    let mut columns = vec![Column::new("day", Kind::Day)];
    columns.extend(match by {
        By::Member => vec![
            Column::nullable("member_id", ids),
            Column::nullable("member_name", names),
        ],
        By::Label => {
            vec![
                Column::new("label_id", ids),
                Column::new("label_title", names),
                Column::new("share", Kind::Number),
            ]
        }
        By::Channel => vec![Column::new("channel", ids)],
    });
    columns.extend(figures::columns());
    columns.extend([
        Column::new("backlog", Kind::Count),
        Column::new("rolled_up_at", Kind::Instant),
    ]);
    columns.extend(figures::later_columns());
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(by: By) -> String {
        let none = Words::new(std::iter::empty());
        columns(by, &none, &none)
            .iter()
            .map(|column| column.name)
            .collect::<Vec<_>>()
            .join(",")
    }

    const FIGURES: &str = "conversations,labeled_conversations,messages,inbound_messages,replies,customers,new_customers,unanswered,\
                           closed,won,lost,win_rate,follow_ups_completed,first_response_count,first_response_mean,\
                           first_response_median,first_response_p90,closing_time_count,closing_time_mean,\
                           closing_time_median,closing_time_p90,ratings,rating_average,satisfied,backlog,rolled_up_at,\
                           reopened,closed_by_one_reply,closed_by_bot,surveys_asked,surveys_answered,\
                           reply_time_count,reply_time_mean,reply_time_median,reply_time_p90,\
                           first_closing_time_count,first_closing_time_mean,first_closing_time_median,first_closing_time_p90";

    #[test]
    fn columns_are_in_their_order() {
        assert_eq!(
            names(By::Member),
            format!("day,member_id,member_name,{FIGURES}")
        );
        assert_eq!(
            names(By::Label),
            format!("day,label_id,label_title,share,{FIGURES}")
        );
        assert_eq!(names(By::Channel), format!("day,channel,{FIGURES}"));
    }
}
