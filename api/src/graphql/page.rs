//! One page of a list that is sorted but for its ties.

use std::future::Future;

use super::cursor::Place;
use crate::error::ApiError;

/// Rows of a list, in order but for those whose number is the same: text ids break such ties, and are fetched for the rows
/// near the page alone.
pub(super) trait Rows: Sync {
    /// A row.
    type Row: Copy + Send + Sync;

    /// The number that rows are sorted by, ascending.
    fn sort(&self, row: &Self::Row) -> i64;

    /// The rows that are still there, with their ids, in any order.
    fn with_ids(
        &self,
        rows: &[Self::Row],
    ) -> impl Future<Output = Result<Vec<(Self::Row, String)>, ApiError>> + Send;
}

/// Some rows in a row.
#[derive(Debug)]
pub(super) struct Page<R> {
    /// The rows, each with where it stands.
    pub(super) rows: Vec<(R, Place)>,
    /// Whether there are more behind them.
    pub(super) has_next: bool,
    /// Whether there are more before them.
    pub(super) has_previous: bool,
}

/// At most `first` rows behind `after`.
pub(super) async fn page<L: Rows>(
    list: &L,
    rows: &[L::Row],
    after: Option<Place>,
    first: usize,
) -> Result<Page<L::Row>, ApiError> {
    let start = after.as_ref().map_or(0, |after| {
        rows.partition_point(|row| list.sort(row) < after.sort)
    });
    let (mut at, mut taken, mut has_previous) = (start, Vec::new(), 0 < start);
    while taken.len() <= first && at < rows.len() {
        let end = end_of_ties(list, rows, at + first + 1 - taken.len());
        let mut window = named(list, &rows[at..end]).await?;
        if let Some(after) = &after {
            let count = window.len();
            window.retain(|(_, place)| place.is_behind(after));
            has_previous |= window.len() < count;
        }
        taken.append(&mut window);
        at = end;
    }
    let has_next = first < taken.len();
    taken.truncate(first);
    Ok(Page {
        rows: taken,
        has_next,
        has_previous,
    })
}

/// The first place at or behind `end` that does not cut through rows with the same number.
fn end_of_ties<L: Rows>(list: &L, rows: &[L::Row], end: usize) -> usize {
    let Some(edge) = rows.get(end - 1).filter(|_| end < rows.len()) else {
        return rows.len();
    };
    end + rows[end..].partition_point(|row| list.sort(row) <= list.sort(edge))
}

async fn named<L: Rows>(list: &L, rows: &[L::Row]) -> Result<Vec<(L::Row, Place)>, ApiError> {
    let named = list.with_ids(rows).await?.into_iter();
    let mut placed: Vec<_> = named
        .map(|(row, id)| {
            (
                row,
                Place {
                    sort: list.sort(&row),
                    id: Some(id),
                },
            )
        })
        .collect();
    placed.sort_by(|(_, a), (_, b)| (a.sort, &a.id).cmp(&(b.sort, &b.id)));
    Ok(placed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows are (number, id, whether it is still there).
    struct Sample;

    type Row = (i64, &'static str, bool);

    impl Rows for Sample {
        type Row = Row;

        fn sort(&self, row: &Row) -> i64 {
            row.0
        }

        async fn with_ids(&self, rows: &[Row]) -> Result<Vec<(Row, String)>, ApiError> {
            Ok(rows
                .iter()
                .filter(|row| row.2)
                .map(|row| (*row, row.1.to_owned()))
                .collect())
        }
    }

    const ROWS: [Row; 6] = [
        (1, "d", true),
        (2, "z", true),
        (2, "gone", false),
        (2, "a", true),
        (2, "m", true),
        (3, "b", true),
    ];

    async fn check(
        after: Option<(i64, &str)>,
        first: usize,
        expected: &[&str],
        next: bool,
        previous: bool,
    ) {
        let after = after.map(|(sort, id)| Place {
            sort,
            id: Some(id.to_owned()),
        });
        let page = page(&Sample, &ROWS, after, first).await.unwrap();
        assert_eq!(
            page.rows.iter().map(|(row, _)| row.1).collect::<Vec<_>>(),
            expected
        );
        assert_eq!((page.has_next, page.has_previous), (next, previous));
    }

    #[tokio::test]
    async fn ties_are_broken_by_id_across_pages() {
        check(None, 2, &["d", "a"], true, false).await;
        check(Some((2, "a")), 2, &["m", "z"], true, true).await;
        check(Some((2, "z")), 2, &["b"], false, true).await;
    }

    #[tokio::test]
    async fn a_page_is_filled_though_rows_are_gone() {
        check(Some((1, "d")), 3, &["a", "m", "z"], true, true).await;
        check(None, 10, &["d", "a", "m", "z", "b"], false, false).await;
    }

    #[tokio::test]
    async fn a_cursor_whose_row_is_gone_still_stands_where_it_stood() {
        check(Some((2, "gone")), 1, &["m"], true, true).await;
        check(Some((0, "x")), 1, &["d"], true, false).await;
        check(Some((9, "x")), 1, &[], false, true).await;
    }

    #[tokio::test]
    async fn none_is_a_page_too() {
        check(None, 0, &[], true, false).await;
        check(Some((3, "b")), 0, &[], false, true).await;
    }
}
