"""Reads the service's log and says whether customers, risks, outcomes or the offer's effect are not what they were.

Run as: python -m churn_study monitor [--log-dir DIR] [--accept]; exit code 1 when an alarm is raised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from churn_study.config import Config
from churn_study.decision.offers import HOLD_BACK, OFFER
from churn_study.kit import drift
from churn_study.kit.drift import Check, Watched
from churn_study.kit.project import ExplainedError
from churn_study.models import saved
from churn_study.models.saved import Card

PATH, OUTCOMES = "/score", "/outcomes"
ONE_SIDED = 1.64  # standard errors: a shortfall that chance makes once in twenty times
Entries = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Known:
    """An answer, and what became of the customer."""

    risk: float
    action: str
    effect: float | None
    churned: bool
    in_lot: bool = True  # whether a lot could have held the offer back


def monitor(log_dir: Path, config: Config, is_accepted: bool = False) -> Watched:
    """Every check of the newest answers; if they are accepted, later ones are compared with them."""
    card = saved.load().card
    entries = drift.read_log(log_dir)
    answered = [each for each in entries if each.get("model_version") == card.version and "signals" in each]
    if is_accepted:
        return _accepted(answered, card, config)
    newest = answered[-config.window :]
    known = _known(answered, entries, card)
    summary = f"{len(entries)} requests in {log_dir}, {len(newest)} of the newest answers, {len(known)} outcomes"
    if len(newest) < drift.FEWEST:
        summary += f"\ntoo few to judge drift: at least {drift.FEWEST} answers are needed"
    drifted = drift.checks(drift.signals([each["signals"] for each in newest]), card.reference)
    errors = drift.error_check(entries, PATH, config.window, config.error_share)
    return Watched(
        summary, len(newest), [*drifted, *errors, *calibrated(known, config), *kept_its_promise(known, config)]
    )


def calibrated(known: Sequence[Known], config: Config) -> list[Check]:
    """Whether as many left as was said, among those who got no offer: an offer is meant to change that."""
    left_alone = [each for each in known if each.action != OFFER]
    if len(left_alone) < config.fewest_outcomes:
        return []
    gap = np.mean([each.churned for each in left_alone]) - np.mean([each.risk for each in left_alone])
    return [Check("churn beside the risk", round(abs(float(gap)), 4), config.calibration_gap)]


def kept_its_promise(known: Sequence[Known], config: Config) -> list[Check]:
    """How far the offers fall short of the promised effect at least, beside those that were held back by lot."""
    arms = [[each for each in known if each.action == action and each.in_lot] for action in (OFFER, HOLD_BACK)]
    if len(arms[0]) < config.fewest_outcomes or len(arms[1]) < drift.FEWEST:
        return []
    shares = [float(np.mean([each.churned for each in arm])) for arm in arms]
    promised = float(np.mean([each.effect or 0.0 for each in arms[0]]))
    error = sum(max(share * (1 - share), 1e-4) / len(arm) for share, arm in zip(shares, arms, strict=True)) ** 0.5
    short = shares[0] - shares[1] - promised - ONE_SIDED * error
    return [Check("shortfall of the offer", round(short, 4), 0.0)]


def _known(answered: Entries, entries: Entries, card: Card) -> list[Known]:
    """The answers whose outcome was sent; of each, the last one counts."""
    outcomes = {
        each["answer"]: each["churned"]
        for each in entries
        if each.get("path") == OUTCOMES and "churned" in each and each.get("model_version") == card.version
    }
    return [
        Known(each["risk"], each["action"], each["effect"], outcomes[each["request_id"]], each["in_lot"])
        for each in answered
        if each["request_id"] in outcomes
    ]


def _accepted(answered: Entries, card: Card, config: Config) -> Watched:
    if len(answered) < config.window:
        raise ExplainedError(f"{len(answered)} answers are too few to compare with: {config.window} are needed")
    values = drift.signals([each["signals"] for each in answered])
    settings = (min(config.window, len(answered)), config.drift_alarms, config.resamples, config.seed)
    reference = drift.reference(values, np.arange(len(answered)), *settings)
    saved.save_card(replace(card, reference=reference))
    summary = f"accepted {len(answered)} answers: {saved.CARD.name} now compares with them; commit it"
    return Watched(summary, len(answered), [])
