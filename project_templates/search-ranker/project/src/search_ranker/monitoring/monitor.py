"""Reads the service's log and says whether questions, answers or the service are no longer what they were.

Run as: python -m search_ranker monitor [--log-dir DIR] [--accept]; exit code 1 when an alarm is raised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from search_ranker.config import Config
from search_ranker.kit import drift
from search_ranker.kit.drift import Check, Watched
from search_ranker.kit.project import ExplainedError
from search_ranker.models import saved
from search_ranker.models.saved import Card

PATHS, EVENTS = ("/answer", "/search"), "/events"
RUN = 5  # answers one after another, which may be to the same person
Entries = Sequence[Mapping[str, Any]]


def monitor(log_dir: Path, config: Config, is_accepted: bool = False) -> Watched:
    """Every check of the newest answers; if they are accepted, later ones are compared with them."""
    if is_accepted:
        number = accept(log_dir, config)
        summary = f"accepted {number} answers: {saved.CARD.name} now compares with them; commit it"
        return Watched(summary, number, [])
    card = saved.load().card
    entries = drift.read_log(log_dir)
    newest = _answered(entries, card)[-config.window :]
    summary = f"{len(entries)} requests in {log_dir}, {len(newest)} of the newest answers"
    if len(newest) < drift.FEWEST:
        summary += f"\ntoo few to judge drift: at least {drift.FEWEST} answers are needed"
    errors = [each for path in PATHS for each in drift.error_check(entries, path, config.window, config.error_share)]
    checks = [*drifted(newest, card), *errors, *shares(newest, card, config), *thumbs(entries, card, config)]
    return Watched(summary, len(newest), checks)


def drifted(newest: Entries, card: Card) -> list[Check]:
    """How far the signals of those answers are from the reference; nothing where no question was ever judged."""
    return drift.checks(drift.signals([each["signals"] for each in newest]), card.reference)


def shares(newest: Entries, card: Card, config: Config) -> list[Check]:
    """Questions for which nothing was found, and questions that got no answer."""
    if len(newest) < drift.FEWEST:
        return []
    empty = sum(each["is_empty"] for each in newest) / len(newest)
    abstained = sum(not each["is_given"] for each in newest) / len(newest)
    checks = [Check("share without results", empty, config.empty_share)]
    if card.reference.signals and card.abstained + config.abstained_more < 1:  # else nothing could exceed it
        checks.append(Check("share without an answer", abstained, card.abstained + config.abstained_more))
    return checks


def thumbs(entries: Entries, card: Card, config: Config) -> list[Check]:
    """The share of judged answers that somebody found wrong; of each answer, the last word counts."""
    judged = {
        each["answer"]: each["thumb"]
        for each in entries
        if each.get("path") == EVENTS and "thumb" in each and each.get("model_version") == card.version
    }
    newest = list(judged.values())[-config.window :]
    if len(newest) < config.fewest_thumbs:
        return []
    return [Check("thumbs down", newest.count("down") / len(newest), config.thumbs_down)]


def accept(log_dir: Path, config: Config) -> int:
    """Make the answers of that log what later ones are compared with; returns how many there were."""
    card = saved.load().card
    answered = _answered(drift.read_log(log_dir), card)
    if len(answered) < config.window:
        raise ExplainedError(f"{len(answered)} answers are too few to compare with: {config.window} are needed")
    newest = answered[-config.reference :]
    saved.save_card(with_reference(card, newest, config))
    return len(newest)


def with_reference(card: Card, answered: Entries, config: Config) -> Card:
    """The card, with what those answers looked like; neighbors are alike, so limits are over runs of them."""
    values = drift.signals([each["signals"] for each in answered])
    runs = np.arange(len(answered)) // RUN
    settings = (min(config.window, len(answered)), config.drift_alarms, config.resamples, config.seed)
    abstained = round(sum(not each["is_given"] for each in answered) / len(answered), 4)
    return replace(card, abstained=abstained, reference=drift.reference(values, runs, *settings))


def _answered(entries: Entries, card: Card) -> list[Mapping[str, Any]]:
    """The answers of the model that is served."""
    return [each for each in entries if each.get("model_version") == card.version and "signals" in each]
