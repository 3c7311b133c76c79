"""Runs the questions in this folder, by DuckDB or, translated, by Spark.

Run as: python -m churn_study sql [--engine spark]
"""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from churn_study.config import PROJECT
from churn_study.data import store
from churn_study.kit.project import ExplainedError

FOLDER = Path(__file__).parent
HEADER = re.compile(
    r"-- (?P<question>.+)\n-- needs: (?P<needs>.+)\n"
    r"-- plot: (?P<kind>line|bar) (?P<x>\w+) (?P<ys>\w+(?: \w+)*)\n"
)
DUCKDB, SPARK = "duckdb", "spark"


@dataclass(frozen=True)
class Query:
    """One question, and the SQL that answers it."""

    name: str  # of the file
    question: str
    needs: tuple[str, ...]  # tables, and columns as table.column
    plot: tuple[str, str, list[str]]  # kind, x, and one or more y
    sql: str

    @property
    def tables(self) -> set[str]:
        """The tables that it reads."""
        return {each.partition(".")[0] for each in self.needs}


def queries() -> list[Query]:
    """All of them, in order."""
    return [_read(path) for path in sorted(FOLDER.glob("[0-9]*.sql"))]


def can_run(query: Query) -> bool:
    """Whether the tables and columns that it needs are there."""
    held = {name: set(store.query(f'DESCRIBE "{name}"')["column_name"]) for name in query.tables & store.tables()}
    parts = [each.partition(".") for each in query.needs]
    return all(table in held and (not column or column in held[table]) for table, _, column in parts)


def run(engine: str = DUCKDB) -> list[tuple[Query, pd.DataFrame]]:
    """The answers to those that these data can answer."""
    able = [each for each in queries() if can_run(each)]
    if engine == SPARK:
        from churn_study.sql import spark

        return spark.run(able)
    return [(each, store.query(each.sql)) for each in able]


def described(answers: list[tuple[Query, pd.DataFrame]]) -> list[dict[str, Any]]:
    """For the results file: every answer as records of plain values."""
    found = []
    for query, table in answers:
        plain = table.round(4).astype(object).where(table.notna(), None)
        rows = [{name: _plain(cell) for name, cell in row.items()} for row in plain.to_dict("records")]
        found.append({**asdict(query), "columns": list(table), "rows": rows})
    return [{name: value for name, value in each.items() if name not in ("sql", "needs")} for each in found]


def export(folder: Path) -> None:
    """Every table as a Parquet file, for another engine."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(store.tables()):
        store.query(f"""COPY "{name}" TO '{(folder / name).as_posix().replace("'", "''")}.parquet' (FORMAT parquet)""")


def _read(path: Path) -> Query:
    text = path.read_text(encoding="utf-8")
    found = HEADER.match(text)
    if not found:
        raise ExplainedError(
            f"{path.name} has to begin with its question, what it needs, and a plot: see 01_cohorts.sql"
        )
    needs = tuple(each.strip() for each in found["needs"].split(","))
    return Query(path.stem, found["question"], needs, (found["kind"], found["x"], found["ys"].split()), text)


def _plain(cell: Any) -> Any:
    return cell.date().isoformat() if isinstance(cell, pd.Timestamp) else cell


PARQUET = PROJECT.data / "parquet"
