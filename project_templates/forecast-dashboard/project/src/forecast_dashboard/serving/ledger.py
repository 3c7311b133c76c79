"""The forecasts that count and what came of them, in SQLite beside the log: the intervals go on from there.

So what is served is what was measured: a margin that moves after each day, and that a restart does not forget.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.kit.project import ExplainedError
from forecast_dashboard.models.conformal import Limits, State

NAME = "ledger.sqlite"
MOST_OF_A_DAY = 0.75  # of its intervals, whose values have to be known before the margin moves
SCHEMA = """
CREATE TABLE IF NOT EXISTS forecasts (
    model TEXT NOT NULL, team TEXT NOT NULL, area TEXT NOT NULL, issue INTEGER NOT NULL, times TEXT NOT NULL,
    low TEXT NOT NULL, high TEXT NOT NULL, scale TEXT NOT NULL, PRIMARY KEY (model, area, issue)
) STRICT;
CREATE TABLE IF NOT EXISTS actuals (
    area TEXT NOT NULL, time INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (area, time)
) STRICT;
"""


class Ledger:
    """The one writer of the file."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(folder / NAME, check_same_thread=False, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as problem:
            raise ExplainedError(f"{folder / NAME} cannot be written: {problem}") from problem

    def promise(self, model: str, team: str, area: str, issue: int, times: np.ndarray, limits: Limits) -> bool:
        """Keep a day's forecast, before its limits were moved; False if there is one of that day already."""
        arrays = (times, limits.low[0], limits.high[0], limits.scale[0])
        row = (model, team, area, issue, *(json.dumps(each.tolist()) for each in arrays))
        with self._lock:
            query = "INSERT INTO forecasts VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
            return self._connection.execute(query, row).rowcount == 1

    def observe(self, area: str, times: Sequence[int], values: Sequence[float]) -> None:
        """Keep actual values; a later value for the same time is a correction."""
        rows = [(area, time, value) for time, value in zip(times, values, strict=True)]
        with self._lock:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR REPLACE INTO actuals VALUES (?, ?, ?)", rows)
            self._connection.execute("COMMIT")

    def state(self, begin: State, model: str, team: str, area: str, config: Config) -> State:
        """Where the interval has come to, from where training left it: after each day whose values are known."""
        state = begin
        for scores in self._scores(model, team, area):
            state = state.after(scores, config)
        return state

    def _scores(self, model: str, team: str, area: str) -> Iterator[np.ndarray]:
        with self._lock:
            query = (
                "SELECT times, low, high, scale FROM forecasts WHERE model = ? AND team = ? AND area = ? ORDER BY issue"
            )
            days = [
                [np.array(json.loads(cell)) for cell in row]
                for row in self._connection.execute(query, (model, team, area))
            ]
            query = "SELECT time, value FROM actuals WHERE area = ?"
            actual = dict(self._connection.execute(query, (area,)).fetchall()) if days else {}
        for times, low, high, scale in days:
            values = np.array([actual.get(time, np.nan) for time in times.tolist()])
            if (~np.isnan(values)).mean() >= MOST_OF_A_DAY:
                yield Limits(low, high, scale).scores(values)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
