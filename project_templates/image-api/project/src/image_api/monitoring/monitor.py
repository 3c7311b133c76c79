"""Compares the newest answers in the service's log with photographs that the model was tested on.

Run as: python -m image_api monitor [--log-dir DIR] [--accept]; exit code 1 when an alarm is raised.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from image_api.config import Config
from image_api.kit import drift
from image_api.kit.drift import Check, Watched
from image_api.kit.project import ExplainedError
from image_api.models import classifier
from image_api.models.classifier import Card


def monitor(log_dir: Path, config: Config, is_accepted: bool = False) -> Watched:
    """Every check of the newest answers; if they are accepted, later ones are compared with them."""
    entries, card = drift.read_log(log_dir), classifier.load().card
    if not card.reference.signals:
        raise ExplainedError("there is nothing to compare with yet: run `python -m image_api evaluate`")
    newest = [entry for entry in entries if entry.get("model_version") == card.version][-config.window :]
    answers = [entry["signals"] for entry in newest]
    if is_accepted:
        classifier.save_card(accept(answers, card, config))
        return Watched(f"accepted: {classifier.CARD.name} now compares with these answers; commit it", len(answers), [])
    checks = [*drifted(answers, card), *drift.error_check(entries, "/predict", config.window, config.error_share)]
    unsure = sum(entry["abstained"] for entry in newest) / max(1, len(newest))
    summary = f"{len(entries)} requests in {log_dir}, {len(newest)} of the newest answers, {unsure:.0%} of them unsure"
    if len(answers) < drift.FEWEST:
        summary += f"\ntoo few to judge drift: at least {drift.FEWEST} answers are needed"
    return Watched(summary, len(answers), checks)


def drifted(answers: Sequence[dict[str, float]], card: Card) -> list[Check]:
    """How far the signals of those answers are from the reference."""
    return drift.checks(drift.signals(answers), card.reference)


def accept(answers: Sequence[dict[str, float]], card: Card, config: Config) -> Card:
    """The card with those answers as its reference: somebody has looked at them and found them good."""
    if len(answers) < config.window:
        raise ExplainedError(f"{len(answers)} answers are too few to compare with: {config.window} are needed")
    return replace(card, reference=reference(drift.signals(answers), np.arange(len(answers)), config))


def reference(values: dict[str, np.ndarray], plants: np.ndarray, config: Config) -> drift.Reference:
    """What later answers are compared with: (N,) values of each signal, and the (N,) plants they belong to."""
    return drift.reference(values, plants, config.window, config.drift_alarms, config.resamples, config.seed)
