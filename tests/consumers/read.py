"""Reads exported tables with the libraries that analysts use, and compares types and values with what is expected.

    read.py FOLDER

FOLDER holds expected.json, an object of tables: {"columns": [[name, kind, nullable], …], "rows": [{…}, …]}, and each table as
TABLE.csv, .ndjson, .parquet and .arrow. Prints how many cells were compared; ends with 1 at the first that differs.
"""

import datetime
import json
import math
import pathlib
import re
import sys

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.csv
import pyarrow.dataset
import pyarrow.feather
import pyarrow.json
import pyarrow.parquet

ARROW = {
    "day": pyarrow.date32(),
    "count": pyarrow.int64(),
    "number": pyarrow.float64(),
    "instant": pyarrow.timestamp("us", tz="UTC"),
    "word": pyarrow.dictionary(pyarrow.int32(), pyarrow.utf8()),
    "text": pyarrow.utf8(),
    "texts": pyarrow.list_(pyarrow.field("item", pyarrow.utf8(), nullable=False)),
}
POLARS = {
    "day": polars.Date,
    "count": polars.Int64,
    "number": polars.Float64,
    "instant": polars.Datetime("us", "UTC"),
    "word": polars.Categorical,
    "text": polars.String,
    "texts": polars.List(polars.String),
}
DUCKDB = {
    "day": ("DATE",),
    "count": ("BIGINT",),
    "number": ("DOUBLE",),
    "instant": ("TIMESTAMP WITH TIME ZONE",),
    "text": ("VARCHAR",),
    "texts": ("VARCHAR[]",),
}
TYPED = {
    "day": "DATE",
    "count": "BIGINT",
    "number": "DOUBLE",
    "instant": "TIMESTAMP WITH TIME ZONE",
    "word": "VARCHAR",
    "text": "VARCHAR",
    "texts": "VARCHAR[]",
}
GUESSED = {"day": ("DATE",), "count": ("BIGINT",), "instant": ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE")}
compared = 0


def plain(value):
    """A value as JSON has it, whatever library it comes from."""
    if value is None or value is pandas.NaT or value is pandas.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime.datetime):
        value = value.replace(tzinfo=value.tzinfo or datetime.timezone.utc)
        return value.astimezone(datetime.timezone.utc).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def wanted(value, kind):
    if value is not None and kind == "instant":
        return datetime.datetime.fromisoformat(value).astimezone(datetime.timezone.utc).isoformat()
    return value


def text_of_csv(value):
    """What stands in CSV for a text: nothing tells an empty one from none, and a formula has a ' before it."""
    if not value:
        return None
    value = re.sub('(^|[;\r\n])([ "]*)(?=[=+\\-@＝＋－＠])', r"\1\2'", value)
    return "'" + value if value[0] in "\t\r\n" else value


def check(table, reader, columns, expected, rows):
    """Compares values, cell by cell, exactly: integers as integers, doubles to the last bit."""
    global compared
    rows = list(rows)
    assert len(rows) == len(expected), f"{table}, {reader}: {len(rows)} rows, expected {len(expected)}"
    for number, (row, want) in enumerate(zip(rows, expected)):
        for name, kind, _ in columns:
            got, value = plain(row[name]), wanted(want[name], kind)
            if "ndjson" in reader and kind == "instant" and isinstance(got, str):
                got = wanted(got, kind)
            if reader.endswith(" csv"):
                if kind == "texts":
                    got = json.loads(got)
                elif kind in ("text", "word"):
                    got, value = got or None, text_of_csv(value)
                elif kind == "instant" and isinstance(got, str):
                    got = wanted(got, kind)
            if kind == "count" and got is not None:
                assert got == int(got), f"{table}, {reader}, row {number}, {name}: {got!r}"
                got = int(got)
            assert got == value, f"{table}, {reader}, row {number}, {name}: {got!r}, expected {value!r}"
            compared += 1


def types(table, reader, expected, got):
    assert expected == got, f"{table}, {reader}: {got}, expected {expected}"


def records(frame):
    return frame.to_dict("records")


def with_pyarrow(table, path, columns, rows):
    schema = pyarrow.schema([pyarrow.field(name, ARROW[kind], nullable) for name, kind, nullable in columns])
    for reader, read in (("parquet", pyarrow.parquet.read_table), ("arrow", pyarrow.feather.read_table)):
        read_back = read(path(reader))
        types(table, f"pyarrow {reader}", schema, read_back.schema.remove_metadata())
        check(table, f"pyarrow {reader}", columns, rows, read_back.to_pylist())
    if not rows:
        return
    texts = ARROW | {"day": pyarrow.utf8(), "instant": pyarrow.timestamp("us"), "word": pyarrow.utf8()}
    schema = pyarrow.schema([(name, texts[kind]) for name, kind, _ in columns])
    read_back = pyarrow.json.read_json(path("ndjson"), parse_options=pyarrow.json.ParseOptions(explicit_schema=schema))
    types(table, "pyarrow ndjson", schema, read_back.schema)
    check(table, "pyarrow ndjson", columns, rows, read_back.to_pylist())
    plain_types = pyarrow.schema([(name, CSV_ARROW[kind]) for name, kind, _ in columns])
    options = pyarrow.csv.ConvertOptions(column_types=plain_types, strings_can_be_null=True)
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    read_back = pyarrow.csv.read_csv(path("csv"), convert_options=options, parse_options=parse)
    types(table, "pyarrow csv", plain_types, read_back.schema)
    check(table, "pyarrow csv", columns, rows, read_back.to_pylist())


