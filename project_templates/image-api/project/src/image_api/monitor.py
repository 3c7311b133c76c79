"""Reads the service's logs and says whether the photographs, or the service, are no longer what they were.

Run as: python -m image_api monitor [--log-dir DIR] [--accept]; exit code 1 when an alarm is raised.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from image_api import classifier, watch
from image_api.config import Config, ExplainedError


def monitor(log_dir: str, config: Config, is_accepted: bool = False) -> int:
    """Print every check; 1 if one of them is an alarm. Accepted answers are what is compared with from then on."""
    entries = watch.read(Path(log_dir))
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
    if len(answers) < watch.FEWEST:
        print(f"too few to judge drift: at least {watch.FEWEST} are needed")
    else:
        print(f"not sure of {sum(entry['abstained'] for entry in answered) / len(answered):.0%} of them")
    drifted = watch.checks(answers, card.signals, card.limits, config)
    return watch.show([*drifted, *watch.error_check(entries, "/predict", config)])


def accept(answers: list[dict[str, float]], card: classifier.Card, config: Config) -> classifier.Card:
    """The card with those answers as its reference: somebody has looked at them and found them good."""
    if len(answers) < config.window:
        raise ExplainedError(f"{len(answers)} answers are too few to compare with: {config.window} are needed")
    found = {name: np.array([each[name] for each in answers]) for name in answers[0]}
    signals, limits = watch.reference(found, np.arange(len(answers)), config)
    return replace(card, signals=signals, limits=limits)
