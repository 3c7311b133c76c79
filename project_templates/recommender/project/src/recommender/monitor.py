"""Reads the service's log and says whether visitors, lists or the service are no longer what they were.

Run as: python -m recommender monitor [--log-dir DIR] [--accept]; exit code 1 when an alarm is raised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from recommender import abtest, trained, watch
from recommender.config import Config, ExplainedError
from recommender.trained import Card
from recommender.watch import Check

PATH = "/recommendations"


def monitor(log_dir: str, config: Config, is_accepted: bool = False) -> int:
    """Print every check; 1 if one of them is an alarm. Accepted lists are what is compared with from then on."""
    if is_accepted:
        print(f"accepted {accept(Path(log_dir), config)} lists: {trained.CARD.name} now compares with them; commit it")
        return 0
    card = trained.load().card
    if not card.signals:
        raise ExplainedError("there is nothing to compare with yet: run `python -m recommender simulate`")
    entries = watch.read(Path(log_dir))
    answered = _answered(entries, card)[-config.window :]
    print(f"{len(entries)} requests in {log_dir}, {len(answered)} of the newest lists looked at")
    if len(answered) < watch.FEWEST:
        print(f"too few to judge drift: at least {watch.FEWEST} are needed")
    drifted = watch.checks([entry["signals"] for entry in answered], card.signals, card.limits, config)
    return watch.show([*drifted, *watch.error_check(entries, PATH, config), *_ratio(Path(log_dir), config)])


def accept(log_dir: Path, config: Config) -> int:
    """Make the lists of that log what later ones are compared with; returns how many there were."""
    card = trained.load().card
    answered = _answered(watch.read(log_dir), card)
    if len(answered) < config.window:
        raise ExplainedError(f"{len(answered)} lists are too few to compare with: {config.window} are needed")
    newest = answered[-config.reference :]
    trained.save_card(with_reference(card, newest, config))
    return len(newest)


def with_reference(card: Card, answered: Sequence[Mapping[str, Any]], config: Config) -> Card:
    """The card, with what those lists looked like; a visitor's lists are alike, so limits are over visitors."""
    names = answered[0]["signals"]
    found = {name: np.array([each["signals"][name] for each in answered]) for name in names}
    visitors = np.array([each["visitor"] for each in answered])
    signals, limits = watch.reference(found, visitors, config)
    return replace(card, signals=signals, limits=limits)


def _answered(entries: Sequence[Mapping[str, Any]], card: Card) -> list[Mapping[str, Any]]:
    """The lists of the model that is served."""
    return [each for each in entries if each.get("model_version") == card.version and "signals" in each]


def _ratio(log_dir: Path, config: Config) -> list[Check]:
    """Whether the variants still have the visitors they should, as 1 - p, so that more is worse."""
    try:
        visitors = abtest.read(log_dir, config)
    except ExplainedError:  # nobody has been exposed yet
        return []
    return [Check("sample ratio, 1 - p", 1 - visitors.ratio.p, 1 - config.mismatch)]
