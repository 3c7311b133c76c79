"""The one module that knows DuckDB: it reads events, CSV files and databases, and keeps no copy of them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

from product_brief.kit.project import ExplainedError

Connection: TypeAlias = duckdb.DuckDBPyConnection
Rows = list[tuple[Any, ...]]
EVENT = {
    "version": "INTEGER", "id": "VARCHAR", "event": "VARCHAR", "user": "VARCHAR", "question": "VARCHAR",
    "article": "VARCHAR", "arm": "VARCHAR", "traffic": "VARCHAR", "simulated": "BOOLEAN", "at": "TIMESTAMP",
}  # fmt: skip


def events(files: Sequence[Path]) -> tuple[AbstractContextManager[Connection], int]:
    """(a database in memory with a table `raw` of the events in these files, how many lines are no event)."""
    connection = duckdb.connect(config={"threads": 2})
    columns = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in EVENT.items()) + "}"
    names = ", ".join(f'"{name}" {kind}' for name, kind in EVENT.items())
    connection.execute(f"CREATE TABLE raw ({names})")
    if files:
        form = f"format = 'newline_delimited', ignore_errors = true, columns = {columns}"
        source = f"read_json($files, {form})"
        connection.execute(f"INSERT INTO raw SELECT * FROM {source}", {"files": [str(each) for each in files]})
    (unreadable,) = _one(connection, 'SELECT count(*) FROM raw WHERE id IS NULL OR event IS NULL OR "at" IS NULL')
    connection.execute('DELETE FROM raw WHERE id IS NULL OR event IS NULL OR "at" IS NULL')
    return closing(connection), unreadable


def rows(connection: Connection, query: str, values: dict[str, Any] | None = None) -> Rows:
    """The answer to a query."""
    return connection.execute(query, values or {}).fetchall()


def opened(path: Path, table: str | None) -> AbstractContextManager[Connection]:
    """A database in memory whose table `given` is that file, or a table of that database; neither is written to."""
    connection = duckdb.connect(config={"threads": 2})
    try:
        if path.suffix.lower() in (".duckdb", ".db"):
            connection.execute(f"ATTACH '{_quoted(path)}' AS given_database (READ_ONLY)")
            query = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'given_database' ORDER BY 1"
            names = [name for (name,) in rows(connection, query)]
            if table is None and len(names) != 1:
                raise ExplainedError(
                    f"{path.name} has {len(names)} tables: name one by --table: {', '.join(names)[:80]}"
                )
            if table is not None and table not in names:
                raise ExplainedError(f"{path.name} has no table {table!r}; it has: {', '.join(names)[:80]}")
            source = f'given_database."{(table or names[0]).replace(chr(34), chr(34) * 2)}"'
        else:
            reader = "read_parquet" if path.suffix.lower() == ".parquet" else "read_csv"
            options = "" if reader == "read_parquet" else ", all_varchar = true, header = true"
            source = f"{reader}('{_quoted(path)}'{options})"
        # A copy in memory: of a view, types would be guessed anew for every question.
        connection.execute(f"CREATE TABLE given AS SELECT * FROM {source}")
    except duckdb.Error as error:
        connection.close()
        raise ExplainedError(f"{path.name} cannot be read: {str(error).splitlines()[0][:160]}") from error
    return closing(connection)


def table(columns: Sequence[str], records: Sequence[Sequence[Any]]) -> AbstractContextManager[Connection]:
    """A database in memory whose table `given` is these records, all text."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"CREATE TABLE given ({', '.join(f'{name!s} VARCHAR' for name in columns)})")
    if records:
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO given VALUES ({marks})", records)
    return closing(connection)


def _one(connection: Connection, query: str) -> tuple[Any, ...]:
    found = connection.execute(query).fetchone()
    assert found is not None
    return found


def _quoted(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")
