"""Holds what was forecast against what came: does it still cover, is it still as good, is its input fresh?

Run as: python -m forecast_dashboard monitor [--log-dir DIR]; exit code 1 when an alarm is raised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forecast_dashboard import trained, watch
from forecast_dashboard.config import Config, ExplainedError
from forecast_dashboard.series import DAY
from forecast_dashboard.trained import FEWEST_DAYS, Card
from forecast_dashboard.watch import Check

PATH = "/forecast"


@dataclass(frozen=True)
class Judged:
    """One interval that was forecast, and came: in order of time."""

    time: int
    is_covered: bool
    scaled_error: float  # as a multiple of the daily naive forecast's in training


def monitor(log_dir: str, config: Config) -> int:
    """Print every check; 1 if one of them is an alarm."""
    card = trained.load().card
    if not card.limits:
        raise ExplainedError("there is nothing to compare with yet: run `python -m forecast_dashboard evaluate`")
    entries = watch.read(Path(log_dir))
    judged = judge(entries, card)
    print(f"{len(entries)} requests in {log_dir}, {len(judged)} forecast intervals whose actual demand has arrived")
    found = checks(judged, card)
    if not found:
        print(f"too few to judge a week: at least {FEWEST_DAYS} days are needed")
    return watch.show([*found, *_freshness(entries, config), *watch.error_check(entries, PATH, config)])


def judge(entries: Sequence[Mapping[str, Any]], card: Card) -> list[Judged]:
    """The newest forecast of each interval, with what came."""
    came: dict[tuple[str, int], float] = {}
    said: dict[tuple[str, int], tuple[float, float, float]] = {}
    for entry in entries:
        if entry.get("status") != 200:
            continue
        match entry:
            case {"path": "/actuals", "area": area, "times": times, "values": values}:
                came |= {(area, time): value for time, value in zip(times, values, strict=True)}
            case {"path": "/forecast", "model_version": card.version, "area": area, "times": times}:
                rows = zip(times, entry["low"], entry["point"], entry["high"], strict=True)
                said |= {(area, time): (low, point, high) for time, low, point, high in rows}
    scale = dict(zip(card.areas, card.weekly["scale"], strict=True))
    return sorted(
        (
            Judged(key[1], low <= came[key] <= high, abs(point - came[key]) / scale[key[0]])
            for key, (low, point, high) in said.items()
            if key in came
        ),
        key=lambda each: each.time,
    )


def checks(judged: Sequence[Judged], card: Card) -> list[Check]:
    """The newest week against the weeks of the backtest; nothing if too little of it is known."""
    if not judged:
        return []
    newest = judged[-1].time
    week = [each for each in judged if each.time > newest - 7 * DAY]
    days = len({each.time // DAY for each in week})
    if days < FEWEST_DAYS:
        return []
    missed = 1 - float(np.mean([each.is_covered for each in week]))
    error = float(np.mean([each.scaled_error for each in week]))
    return [
        Check("share outside intervals", missed, card.limits["missed"]),
        Check("error of the week (MASE)", error, card.limits["error"]),
    ]


def _freshness(entries: Sequence[Mapping[str, Any]], config: Config) -> list[Check]:
    """How old the newest observation was when the newest forecast was made."""
    made = [each for each in entries if each.get("path") == PATH and "observed_until" in each]
    if not made:
        return []
    hours = (made[-1]["issue"] - made[-1]["observed_until"]) / 3600
    return [Check("age of the input, hours", hours, config.stale_hours)]
