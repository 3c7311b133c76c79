"""Reads the service's log and says whether visitors, lists or the service are no longer what they were.

Run as: python -m recommender monitor [--log-dir DIR] [--accept]; exit code 1 when an alarm is raised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from recommender.config import Config
from recommender.kit import drift
from recommender.kit.drift import Check, Watched
from recommender.kit.project import ExplainedError
from recommender.models import saved
from recommender.models.saved import Card

PATH, EVENTS = "/recommendations", "/events"


def monitor(log_dir: Path, config: Config, is_accepted: bool = False) -> Watched:
    """Every check of the newest lists; if they are accepted, later ones are compared with them."""
    if is_accepted:
        number = accept(log_dir, config)
        summary = f"accepted {number} lists: {saved.CARD.name} now compares with them; commit it"
        return Watched(summary, number, [])
    card = saved.load().card
    if not card.reference.signals:
        raise ExplainedError("there is nothing to compare with yet: run `python -m recommender simulate`")
    entries = drift.read_log(log_dir)
    newest = _answered(entries, card)[-config.window :]
    summary = f"{len(entries)} requests in {log_dir}, {len(newest)} of the newest lists"
    if len(newest) < drift.FEWEST:
        summary += f"\ntoo few to judge drift: at least {drift.FEWEST} lists are needed"
    errors = [
        each for path in (PATH, EVENTS) for each in drift.error_check(entries, path, config.window, config.error_share)
    ]
    checks = [*drifted(newest, card), *errors, *_silence(newest, entries, config), *_ratio(log_dir, config)]
    return Watched(summary, len(newest), checks)


def drifted(newest: Sequence[Mapping[str, Any]], card: Card) -> list[Check]:
    """How far the signals of those lists are from the reference."""
    return drift.checks(drift.signals([each["signals"] for each in newest]), card.reference)


def accept(log_dir: Path, config: Config) -> int:
    """Make the lists of that log what later ones are compared with; returns how many there were."""
    card = saved.load().card
    answered = _answered(drift.read_log(log_dir), card)
    if len(answered) < config.window:
        raise ExplainedError(f"{len(answered)} lists are too few to compare with: {config.window} are needed")
    newest = answered[-config.reference :]
    saved.save_card(with_reference(card, newest, config))
    return len(newest)


def with_reference(card: Card, answered: Sequence[Mapping[str, Any]], config: Config) -> Card:
    """The card, with what those lists looked like; a visitor's lists are alike, so limits are over visitors."""
    values = drift.signals([each["signals"] for each in answered])
    visitors = np.array([each["visitor"] for each in answered])
    settings = (config.window, config.drift_alarms, config.resamples, config.seed)
    return replace(card, reference=drift.reference(values, visitors, *settings))


def _answered(entries: Sequence[Mapping[str, Any]], card: Card) -> list[Mapping[str, Any]]:
    """The lists of the model that is served."""
    return [each for each in entries if each.get("model_version") == card.version and "signals" in each]


def _ratio(log_dir: Path, config: Config) -> list[Check]:
    """Whether the variants still have the visitors they should, as 1 - p, so that more is worse."""
    try:
        from recommender.experiment import abtest

        _, visitors = abtest.read(log_dir, config)
    except (ImportError, ExplainedError):  # the image has no SciPy; or nobody has been exposed yet
        return []
    return [Check("sample ratio, 1 - p", 1 - visitors.ratio.p, 1 - config.mismatch)]


def _silence(newest: Sequence[Mapping[str, Any]], entries: Sequence[Mapping[str, Any]], config: Config) -> list[Check]:
    """Whether pages still send back what happens: a list after which nothing is heard was never seen, or is lost."""
    if len(newest) < drift.FEWEST:
        return []
    since = newest[0]["time"]
    heard = sum(each.get("path") == EVENTS and each["status"] < 400 and each["time"] >= since for each in entries)
    return [Check("lists without events", max(0.0, 1 - heard / len(newest)), config.silent_share)]
