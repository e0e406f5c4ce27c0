//! Parquet and Arrow.

use std::{
    io::{self, Write},
    sync::Arc,
};

use arrow_array::{
    ArrayRef, Date32Array, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch,
    StringArray, TimestampMicrosecondArray,
    builder::{ListBuilder, StringBuilder},
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::{
    arrow::{
        ArrowWriter,
        arrow_writer::{ArrowRowGroupWriterFactory, compute_leaves},
    },
    basic::{Compression, ZstdLevel},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
};

use super::{
    column::{Cell, Column, Kind, Rows},
    format::Encode,
};

type Out = Box<dyn Write + Send>;

/// Rows of a Parquet row group, at least. They are held back until there are as many: some four megabytes.
const ROW_GROUP: usize = 1 << 14;

/// Columns as Arrow sees them, with the words of each that has some.
struct Table {
    schema: SchemaRef,
    words: Vec<Option<ArrayRef>>,
}

impl Table {
    fn new(columns: &[Column]) -> Self {
        let field =
            |column: &Column| Field::new(column.name, data_type(&column.kind), column.nullable);
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        Self {
            schema,
            words: columns.iter().map(|column| words(&column.kind)).collect(),
        }
    }

    fn batch(&self, rows: &Rows) -> io::Result<RecordBatch> {
        let fields = self.schema.fields().iter().zip(&self.words).enumerate();
        let arrays = fields.map(|(at, (field, words))| array(rows, at, field, words.as_ref()));
        RecordBatch::try_new(
            Arc::clone(&self.schema),
            arrays.collect::<Result<_, _>>().map_err(io::Error::other)?,
        )
        .map_err(io::Error::other)
    }
}

fn data_type(kind: &Kind) -> DataType {
    match kind {
        Kind::Day => DataType::Date32,
        Kind::Count => DataType::Int64,
        Kind::Number => DataType::Float64,
        Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Word(_) => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        Kind::Text => DataType::Utf8,
        Kind::Texts => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, false))),
    }
}

/// The words as an array: one and the same for all batches, as the format of Arrow files wants it.
fn words(kind: &Kind) -> Option<ArrayRef> {
    let Kind::Word(words) = kind else { return None };
    Some(Arc::new(StringArray::from_iter_values(words.values())))
}

fn array(
    rows: &Rows,
    at: usize,
    field: &Field,
    words: Option<&ArrayRef>,
) -> Result<ArrayRef, ArrowError> {
    let cells = rows.iter().map(|row| &row[at]);
    Ok(match (field.data_type(), words) {
        (DataType::Date32, _) => Arc::new(cells.map(day).collect::<Date32Array>()),
        (DataType::Int64, _) => Arc::new(cells.map(count).collect::<Int64Array>()),
        (DataType::Float64, _) => Arc::new(cells.map(number).collect::<Float64Array>()),
        (DataType::Timestamp(..), _) => Arc::new(
            cells
                .map(instant)
                .collect::<TimestampMicrosecondArray>()
                .with_timezone("UTC"),
        ),
        (_, Some(words)) => Arc::new(DictionaryArray::try_new(
            cells.map(word).collect::<Int32Array>(),
            Arc::clone(words),
        )?),
        (DataType::List(item), _) => texts(cells, item),
        _ => Arc::new(cells.map(text).collect::<StringArray>()),
    })
}

fn day(cell: &Cell) -> Option<i32> {
    if let Cell::Day(day) = cell {
        Some(day.number())
    } else {
        None
    }
}

fn count(cell: &Cell) -> Option<i64> {
    if let Cell::Count(count) = cell {
        Some(*count)
    } else {
        None
    }
}

fn number(cell: &Cell) -> Option<f64> {
    if let Cell::Number(number) = cell {
        Some(*number)
    } else {
        None
    }
}

fn instant(cell: &Cell) -> Option<i64> {
    if let Cell::Instant(at) = cell {
        Some(at.micros())
    } else {
        None
    }
}

fn word(cell: &Cell) -> Option<i32> {
    if let Cell::Word(place) = cell {
        i32::try_from(*place).ok()
    } else {
        None
    }
}

fn text(cell: &Cell) -> Option<&str> {
    if let Cell::Text(text) = cell {
        Some(text)
    } else {
        None
    }
}

fn texts<'a>(cells: impl Iterator<Item = &'a Cell>, item: &Arc<Field>) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(Arc::clone(item));
    for cell in cells {
        if let Cell::Texts(texts) = cell {
            for text in texts {
                lists.values().append_value(text);
            }
        }
        lists.append(true);
    }
    Arc::new(lists.finish())
}

/// An Arrow IPC file.
pub(super) struct ArrowFile {
    table: Table,
    writer: FileWriter<Out>,
}

impl ArrowFile {
    pub(super) fn new(columns: &[Column], out: Out) -> io::Result<Self> {
        let table = Table::new(columns);
        let writer = FileWriter::try_new(out, &table.schema).map_err(io::Error::other)?;
        Ok(Self { table, writer })
    }
}

impl Encode for ArrowFile {
    fn write(&mut self, rows: &Rows) -> io::Result<()> {
        self.writer
            .write(&self.table.batch(rows)?)
            .map_err(io::Error::other)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.writer.finish().map_err(io::Error::other)
    }
}

/// A Parquet file.
///
/// The rows of a group are held back as they came, and its columns are encoded one after the other: a column under way has
/// hash tables and a compressor of its own, which for all of them at once are tens of megabytes.
pub(super) struct ParquetFile {
    table: Table,
    writer: SerializedFileWriter<Out>,
    columns: ArrowRowGroupWriterFactory,
    held: Vec<RecordBatch>,
}

impl ParquetFile {
    pub(super) fn new(columns: &[Column], out: Out) -> io::Result<Self> {
        let table = Table::new(columns);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let writer = ArrowWriter::try_new(out, Arc::clone(&table.schema), Some(properties));
        let (writer, columns) = writer
            .and_then(ArrowWriter::into_serialized_writer)
            .map_err(io::Error::other)?;
        Ok(Self {
            table,
            writer,
            columns,
            held: Vec::new(),
        })
    }

    fn write_group(&mut self) -> parquet::errors::Result<()> {
        let batches = std::mem::take(&mut self.held);
        let writers = self
            .columns
            .create_column_writers(self.writer.flushed_row_groups().len())?;
        let mut group = self.writer.next_row_group()?;
        // One writer for each field: none of them is a structure.
        for (at, (field, mut writer)) in self.table.schema.fields().iter().zip(writers).enumerate()
        {
            for batch in &batches {
                for leaf in compute_leaves(field, batch.column(at))? {
                    writer.write(&leaf)?;
                }
            }
            writer.close()?.append_to_row_group(&mut group)?;
        }
        group.close().map(drop)
    }
}

impl Encode for ParquetFile {
    fn write(&mut self, rows: &Rows) -> io::Result<()> {
        self.held.push(self.table.batch(rows)?);
        let held: usize = self.held.iter().map(RecordBatch::num_rows).sum();
        if held < ROW_GROUP {
            Ok(())
        } else {
            self.write_group().map_err(io::Error::other)
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if !self.held.is_empty() {
            self.write_group().map_err(io::Error::other)?;
        }
        self.writer.close().map(drop).map_err(io::Error::other)
    }
}
