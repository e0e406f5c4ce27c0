"""Scans an exported table over HTTP with polars and DuckDB, and compares what they find with the whole file.

    scan.py URL
"""

import datetime
import io
import sys
import urllib.request

import duckdb
import polars
from fsspec.implementations.http import HTTPFileSystem

url = sys.argv[1]
with urllib.request.urlopen(url) as answer:
    whole = polars.read_parquet(io.BytesIO(answer.read()))
expected = whole.select(polars.len(), polars.col("backlog").sum()).row(0)
assert expected[0] > 1000, expected

# polars asks under the name of its library, and it says nothing to have another one.
scanned = polars.scan_parquet(url).select(polars.len(), polars.col("backlog").sum()).collect().row(0)
assert scanned == expected, f"polars: {scanned}, expected {expected}"

# DuckDB's own reader of HTTP is an extension that is not installed with it; Python's file systems stand in.
class Files(HTTPFileSystem):
    def modified(self, path):
        """DuckDB asks for that, and HTTP has an ETag instead."""
        return datetime.datetime.fromtimestamp(0, datetime.timezone.utc)


files = Files(block_size=2**16, headers={"User-Agent": "duckdb"})
connection = duckdb.connect()
connection.register_filesystem(files)
counted = connection.sql(f"SELECT count(*), sum(backlog) FROM read_parquet('{url}')").fetchall()[0]
assert counted == expected, f"DuckDB: {counted}, expected {expected}"
print(expected[0], "rows")
