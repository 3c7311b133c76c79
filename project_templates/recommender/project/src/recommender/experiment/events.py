"""Exposures and clicks in a database: what is acknowledged is on disk, and whatever is sent twice is counted once.

SQLite beside the log, or PostgreSQL at EVENTS_URL for more than one replica. One row for each item that was rendered,
one for each click. The keys make repetition harmless: an exposure is one list and one place in it, a click is one item
of one list, however often it is opened there. Visitors appear under a pseudonym only.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from recommender.config import EVENTS_URL, SIMULATED
from recommender.experiment.assignment import Experiment
from recommender.kit.project import ExplainedError

NAME = "events.sqlite"
SECONDS = 5  # for a database to answer, or to be free
TYPES: dict[Any, Any] = {str: sa.Text, int: sa.Integer, float: sa.Double().with_variant(sa.REAL, "sqlite")}
DRIVERS = {"sqlite": "sqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
INSERT: dict[str, Callable[[sa.Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
COUNT = {"preserve_rowcount": True}
METADATA = sa.MetaData()


@dataclass(frozen=True)
class Exposure:
    """An item that was rendered; the fields are the columns."""

    list_id: str
    position: int  # 1 is the first
    served: float  # seconds since 1970
    rendered: float
    request_id: str
    visitor: str  # a pseudonym
    experiment: str
    variant: str
    model_version: str
    item_id: str
    score: float
    propensity: float  # with which it was put here, given what stands above it
    is_fallback: int
    history: int  # items the visitor had seen: known before the list was shown
    milliseconds: float  # that its ranking took
    choices: str  # JSON, at the first place: the candidates, and what each ranking would have put first


@dataclass(frozen=True)
class Click:
    """An item that was opened."""

    list_id: str
    item_id: str
    position: int
    clicked: float
    visitor: str
    event_id: str


@dataclass(frozen=True)
class Begun:
    """An experiment as it was fixed before its first visitor."""

    key: str
    definition: str
    started: float


@dataclass(frozen=True)
class Sealed:
    """Which key seals the tokens of an experiment and makes its pseudonyms: not the key, but a hash of it."""

    experiment: str
    fingerprint: str


def _table(name: str, row: type, *keys: str) -> sa.Table:
    """The table whose columns are the fields of `row`."""
    columns = [
        sa.Column(each.name, TYPES[each.type], primary_key=each.name in keys, nullable=False, autoincrement=False)
        for each in fields(row)
    ]
    return sa.Table(name, METADATA, *columns, sqlite_strict=True)


TABLES = {
    Begun: _table("experiments", Begun, "key"),
    Sealed: _table("keys", Sealed, "experiment"),
    Exposure: _table("exposures", Exposure, "list_id", "position"),
    Click: _table("clicks", Click, "list_id", "item_id"),
}


class Store:
    """Where the service writes: a file of its own, or a database that it shares with others like it."""

    def __init__(self, source: sa.URL) -> None:
        try:
            if source.database and source.drivername == "sqlite":
                Path(source.database).parent.mkdir(parents=True, exist_ok=True)
            self._engine = _writing(source)
            with self._engine.begin() as connection:
                if connection.dialect.name == "postgresql":  # others may start at the same moment
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(1)))
                METADATA.create_all(connection)
        except (OSError, SQLAlchemyError) as problem:  # a full disk, say, a file of something else, a wrong password
            raise ExplainedError(f"{shown(source)} cannot be written: {cause(problem)}") from problem

    def start(self, experiment: Experiment, fingerprint: str, now: float) -> None:
        """Begin an experiment, or go on with it; ExplainedError if it was begun with other settings, or another key."""
        self.add([Begun(experiment.key, experiment.definition, now), Sealed(experiment.key, fingerprint)])
        with self._engine.begin() as connection:
            begun = connection.scalar(sa.select(TABLES[Begun].c.definition).filter_by(key=experiment.key))
            sealed = connection.scalar(sa.select(TABLES[Sealed].c.fingerprint).filter_by(experiment=experiment.key))
        if begun != experiment.definition:
            raise ExplainedError(
                f"the experiment {experiment.key!r} was started with other settings, and changing them would mix what "
                "cannot be compared: give `experiment` in config.py a new name"
            )
        if sealed != fingerprint:
            raise ExplainedError(
                f"the experiment {experiment.key!r} was started with another key, so its visitors would count as "
                "strangers: give every replica the key of the first, or give `experiment` in config.py a new name"
            )

    def add(self, events: Sequence[Begun | Sealed | Exposure | Click]) -> int:
        """Write them all, or none; returns how many were new. When it returns, they are on disk."""
        new = 0
        with self._engine.begin() as connection:
            insert = INSERT[connection.dialect.name]
            for row, table in TABLES.items():
                if rows := [asdict(each) for each in events if isinstance(each, row)]:
                    new += connection.execute(
                        insert(table).on_conflict_do_nothing(), rows, execution_options=COUNT
                    ).rowcount
        return new

    def close(self) -> None:
        """Close the file, or the connections."""
        self._engine.dispose()


def source(folder: Path) -> sa.URL:
    """Where the events of a service that logs in `folder` are: at EVENTS_URL, or else, as a simulation's, in a file."""
    given = os.environ.get(EVENTS_URL)
    if not given or folder == SIMULATED:
        return file_in(folder)
    kind, _, rest = given.partition("://")
    try:
        return sa.make_url(f"{DRIVERS[kind]}://{rest}")
    except (KeyError, ValueError, SQLAlchemyError):  # which is not repeated: it may hold a password
        raise ExplainedError(
            f"{EVENTS_URL} has to be like postgresql://USER:PASSWORD@HOST/DATABASE, or like sqlite:///FILE"
        ) from None


