//! Tables for other tools: columns, and the cells of rows.

use std::{collections::HashMap, sync::Arc};

use caseload_schema::{day::Day, instant::Instant};

/// A column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its name, the same in each format.
    pub(crate) name: &'static str,
    /// What its cells hold.
    pub(crate) kind: Kind,
    /// Whether a cell may be null.
    pub(crate) nullable: bool,
}

/// What the cells of a column hold.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// Calendar days.
    Day,
    /// Whole numbers.
    Count,
    /// Numbers.
    Number,
    /// Points in time.
    Instant,
    /// Texts of which each comes often: all that there may be, and their places.
    Word(Arc<Words>),
    /// Texts.
    Text,
    /// Lists of texts.
    Texts,
}

/// A value in a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Day(Day),
    Count(i64),
    Number(f64),
    Instant(Instant),
    /// The place of a text among the column's words.
    Word(u32),
    Text(String),
    Texts(Vec<Arc<str>>),
}

/// The texts that a column may hold, each once.
#[derive(Debug, Default)]
pub(crate) struct Words {
    values: Vec<Arc<str>>,
    places: HashMap<Arc<str>, u32>,
}

/// Some rows of a table, one cell after the other.
#[derive(Debug)]
pub(crate) struct Rows {
    width: usize,
    cells: Vec<Cell>,
}

impl Column {
    /// A column that is never null.
    pub(crate) const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            nullable: false,
        }
    }

    /// A column that may be null.
    pub(crate) const fn nullable(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            nullable: true,
        }
    }
}

impl Cell {
    /// A number of things.
    pub(crate) const fn count(count: u64) -> Self {
        Self::Count(count as i64)
    }

    /// A number, where there is one.
    pub(crate) fn number(number: Option<f64>) -> Self {
        number.map_or(Self::Null, Self::Number)
    }
}

impl Words {
    /// Those texts, in their order, each once.
    pub(crate) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Arc<Self> {
        let mut words = Self::default();
        for text in texts {
            if !words.places.contains_key(text) {
                let text: Arc<str> = Arc::from(text);
                words
                    .places
                    .insert(Arc::clone(&text), words.values.len() as u32);
                words.values.push(text);
            }
        }
        Arc::new(words)
    }

    /// The texts, by place.
    pub(crate) fn values(&self) -> &[Arc<str>] {
        &self.values
    }

    /// The cell that holds `text`; null for none, and for one that is not among these.
    pub(crate) fn cell(&self, text: Option<&str>) -> Cell {
        text.and_then(|text| self.places.get(text))
            .map_or(Cell::Null, |&place| Cell::Word(place))
    }
}

impl Rows {
    /// No rows of `width` cells.
    pub(crate) const fn new(width: usize) -> Self {
        Self {
            width,
            cells: Vec::new(),
        }
    }

    /// Adds a row, or part of one.
    pub(crate) fn extend(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.cells.extend(cells);
    }

    /// Takes all rows away, and keeps the room that they took.
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.cells.len() / self.width
    }

    /// The rows, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[Cell]> {
        self.cells.chunks_exact(self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_comes_twice_has_one_place() {
        let words = Words::new(["Anna", "Ben", "Anna"].into_iter());
        assert_eq!(
            words
                .values()
                .iter()
                .map(|word| &**word)
                .collect::<Vec<_>>(),
            ["Anna", "Ben"]
        );
        assert_eq!(words.cell(Some("Ben")), Cell::Word(1));
        assert_eq!(
            (words.cell(Some("Cleo")), words.cell(None)),
            (Cell::Null, Cell::Null)
        );
    }
}