CSV_ARROW = ARROW | {"word": pyarrow.utf8(), "texts": pyarrow.utf8()}


def with_pandas(table, path, columns, rows):
    for reader, read in (("parquet", pandas.read_parquet), ("arrow", pandas.read_feather)):
        frame = read(path(reader))
        got = {name: str(dtype) for name, dtype in frame.dtypes.items()}
        for name, kind, nullable in columns:
            expected = {
                "count": "float64" if nullable and frame[name].isna().any() else "int64",
                "number": "float64",
                "instant": "datetime64[us, UTC]",
                "word": "category",
            }.get(kind)
            if expected:
                types(table, f"pandas {reader} {name}", expected, got[name])
        check(table, f"pandas {reader}", columns, rows, records(frame))
    if not rows:
        return
    kept = {name: "object" for name, kind, _ in columns if kind in ("text", "word", "texts")}
    frame = pandas.read_csv(path("csv"), dtype=kept, keep_default_na=False, na_values=[""])
    check(table, "pandas csv", columns, rows, records(frame))
    frame = pandas.read_json(path("ndjson"), lines=True, dtype=False, convert_dates=False, precise_float=True)
    check(table, "pandas ndjson", columns, rows, records(frame))


def with_polars(table, path, columns, rows):
    for reader, read in (("parquet", polars.read_parquet), ("arrow", polars.read_ipc)):
        frame = read(path(reader))
        expected = {name: POLARS[kind] for name, kind, _ in columns}
        for name, dtype in frame.schema.items():
            types(table, f"polars {reader} {name}", expected[name], dtype)
        check(table, f"polars {reader}", columns, rows, frame.to_dicts())
    if not rows:
        return
    plain_types = POLARS | {"word": polars.String, "texts": polars.String, "instant": polars.String}
    schema = {name: plain_types[kind] for name, kind, _ in columns}
    check(table, "polars csv", columns, rows, polars.read_csv(path("csv"), schema=schema).to_dicts())
    schema = {name: POLARS[kind] if kind in ("count", "number", "texts") else polars.String for name, kind, _ in columns}
    check(table, "polars ndjson", columns, rows, polars.read_ndjson(path("ndjson"), schema=schema).to_dicts())


def with_duckdb(table, path, columns, rows):
    base = duckdb.connect()
    base.execute("SET TimeZone = 'UTC'")
    read_back = base.execute(f"SELECT * FROM read_parquet('{path('parquet')}')")
    names = [column[0] for column in read_back.description]
    for column, (name, kind, _) in zip(base.execute(f"DESCRIBE SELECT * FROM read_parquet('{path('parquet')}')").fetchall(), columns):
        assert column[0] == name, f"{table}, duckdb parquet: {column}"
        assert column[1] in DUCKDB.get(kind, (column[1],)), f"{table}, duckdb parquet: {column}, expected {kind}"
    read_back = base.execute(f"SELECT * FROM read_parquet('{path('parquet')}')")
    check(table, "duckdb parquet", columns, rows, (dict(zip(names, row)) for row in read_back.fetchall()))
    arrow = pyarrow.feather.read_table(path("arrow"))  # noqa: F841: the query names it
    read_back = base.execute("SELECT * FROM arrow")
    check(table, "duckdb arrow", columns, rows, (dict(zip(names, row)) for row in read_back.fetchall()))
    if not rows:
        return
    for reader in ("csv", "ndjson"):
        # Lists are texts in CSV.
        kinds = {name: "VARCHAR" if kind == "texts" and reader == "csv" else TYPED[kind] for name, kind, _ in columns}
        how = "header = true, " if reader == "csv" else "format = 'newline_delimited', "
        typed = base.execute(f"SELECT * FROM read_{reader.removeprefix('nd')}('{path(reader)}', {how}columns = {kinds})")
        check(table, f"duckdb {reader}", columns, rows, (dict(zip(names, row)) for row in typed.fetchall()))
        # What DuckDB makes of it by itself.
        guessed = base.execute(f"DESCRIBE SELECT * FROM '{path(reader)}'").fetchall()
        types(table, f"duckdb {reader}, columns", names, [column[0] for column in guessed])
        by_itself = base.execute(f"SELECT * FROM '{path(reader)}'").fetchall()
        assert len(by_itself) == len(rows), f"{table}, duckdb {reader}: {len(by_itself)} rows, expected {len(rows)}"
        for (name, kind, nullable), (_, guess, *_) in zip(columns, guessed):
            if kind in ("day", "count", "instant") and not nullable:
                assert guess in GUESSED[kind], f"{table}, duckdb {reader}, {name}: {guess}"


def main():
    folder = pathlib.Path(sys.argv[1])
    tables = json.loads((folder / "expected.json").read_text())
    for table, expected in tables.items():
        columns, rows = expected["columns"], expected["rows"]

        def path(reader, table=table):
            return str(folder / f"{table}.{reader}")

        for read in (with_pyarrow, with_pandas, with_polars, with_duckdb):
            read(table, path, columns, rows)
    print(f"{compared} cells of {len(tables)} tables compared")


if __name__ == "__main__":
    main()