def file_in(folder: Path) -> sa.URL:
    """The file of events in a folder."""
    return sa.URL.create("sqlite", database=str(folder / NAME))


def shown(source: sa.URL) -> str:
    """What to call it: its password is nobody's business."""
    return source.database or "" if source.drivername == "sqlite" else source.render_as_string(hide_password=True)


@contextmanager
def reading(source: sa.URL) -> Iterator[sa.Connection]:
    """A look at the events, all as they are at one moment; ExplainedError if there are none."""
    file = Path(source.database or "")
    if source.drivername == "sqlite" and not file.is_file():
        raise ExplainedError(f"there is no {file.name} in {file.parent}: name the folder given to `serve --log-dir`")
    engine = _looking(source)
    try:
        with engine.begin() as connection:
            if not sa.inspect(connection).has_table(TABLES[Exposure].name):
                raise ExplainedError(f"{shown(source)} holds no events: has `serve` been started with it?")
            yield connection
    except SQLAlchemyError as problem:
        raise ExplainedError(f"{shown(source)} cannot be read: {cause(problem)}") from problem
    finally:
        engine.dispose()


def definition(connection: sa.Connection, key: str) -> Experiment | None:
    """The experiment as it was fixed before its first visitor; None if it was never started."""
    text = connection.scalar(sa.select(TABLES[Begun].c.definition).filter_by(key=key))
    return None if text is None else Experiment.from_text(text)


def put_on_clock(folder: Path, shown_at: Mapping[str, float]) -> None:
    """Give the lists of a simulation the times at which they would have been shown."""
    rows = [{"shown": name, "moment": moment} for name, moment in shown_at.items()]
    engine = _writing(file_in(folder))
    with engine.begin() as connection:
        for table, times in ((TABLES[Exposure], ("served", "rendered")), (TABLES[Click], ("clicked",))):
            of_list = sa.update(table).where(table.c.list_id == sa.bindparam("shown"))
            connection.execute(of_list.values(dict.fromkeys(times, sa.bindparam("moment"))), rows)
    engine.dispose()


def cause(problem: Exception) -> str:
    """What the database said, without the statement and its values."""
    return str(getattr(problem, "orig", None) or problem).strip()


def _writing(source: sa.URL) -> sa.Engine:
    """A commit returns when the disk has it, and nobody waits for ever."""
    if source.drivername == "sqlite":
        engine = sa.create_engine(source, pool_size=1, max_overflow=0, connect_args={"timeout": SECONDS})
        sa.event.listen(engine, "connect", _keep_a_journal)
        return engine
    limits = {"connect_timeout": SECONDS, "tcp_user_timeout": 1000 * SECONDS}
    # Not prepared: a pooler in front may give each transaction another connection. Asked first whether it still is
    # there: the database may have been started anew, or have closed what was idle.
    engine = sa.create_engine(source, pool_pre_ping=True, connect_args={**limits, "prepare_threshold": None})
    sa.event.listen(engine, "begin", _wait_for_the_disk)
    return engine


def _looking(source: sa.URL) -> sa.Engine:
    """All that one transaction reads is of one moment."""
    if source.drivername == "sqlite":  # its driver would begin none before something is written
        engine = sa.create_engine(source, connect_args={"isolation_level": None})
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        return engine
    return sa.create_engine(source, isolation_level="REPEATABLE READ")


def _keep_a_journal(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")  # somebody may be reading, or exporting
    connection.execute("PRAGMA synchronous = FULL")


def _wait_for_the_disk(connection: sa.Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL synchronous_commit = on; SET LOCAL statement_timeout = '{SECONDS}s'")
