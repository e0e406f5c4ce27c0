//! CSV and NDJSON.

use std::{
    borrow::Cow,
    io::{self, Write},
    sync::Arc,
};

use csv::{Terminator, WriterBuilder};
use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::Value;

use super::{
    column::{Cell, Column, Kind, Rows},
    format::Encode,
};

type Out = Box<dyn Write + Send>;

/// CSV after RFC 4180.
pub(super) struct Csv {
    columns: Arc<[Column]>,
    out: csv::Writer<Out>,
}

impl Csv {
    /// Writes the header.
    pub(super) fn new(columns: Arc<[Column]>, out: Out) -> io::Result<Self> {
        let mut out = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(out);
        out.write_record(columns.iter().map(|column| column.name))?;
        Ok(Self { columns, out })
    }
}

impl Encode for Csv {
    fn write(&mut self, rows: &Rows) -> io::Result<()> {
        for row in rows.iter() {
            for (cell, column) in row.iter().zip(&*self.columns) {
                self.out.write_field(field(cell, column).as_bytes())?;
            }
            self.out.write_record(None::<&[u8]>)?;
        }
        self.out.flush()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.flush()
    }
}

fn field<'a>(cell: &'a Cell, column: &'a Column) -> Cow<'a, str> {
    match cell {
        Cell::Null => "".into(),
        Cell::Day(day) => day.to_string().into(),
        Cell::Count(count) => count.to_string().into(),
        // With a point or an exponent, so that a column of numbers is read as one whatever its first rows hold.
        Cell::Number(number) => format!("{number:?}").into(),
        Cell::Instant(at) => at.to_string().into(),
        Cell::Word(place) => harmless(word(*place, column)),
        Cell::Text(text) => harmless(text),
        Cell::Texts(texts) => texts
            .iter()
            .map(|text| &**text)
            .collect::<Value>()
            .to_string()
            .into(),
    }
}

/// A text that spreadsheets show instead of running it.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

fn word(place: u32, column: &Column) -> &str {
    match &column.kind {
        Kind::Word(words) => words.values().get(place as usize).map_or("", |word| word),
        _ => "",
    }
}

/// A JSON object a line.
pub(super) struct Ndjson {
    columns: Arc<[Column]>,
    out: Out,
}

impl Ndjson {
    pub(super) const fn new(columns: Arc<[Column]>, out: Out) -> Self {
        Self { columns, out }
    }
}

impl Encode for Ndjson {
    fn write(&mut self, rows: &Rows) -> io::Result<()> {
        let mut lines = Vec::new();
        for cells in rows.iter() {
            serde_json::to_writer(
                &mut lines,
                &Object {
                    cells,
                    columns: &self.columns,
                },
            )?;
            lines.push(b'\n');
        }
        self.out.write_all(&lines)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.flush()
    }
}

struct Object<'a> {
    cells: &'a [Cell],
    columns: &'a [Column],
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.cells.len()))?;
        for (cell, column) in self.cells.iter().zip(self.columns) {
            match cell {
                Cell::Null => object.serialize_entry(column.name, &())?,
                Cell::Day(day) => object.serialize_entry(column.name, &day.to_string())?,
                Cell::Count(count) => object.serialize_entry(column.name, count)?,
                Cell::Number(number) => object.serialize_entry(column.name, number)?,
                Cell::Instant(at) => object.serialize_entry(column.name, &at.to_string())?,
                Cell::Word(place) => object.serialize_entry(column.name, word(*place, column))?,
                Cell::Text(text) => object.serialize_entry(column.name, text)?,
                Cell::Texts(texts) => {
                    object.serialize_entry(
                        column.name,
                        &texts.iter().map(|text| &**text).collect::<Vec<_>>(),
                    )?;
                }
            }
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use caseload_schema::{day::Day, instant::Instant};

    use super::{
        super::{Format, column::Words, write::write_rows},
        *,
    };

    /// One row of each kind of cell, and one of nulls.
    fn write(format: Format, name: &str) -> String {
        let columns = [
            Column::new("day", Kind::Day),
            Column::nullable("name", Kind::Word(Words::new([name].into_iter()))),
            Column::nullable("comment", Kind::Text),
            Column::nullable("count", Kind::Count),
            Column::nullable("rate", Kind::Number),
            Column::nullable("at", Kind::Instant),
            Column::new("labels", Kind::Texts),
        ];
        let mut rows = Rows::new(columns.len());
        rows.extend([
            Cell::Day(Day::from_number(20_000)),
            Cell::Word(0),
            Cell::Text("a,\"b\"\r\nc".to_owned()),
            Cell::Count(-1),
            Cell::Number(3.0),
            Cell::Instant(Instant::from_micros(1_728_000_000_000_001)),
            Cell::Texts(vec!["x".into(), "y\"z".into()]),
        ]);
        rows.extend([Cell::Day(Day::from_number(20_001))]);
        rows.extend([const { Cell::Null }; 5]);
        rows.extend([Cell::Texts(Vec::new())]);
        String::from_utf8(write_rows(format, &columns.into(), &rows)).unwrap()
    }

    #[test]
    fn csv_cells_are_quoted_where_needed_and_empty_where_null() {
        assert_eq!(
            write(Format::Csv, "Anna"),
            "day,name,comment,count,rate,at,labels\r\n\
             2024-10-04,Anna,\"a,\"\"b\"\"\r\nc\",-1,3.0,2024-10-04T00:00:00.000001Z,\"[\"\"x\"\",\"\"y\\\"\"z\"\"]\"\r\n\
             2024-10-05,,,,,,[]\r\n"
        );
    }

    #[test]
    fn a_line_of_ndjson_has_nulls_and_no_text_for_numbers() {
        assert_eq!(
            write(Format::Ndjson, "Anna"),
            "{\"day\":\"2024-10-04\",\"name\":\"Anna\",\"comment\":\"a,\\\"b\\\"\\r\\nc\",\"count\":-1,\"rate\":3.0,\
             \"at\":\"2024-10-04T00:00:00.000001Z\",\"labels\":[\"x\",\"y\\\"z\"]}\n\
             {\"day\":\"2024-10-05\",\"name\":null,\"comment\":null,\"count\":null,\"rate\":null,\"at\":null,\"labels\":[]}\n"
        );
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_made_harmless_in_csv_alone() {
        for formula in ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"] {
            assert!(
                write(Format::Csv, formula).contains(&format!("'{formula}")),
                "{formula:?}"
            );
            assert!(
                !write(Format::Ndjson, formula).contains('\''),
                "{formula:?}"
            );
        }
    }
}
