"""Compares the newest answers in the service's log with photographs that the model was tested on.

Run as: python -m image_api monitor [--log-dir DIR] [--accept]; exit code 1 when an alarm is raised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from image_api.config import Config
from image_api.kit import drift
from image_api.kit.drift import Check, Watched
from image_api.kit.intervals import stream
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
        labels = [entry["likeliest"] for entry in newest if "likeliest" in entry]
        classifier.save_card(accept(answers, labels, card, config))
        return Watched(f"accepted: {classifier.CARD.name} now compares with these answers; commit it", len(answers), [])
    checks = [
        *drifted(answers, card),
        *_mixed(newest, card),
        *drift.error_check(entries, "/predict", config.window, config.error_share),
    ]
    unsure = sum(entry["abstained"] for entry in newest) / max(1, len(newest))
    summary = f"{len(entries)} requests in {log_dir}, {len(newest)} of the newest answers, {unsure:.0%} of them unsure"
    if len(answers) < drift.FEWEST:
        summary += f"\ntoo few to judge drift: at least {drift.FEWEST} answers are needed"
    return Watched(summary, len(answers), checks)


def drifted(answers: Sequence[dict[str, float]], card: Card) -> list[Check]:
    """How far the signals of those answers are from the reference."""
    return drift.checks(drift.signals(answers), card.reference)


def mixture(
    predicted: np.ndarray, groups: np.ndarray, classes: Sequence[str], config: Config
) -> tuple[dict[str, float], float]:
    """(share of each class among (N,) answers, how far from them a window's are by chance, whole groups redrawn)."""
    one_hot = np.eye(len(classes))[predicted]
    usual = one_hot.mean(axis=0)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    rng, needed = stream(config.seed, "monitor"), max(1, round(config.window * len(members) / len(groups)))
    drawn = [
        np.concatenate([members[i] for i in rng.integers(len(members), size=needed)]) for _ in range(config.resamples)
    ]
    apart = [np.abs(one_hot[rows].mean(axis=0) - usual).sum() / 2 for rows in drawn]
    limit = float(np.quantile(apart, 1 - config.drift_alarms))
    return dict(zip(classes, usual.round(4).tolist(), strict=True)), round(limit, 4)


def _mixed(newest: Sequence[Mapping[str, Any]], card: Card) -> list[Check]:
    """Whether the classes come as often as in the test: half the sum of the differences of their shares."""
    labels = [entry["likeliest"] for entry in newest if "likeliest" in entry]
    if len(labels) < drift.FEWEST or not card.mix:
        return []
    apart = sum(abs(labels.count(name) / len(labels) - share) for name, share in card.mix.items()) / 2
    wider = max(1.0, card.reference.window / len(labels)) ** 0.5  # a smaller window strays further by chance
    return [Check("mix of classes", apart, min(1.0, card.mix_limit * wider))]


def accept(answers: Sequence[dict[str, float]], labels: Sequence[str], card: Card, config: Config) -> Card:
    """The card with those answers, and their classes, as its reference: somebody has looked and found them good."""
    if len(answers) < config.window:
        raise ExplainedError(f"{len(answers)} answers are too few to compare with: {config.window} are needed")
    named = np.array([card.classes.index(label) for label in labels if label in card.classes], dtype=int)
    mix, limit = (
        mixture(named, np.arange(len(named)), card.classes, config) if len(named) else (card.mix, card.mix_limit)
    )
    found = reference(drift.signals(answers), np.arange(len(answers)), config)
    return replace(card, reference=found, mix=mix, mix_limit=limit)


def reference(values: dict[str, np.ndarray], groups: np.ndarray, config: Config) -> drift.Reference:
    """What later answers are compared with: (N,) values of each signal, and the (N,) groups they belong to."""
    return drift.reference(values, groups, config.window, config.drift_alarms, config.resamples, config.seed)
