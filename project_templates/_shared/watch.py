"""What `monitor` looks at: the service's log, and for each signal its distance from what was found good."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import drift
from .config import Config, ExplainedError
from .service import LOG_NAME

FEWEST = 50  # answers, below which nothing can be said
KEPT = 1000  # values of a signal to compare with: more would tell no more


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


def show(found: Sequence[Check]) -> int:
    """Print every check; 1 if one of them is an alarm."""
    for each in found:
        print(f"{'ALARM' if each.is_alarm else 'ok   '}  {each.name:<24} {each.value:.3f}  (limit {each.limit:.3f})")
    return 1 if any(each.is_alarm for each in found) else 0


def checks(
    answers: Sequence[Mapping[str, float]],
    reference: Mapping[str, Sequence[float]],
    limits: Mapping[str, float],
    config: Config,
) -> list[Check]:
    """For each signal, its distance from the reference; none if there are too few answers."""
    if len(answers) < FEWEST:
        return []
    # A smaller window strays further by chance.
    wider = (config.window / len(answers)) ** 0.5
    return [
        Check(
            f"drift of {name}",
            drift.distance(np.array([each[name] for each in answers]), np.array(values)),
            min(1.0, limits[name] * wider),
        )
        for name, values in reference.items()
    ]


def reference(
    found: Mapping[str, np.ndarray], groups: np.ndarray, config: Config
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """(signals, limits) of answers that were found good, to compare later ones with; `groups` are alike inside."""
    every = -(-len(groups) // KEPT)
    signals = {name: np.sort(values)[::every].tolist() for name, values in found.items()}
    return signals, drift.limits(found, groups, config)


def error_check(entries: Sequence[Mapping[str, Any]], path: str, config: Config) -> list[Check]:
    """The share of the newest requests for an answer that failed by our own fault."""
    statuses = [entry["status"] for entry in entries if entry.get("path") == path][-config.window :]
    if not statuses:
        return []
    share = sum(status >= 500 for status in statuses) / len(statuses)
    return [Check("share of errors (5xx)", share, config.error_share)]


def read(log_dir: Path) -> list[dict[str, Any]]:
    """All log entries, oldest first; a line cut short by a crash is passed over."""
    if not log_dir.is_dir():
        raise ExplainedError(f"there is no folder {log_dir}: name the one given to `serve --log-dir`")
    entries = []
    for path in sorted(log_dir.glob(f"{LOG_NAME}*"), key=lambda path: path.stat().st_mtime):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                entries.append(json.loads(line))
            except ValueError:
                continue
    return entries
