"""Reads the service's logs and says whether the photographs, or the service, are no longer what they were.

Run as: python -m image_api monitor [--log-dir DIR] [--accept]; exit code 1 when an alarm is raised.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from image_api import classifier, drift
from image_api.config import Config, ExplainedError
from image_api.service import LOG_NAME

FEWEST = 50  # answers, below which nothing can be said


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


def monitor(log_dir: str, config: Config, is_accepted: bool = False) -> int:
    """Print every check; 1 if one of them is an alarm. Accepted answers are what is compared with from then on."""
    entries = read(Path(log_dir))
    card = classifier.load().card
    if not card.signals:
        raise ExplainedError("there is nothing to compare with yet: run `python -m image_api evaluate`")
    answered = [entry for entry in entries if entry.get("model_version") == card.version][-config.window :]
    answers = [entry["signals"] for entry in answered]
    print(f"{len(entries)} requests in {log_dir}, {len(answers)} of the newest answers looked at")
    if is_accepted:
        classifier.save_card(accept(answers, card, config))
        print(f"accepted: {classifier.CARD.name} now compares with these answers; commit it")
        return 0
    if len(answers) < FEWEST:
        print(f"too few to judge drift: at least {FEWEST} are needed")
    else:
        print(f"not sure of {sum(entry['abstained'] for entry in answered) / len(answered):.0%} of them")
    found = [*checks(answers, card, config), *error_check(entries, config)]
    for each in found:
        print(f"{'ALARM' if each.is_alarm else 'ok   '}  {each.name:<22} {each.value:.3f}  (limit {each.limit:.3f})")
    return 1 if any(each.is_alarm for each in found) else 0


def accept(answers: list[dict[str, float]], card: classifier.Card, config: Config) -> classifier.Card:
    """The card with those answers as its reference: somebody has looked at them and found them good."""
    if len(answers) < config.window:
        raise ExplainedError(f"{len(answers)} answers are too few to compare with: {config.window} are needed")
    signals = {name: np.array([each[name] for each in answers]) for name in answers[0]}
    return replace(
        card,
        signals={name: np.sort(values).tolist() for name, values in signals.items()},
        limits=drift.limits(signals, np.arange(len(answers)), config),
    )


def checks(answers: list[dict[str, float]], card: classifier.Card, config: Config) -> list[Check]:
    """For each signal, its distance from photographs the model was tested on; none if there are too few answers."""
    if len(answers) < FEWEST:
        return []
    # A smaller window strays further by chance.
    wider = (config.window / len(answers)) ** 0.5
    return [
        Check(
            f"drift of {name}",
            drift.distance(np.array([each[name] for each in answers]), np.array(reference)),
            min(1.0, card.limits[name] * wider),
        )
        for name, reference in card.signals.items()
    ]


def error_check(entries: list[dict[str, Any]], config: Config) -> list[Check]:
    """The share of the newest requests for an answer that failed by our own fault."""
    statuses = [entry["status"] for entry in entries if entry.get("path") == "/predict"][-config.window :]
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
