//! CSV and NDJSON.

use std::{
    borrow::Cow,
    io::{self, Write},
    sync::Arc,
};

use csv::{QuoteStyle, Terminator, WriterBuilder};
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
            // Fields come as they are written: the crate does not quote what has a `;` alone.
            .quote_style(QuoteStyle::Never)
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
        Cell::Word(place) => text_field(word(*place, column)).into(),
        Cell::Text(text) => text_field(text).into(),
        Cell::Texts(texts) => {
            let list: Value = texts.iter().map(|text| &**text).collect();
            text_field(&list.to_string()).into()
        }
    }
}

/// What a spreadsheet takes for a formula begins with one of these, of which some keyboards write full-width ones. A tab is one,
/// since spreadsheets drop it before a formula.
const FORMULA: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t'];

/// A text as a field, which spreadsheets show and do not run: a `'` stands before each formula, also where one that separates
/// cells by `;`, and takes no notice of quotes within a cell, begins a cell or a row. The dashboard's files are written by the
/// same rule (`web/src/export/csv.ts`); `csv-texts.json` holds the cases of both.
fn text_field(text: &str) -> String {
    let mut field = String::with_capacity(text.len() + 2);
    if text.starts_with(['\r', '\n']) {
        field.push('\'');
    }
    let mut begins_cell = true;
    for letter in text.chars() {
        if begins_cell && FORMULA.contains(&letter) {
            field.push('\'');
        }
        field.push(letter);
        begins_cell = match letter {
            ';' | '\r' | '\n' => true,
            ' ' | '"' => begins_cell,
            _ => false,
        };
    }
    if field.contains(['"', ',', ';', '\t', '\r', '\n']) {
        field = format!("\"{}\"", field.replace('"', "\"\""));
    }
    field
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

    #[derive(serde::Deserialize)]
    struct Case {
        text: String,
        field: String,
    }

    #[test]
    fn texts_are_written_as_the_dashboard_writes_them() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("csv-texts.json")).unwrap();
        assert!(!cases.is_empty());
        for Case { text, field } in cases {
            assert_eq!(text_field(&text), field, "{text:?}");
            let row = format!("2024-10-04,{field},");
            assert!(write(Format::Csv, &text).contains(&row), "{text:?}");
        }
        assert!(!write(Format::Ndjson, "=1").contains('\''));
    }

    #[test]
    fn no_separator_makes_a_formula_of_a_text() {
        let alphabet = ['=', '＠', ';', '"', '\n', ' ', 'a'];
        for number in 0..alphabet.len().pow(5) {
            let place = |power| alphabet[number / alphabet.len().pow(power) % alphabet.len()];
            let text: String = (0..5).map(place).collect();
            let line = format!("0,{}\r\n", text_field(&text));
            for separator in [b',', b';'] {
                let mut reader = csv::ReaderBuilder::new();
                let reader = reader
                    .delimiter(separator)
                    .has_headers(false)
                    .flexible(true);
                for record in reader.from_reader(line.as_bytes()).records() {
                    for cell in &record.unwrap() {
                        let begins = cell.trim_start_matches([' ', '"']).chars().next();
                        assert!(
                            !begins.is_some_and(|first| FORMULA.contains(&first)),
                            "{text:?}: {cell:?}"
                        );
                    }
                }
            }
        }
    }
}
