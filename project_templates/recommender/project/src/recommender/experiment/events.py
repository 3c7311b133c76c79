"""Exposures and clicks in SQLite: what is acknowledged is on disk, and whatever is sent twice is counted once.

One row for each item that was rendered, one for each click. The keys make repetition harmless: an exposure is one list
and one place in it, a click is one item of one list, however often it is opened there. Visitors appear under a
pseudonym only.
"""

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from recommender.experiment.assignment import Experiment
from recommender.kit.project import ExplainedError

NAME = "events.sqlite"
SCHEMA = """
CREATE TABLE IF NOT EXISTS experiments (
    key TEXT PRIMARY KEY, definition TEXT NOT NULL, started REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS exposures (
    list_id TEXT NOT NULL, position INTEGER NOT NULL, served REAL NOT NULL, rendered REAL NOT NULL,
    request_id TEXT NOT NULL, visitor TEXT NOT NULL, experiment TEXT NOT NULL, variant TEXT NOT NULL,
    model_version TEXT NOT NULL, item_id TEXT NOT NULL, score REAL NOT NULL, propensity REAL NOT NULL,
    is_fallback INTEGER NOT NULL, history INTEGER NOT NULL, milliseconds REAL NOT NULL, choices TEXT NOT NULL,
    PRIMARY KEY (list_id, position)
) STRICT;
CREATE TABLE IF NOT EXISTS clicks (
    list_id TEXT NOT NULL, item_id TEXT NOT NULL, position INTEGER NOT NULL, clicked REAL NOT NULL,
    visitor TEXT NOT NULL, event_id TEXT NOT NULL, PRIMARY KEY (list_id, item_id)
) STRICT;
"""


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
    milliseconds: float  # that the list took
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


class Store:
    """The one writer of the file."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(folder / NAME, check_same_thread=False, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")  # a commit returns when the disk has it
            self._connection.execute("PRAGMA busy_timeout = 5000")  # somebody may be reading, or exporting
            self._connection.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as problem:  # a full disk, say, or a file of something else
            raise ExplainedError(f"{folder / NAME} cannot be written: {problem}") from problem

    def start(self, experiment: Experiment, now: float) -> None:
        """Begin an experiment, or go on with it; ExplainedError if it is not the one that was begun."""
        with self._lock:
            row = (experiment.key, experiment.definition, now)
            self._connection.execute("INSERT INTO experiments VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)
            query = "SELECT definition FROM experiments WHERE key = ?"
            (definition,) = self._connection.execute(query, (experiment.key,)).fetchone()
        if definition != experiment.definition:
            raise ExplainedError(
                f"the experiment {experiment.key!r} was started with other settings, and changing them would mix what "
                "cannot be compared: give `experiment` in config.py a new name"
            )

    def add(self, events: Sequence[Exposure | Click]) -> int:
        """Write them all, or none; returns how many were new. When it returns, they are on disk."""
        with self._lock:
            before = self._connection.total_changes
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                for each in events:
                    table = "exposures" if isinstance(each, Exposure) else "clicks"
                    places = ", ".join("?" * len(fields(each)))
                    query = f"INSERT INTO {table} VALUES ({places}) ON CONFLICT DO NOTHING"
                    self._connection.execute(query, astuple(each))
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            return self._connection.total_changes - before

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def open_to_read(folder: Path) -> sqlite3.Connection:
    """The same file, for those who only read; ExplainedError if there is none."""
    path = folder / NAME
    if not path.is_file():
        raise ExplainedError(f"there is no {NAME} in {folder}: name the folder given to `serve --log-dir`")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA query_only = ON")
    connection.row_factory = sqlite3.Row
    return connection


def definition(connection: sqlite3.Connection, key: str) -> Experiment | None:
    """The experiment as it was fixed before its first visitor; None if it was never started."""
    row = connection.execute("SELECT definition FROM experiments WHERE key = ?", (key,)).fetchone()
    return None if row is None else Experiment.from_text(row["definition"])


def put_on_clock(folder: Path, shown_at: Mapping[str, float]) -> None:
    """Give the lists of a simulation the times at which they would have been shown."""
    rows = [(moment, name) for name, moment in shown_at.items()]
    connection = sqlite3.connect(folder / NAME)
    with connection:
        connection.executemany("UPDATE exposures SET served = ?1, rendered = ?1 WHERE list_id = ?2", rows)
        connection.executemany("UPDATE clicks SET clicked = ?1 WHERE list_id = ?2", rows)
    connection.close()
