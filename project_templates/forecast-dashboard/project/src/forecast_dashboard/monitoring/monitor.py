"""Compares forecasts with actual values: do the intervals still cover it, is the error as small, is the input fresh?

Run as: python -m forecast_dashboard monitor [--log-dir DIR] [--accept]; exit code 1 when an alarm is raised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from forecast_dashboard.config import Config
from forecast_dashboard.data.series import DAY
from forecast_dashboard.kit import drift
from forecast_dashboard.kit.drift import Check, Watched
from forecast_dashboard.kit.project import ExplainedError
from forecast_dashboard.models import saved
from forecast_dashboard.models.saved import FEWEST_DAYS, Card

PATH = "/forecast"
MISSED, ERROR = "share outside intervals", "error of the week (MASE)"


@dataclass(frozen=True)
class Judged:
    """One interval with a forecast and an actual value."""

    time: int
    is_covered: bool
    scaled_error: float  # as a multiple of the daily naive forecast's in training


def monitor(log_dir: Path, config: Config, is_accepted: bool = False) -> Watched:
    """Every check of the newest week; if it is accepted, its misses and errors are the new limits."""
    card = saved.load().card
    if not card.limits:
        raise ExplainedError("there is nothing to compare with yet: run `python -m forecast_dashboard evaluate`")
    entries = drift.read_log(log_dir)
    judged = judge(entries, card)
    if is_accepted:
        saved.save_card(accept(judged, card))
        return Watched(f"accepted: {saved.CARD.name} now allows what this week shows; commit it", len(judged), [])
    summary = f"{len(entries)} requests in {log_dir}, {len(judged)} forecast intervals whose actual demand has arrived"
    week = checks(judged, card)
    if not week:
        summary += f"\ntoo few to judge a week: at least {FEWEST_DAYS} days are needed"
    made = sum(entry.get("path") == PATH for entry in entries)
    errors = drift.error_check(entries, PATH, config.window, config.error_share)
    return Watched(summary, made, [*week, *_freshness(entries, card, config), *errors])


def accept(judged: Sequence[Judged], card: Card) -> Card:
    """The card with limits as wide as the newest week: somebody has looked at it and found it acceptable."""
    week = {check.name: check.value for check in checks(judged, card)}
    if not week:
        raise ExplainedError(f"too few actual values to accept a week: at least {FEWEST_DAYS} days are needed")
    limits = {"missed": week[MISSED], "error": week[ERROR]}
    return replace(card, limits={name: round(max(limit, card.limits[name]), 4) for name, limit in limits.items()})


def judge(entries: Sequence[Mapping[str, Any]], card: Card) -> list[Judged]:
    """The forecast that counts of each interval whose actual value has arrived, in order of time: the first of a day.

    A question what would be if, or one about the far future, is none.
    """
    actual: dict[tuple[str, int], float] = {}
    said: dict[tuple[str, int], tuple[float, float, float]] = {}
    for entry in entries:
        if entry.get("status") != 200:
            continue
        match entry:
            case {"path": "/actuals", "area": area, "times": times, "values": values}:
                actual |= {(area, time): value for time, value in zip(times, values, strict=True)}
            case {"path": "/forecast", "model_version": card.version, "area": area, "times": times, "counts": True}:
                rows = zip(times, entry["low"], entry["point"], entry["high"], strict=True)
                said = {(area, time): (low, point, high) for time, low, point, high in rows} | said
    scale = dict(zip(card.areas, card.weekly["scale"], strict=True))
    return sorted(
        (
            Judged(key[1], low <= actual[key] <= high, abs(point - actual[key]) / scale[key[0]])
            for key, (low, point, high) in said.items()
            if key in actual
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
        Check(MISSED, missed, card.limits["missed"]),
        Check(ERROR, error, card.limits["error"]),
    ]


def _freshness(entries: Sequence[Mapping[str, Any]], card: Card, config: Config) -> list[Check]:
    """How old the newest observation, and the newest day of training, were when the newest forecast was made."""
    made = [each for each in entries if each.get("path") == PATH and each.get("counts")]
    if not made:
        return []
    newest = made[-1]
    learned = datetime.fromisoformat(card.trained_until).replace(tzinfo=UTC).timestamp()
    return [
        Check("age of the input, hours", (newest["issue"] - newest["observed_until"]) / 3600, config.stale_hours),
        Check("age of the model, days", (newest["issue"] - learned) / DAY, config.refit_days + 1.0),
    ]
