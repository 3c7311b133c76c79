"""What `monitor` looks at: the service's log, and how far its signals are from those of a reference.

NumPy alone, since the monitor runs in the serving image: SciPy's test of the same distance knows no groups anyway.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .intervals import stream
from .project import LOG_NAME, ExplainedError

FEWEST = 50  # answers, below which nothing can be said about drift
KEPT = 1000  # values of a signal in a reference: more would say no more


@dataclass(frozen=True)
class Reference:
    """What answers looked like when somebody found them good."""

    signals: dict[str, list[float]] = field(default_factory=dict)
    limits: dict[str, float] = field(default_factory=dict)  # distance that a window exceeds by chance only
    window: int = 0  # answers in such a window


@dataclass(frozen=True)
class Check:
    """One thing that is watched."""

    name: str
    value: float
    limit: float

    @property
    def is_alarm(self) -> bool:
        """Whether the limit is crossed."""
        return self.value > self.limit


@dataclass(frozen=True)
class Watched:
    """What a look at the log found."""

    summary: str
    answers: int  # that were there to be looked at
    checks: list[Check]


def reference(
    values: Mapping[str, np.ndarray], groups: np.ndarray, window: int, alarms: float, resamples: int, seed: int
) -> Reference:
    """A reference from (N,) values of each signal; members of one of the (N,) groups are alike.

    Its limits let the share `alarms` of windows without drift raise an alarm, as counted in that many resamples.
    """
    every = -(-len(groups) // KEPT)
    signals = {name: np.sort(each)[::every].tolist() for name, each in values.items()}
    pairs = _redrawn(groups, window, resamples, seed)
    share = 100 * (1 - alarms / len(values))  # every signal may raise the alarm
    limits = {
        name: round(float(np.percentile([_distance(each[a], each[b]) for a, b in pairs], share)), 4)
        for name, each in values.items()
    }
    return Reference(signals, limits, window)


def checks(values: Mapping[str, np.ndarray], reference: Reference) -> list[Check]:
    """For each signal, the distance of its newest values from the reference; nothing if they are too few."""
    number = min((len(each) for each in values.values()), default=0)
    if number < FEWEST:
        return []
    wider = (reference.window / number) ** 0.5  # a smaller window strays further by chance
    return [
        Check(f"drift of {name}", _distance(values[name], np.array(known)), min(1.0, reference.limits[name] * wider))
        for name, known in reference.signals.items()
        if name in values
    ]


def signals(answers: Sequence[Mapping[str, float]]) -> dict[str, np.ndarray]:
    """One dictionary an answer → (N,) values of each signal."""
    names = set.intersection(*map(set, answers)) if answers else set()  # an older version may have logged others
    return {name: np.array([each[name] for each in answers]) for name in sorted(names)}


def error_check(entries: Iterable[Mapping[str, Any]], path: str, window: int, limit: float) -> list[Check]:
    """The share of the newest requests to `path` that failed by the service's own fault."""
    statuses = [entry["status"] for entry in entries if entry.get("path") == path][-window:]
    if not statuses:
        return []
    share = sum(status >= 500 for status in statuses) / len(statuses)
    return [Check(f"share of errors (5xx) of {path}", share, limit)]


def read_log(folder: Path) -> list[dict[str, Any]]:
    """All entries of the service's log, oldest first; a line cut short by a crash is passed over."""
    if not folder.is_dir():
        raise ExplainedError(f"there is no folder {folder}: name the one given to `serve --log-dir`")
    entries = []
    for path in sorted(folder.glob(f"{LOG_NAME}*"), key=lambda path: path.stat().st_mtime):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entries.append(json.loads(line))
            except ValueError:
                continue
    return entries


def _redrawn(groups: np.ndarray, window: int, times: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """(rows of a window, rows of a reference), many times.

    Members of a group are alike, so a window holds less than its number suggests; and the reference is a sample too.
    Hence both are redrawn by whole groups.
    """
    names, index = np.unique(groups, return_inverse=True)
    members = [np.flatnonzero(index == name) for name in range(len(names))]
    rng = stream(seed, "drift")

    def draw(number: int) -> np.ndarray:
        needed = max(1, round(number * len(names) / len(groups)))
        return np.concatenate([members[name] for name in rng.integers(len(names), size=needed)])

    return [(draw(window), draw(len(groups))) for _ in range(times)]


def _distance(sample: np.ndarray, other: np.ndarray) -> float:
    """Kolmogorov-Smirnov: the largest gap between the two cumulative distributions, 0 (alike) to 1."""
    places = np.concatenate([sample, other])
    shares = [np.searchsorted(np.sort(values), places, side="right") / len(values) for values in (sample, other)]
    return float(np.abs(shares[0] - shares[1]).max())
