"""The database of the study: the one module that knows DuckDB."""

from collections.abc import Mapping

import duckdb
import pandas as pd

from churn_study.config import PROJECT
from churn_study.kit.project import ExplainedError

DATABASE = PROJECT.data / "study.duckdb"


def write(tables: Mapping[str, pd.DataFrame]) -> None:
    """Replace the database by these tables."""
    DATABASE.parent.mkdir(parents=True, exist_ok=True)
    DATABASE.unlink(missing_ok=True)
    add(tables)


def add(tables: Mapping[str, pd.DataFrame]) -> None:
    """Add tables, or replace them."""
    with duckdb.connect(str(DATABASE)) as connection:
        for name, frame in tables.items():
            connection.register("incoming", frame)
            connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM incoming')
            connection.unregister("incoming")


def query(text: str) -> pd.DataFrame:
    """The answer to a query."""
    if not DATABASE.is_file():
        raise ExplainedError("there are no customers yet: run `python -m churn_study data` first")
    try:
        with duckdb.connect(str(DATABASE), read_only=True) as connection:
            return connection.execute(text).df()
    except duckdb.Error as error:
        raise ExplainedError(f"the database does not answer: {str(error).splitlines()[0]}") from error


def tables() -> set[str]:
    """The names of what is stored."""
    return set(query("SELECT table_name FROM information_schema.tables")["table_name"])
