"""Writes the log as Parquet, a file a table, for DuckDB, a notebook or a warehouse.

Run as: python -m recommender export [--log-dir DIR] [--to FOLDER]
"""

import csv
import os
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import duckdb

from recommender.experiment import events
from recommender.experiment.events import Begun, Click, Exposure

ROWS = (Begun, Exposure, Click)
TYPES: dict[Any, str] = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE"}  # DuckDB's


def export(log_dir: str, to: str) -> str:
    """Replace TO/TABLE.parquet for every table; what is being served meanwhile goes on."""
    folder = Path(to)
    folder.mkdir(parents=True, exist_ok=True)
    told = []
    with events.reading(events.source(Path(log_dir))) as connection:  # all tables as they are at one moment
        for row in ROWS:
            table = events.TABLES[row]
            columns = {each.name: TYPES[each.type] for each in fields(row)}
            rows = [tuple(each) for each in connection.execute(table.select())]
            _write(rows, columns, folder / f"{table.name}.parquet")
            told.append(f"{folder / table.name}.parquet: {len(rows):,} rows")
    return "\n".join(told)


def _write(rows: list[tuple[object, ...]], columns: dict[str, str], path: Path) -> None:
    """By way of CSV, which DuckDB reads many times faster than it takes rows; whole or not at all."""
    with tempfile.TemporaryDirectory() as name:
        passing, part = Path(name) / "rows.csv", path.with_name(f"{path.name}.{os.getpid()}.part")
        with passing.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, quoting=csv.QUOTE_NOTNULL) if hasattr(csv, "QUOTE_NOTNULL") else csv.writer(file)
            out.writerows(rows)
        with duckdb.connect() as connection:
            connection.execute(
                "CREATE TABLE passing AS SELECT * FROM read_csv($path, header = false, columns = $columns, "
                "delim = ',', quote = '\"', escape = '\"', auto_detect = false)",
                {"path": str(passing), "columns": columns},
            )
            connection.table("passing").write_parquet(str(part))
        part.replace(path)
